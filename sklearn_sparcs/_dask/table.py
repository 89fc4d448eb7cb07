"""Dask's arrays and frames as checked samples, partition by partition.

Everything that a fit could stumble over is looked for in one pass, before work begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute, is_dask_collection
from dask.delayed import Delayed, delayed
from scipy import sparse

from .._data.parts import Placed
from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .parts import DaskParts


@dataclass(frozen=True)
class Facts:
    """What is known of a partition of X and y.

    Attributes
    ----------
    n_rows : pair of int
        Of X, and of y.
    columns : tuple
        Names of X's, or their numbers.
    dtypes : tuple of str
        Of X's columns, and of y's.
    shape_of_y : tuple of int
        Columns of y; none if it is one-dimensional.
    aligned : bool
        Whether both have the same index, if they have any.
    finite : pair of bool
        Whether all of X, and all of y, is.
    """

    n_rows: tuple[int, int]
    columns: tuple[Any, ...]
    dtypes: tuple[str, ...]
    shape_of_y: tuple[int, ...]
    aligned: bool
    finite: tuple[bool, bool]

    @classmethod
    def of(cls, X: Any, y: Any) -> "Facts":
        """Of a partition's blocks, arrays or frames."""
        names = getattr(X, "columns", range(X.shape[1]))
        aligned = not (hasattr(X, "index") and hasattr(y, "index"))
        aligned = aligned or (len(X) != len(y) or bool((X.index == y.index).all()))
        dtypes = (*_dtypes(X), *_dtypes(y))
        finite = (True, True) if _words(dtypes) else (_finite(X), _finite(y))
        shape = (len(X), len(y)), tuple(names), dtypes, tuple(y.shape[1:])
        return cls(*shape, aligned, finite)


def checked_table(X: Any, y: Any) -> tuple[SharedSamples, Facts]:
    """Samples of real targets, and what is known of the first partition with rows.

    Parameters
    ----------
    X : dask Array of shape (n, features) or DataFrame
    y : dask Array of shape (n,) or (n, outputs), Series or DataFrame

    Raises
    ------
    ValueError
        If partitions do not agree with each other, or hold what no fit can use.
    TypeError
        If X or y is no collection of dask's.
    """
    blocks = _blocks(X, y)
    facts = compute(*[delayed(Facts.of, pure=False)(*pair) for pair in blocks])
    full = [k for k, each in enumerate(facts) if each.n_rows[0] or each.n_rows[1]]
    refuse_unfit([(k, facts[k]) for k in full])
    first = facts[full[0]]
    dtype = dtype_of_features(X)
    sizes = [facts[k].n_rows[0] for k in full]
    before = np.cumsum([0, *sizes[:-1]]).tolist()
    pieces = [
        delayed(_placed, pure=False)(start, *blocks[k], dtype)
        for start, k in zip(before, full, strict=True)
    ]
    parts = DaskParts(pieces).kept()
    return SharedSamples(parts, sum(sizes), len(first.columns), dtype), first


def refuse_weights(sample_weight: Any) -> None:
    """Refuse weights, of which sums know nothing yet.

    Raises
    ------
    ValueError
        If there are any.
    """
    if sample_weight is not None:
        raise ValueError(
            "Samples in partitions have no weights yet; give sample_weight=None, or "
            "use the estimator of one machine."
        )


def refuse_class_weights(class_weight: Any) -> None:
    """Refuse weights of classes, which would be weights of samples.

    Raises
    ------
    ValueError
        If there are any.
    """
    if class_weight is not None:
        raise ValueError(
            "Samples in partitions have no weights yet, and so no class_weight; got "
            f"{class_weight!r}. Give class_weight=None, or use the estimator of one "
            "machine."
        )


def refuse_collections(**given: Any) -> None:
    """Refuse collections where data in memory are asked for.

    Raises
    ------
    TypeError
        If one is a collection of dask's; the message says which.
    """
    for name, each in given.items():
        if is_dask_collection(each):
            raise TypeError(
                f"partial_fit takes data in memory; {name} is dask's "
                f"{type(each).__name__}. Call fit with the whole of it, or partial_fit "
                "with each partition's compute()."
            )


def no_rows(X: Any) -> Any:
    """No rows of a dask array or frame, with its columns."""
    if isinstance(X, da.Array):
        return np.empty((0, X.shape[1]))
    from dask.dataframe.dispatch import make_meta

    return make_meta(X)


