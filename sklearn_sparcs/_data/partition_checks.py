"""Checks of a table that is given in partitions, and a summary of each of them.

Everything that a fit could stumble over is looked for in one pass, before work begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from .blocks import (
    Ends,
    aligned,
    array_of,
    dtypes_of,
    ends_of_columns,
    is_finite,
    wider,
    words_among,
)
from .parts import Parts
from .samples import Samples
from .shared_samples import SharedSamples
from .weights import Unit, Weights, refuse_unfit_weights, weight_of

#: What is given besides X, in partitions of its rows.
_OTHERS = ("y", "sample_weight")


@dataclass(frozen=True)
class PartitionSummary:
    """Summary of a partition of X, y and weights.

    Attributes
    ----------
    n_rows : tuple of int
        Of X, of y, and of weights if there are any.
    columns : tuple
        Names of X's, or their numbers.
    dtypes : tuple of str
        Of X's columns, and of y's.
    shape_of_y : tuple of int
        Columns of y; none if it is one-dimensional.
    aligned : tuple of bool
        Whether y, and weights, have the index of X, if both have any.
    finite : pair of bool
        Whether all of X, and all of y, is.
    weights : Weights or None
        Those of classes included; None where there are none, or they are no numbers.
    ends : tuple of (pair or None)
        Least and greatest value of each of X's columns, if it holds whole numbers, and
        of each of y's.
    """

    n_rows: tuple[int, ...]
    columns: tuple[Any, ...]
    dtypes: tuple[str, ...]
    shape_of_y: tuple[int, ...]
    aligned: tuple[bool, ...]
    finite: tuple[bool, bool]
    weights: Weights | None = None
    ends: tuple[Ends, ...] = ()

    @classmethod
    def of(
        cls, of_classes: np.ndarray | None, X: Any, y: Any, *weight: Any
    ) -> "PartitionSummary":
        """Summarise a partition, given as arrays or frames."""
        names, given = getattr(X, "columns", range(X.shape[1])), (y, *weight)
        n_rows = tuple(each.shape[0] for each in (X, *given))
        in_order = tuple(aligned(X, each) for each in given)
        dtypes = tuple(kind for each in (X, *given) for kind in dtypes_of(each))
        shape = n_rows, tuple(names), dtypes, tuple(y.shape[1:]), in_order
        if words_among(dtypes) or len({*n_rows}) > 1:
            return cls(*shape, (True, True))
        known = weight_of(y, of_classes, *weight)
        weights = None if known is None else Weights.of(known)
        ends = ends_of_columns(X, whole=True) + ends_of_columns(y)
        return cls(*shape, (is_finite(X), is_finite(y)), weights, ends)

    @property
    def n(self) -> int:
        """Number of rows with a weight above zero."""
        return self.n_rows[0] if self.weights is None else self.weights.n

    @property
    def dtype(self) -> Any:
        """The dtype of the computation: single precision if all features have it."""
        single = {*self.dtypes[: len(self.columns)]} == {"float32"}
        return np.dtype(np.float32 if single else np.float64)


@dataclass(frozen=True)
class TableSummary:
    """Summary of all partitions.

    Attributes
    ----------
    like : PartitionSummary
        Of the first partition with rows; in what matters the others are alike.
    sizes : dict of int
        How many rows of a partition count, by its number, where any do.
    unit : Unit or None
        What weights are divided by; None if there are none.
    ends : tuple of (pair or None)
        As of a partition.
    """

    like: PartitionSummary
    sizes: dict[int, int]
    unit: Unit | None
    ends: tuple[Ends, ...]

    @classmethod
    def of(cls, facts: Sequence[PartitionSummary]) -> "TableSummary":
        """Check and join the summaries of all partitions, in their order.

        Raises
        ------
        ValueError
            If partitions do not agree, or hold what no fit can use.
        """
        known = [(k, each) for k, each in enumerate(facts) if any(each.n_rows)]
        refuse_unfit(known)
        unit = _unit_of(known)
        ends = zip(*(each.ends for _, each in known), strict=True)
        sizes = {k: each.n for k, each in known if each.n}
        return cls(known[0][1], sizes, unit, tuple(map(wider, ends)))

    @property
    def before(self) -> dict[int, int]:
        """Number of counted rows in the partitions before one, by its index."""
        starts = accumulate(self.sizes.values(), initial=0)
        return dict(zip(self.sizes, starts, strict=False))

    @property
    def dtype(self) -> Any:
        """The dtype of the computation."""
        return self.like.dtype

    def shared(self, parts: Parts) -> SharedSamples:
        """The rows that count, which are the pieces of ``parts``."""
        shape = sum(self.sizes.values()), len(self.like.columns), self.dtype
        if self.unit is None:
            return SharedSamples(parts, *shape)
        return SharedSamples(parts, *shape, not self.unit.alike, self.unit.mean_count)


def samples_of(
    dtype: Any,
    unit: Unit | None,
    of_classes: np.ndarray | None,
    X: Any,
    y: Any,
    *weight: Any,
) -> Samples:
    """A partition as arrays, without the rows that do not count."""
    known = weight_of(y, of_classes, *weight)
    X, y = array_of(X, dtype), array_of(y, dtype)
    y = y.reshape(len(y), -1)
    if unit is None or known is None:
        return Samples(X, y, None)
    return unit.samples(X, y, known)


def refuse_dimensions(X: Any, y: Any, *weight: Any) -> None:
    """Refuse what is no table of features, targets and weights.

    Raises
    ------
    ValueError
        If one has too many dimensions, or too few.
    """
    if X.ndim != 2 or y.ndim not in (1, 2):
        raise ValueError(
            f"X must have two dimensions and y one or two; got {X.ndim} and {y.ndim}."
        )
    for each in weight:
        if each.ndim != 1:
            raise ValueError(
                "sample_weight must have one dimension, a number a sample; got "
                f"{each.ndim}."
            )


def _unit_of(partitions: Sequence[tuple[int, PartitionSummary]]) -> Unit | None:
    """The divisor of the weights; None if there are none.

    Raises
    ------
    ValueError
        If no fit can use them.
    """
    weights = [(k, each.weights) for k, each in partitions if each.weights is not None]
    if not weights:
        return None
    refuse_unfit_weights(weights)
    return Unit.of(Weights.joined([each for _, each in weights]))


def refuse_unfit(partitions: Sequence[tuple[int, PartitionSummary]]) -> None:
    """Refuse partitions that do not agree, or hold what no fit can use.

    Parameters
    ----------
    partitions : sequence of (int, PartitionSummary)
        Numbers, and what is known of each.

    Raises
    ------
    ValueError
        If there are such; the message says which, and what would be right.
    """
    if not partitions:
        raise ValueError("X and y are empty: there is no row in any partition.")
    number, first = partitions[0]
    for k, facts in partitions:
        _refuse_alone(k, facts)
        for what, one, other in (
            ("columns", first.columns, facts.columns),
            ("dtypes", first.dtypes, facts.dtypes),
            ("a shape of y", first.shape_of_y, facts.shape_of_y),
        ):
            if one != other:
                raise ValueError(
                    f"Partitions must be alike: partition {number} has {what} "
                    f"{short(one)}, and partition {k} has {short(other)}."
                )


def _refuse_alone(k: int, facts: PartitionSummary) -> None:
    """Refuse a partition for what it is."""
    n_X, *others = facts.n_rows
    for name, n, in_order in zip(_OTHERS, others, facts.aligned, strict=False):
        if n_X != n:
            raise ValueError(
                f"X and {name} must be partitioned alike: partition {k} has {n_X} rows "
                f"of X and {n} of {name}. Repartition one as the other, or take both "
                "from one frame."
            )
        if not in_order:
            raise ValueError(
                f"X and {name} must have their rows in the same order: partition {k} "
                f"has another index in {name} than in X. Sort both by their index "
                "first."
            )
    words = words_among(facts.dtypes)
    if words:
        raise ValueError(
            f"X, y and weights must be dense numbers; partition {k} has {words[0]}. "
            "Encode such columns, or leave them out."
        )
    for name, finite in zip("Xy", facts.finite, strict=True):
        if not finite:
            raise ValueError(
                f"Input {name} contains NaN or infinity, in partition {k}. Impute what "
                "is missing, or drop such rows."
            )


def short(items: tuple[Any, ...]) -> str:
    """The first few."""
    named = ", ".join(map(str, items[:5]))
    return f"({named}{', …' if len(items) > 5 else ''})"
