"""Standardisation of features and targets, and clipping of features."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from .columns import Columns
from .features import Bounds, beyond, clipped

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
        columns: Columns,
        *,
        standardize: bool,
        center: bool,
        scale_targets: bool,
        clip: float | None = None,
        hidden_clip: float | None = None,
        bounds: Bounds | None = None,
        hidden_bounds: Bounds | None = None,
    ) -> "Scaling":
        """Standardise columns, those of targets too if ``scale_targets``.

        A feature of two values is scaled by half their gap instead. Features are cut
        off ``clip`` standard deviations from their mean, both of what is `usual`, or at
        ``bounds``, and scaled as they then are. Hidden neurons hear
        them no further than ``hidden_clip`` of those, or than ``hidden_bounds``. Sparse
        ones are not centred, and nothing is where no intercept could take the mean back
        (``center=False``).
        """
        n_features = columns.n_features
        y_mean, y_scale = np.zeros(1), np.ones(1)
        if not standardize:
            unscaled = np.zeros(n_features), np.ones(n_features), y_mean, y_scale
            return cls(*unscaled, bounds, hidden_bounds)
        mean, scale = columns.moments(bounds)
        if clip is not None or hidden_clip is not None:
            usual = _usual_moments(columns, mean, scale)
            if clip is not None:
                bounds = _bounds(columns, *usual, clip)
                if beyond(columns.ends, bounds):
                    mean, scale = columns.moments(bounds)
            if hidden_clip is not None:
                hidden_bounds = _within(_bounds(columns, *usual, hidden_clip), bounds)
        x_mean, x_scale, constant = _centred(columns, mean, scale, bounds, center)
        if scale_targets:
            y_mean, y_scale = columns.moments_of_targets()
            y_mean = y_mean if center else np.zeros_like(y_mean)
        return cls(x_mean, x_scale, y_mean, y_scale, bounds, hidden_bounds, constant)

    @property
    def for_hidden_neurons(self) -> "Scaling":
        """The scaling with the bounds of hidden neurons."""
        return replace(self, bounds=self.hidden_bounds or self.bounds)

    def cuts(self, ends: Bounds) -> bool:
        """Whether features of these least and greatest values lie beyond the bounds."""
        return self.bounds is not None and beyond(ends, self.bounds)

    def seeing(self, X: Any) -> "Scaling":
        """The scaling once features that vary in X, as new samples, are no constants.

        Of how they vary nothing was known. So they are scaled by how far from their
        constant they are now, where that is more than one; nearer, one stays.
        """
        if self.constant is None or not self.constant.any():
            return self
        j = np.flatnonzero(self.constant)
        away = np.abs(X[:, j].astype(np.float64) - self.x_mean[j])
        varied = away > self._rounding[j]
        woken = varied.any(axis=0)
        away, varied, j = away[:, woken], varied[:, woken], j[woken]
        scale = np.sqrt(np.square(away).sum(axis=0) / varied.sum(axis=0)).clip(1.0)
        constant, times = self.constant.copy(), np.ones_like(self.x_scale)
        constant[j], times[j] = False, scale.astype(X.dtype)
        return replace(
            self,
            x_scale=self.x_scale * times,
            bounds=self._moved(self.bounds, times),
            hidden_bounds=self._moved(self.hidden_bounds, times),
            constant=constant,
        )

    def _moved(self, bounds: Bounds | None, times: np.ndarray) -> Bounds | None:
        """Bounds so many times as far from the mean."""
        if bounds is None:
            return None

        def moved(bound: np.ndarray) -> np.ndarray:
            there = self.x_mean + (bound - self.x_mean) * times
            return np.where(times == 1, bound, there).astype(bound.dtype)

        return moved(bounds[0]), moved(bounds[1])

    @property
    def _rounding(self) -> np.ndarray:
        """Upper bound of the rounding error of each feature's mean."""
        return _ROUNDINGS * np.abs(self.x_mean)

    @property
    def offset(self) -> np.ndarray:
        """The offset subtracted from features, in scaled units."""
        return self.x_mean / self.x_scale

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


def _usual_moments(
    columns: Columns, mean: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Moments of features cut off where outliers begin; those of all if none does.

    A sparse X has no outliers, as most of it is zeros.
    """
    if columns.is_sparse:
        return mean, scale
    within = columns.usual()
    return columns.moments(within) if beyond(columns.ends, within) else (mean, scale)


def _bounds(
    columns: Columns, mean: np.ndarray, scale: np.ndarray, clip: float
) -> Bounds:
    """Bounds at so many standard deviations; zero is inside for a sparse X."""
    low, high = mean - clip * scale, mean + clip * scale
    if columns.is_sparse:
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    return low.astype(columns.dtype), high.astype(columns.dtype)


def _within(inner: Bounds, outer: Bounds | None) -> Bounds:
    """Bounds no wider than others, if there are any."""
    if outer is None:
        return inner
    return np.maximum(inner[0], outer[0]), np.minimum(inner[1], outer[1])


def _centred(
    columns: Columns,
    mean: np.ndarray,
    scale: np.ndarray,
    bounds: Bounds | None,
    center: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Mean and scale of features, and a mask of the constant ones if they are centred.

    They are numbers that X can hold: the same shift is then taken and folded back.
    """
    constant = None
    if columns.is_sparse or not center:
        mean = np.zeros_like(mean)
    else:
        constant = _constant(columns.ends, mean, bounds)
        scale = np.where(constant, 1.0, scale)
    mean, scale = (v.astype(columns.dtype).astype(float) for v in (mean, scale))
    return mean, scale, constant


def _constant(ends: Bounds, mean: np.ndarray, bounds: Bounds | None) -> np.ndarray:
    """Mask of the columns that have one value, up to rounding."""
    low, high = clipped(np.array(ends), bounds).astype(np.float64)
    return high - low <= _ROUNDINGS * np.abs(mean)