def dtype_of_features(X: Any) -> Any:
    """What is computed in: single precision if all features are of that."""
    kinds = {str(X.dtype)} if isinstance(X, da.Array) else set(map(str, X.dtypes))
    return np.dtype(np.float32 if kinds == {"float32"} else np.float64)


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
    n_X, n_y = facts.n_rows
    if n_X != n_y:
        raise ValueError(
            f"X and y must be partitioned alike: partition {k} has {n_X} rows of X and "
            f"{n_y} of y. Repartition one as the other, or take both from one frame."
        )
    if not facts.aligned:
        raise ValueError(
            f"X and y must have their rows in the same order: partition {k} has "
            "another index in y than in X. Sort both by their index first."
        )
    words = _words(facts.dtypes)
    if words:
        raise ValueError(
            f"X and y must be dense numbers; partition {k} has {words[0]}. Encode such "
            "columns, or leave them out."
        )
    for name, finite in zip("Xy", facts.finite, strict=True):
        if not finite:
            raise ValueError(
                f"Input {name} contains NaN or infinity, in partition {k}. Impute what "
                "is missing, or drop such rows."
            )


def _blocks(X: Any, y: Any) -> list[tuple[Delayed, Delayed]]:
    """Partitions of X and of y, pair by pair."""
    X, y = collection(X, "X"), collection(y, "y")
    if X.ndim != 2 or y.ndim not in (1, 2):
        raise ValueError(
            f"X must have two dimensions and y one or two; got {X.ndim} and {y.ndim}."
        )
    divisions = getattr(X, "divisions", (None,)), getattr(y, "divisions", (None,))
    if None not in divisions[0] + divisions[1] and divisions[0] != divisions[1]:
        raise ValueError(
            "X and y must be partitioned alike; their divisions differ: "
            f"{_short(divisions[0])} and {_short(divisions[1])}. Repartition y by "
            "divisions=X.divisions."
        )
    if isinstance(X, da.Array) and isinstance(y, da.Array):
        y = _cut_alike(X, y)
    pairs = partitions_of(X), partitions_of(y)
    if len(pairs[0]) != len(pairs[1]):
        raise ValueError(
            f"X and y must be partitioned alike; X has {len(pairs[0])} partitions of "
            f"rows, and y {len(pairs[1])}."
        )
    return list(zip(*pairs, strict=True))


def collection(given: Any, name: str) -> Any:
    """What is given, if it is an array or a frame of dask's.

    Raises
    ------
    TypeError
        If it is not.
    """
    if not is_dask_collection(given) or not hasattr(given, "ndim"):
        raise TypeError(
            f"{name} must be an array or a frame of dask's; got "
            f"{type(given).__name__}. For data in memory use the estimator of one "
            "machine, or dask.array.from_array."
        )
    return given


def _cut_alike(X: da.Array, y: da.Array) -> da.Array:
    """The array y in the chunks of X's rows, if both are known."""
    if any(np.isnan(size) for size in (*X.chunks[0], *y.chunks[0])):
        return y
    if X.shape[0] != y.shape[0]:
        raise ValueError(f"X has {X.shape[0]} rows, and y {y.shape[0]}.")
    return y.rechunk({0: X.chunks[0]})


def partitions_of(given: Any) -> list[Delayed]:
    """The partitions of rows."""
    if isinstance(given, da.Array):
        whole = given.rechunk({1: -1}) if given.ndim == 2 else given
        return list(whole.to_delayed().ravel())
    return list(given.to_delayed())


def _placed(before: int, X: Any, y: Any, dtype: Any) -> Placed:
    """A partition as arrays."""
    y = _array(y, dtype)
    return Placed(before, Samples(_array(X, dtype), y.reshape(len(y), -1), None))


def _array(block: Any, dtype: Any) -> np.ndarray:
    """An array or a frame as an array in C order; what is missing is NaN."""
    if hasattr(block, "to_numpy"):
        block = block.to_numpy(dtype=dtype, na_value=np.nan)
    return np.ascontiguousarray(block, dtype=dtype)


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
    return bool(np.isfinite(_array(block, np.float64)).all())


def _short(items: tuple[Any, ...]) -> str:
    """The first few."""
    named = ", ".join(map(str, items[:5]))
    return f"({named}{', …' if len(items) > 5 else ''})"
