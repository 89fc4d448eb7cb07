"""Folds of samples in several places: which rows each of them leaves out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np

from .parts import Placed
from .samples import Samples
from .shared_samples import SharedSamples
from .weights import Unit, Weights


@dataclass(frozen=True)
class Deal:
    """How the rows of each piece are dealt out to folds, one after the other.

    Each fold gets as many of a piece, or one more; of each class as well, if they are
    dealt by class.

    Attributes
    ----------
    n_folds : int
    seed : tuple of int
        Of the order in which they are dealt.
    by_class : bool
        Whether targets are numbers of classes.
    """

    n_folds: int
    seed: tuple[int, ...]
    by_class: bool

    def folds(self, piece: Placed) -> np.ndarray:
        """The fold (n,) of each row of a piece."""
        n = len(piece.rows)
        random = np.random.default_rng([*self.seed, piece.before])
        order = random.permutation(n)
        if self.by_class:
            order = order[np.argsort(piece.rows.y.ravel()[order], kind="stable")]
        found = np.empty(n, dtype=np.intp)
        found[order] = (random.integers(self.n_folds) + np.arange(n)) % self.n_folds
        return found


@dataclass(frozen=True)
class SharedFolds:
    """Samples in several places, dealt out to folds where they are.

    Attributes
    ----------
    samples : SharedSamples
    deal : Deal
    """

    samples: SharedSamples
    deal: Deal

    @classmethod
    def of(cls, samples: SharedSamples, deal: Deal) -> "SharedFolds":
        """Deal out the rows of every piece.

        Raises
        ------
        ValueError
            If a piece has fewer rows than there are folds.
        """
        found = cls(samples, deal)
        fewest = min(sum(w.n for w in held) for held in found._held.values())
        if fewest < deal.n_folds:
            raise ValueError(
                f"Every partition needs a row that counts for each of the cv="
                f"{deal.n_folds} folds; one has {fewest}. Repartition into larger "
                "ones, or ask for fewer folds."
            )
        return found

    @cached_property
    def _held(self) -> dict[int, list[Weights]]:
        """What is known of each fold's weights, by the rows before a piece."""
        found: dict[int, list[Weights]] = self.samples.parts.mapped(
            _held, self.deal
        ).folded(_together)
        return found

    def left_out(self, fold: int) -> SharedSamples:
        """The samples of a fold."""
        return self._of([fold])

    def trained_on(self, fold: int) -> SharedSamples:
        """The samples of all other folds."""
        return self._of([k for k in range(self.deal.n_folds) if k != fold])

    def _of(self, folds: Sequence[int]) -> SharedSamples:
        """The samples of some folds, their weights scaled to a mean of one again."""
        held = {
            before: Weights.joined([weights[k] for k in folds])
            for before, weights in self._held.items()
        }
        starts = accumulate((weights.n for weights in held.values()), initial=0)
        unit = self._unit(Weights.joined(list(held.values())))
        given = tuple(folds), dict(zip(held, starts, strict=False)), unit
        return replace(
            self.samples,
            parts=self.samples.parts.mapped(_dealt, self.deal, *given),
            n=sum(weights.n for weights in held.values()),
            weighted=not unit.alike,
            mean_count=unit.mean_count,
        )

    def _unit(self, weights: Weights) -> Unit:
        """What weights, which are in units of all samples' mean, are divided by."""
        unit, count = Unit.of(weights), self.samples.mean_count
        return replace(unit, mean_count=None if count is None else count * unit.mean)


def _held(piece: Placed, deal: Deal) -> dict[int, list[Weights]]:
    """What is known of the weights in each fold, by the rows before the piece."""
    folds, weight = deal.folds(piece), piece.rows.weight
    weight = np.ones(len(folds)) if weight is None else weight
    return {piece.before: [Weights.of(weight[folds == k]) for k in range(deal.n_folds)]}


def _together(
    one: dict[int, list[Weights]], other: dict[int, list[Weights]]
) -> dict[int, list[Weights]]:
    return one | other


def _dealt(
    piece: Placed,
    deal: Deal,
    folds: tuple[int, ...],
    starts: dict[int, int],
    unit: Unit,
) -> Placed:
    """The rows of a piece that some folds have."""
    kept, rows = np.isin(deal.folds(piece), folds), piece.rows
    alike = unit.alike or rows.weight is None
    weight = None if alike else rows.weight[kept] / unit.mean
    some = Samples(rows.X[kept], rows.y[kept], weight, unit.mean_count)
    return Placed(starts[piece.before], some)
