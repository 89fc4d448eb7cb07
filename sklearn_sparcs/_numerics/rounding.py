"""Singular values of features that may be no more than rounding of what was given."""

import numpy as np

#: Share of a feature's variation that is taken for rounding, at most.
_LARGEST = 0.1


def by_rounding(
    directions: np.ndarray, rounded: np.ndarray, centred: np.ndarray
) -> np.ndarray:
    """Upper bound, in each direction, of a singular value that is rounding error.

    A feature far from zero is known to no more than its last digit, however little it
    varies: where others add up to it, what is left is that digit, and a coefficient of
    it would be huge. By itself, a feature is a signal even in its last digits.

    Parameters
    ----------
    directions : ndarray of shape (r, features)
        Of length one.
    rounded, centred : ndarrays of shape (features,)
        Norms of the features' roundings, and of features about their means.

    Returns
    -------
    ndarray of shape (r,)
        In the units of the norms.
    """
    rounded = np.minimum(rounded, _LARGEST * centred)
    return np.asarray(np.linalg.norm(directions * rounded, axis=1))
