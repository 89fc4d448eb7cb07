"""Dask's arrays and frames as checked samples, partition by partition.

Everything that a fit could stumble over is looked for in one pass, before work begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute
from dask.delayed import Delayed, delayed
from scipy import sparse

from .._data.parts import Placed
from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .blocks import array_of, collection, dtype_of_features, partitions_of
from .parts import DaskParts
from .weights import Unit, Weights, refuse_unfit_weights, weight_of

#: What is given besides X, in partitions of its rows.
_OTHERS = ("y", "sample_weight")


@dataclass(frozen=True)
class Facts:
    """What is known of a partition of X, y and weights.

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
    """

    n_rows: tuple[int, ...]
    columns: tuple[Any, ...]
    dtypes: tuple[str, ...]
    shape_of_y: tuple[int, ...]
    aligned: tuple[bool, ...]
    finite: tuple[bool, bool]
    weights: Weights | None = None

    @classmethod
    def of(cls, of_classes: np.ndarray | None, X: Any, y: Any, *weight: Any) -> "Facts":
        """Of a partition's blocks, arrays or frames."""
        names, given = getattr(X, "columns", range(X.shape[1])), (y, *weight)
        n_rows = tuple(len(each) for each in (X, *given))
        aligned = tuple(_aligned(X, each) for each in given)
        dtypes = tuple(kind for each in (X, *given) for kind in _dtypes(each))
        shape = n_rows, tuple(names), dtypes, tuple(y.shape[1:]), aligned
        if _words(dtypes) or len({*n_rows}) > 1:
            return cls(*shape, (True, True))
        known = weight_of(y, of_classes, *weight)
        weights = None if known is None else Weights.of(known)
        return cls(*shape, (_finite(X), _finite(y)), weights)

    @property
    def n(self) -> int:
        """How many rows count."""
        return self.n_rows[0] if self.weights is None else self.weights.n


def checked_table(
    X: Any, y: Any, weight: Any = None, of_classes: np.ndarray | None = None
) -> tuple[SharedSamples, Facts]:
    """Samples of real targets, and what is known of the first partition with rows.

    Parameters
    ----------
    X : dask Array of shape (n, features) or DataFrame
    y : dask Array of shape (n,) or (n, outputs), Series or DataFrame
    weight : dask Array of shape (n,) or Series, or None
    of_classes : ndarray of shape (classes,), or None
        Weights of classes, whose numbers y then holds.

    Raises
    ------
    ValueError
        If partitions do not agree with each other, or hold what no fit can use.
    TypeError
        If X, y or weights are no collection of dask's.
    """
    blocks, dtype = _blocks(X, y, weight), dtype_of_features(X)
    asked = delayed(Facts.of, pure=False)
    facts = compute(*[asked(of_classes, *each) for each in blocks])
    known = [(k, each) for k, each in enumerate(facts) if any(each.n_rows)]
    refuse_unfit(known)
    unit, first = _unit_of(known), known[0][1]
    sizes = {k: each.n for k, each in known if each.n}
    parts = _pieces(blocks, sizes, partial(_placed, dtype, unit, of_classes))
    shape = sum(sizes.values()), len(first.columns), dtype
    if unit is None:
        return SharedSamples(parts, *shape), first
    return SharedSamples(parts, *shape, not unit.alike, unit.mean_count), first


def _unit_of(partitions: Sequence[tuple[int, Facts]]) -> Unit | None:
    """What weights are divided by; None if there are none.

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


def _pieces(
    blocks: Sequence[tuple[Delayed, ...]],
    sizes: dict[int, int],
    placed: Callable[..., Placed],
) -> DaskParts:
    """Partitions with rows, as arrays kept on the workers.

    ``sizes`` are how many rows of a partition count, by its number.
    """
    before = np.cumsum([0, *sizes.values()]).tolist()
    make = delayed(placed, pure=False)
    pieces = [make(start, *blocks[k]) for start, k in zip(before, sizes, strict=False)]
    return DaskParts(pieces).kept()


def refuse_unfit(partitions: Sequence[tuple[int, Facts]]) -> None:
    """Refuse partitions that do not agree, or hold what no fit can use.

    Parameters
    ----------
    partitions : sequence of (int, Facts)
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
                    f"{_short(one)}, and partition {k} has {_short(other)}."
                )


