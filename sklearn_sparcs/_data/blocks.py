"""Partitions given as arrays or frames: their dtypes, and conversion to arrays."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

#: Least and greatest value of a column, as Python's numbers, or None.
Ends: TypeAlias = tuple[Any, Any] | None


def array_of(block: Any, dtype: Any) -> np.ndarray:
    """An array or a frame as an array in C order; what is missing is NaN."""
    if hasattr(block, "to_numpy"):
        block = block.to_numpy(dtype=dtype, na_value=np.nan)
    return np.ascontiguousarray(block, dtype=dtype)


def aligned(X: Any, other: Any) -> bool:
    """Whether both have the same index, if both have any, and as many rows."""
    if not (hasattr(X, "index") and hasattr(other, "index")) or len(X) != len(other):
        return True
    return bool((X.index == other.index).all())


def dtypes_of(block: Any) -> tuple[str, ...]:
    """The dtypes of the columns."""
    if sparse.issparse(block):
        return ("a sparse matrix",)
    if hasattr(block, "dtypes") and block.ndim == 2:
        return tuple(map(str, block.dtypes))
    return (str(block.dtype),) * (block.shape[1] if block.ndim == 2 else 1)


def ends_of_columns(block: Any, whole: bool = False) -> tuple[Ends, ...]:
    """Least and greatest value of each column, or only of those of whole numbers."""
    known = zip(_columns(block), dtypes_of(block), strict=True)
    return tuple(
        (_plain(column.min()), _plain(column.max()))
        if len(column) and (not whole or kind.lower().startswith(("int", "uint")))
        else None
        for column, kind in known
    )


def _columns(block: Any) -> list[Any]:
    if block.ndim == 1:
        return [block]
    if isinstance(block, np.ndarray):
        return list(block.T)
    return [block.iloc[:, j] for j in range(block.shape[1])]


def _plain(number: Any) -> Any:
    """A number as Python's, whole ones to the last digit."""
    return number.item() if hasattr(number, "item") else number


def wider(ends: Sequence[Ends]) -> Ends:
    """What contains all of several ends that are known."""
    known = [each for each in ends if each is not None]
    if not known:
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def words_among(dtypes: Sequence[str]) -> list[str]:
    """The dtypes that are not numeric; those of pandas may begin with a capital."""
    numbers = ("int", "uint", "float", "bool", "double")
    return [kind for kind in dtypes if not kind.lower().startswith(numbers)]


def is_finite(block: Any) -> bool:
    """Whether there is no NaN nor infinity in a block of numbers."""
    return bool(np.isfinite(array_of(block, np.float64)).all())
