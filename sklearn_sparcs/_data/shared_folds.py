"""Cross-validation folds of samples that are split over several places."""

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
class FoldAssignment:
    """Round-robin assignment of each piece's rows to folds.

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
    assignment : FoldAssignment
    """

    samples: SharedSamples
    assignment: FoldAssignment

    @classmethod
    def of(cls, samples: SharedSamples, assignment: FoldAssignment) -> "SharedFolds":
        """FoldAssignment out the rows of every piece.

        Raises
        ------
        ValueError
            If a piece has fewer rows than there are folds.
        """
        found = cls(samples, assignment)
        fewest = min(sum(w.n for w in held) for held in found._held.values())
        if fewest < assignment.n_folds:
            raise ValueError(
                f"Every partition needs a row that counts for each of the cv="
                f"{assignment.n_folds} folds; one has {fewest}. Repartition into "
                "larger ones, or ask for fewer folds."
            )
        return found

    @cached_property
    def _held(self) -> dict[int, list[Weights]]:
        """Summary of each fold's weights, by the number of rows before a piece."""
        found: dict[int, list[Weights]] = self.samples.parts.mapped(
            _held, self.assignment
        ).folded(_together)
        return found

    def left_out(self, fold: int) -> SharedSamples:
        """The samples of a fold."""
        return self._of([fold])

    def trained_on(self, fold: int) -> SharedSamples:
        """The samples of all other folds."""
        return self._of([k for k in range(self.assignment.n_folds) if k != fold])

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
            parts=self.samples.parts.mapped(_rows_of_folds, self.assignment, *given),
            n=sum(weights.n for weights in held.values()),
            weighted=not unit.alike,
            mean_count=unit.mean_count,
        )

    def _unit(self, weights: Weights) -> Unit:
        """The divisor of weights that are given in units of all samples' mean."""
        unit, count = Unit.of(weights), self.samples.mean_count
        return replace(unit, mean_count=None if count is None else count * unit.mean)


def _held(piece: Placed, assignment: FoldAssignment) -> dict[int, list[Weights]]:
    """Summary of the weights in each fold, by the number of rows before the piece."""
    folds, weight = assignment.folds(piece), piece.rows.weight
    weight = np.ones(len(folds)) if weight is None else weight
    return {
        piece.before: [
            Weights.of(weight[folds == k]) for k in range(assignment.n_folds)
        ]
    }


def _together(
    one: dict[int, list[Weights]], other: dict[int, list[Weights]]
) -> dict[int, list[Weights]]:
    return one | other


def _rows_of_folds(
    piece: Placed,
    assignment: FoldAssignment,
    folds: tuple[int, ...],
    starts: dict[int, int],
    unit: Unit,
) -> Placed:
    """The rows of a piece that belong to some folds."""
    kept, rows = np.isin(assignment.folds(piece), folds), piece.rows
    alike = unit.alike or rows.weight is None
    weight = None if alike else rows.weight[kept] / unit.mean
    some = Samples(rows.X[kept], rows.y[kept], weight, unit.mean_count)
    return Placed(starts[piece.before], some)
