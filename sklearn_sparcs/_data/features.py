"""Features as rows that slice, and the bounds that they are cut off at."""

from typing import Any

import numpy as np
from scipy import sparse

#: How every X is validated.
X_FORMAT: dict[str, Any] = {
    "accept_sparse": ["csr", "csc", "coo"],
    "dtype": [np.float64, np.float32],
}


#: Least and greatest value of each feature.
Bounds = tuple[np.ndarray, np.ndarray]


def clipped(X, bounds: Bounds | None):
    """X (array or CSR) with every feature cut off at its bounds, if there are any."""
    if bounds is None:
        return X
    low, high = bounds
    if not sparse.issparse(X):
        return X.clip(low, high)
    cut = X.copy()
    np.clip(X.data, low[X.indices], high[X.indices], out=cut.data)
    return cut


def as_rows(X):
    """X with rows that slice: CSR for any sparse matrix, an array otherwise."""
    return sparse.csr_array(X) if sparse.issparse(X) else np.asarray(X)
