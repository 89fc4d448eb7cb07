"""What turns raw units into those that a network is trained in."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from .features import Bounds, clipped
from .outliers import usual
from .samples import Samples
from .two_values import gap_of_two_values

#: Rows at a time where moments are taken.
_SLICE = 8192

#: Roundings apart that the values of a feature may be which is a constant.
_ROUNDINGS = 16 * np.finfo(float).eps


@dataclass(frozen=True)
class Scaling:
    """x_scaled = (x − x_mean) / x_scale and y_scaled = (y − y_mean) / y_scale.

    Attributes
    ----------
    x_mean, x_scale : ndarray of shape (features,)
    y_mean, y_scale : ndarray of shape (outputs,) or (1,)
    bounds : pair of ndarrays of shape (features,), or None
        Features are cut off there before they are scaled.
    hidden_bounds : pair of ndarrays of shape (features,), or None
        Hidden neurons hear raw features no further.
    constant : ndarray of bool, shape (features,), or None
        Centred features that have had one value so far, up to rounding. They are zero
        once scaled, so that nothing is known of their weights.
    """

    x_mean: np.ndarray
    x_scale: np.ndarray
    y_mean: np.ndarray
    y_scale: np.ndarray
    bounds: Bounds | None = None
    hidden_bounds: Bounds | None = None
    constant: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        samples: Samples,
        *,
        standardize: bool,
        center: bool,
        scale_targets: bool,
        clip: float | None = None,
        hidden_clip: float | None = None,
        bounds: Bounds | None = None,
        hidden_bounds: Bounds | None = None,
    ) -> "Scaling":
        """Standardise weighted samples, their targets too if ``scale_targets``.

        A feature of two values is scaled by half their gap instead. Features are cut
        off ``clip`` standard deviations from their mean, both of what is `usual`, or at
        ``bounds``, and scaled as they then are. Hidden neurons hear
        them no further than ``hidden_clip`` of those, or than ``hidden_bounds``. Sparse
        ones are not centred, and nothing is where no intercept could take the mean back
        (``center=False``).
        """
        X, y, weight = samples.X, samples.y, samples.weight
        x_mean, x_scale = np.zeros(X.shape[1]), np.ones(X.shape[1])
        y_mean, y_scale = np.zeros(1), np.ones(1)
        constant = None
        if standardize:
            x_mean, x_scale = _moments_of_features(X, weight, bounds)
            if clip is not None or hidden_clip is not None:
                mean, scale = _usual_moments(X, weight, x_mean, x_scale)
                if clip is not None:
                    bounds = _bounds(X, mean, scale, clip)
                    if exceeds(X, bounds):
                        x_mean, x_scale = _moments_of_features(X, weight, bounds)
                if hidden_clip is not None:
                    hidden_bounds = _bounds(X, mean, scale, hidden_clip)
                    hidden_bounds = _within(hidden_bounds, bounds)
            if sparse.issparse(X) or not center:
                x_mean = np.zeros_like(x_mean)
            else:
                constant = _constant(X, x_mean, bounds)
                x_scale = np.where(constant, 1.0, x_scale)
            # numbers that X can hold: the same shift is then taken and folded back
            x_mean, x_scale = (
                v.astype(X.dtype).astype(float) for v in (x_mean, x_scale)
            )
        if standardize and scale_targets:
            y_mean, y_scale = _moments(y, weight)
            y_mean = y_mean if center else np.zeros_like(y_mean)
        return cls(x_mean, x_scale, y_mean, y_scale, bounds, hidden_bounds, constant)

    @property
    def for_hidden_neurons(self) -> "Scaling":
        """What cuts features off where hidden neurons hear them no further."""
        return replace(self, bounds=self.hidden_bounds or self.bounds)

    def cuts(self, X: Any) -> bool:
        """Whether any value of X lies beyond the bounds."""
        return self.bounds is not None and exceeds(X, self.bounds)

    def seeing(self, X: Any) -> "Scaling":
        """The same, where features that vary in X, as new samples, are no constants."""
        if self.constant is None or not self.constant.any():
            return self
        still = np.abs(_range(X, self.bounds) - self.x_mean).max(axis=0)
        return replace(self, constant=self.constant & (still <= self._rounding))

    @property
    def _rounding(self) -> np.ndarray:
        """What is no more than the rounding of each feature's mean."""
        return _ROUNDINGS * np.abs(self.x_mean)

    def features(self, X: Any) -> Any:
        """Scaled features (n, features) in the dtype of X: an array, or CSR for CSR.

        Where they are centred, a CSR matrix becomes an array.
        """
        inside = clipped(X, self.bounds)
        if sparse.issparse(inside) and self.x_mean.any():
            inside = inside.toarray()
        if sparse.issparse(inside):
            return sparse.csr_array(inside.multiply(1 / self.x_scale)).astype(X.dtype)
        scaled = inside - self.x_mean.astype(X.dtype)
        if self.constant is not None:
            for j in np.flatnonzero(self.constant):
                scaled[np.abs(scaled[:, j]) <= self._rounding[j], j] = 0
        scaled /= self.x_scale.astype(X.dtype)
        return scaled

    def targets(self, y: np.ndarray, dtype: Any) -> np.ndarray:
        """Scaled targets (n, outputs) in ``dtype``; class indices as they are."""
        if y.dtype.kind != "f":
            return y
        scaled = np.empty(y.shape, dtype)
        np.subtract(y, self.y_mean, out=scaled, casting="same_kind")
        np.divide(scaled, self.y_scale, out=scaled, casting="same_kind")
        return scaled