def _refuse_alone(k: int, facts: Facts) -> None:
    """Refuse a partition for what it is."""
    n_X, *others = facts.n_rows
    for name, n, aligned in zip(_OTHERS, others, facts.aligned, strict=False):
        if n_X != n:
            raise ValueError(
                f"X and {name} must be partitioned alike: partition {k} has {n_X} rows "
                f"of X and {n} of {name}. Repartition one as the other, or take both "
                "from one frame."
            )
        if not aligned:
            raise ValueError(
                f"X and {name} must have their rows in the same order: partition {k} "
                f"has another index in {name} than in X. Sort both by their index "
                "first."
            )
    words = _words(facts.dtypes)
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


def _blocks(X: Any, y: Any, weight: Any) -> list[tuple[Delayed, ...]]:
    """Partitions of X, of y, and of weights if there are any, one by one."""
    X, y = collection(X, "X"), collection(y, "y")
    if X.ndim != 2 or y.ndim not in (1, 2):
        raise ValueError(
            f"X must have two dimensions and y one or two; got {X.ndim} and {y.ndim}."
        )
    rows = [partitions_of(X), _alike(X, y, "y")]
    if weight is not None:
        if collection(weight, "sample_weight").ndim != 1:
            raise ValueError(
                "sample_weight must have one dimension, a number a sample; got "
                f"{weight.ndim}."
            )
        rows.append(_alike(X, weight, "sample_weight"))
    return list(zip(*rows, strict=True))


def _alike(X: Any, given: Any, name: str) -> list[Delayed]:
    """Partitions of y or of weights, which are those of X."""
    divisions = getattr(X, "divisions", (None,)), getattr(given, "divisions", (None,))
    if None not in divisions[0] + divisions[1] and divisions[0] != divisions[1]:
        raise ValueError(
            f"X and {name} must be partitioned alike; their divisions differ: "
            f"{_short(divisions[0])} and {_short(divisions[1])}. Repartition {name} by "
            "divisions=X.divisions."
        )
    if isinstance(X, da.Array) and isinstance(given, da.Array):
        given = _cut_alike(X, given, name)
    n_X, found = len(partitions_of(X)), partitions_of(given)
    if n_X != len(found):
        raise ValueError(
            f"X and {name} must be partitioned alike; X has {n_X} partitions of "
            f"rows, and {name} {len(found)}."
        )
    return found


def _cut_alike(X: da.Array, given: da.Array, name: str) -> da.Array:
    """Another array in the chunks of X's rows, if both are known."""
    if any(np.isnan(size) for size in (*X.chunks[0], *given.chunks[0])):
        return given
    if X.shape[0] != given.shape[0]:
        raise ValueError(f"X has {X.shape[0]} rows, and {name} {given.shape[0]}.")
    return given.rechunk({0: X.chunks[0]})


def _placed(
    dtype: Any,
    unit: Unit | None,
    of_classes: np.ndarray | None,
    before: int,
    X: Any,
    y: Any,
    *weight: Any,
) -> Placed:
    """A partition as arrays, without the rows that do not count."""
    known = weight_of(y, of_classes, *weight)
    X, y = array_of(X, dtype), array_of(y, dtype)
    y = y.reshape(len(y), -1)
    if unit is None or known is None:
        return Placed(before, Samples(X, y, None))
    return Placed(before, unit.samples(X, y, known))


def _aligned(X: Any, other: Any) -> bool:
    """Whether both have the same index, if both have any, and as many rows."""
    if not (hasattr(X, "index") and hasattr(other, "index")) or len(X) != len(other):
        return True
    return bool((X.index == other.index).all())


def _dtypes(block: Any) -> tuple[str, ...]:
    """Those of the columns."""
    if sparse.issparse(block):
        return ("a sparse matrix",)
    if hasattr(block, "dtypes") and block.ndim == 2:
        return tuple(map(str, block.dtypes))
    return (str(block.dtype),) * (block.shape[1] if block.ndim == 2 else 1)


def _words(dtypes: Sequence[str]) -> list[str]:
    """Those that are no numbers; pandas's own numbers have a capital letter."""
    numbers = ("int", "uint", "float", "bool", "double")
    return [kind for kind in dtypes if not kind.lower().startswith(numbers)]


def _finite(block: Any) -> bool:
    return bool(np.isfinite(array_of(block, np.float64)).all())


def _short(items: tuple[Any, ...]) -> str:
    """The first few."""
    named = ", ".join(map(str, items[:5]))
    return f"({named}{', …' if len(items) > 5 else ''})"
