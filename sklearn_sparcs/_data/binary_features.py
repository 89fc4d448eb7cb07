"""Features with exactly two values, such as dummies."""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import gen_batches

from .features import ROWS_PER_SLICE, Bounds, clipped, ends_of


def gap_of_two_values(X: Any, bounds: Bounds | None = None) -> np.ndarray:
    """Distance between the values of a binary feature; zero for other features.

    Parameters
    ----------
    X : {ndarray, csr_array} of shape (n, features)
        Zeros of a sparse one are values.
    bounds : pair of ndarrays of shape (features,), or None
        Where features are cut off.

    Returns
    -------
    ndarray of shape (features,)
    """
    low, high = clipped(np.array(ends_of(X)), bounds)
    two = np.ones(X.shape[1], dtype=bool)
    for rows in gen_batches(X.shape[0], ROWS_PER_SLICE):
        if not two.any():
            break
        two &= at_ends(clipped(X[rows], bounds), low, high)
    return np.where(two, high.astype(np.float64) - low, 0.0)


def at_ends(X: Any, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Whether every value of each feature is its least or its greatest."""
    if not sparse.issparse(X):
        return np.asarray(((X == low) | (X == high)).all(axis=0))
    column = X.indices
    between = (X.data != low[column]) & (X.data != high[column])
    return np.bincount(column[between], minlength=X.shape[1]) == 0
