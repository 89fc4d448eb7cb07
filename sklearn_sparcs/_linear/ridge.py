"""What the linear models share whose ridge is chosen by leaving samples out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from scipy.linalg import eigh

from .._data.batches import TrainingData
from .._numerics.rounding import by_rounding

#: The weights (outputs, features), and the intercepts (outputs,).
Linear = tuple[np.ndarray, np.ndarray]

#: Most samples that a strength is chosen on where features are about as many.
N_JUDGED = 1000


@dataclass(frozen=True)
class Rotated:
    """A table of more features than samples, in as many principal coordinates.

    With centred features X = U S V', a ridge of W = B V' is one of B, and the
    coordinates U S (n, r) are all that the samples show of their features.

    Attributes
    ----------
    data : TrainingData
        Samples of these coordinates.
    back : callable
        From B (outputs, r) to W (outputs, features).
    centre : ndarray of shape (features,)
        Where the coordinates are zero.
    """

    data: TrainingData
    back: Callable[[np.ndarray], np.ndarray]
    centre: np.ndarray

    @classmethod
    def of(cls, data: TrainingData, intercept: bool) -> "Rotated":
        """Coordinates by the eigenvectors of the samples' products, X X'."""
        X = whole(data)
        centre = np.asarray(X.mean(axis=0)).ravel() * float(intercept)
        X = X if data.is_sparse else X - centre
        products = X @ X.T
        K = products.toarray() if data.is_sparse else products
        if intercept:
            K = K - K.mean(axis=0)
            K = K - K.mean(axis=1)[:, None]
        square, U = eigh(K)
        kept = square > max(len(K), 10) * np.finfo(float).eps * square[-1]
        U, s = U[:, kept], np.sqrt(square[kept])
        if not data.is_sparse:
            eps = torch.finfo(data.dtype).eps
            U, s = _beyond_rounding(X, U, s, centre + data.offset, eps)
        if not len(s):  # at least one coordinate is needed, if only of zeros
            U, s = np.zeros((len(K), 1)), np.zeros(1)
        divisor = np.where(s > 0, s, 1.0)

        def back(B: np.ndarray) -> np.ndarray:
            rows = U @ (B / divisor).T  # (n, outputs)
            return np.asarray(X.T @ (rows - rows.mean(axis=0) * float(intercept))).T

        z = torch.from_numpy(U * s).to(data.y.device)
        y = data.y.double() if data.y.is_floating_point() else data.y
        weight = None if data.weight is None else data.weight.double()
        return cls(TrainingData(z, y, weight, data.mean_count), back, centre)

    def undo(self, found: Linear) -> Linear:
        """A linear model of the coordinates as one of the features."""
        B, bias = found
        W = self.back(B)
        return W, bias - W @ self.centre


def _beyond_rounding(
    X: np.ndarray, U: np.ndarray, s: np.ndarray, mean: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of centred X that are more than rounding of X with its mean."""
    centred = np.linalg.norm(X, axis=0)
    given = np.hypot(centred, np.sqrt(len(X)) * mean)
    kept = s > by_rounding((X.T @ (U / s)).T, eps * given, centred)
    return U[:, kept], s[kept]


def whole(data: TrainingData) -> Any:
    """All features in float64, as an array or a CSR matrix."""
    if data.is_sparse:
        return data.x.astype(np.float64)
    return torch.cat([x.double().cpu() for x, _, _ in data.slices()]).numpy()


def always_the_same(n_rows: int, n: int) -> np.ndarray:
    """Numbers of n of the rows, in their order."""
    return np.sort(np.random.RandomState(0).permutation(n_rows)[:n])


def some_rows(data: TrainingData, n: int) -> TrainingData:
    """About n of the samples, always the same, with weights of mean one."""
    rows = always_the_same(len(data), n)
    index = torch.from_numpy(rows).to(data.y.device)
    weight = None if data.weight is None else data.weight[index]
    x = data.x[index] if isinstance(data.x, torch.Tensor) else data.x[rows]
    return of_mean_one(replace(data, x=x, y=data.y[index], weight=weight))


def of_mean_one(data: TrainingData) -> TrainingData:
    """Samples with weights divided by their mean."""
    weight, count = data.weight, data.mean_count
    if weight is None:
        return data
    mean = float(weight.mean())
    count = None if count is None else count * mean
    return replace(data, weight=weight / mean, mean_count=count)