def _moments_of_features(
    X: Any, weight: np.ndarray | None, bounds: Bounds | None
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and scale of each feature: its standard deviation, or half its only gap.

    Half the gap of two values is the standard deviation if one is as frequent as the
    other. Divided by its own, a rare dummy would outweigh numbers, and other dummies,
    where weights are penalised (Gelman, "Scaling regression inputs by dividing by two
    standard deviations", 2008).
    """
    mean, scale = _moments(X, weight, bounds)
    gap = gap_of_two_values(X, bounds)
    return mean, np.where(gap > 0, gap / 2, scale)


def _moments(
    X: Any, weight: np.ndarray | None, bounds: Bounds | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and scale of each column, in float64, some rows at a time.

    Taken of the differences from the first row, which are exact where values are close
    together and far from zero.
    """
    is_sparse = sparse.issparse(X)
    scaler = StandardScaler(with_mean=not is_sparse)
    first = 0.0 if is_sparse else clipped(X[:1], bounds).astype(np.float64)
    for rows in gen_batches(X.shape[0], _SLICE):
        part = clipped(X[rows], bounds)
        part = part if is_sparse else part.astype(np.float64) - first
        scaler.partial_fit(part, sample_weight=None if weight is None else weight[rows])
    return np.ravel(first + scaler.mean_), scaler.scale_


def _usual_moments(
    X: Any, weight: np.ndarray | None, mean: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Moments of features cut off where outliers begin; those of all if none does.

    A sparse X has no outliers, as most of it is zeros.
    """
    if sparse.issparse(X):
        return mean, scale
    within = usual(X, weight)
    if not exceeds(X, within):
        return mean, scale
    return _moments_of_features(X, weight, within)


def _bounds(X: Any, mean: np.ndarray, scale: np.ndarray, clip: float) -> Bounds:
    """So many standard deviations about the mean; zeros of a sparse X are inside."""
    low, high = mean - clip * scale, mean + clip * scale
    if sparse.issparse(X):
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    return low.astype(X.dtype), high.astype(X.dtype)


def _within(inner: Bounds, outer: Bounds | None) -> Bounds:
    """Bounds no wider than others, if there are any."""
    if outer is None:
        return inner
    return np.maximum(inner[0], outer[0]), np.minimum(inner[1], outer[1])


def exceeds(X: Any, bounds: Bounds) -> bool:
    """Whether any value of X lies beyond the bounds."""
    least, most = X.min(axis=0), X.max(axis=0)
    if sparse.issparse(X):
        least, most = least.toarray(), most.toarray()
    return bool((least < bounds[0]).any() or (most > bounds[1]).any())


def _range(X: np.ndarray, bounds: Bounds | None) -> np.ndarray:
    """Least and greatest value of each column as cut off, shape (2, features)."""
    return clipped(np.array([X.min(axis=0), X.max(axis=0)]), bounds).astype(np.float64)


def _constant(X: np.ndarray, mean: np.ndarray, bounds: Bounds | None) -> np.ndarray:
    """Mask of the columns that have one value, up to rounding."""
    low, high = _range(X, bounds)
    return high - low <= _ROUNDINGS * np.abs(mean)
