"""What passed through a network in some steps, as samples of a survey."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from .._data.batches import Batch

#: Input of a network, and ∂loss/∂y, a row a sample.
Passage = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Seen:
    """What passed in some steps, as samples of a survey.

    Attributes
    ----------
    passages : list of Passages
    factor : float
        Of their gradients, whose sum is then that of one step.
    dtype : torch.dtype
        Of the network's parameters, single precision at least: passages are in half
        under autocast, or where parameters are.
    """

    passages: list[Passage]
    factor: float
    dtype: torch.dtype

    #: Every sample counts alike.
    weight = None

    @classmethod
    def of(
        cls, steps: Iterable[list[Passage]], direction: float, like: Tensor
    ) -> "Seen":
        """All that passed in steps: the gradient at an output is their average.

        Steps whose gradients are not finite are left out. What passed before the
        network was moved to another device, or was saved on one, follows it.

        Parameters
        ----------
        steps : iterable of lists of Passages
        direction : float
            A factor of the gradients: -1 where the optimiser maximises.
        like : Tensor
            Of the network's parameters.

        Returns
        -------
        Seen
        """
        finite = [step for step in steps if all(map(_is_finite, step))]
        there = [passage for step in finite for passage in step if len(passage[0])]
        passages = [(x.to(like.device), grad.to(like.device)) for x, grad in there]
        at_least_single = torch.promote_types(like.dtype, torch.float32)
        return cls(passages, direction / max(1, len(finite)), at_least_single)

    def __len__(self) -> int:
        return count_samples(self.passages)

    def slices(self) -> Iterator[Batch]:
        """A passage at a time; as target the gradient, of a loss that is its mean."""
        for x, grad in self.passages:
            factor = self.factor * len(self) / len(x)
            yield x.to(self.dtype), factor * grad.to(self.dtype), None

    def halves(self) -> tuple["Seen", "Seen"]:
        """What was seen first, and what since: each stands for all."""
        middle = len(self) // 2
        return self._part(0, middle), self._part(middle, len(self))

    def _part(self, first: int, end: int) -> "Seen":
        """Some of the samples, counted from the earliest."""
        starts = accumulate((len(x) for x, _ in self.passages), initial=0)
        places = [slice(max(first - i, 0), max(end - i, 0)) for i in starts]
        pairs = zip(self.passages, places, strict=False)
        return self._of([(x[at], grad[at]) for (x, grad), at in pairs])

    def unmet(self, others: "Seen") -> "Seen":
        """Samples that the others do not have, as they may where an epoch ends."""
        met = torch.cat([_mark(x) for x, _ in others.passages])
        new = [~torch.isin(_mark(x), met) for x, _ in self.passages]
        pairs = zip(self.passages, new, strict=True)
        return self._of([(x[at], grad[at]) for (x, grad), at in pairs])

    def _of(self, passages: list[Passage]) -> "Seen":
        """Some of the samples, which stand for all."""
        kept = [passage for passage in passages if len(passage[0])]
        n = max(1, count_samples(kept))
        return Seen(kept, self.factor * len(self) / n, self.dtype)

    def multiplicity(self, weight: Tensor | None) -> float:
        """How many samples a row stands for."""
        return 1.0


def count_samples(passages: list[Passage]) -> int:
    """How many samples passed."""
    return sum(len(x) for x, _ in passages)


def _mark(x: Tensor) -> Tensor:
    """A number a row (n, features): the same for the same row, and hardly another's."""
    n = x.shape[1]
    weights = torch.arange(1, n + 1, dtype=torch.float64, device=x.device).sqrt()
    return (x * weights).sum(dim=1).float()


def _is_finite(passage: Passage) -> bool:
    return all(bool(part.isfinite().all()) for part in passage)
