"""From validated arrays to scaled tensors, and the scaling that weights take back."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from .batches import SLICE, TrainingData
from .features import Bounds, clipped
from .samples import Samples

#: Bytes of X up to which a scaled copy of the whole is made, by type of device.
LARGEST_COPY = {"cpu": 2**26, "cuda": 2**31}


@dataclass(frozen=True)
class Scaling:
    """What turns raw units into those that the network is trained in.

    x_scaled = (x − x_mean) / x_scale, y_scaled = (y − y_mean) / y_scale; x is cut off
    at its ``bounds`` before, if there are any.
    """

    x_mean: np.ndarray
    x_scale: np.ndarray
    y_mean: np.ndarray
    y_scale: np.ndarray
    bounds: Bounds | None = None

    @classmethod
    def of(
        cls,
        samples: Samples,
        *,
        standardize: bool,
        center: bool,
        scale_targets: bool,
        clip: float | None = None,
        bounds: Bounds | None = None,
    ) -> "Scaling":
        """Standardise weighted samples, their targets too if ``scale_targets``.

        Features are cut off ``clip`` standard deviations from their mean, or at
        ``bounds``, and scaled as they then are. Sparse ones are not centred, and
        nothing is where no intercept could take the mean back (``center=False``).
        """
        X, y, weight, _ = samples
        x_mean, x_scale = np.zeros(X.shape[1]), np.ones(X.shape[1])
        y_mean, y_scale = np.zeros(1), np.ones(1)
        if standardize:
            x_mean, x_scale = _moments(X, weight, bounds)
            if clip is not None:
                bounds = _bounds(X, x_mean, x_scale, clip)
                if _is_beyond(X, bounds):
                    x_mean, x_scale = _moments(X, weight, bounds)
            if sparse.issparse(X) or not center:
                x_mean = np.zeros_like(x_mean)
            # numbers that X can hold: the same shift is then taken and folded back
            x_mean, x_scale = (
                v.astype(X.dtype).astype(float) for v in (x_mean, x_scale)
            )
        if standardize and scale_targets:
            y_mean, y_scale = _moments(y, weight)
            y_mean = y_mean if center else np.zeros_like(y_mean)
        return cls(x_mean, x_scale, y_mean, y_scale, bounds)

    def _as(self, dtype) -> tuple[np.ndarray, np.ndarray, Bounds | None]:
        return self.x_mean.astype(dtype), self.x_scale.astype(dtype), self.bounds

    def to_device(
        self, samples: Samples, device: torch.device, largest_copy: int | None = None
    ) -> TrainingData:
        """Scaled samples, where they are computed with.

        A dense X of more than ``largest_copy`` bytes is not copied, but scaled and
        moved a few rows at a time.
        """
        X, y, weight, mean_count = samples
        if largest_copy is None:
            largest_copy = LARGEST_COPY.get(device.type, LARGEST_COPY["cpu"])
        if y.dtype.kind == "f":
            scaled_y = np.empty(y.shape, X.dtype)
            np.subtract(y, self.y_mean, out=scaled_y, casting="same_kind")
            np.divide(scaled_y, self.y_scale, out=scaled_y, casting="same_kind")
            y = scaled_y
        later = not sparse.issparse(X) and X.nbytes > largest_copy
        if sparse.issparse(X):
            inside = clipped(X, self.bounds)
            x = sparse.csr_array(inside.multiply(1 / self.x_scale)).astype(X.dtype)
        elif later:
            x = X
        else:
            mean, scale, bounds = self._as(X.dtype)
            scaled = clipped(X, bounds) - mean
            scaled /= scale
            x = _tensor(scaled, device)
        return TrainingData(
            x,
            _tensor(y, device),
            None if weight is None else _tensor(weight.astype(X.dtype), device),
            mean_count,
            self._as(X.dtype) if later else None,
        )


def _moments(X, weight, bounds: Bounds | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Mean and scale of each column, in float64, some rows at a time."""
    scaler = StandardScaler(with_mean=not sparse.issparse(X))
    for rows in gen_batches(X.shape[0], SLICE):
        part = clipped(X[rows], bounds)
        part = part if sparse.issparse(X) else part.astype(np.float64)
        scaler.partial_fit(part, sample_weight=None if weight is None else weight[rows])
    return scaler.mean_, scaler.scale_


def _bounds(X, mean: np.ndarray, scale: np.ndarray, clip: float) -> Bounds:
    """So many standard deviations about the mean; zeros of a sparse X are inside."""
    low, high = mean - clip * scale, mean + clip * scale
    if sparse.issparse(X):
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    return low.astype(X.dtype), high.astype(X.dtype)


def _is_beyond(X, bounds: Bounds) -> bool:
    """Whether any value is."""
    least, most = X.min(axis=0), X.max(axis=0)
    if sparse.issparse(X):
        least, most = least.toarray(), most.toarray()
    return bool((least < bounds[0]).any() or (most > bounds[1]).any())


def _tensor(array: np.ndarray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)
