"""Features of two values, such as dummies."""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import gen_batches

from .features import Bounds, clipped

#: Rows at a time.
_SLICE = 8192


def gap_of_two_values(X: Any, bounds: Bounds | None = None) -> np.ndarray:
    """How far the two values of each feature lie apart; zero if it has not two.

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
    low, high = X.min(axis=0), X.max(axis=0)
    if sparse.issparse(X):
        low, high = low.toarray().ravel(), high.toarray().ravel()
    low, high = clipped(np.array([low, high]), bounds)
    two = np.ones(X.shape[1], dtype=bool)
    for rows in gen_batches(X.shape[0], _SLICE):
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
