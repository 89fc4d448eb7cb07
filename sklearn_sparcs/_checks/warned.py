"""Warnings that point to the user's own line."""

import warnings

from .callers import users_level


class LeverageWarning(UserWarning):
    """A few rows decide what a linear model says of a feature.

    They lie so far from all others that the fit goes through them, whatever the others
    say: a sensor's slip, or a code such as -9999 for what is missing.

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> from sklearn_sparcs import LeverageWarning, SparcsRegressor
    >>> X = np.random.default_rng(0).normal(size=(500, 2))
    >>> X[7, 1] = -9999
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     model = SparcsRegressor(()).fit(X, X[:, 0])
    >>> caught[0].category is LeverageWarning
    True
    """


def warn_user(message: str, category: type[Warning]) -> None:
    """Warn, as if from the line that called the estimator."""
    warnings.warn(message, category, stacklevel=users_level())
