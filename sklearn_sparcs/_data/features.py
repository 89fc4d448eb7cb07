"""Features as rows that can be sliced, and the bounds that they are clipped to."""

from typing import Any

import numpy as np
from scipy import sparse

#: How every X is validated.
X_FORMAT: dict[str, Any] = {
    "accept_sparse": ["csr", "csc", "coo"],
    "dtype": [np.float64, np.float32],
}

#: Rows that are processed at a time, so that their copies take little memory.
ROWS_PER_SLICE = 8192

#: Least and greatest value of each feature.
Bounds = tuple[np.ndarray, np.ndarray]


def unbounded(n_features: int) -> Bounds:
    """Bounds that cut nothing off."""
    return np.full(n_features, -np.inf), np.full(n_features, np.inf)


def as_rows(X: Any) -> Any:
    """X with rows that slice: canonical CSR for a sparse matrix, an array otherwise."""
    if not sparse.issparse(X):
        return np.asarray(X)
    rows = sparse.csr_array(X)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    return rows


def clipped(X: Any, bounds: Bounds | None) -> Any:
    """X (array or CSR) with every feature cut off at its bounds, if there are any.

    The zeros of a CSR matrix stay zeros only where the bounds allow it; elsewhere the
    result is an array.
    """
    if bounds is None:
        return X
    low, high = bounds
    if not sparse.issparse(X):
        return X.clip(low, high)
    if (low > 0).any() or (high < 0).any():
        return X.toarray().clip(low, high)
    cut = X.copy()
    np.clip(X.data, low[X.indices], high[X.indices], out=cut.data)
    return cut


def ends_of(X: Any) -> Bounds:
    """Least and greatest value of each feature of X (array or CSR)."""
    low, high = X.min(axis=0), X.max(axis=0)
    if sparse.issparse(X):
        low, high = low.toarray().ravel(), high.toarray().ravel()
    return low, high


def beyond(ends: Bounds, bounds: Bounds) -> bool:
    """Whether a least or a greatest value lies outside the bounds."""
    return bool((ends[0] < bounds[0]).any() or (ends[1] > bounds[1]).any())
