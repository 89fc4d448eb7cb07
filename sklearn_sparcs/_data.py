"""From validated arrays to scaled tensors, and the scaling that weights take back."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy import sparse
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from ._batches import SLICE, TrainingData
from ._direct import Bounds, clipped
from ._sklearn import check_sample_weight

#: How every X is validated.
X_FORMAT: dict[str, Any] = {
    "accept_sparse": ["csr", "csc", "coo"],
    "dtype": [np.float64, np.float32],
}


#: Bytes of X up to which a scaled copy of the whole is made, by type of device.
LARGEST_COPY = {"cpu": 2**26, "cuda": 2**31}


class Samples(NamedTuple):
    """Rows of X (array or CSR), encoded targets, and weights (n,) or None.

    Weights have mean one. Where they were whole numbers, ``mean_count`` is the mean
    that they had: a sample of weight two is then two samples.
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray | None
    mean_count: float | None = None


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


def usable_weight(sample_weight, X):
    """Checked weights (n,) in float64, or None. Zero weights are allowed, not all.

    Raises
    ------
    ValueError
        If there is a negative weight, none above zero, or not one a sample.
    """
    if sample_weight is None:
        return None
    return check_sample_weight(
        sample_weight, X, dtype=np.float64, ensure_non_negative=True
    )


def without_weightless(X, y, weight) -> Samples:
    """Leave out samples of weight zero, and give the others a mean weight of one."""
    if weight is None:
        return Samples(X, y, None)
    if not weight.all():
        X, y, weight = X[weight > 0], y[weight > 0], weight[weight > 0]
    mean = weight.mean()
    alike = np.all(weight == weight[0])
    counts = np.all(weight == weight.round())
    return Samples(X, y, None if alike else weight / mean, mean if counts else None)


def validation_split(
    samples: Samples, *, fraction: float, labels: np.ndarray | None, random_state: Any
) -> tuple[Samples, Samples]:
    """Split into training and validation samples, alike in their ``labels`` if given.

    Raises
    ------
    ValueError
        If either part would be empty, or a class is too rare to be in both.
    """
    n_samples = samples.X.shape[0]
    n_valid = int(np.ceil(fraction * n_samples))
    if not 0 < n_valid < n_samples:
        raise ValueError(
            f"early_stopping=True sets {n_valid} of {n_samples} samples aside "
            f"(validation_fraction={fraction}), which leaves a part empty; give more "
            "samples or set early_stopping=False."
        )
    train, valid = train_test_split(
        np.arange(n_samples),
        test_size=n_valid,
        stratify=labels,
        random_state=random_state,
    )
    return _taken(samples, train), _taken(samples, valid)


def _taken(samples: Samples, rows: np.ndarray) -> Samples:
    weight = None if samples.weight is None else samples.weight[rows]
    return samples._replace(X=samples.X[rows], y=samples.y[rows], weight=weight)


def _tensor(array: np.ndarray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)


def resolve_device(device: str) -> torch.device:
    """The torch device called ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"auto"``.

    Raises
    ------
    ValueError
        If CUDA is asked for and absent, or there is no such device.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is no device; use 'cpu', 'cuda', 'cuda:1' … or 'auto'."
        ) from error
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"device={device!r} was asked for, but torch sees "
            f"{torch.cuda.device_count()} CUDA devices; use device='cpu' or 'auto'."
        )
    return chosen
