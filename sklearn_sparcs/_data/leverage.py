"""Rows whose leverage alone determines a coefficient of a linear model.

The hat matrix H = A (AᵀA)⁻¹ Aᵀ, with A the features and the constant, says how far
rows pull a linear fit to themselves. The greatest eigenvalue of its block of a few
rows is the largest share that they have in any direction of the features: one, if the
others say nothing of it.
"""

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

import numpy as np
from sklearn.utils import gen_batches

from .features import ROWS_PER_SLICE
from .outliers import usual

#: Least rows a feature: among fewer, any row decides much.
_ROWS_PER_FEATURE = 10
#: At most one row in so many may be called a few.
_ONE_IN = 1000
#: Share that is as good as all: the rows outweigh the others two hundred to one.
_SHARE = 0.995
#: Directions of the features with less than this share of the variance are rounding.
_RANK = 1e-10
#: A row takes part in a direction with at least this share of it.
_TAKES_PART = 0.01


class Decisive(NamedTuple):
    """Rows, the columns in which they are outliers, and their share in a direction."""

    rows: np.ndarray
    columns: np.ndarray
    share: float


def decisive_rows(X: np.ndarray, weight: np.ndarray | None) -> Decisive | None:
    """The few rows that have nearly all the weight in some direction, if there are any.

    Of features in which there are outliers (`usual`): a dummy or a count has none,
    however rare.

    Parameters
    ----------
    X : ndarray of shape (n, features)
    weight : ndarray of shape (n,) or None

    Returns
    -------
    Decisive or None
    """
    n, n_features = X.shape
    if n < _ROWS_PER_FEATURE * n_features:
        return None
    low, high = usual(X, weight)
    columns = np.flatnonzero(np.isfinite(low))
    far = _far(X, low, high)
    if len(far) == 0:
        return None
    middle = (low[columns] + high[columns]) / 2
    spread = high[columns] - low[columns]

    def scaled(rows: slice | np.ndarray) -> np.ndarray:
        part = (X[rows][:, columns].astype(np.float64) - middle) / spread
        part = np.column_stack([np.ones(len(part)), part])
        return part if weight is None else part * np.sqrt(weight[rows])[:, None]

    whitening = _whitening(map(scaled, gen_batches(n, ROWS_PER_SLICE)))
    leverage = [
        np.square(scaled(far[part]) @ whitening).sum(axis=1)
        for part in gen_batches(len(far), ROWS_PER_SLICE)
    ]
    few = far[np.argsort(-np.concatenate(leverage))[: max(1, n // _ONE_IN)]]
    taking, share = _share(scaled(few) @ whitening)
    if share <= _SHARE:
        return None
    rows = np.sort(few[taking])
    beyond = (X[rows] < low) | (X[rows] > high)
    return Decisive(rows, np.flatnonzero(beyond.any(axis=0)), share)


def _far(X: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Indices of the rows that are beyond the bounds in some column."""
    found = [
        rows.start + np.flatnonzero(((X[rows] < low) | (X[rows] > high)).any(axis=1))
        for rows in gen_batches(len(X), ROWS_PER_SLICE)
    ]
    return np.concatenate(found)


def _whitening(parts: Iterator[np.ndarray]) -> np.ndarray:
    """W with W Wᵀ = (AᵀA)⁻¹, of all rows A, a part at a time."""
    gram = reduce(np.add, (part.T @ part for part in parts))
    length = np.sqrt(np.diag(gram))
    values, vectors = np.linalg.eigh(gram / np.outer(length, length))
    kept = values > _RANK * values[-1]
    return vectors[:, kept] / length[:, None] / np.sqrt(values[kept])


def _share(white: np.ndarray) -> tuple[np.ndarray, float]:
    """Mask of the whitened rows (n, rank) that share a direction most, and the share.

    The direction is the one of which all of them together have the largest share.
    """
    left, lengths, _ = np.linalg.svd(white, full_matrices=False)
    return left[:, 0] ** 2 > _TAKES_PART, float(lengths[0] ** 2)
