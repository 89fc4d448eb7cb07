"""Statistics of the columns of a table, as scaling needs them."""

from functools import cached_property
from typing import Any, Protocol

import numpy as np
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from .binary_features import gap_of_two_values
from .features import ROWS_PER_SLICE, Bounds, clipped, ends_of
from .outliers import usual
from .samples import Samples

#: Mean and scale of each column.
Moments = tuple[np.ndarray, np.ndarray]


class Columns(Protocol):
    """Features and targets of samples, wherever they are."""

    @property
    def dtype(self) -> Any:
        """The dtype of the features."""

    @property
    def n_features(self) -> int:
        """Columns of X."""

    @property
    def is_sparse(self) -> bool:
        """Whether X is a CSR matrix."""

    @property
    def ends(self) -> Bounds:
        """Least and greatest value of each feature."""

    def moments(self, bounds: Bounds | None) -> Moments:
        """Mean and scale of each feature as cut off at bounds.

        The scale is the standard deviation, or half the only gap: half the gap of two
        values is the standard deviation if one is as frequent as the other. Divided by
        its own, a rare dummy would outweigh numbers, and other dummies, where weights
        are penalised (Gelman, "Scaling regression inputs by dividing by two standard
        deviations", 2008).
        """

    def usual(self) -> Bounds:
        """Bounds beyond which values are outliers (`outliers.usual`)."""

    def moments_of_targets(self) -> Moments:
        """Mean and standard deviation of each target."""


class Table:
    """The columns of samples in memory."""

    def __init__(self, samples: Samples) -> None:
        self._X, self._y, self._weight = samples.X, samples.y, samples.weight

    @property
    def dtype(self) -> Any:
        """The dtype of the features."""
        return self._X.dtype

    @property
    def n_features(self) -> int:
        """Columns of X."""
        return int(self._X.shape[1])

    @property
    def is_sparse(self) -> bool:
        """Whether X is a CSR matrix."""
        return sparse.issparse(self._X)

    @cached_property
    def ends(self) -> Bounds:
        """Least and greatest value of each feature."""
        return ends_of(self._X)

    def moments(self, bounds: Bounds | None) -> Moments:
        """Mean of each feature, and standard deviation or half its only gap."""
        mean, scale = _moments(self._X, self._weight, bounds)
        return mean, half_gap_or(scale, gap_of_two_values(self._X, bounds))

    def usual(self) -> Bounds:
        """Bounds beyond which values are outliers."""
        return usual(self._X, self._weight)

    def moments_of_targets(self) -> Moments:
        """Mean and standard deviation of each target."""
        return _moments(self._y, self._weight)


def half_gap_or(scale: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Half the gap of features that have two values, and the scale of others."""
    return np.where(gap > 0, gap / 2, scale)


def _moments(
    X: Any, weight: np.ndarray | None, bounds: Bounds | None = None
) -> Moments:
    """Mean and scale of each column, in float64.

    Taken of the differences from the first row, which are exact where values are close
    together and far from zero.
    """
    is_sparse = sparse.issparse(X)
    first = 0.0 if is_sparse else clipped(X[:1], bounds).astype(np.float64)
    scaler = moments_about(first, X, weight, bounds)
    return np.ravel(first + scaler.mean_), scaler.scale_


def moments_about(
    first: Any, X: Any, weight: np.ndarray | None, bounds: Bounds | None
) -> StandardScaler:
    """A scaler that has seen all differences from one row, some rows at a time.

    Rounding may take the variance of a sparse column that is constant below zero: it is
    taken for constant all the same, and numpy need not warn of the root.
    """
    is_sparse = sparse.issparse(X)
    scaler = StandardScaler(with_mean=not is_sparse)
    for rows in gen_batches(X.shape[0], ROWS_PER_SLICE):
        part = clipped(X[rows], bounds).astype(np.float64)
        part = part if is_sparse else part - first
        seen = None if weight is None else weight[rows]
        with np.errstate(invalid="ignore"):
            scaler.partial_fit(part, sample_weight=seen)
    return scaler
