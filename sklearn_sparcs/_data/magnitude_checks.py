"""Refuse features and targets whose squares would overflow or underflow."""

from typing import Any

import numpy as np

from .features import Bounds, ends_of
from .samples import Samples

#: Least and greatest size of a column that is scaled, and of one that is not, by dtype.
#: What is not scaled is looked at in single precision by every survey.
_SCALED = {"float64": (1e-100, 1e100), "float32": (1e-30, 1e30)}
_RAW = {"float64": (1e-100, 1e12), "float32": (1e-30, 1e12)}


def refuse_extremes(samples: Samples, *, scaled: bool) -> None:
    """Refuse features, and real targets, too large or too small to compute with.

    Raises
    ------
    ValueError
        If the largest value of a column, zeros apart, is; the message says which.
    """
    dtype = samples.X.dtype
    refuse_extreme_ends("Feature", ends_of(samples.X), dtype, scaled=scaled)
    if samples.y.dtype.kind == "f":
        ends = ends_of(samples.y.reshape(len(samples.y), -1))
        refuse_extreme_ends("Target", ends, dtype, scaled=scaled)


def refuse_extreme_ends(kind: str, ends: Bounds, dtype: Any, *, scaled: bool) -> None:
    """Refuse columns whose least or greatest value no fit in a dtype could hold.

    Parameters
    ----------
    kind : str
        What the columns are, "Feature" or "Target".
    ends : pair of ndarrays of shape (columns,)
    dtype : dtype
    scaled : bool

    Raises
    ------
    ValueError
        If there are such; the message says which.
    """
    low, high = ends
    sizes = np.maximum(high, -low).astype(np.float64)
    _refuse(kind, sizes, np.dtype(dtype).name, scaled)


def refuse_uncastable(y: np.ndarray, dtype: Any) -> None:
    """Refuse targets (n, outputs) that the dtype of X does not hold.

    Raises
    ------
    ValueError
        If there are such; the message says which.
    """
    refuse_extreme_ends("Target", ends_of(y), dtype, scaled=True)


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
