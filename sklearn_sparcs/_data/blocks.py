"""Partitions given as arrays or frames: their dtypes, and conversion to arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse


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


def words_among(dtypes: Sequence[str]) -> list[str]:
    """The dtypes that are not numeric; those of pandas may begin with a capital."""
    numbers = ("int", "uint", "float", "bool", "double")
    return [kind for kind in dtypes if not kind.lower().startswith(numbers)]


def is_finite(block: Any) -> bool:
    """Whether there is no NaN nor infinity in a block of numbers."""
    return bool(np.isfinite(array_of(block, np.float64)).all())
