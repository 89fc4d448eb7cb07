"""Bounds beyond which the values of a feature count as outliers."""

import numpy as np

from .features import Bounds

#: Robust standard deviations from the median that are usual: five of a feature with
#: normal tails, and more of what tables commonly hold, are far inside.
_USUAL = 20.0

#: Rows that tell, of more.
_N_SEEN = 20_000

#: Quartiles of a normal variable lie this many standard deviations apart.
_QUARTILES_APART = 1.349


def usual(X: np.ndarray, weight: np.ndarray | None) -> Bounds:
    """Bounds beyond which the values of a feature are outliers.

    A feature that has one value in half of the rows or more, such as a dummy or a
    count, has no outliers, and its bounds are infinite.

    Parameters
    ----------
    X : ndarray of shape (n, features)
    weight : ndarray of shape (n,) or None

    Returns
    -------
    pair of ndarrays of shape (features,)
    """
    counting = np.arange(len(X)) if weight is None else np.flatnonzero(weight)
    seen = evenly_spaced_rows(counting)
    known = None if weight is None else weight[seen]
    spread = np.full(X.shape[1], np.inf)
    middle = np.zeros(X.shape[1])
    for j, column in enumerate(X[seen].T):
        lower, middle[j], upper = np.quantile(
            column, [0.25, 0.5, 0.75], method="inverted_cdf", weights=known
        )
        if upper > lower:
            spread[j] = (upper - lower) / _QUARTILES_APART
    return middle - _USUAL * spread, middle + _USUAL * spread


def evenly_spaced_rows(counting: np.ndarray) -> np.ndarray:
    """An evenly spaced subset of many rows."""
    return counting[:: max(1, len(counting) // _N_SEEN)]
