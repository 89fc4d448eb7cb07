"""Values whose squares no float holds: refused, as no fit could be right."""

from typing import Any

import numpy as np
from scipy import sparse

from .samples import Samples

#: Least and greatest size of a column that is scaled, and of one that is not, by dtype.
_SCALED = {"float64": (1e-100, 1e100), "float32": (1e-30, 1e30)}
_RAW = {"float64": (1e-100, 1e60), "float32": (1e-30, 1e12)}


def refuse_extremes(samples: Samples, *, scaled: bool) -> None:
    """Refuse features, and real targets, too large or too small to compute with.

    Raises
    ------
    ValueError
        If the largest value of a column, zeros apart, is; the message says which.
    """
    dtype = samples.X.dtype.name
    _refuse("Feature", _sizes(samples.X), dtype, scaled)
    if samples.y.dtype.kind == "f":
        _refuse("Target", _sizes(samples.y.reshape(len(samples.y), -1)), dtype, scaled)


def refuse_uncastable(y: np.ndarray, dtype: Any) -> None:
    """Refuse targets (n, outputs) that the dtype of X does not hold.

    Raises
    ------
    ValueError
        If there are such; the message says which.
    """
    _refuse("Target", _sizes(y), np.dtype(dtype).name, scaled=True)


def _refuse(name: str, sizes: np.ndarray, dtype: str, scaled: bool) -> None:
    low, high = (_SCALED if scaled else _RAW)[dtype]
    beyond = np.flatnonzero((sizes > high) | ((sizes < low) & (sizes > 0)))
    if len(beyond):
        j = int(beyond[0])
        advice = "" if scaled else " or set standardize=True"
        raise ValueError(
            f"{name} {j} has values of size {sizes[j]:.3g}; fits in {dtype} hold sizes "
            f"from {low:g} to {high:g}, since squares are taken. Give it in other "
            f"units{advice}."
        )


def _sizes(X: Any) -> np.ndarray:
    """The largest absolute value of each column, without a copy of X."""
    least, most = X.min(axis=0), X.max(axis=0)
    if sparse.issparse(X):
        least, most = least.toarray(), most.toarray()
    sizes: np.ndarray = np.maximum(most, -least).astype(np.float64)
    return sizes.ravel()
