"""Least squares with a ridge, whose strength leave-one-out chooses where rows are few.

In one output, (1/n) Σ_i w_i (f_i − y_i)² + ½ a ‖W‖² is minimised, f = W x + b. The
samples' weights have mean one. With features centred and multiplied by √w, X = U S V',

    W = V diag(s / (s² + k)) U' y,    h_i = w_i/n + Σ_j u_ij² s_j² / (s_j² + k),

where k = n a / 2. A sample's error, when the model is fitted without it, is its error
now divided by 1 − h_i: exactly, for every strength, from one decomposition. A row that
stands for m samples is left in for m − 1 of them: h_i / m is then each one's.

Directions that vary no more than by rounding have no coefficients: their singular
values are tiny beside the largest, or what rounding of features makes (`by_rounding`).
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.linalg import svd

from .._data.batches import TrainingData
from .._numerics.rounding import by_rounding
from .lsqr import iterative_least_squares
from .ridge import N_JUDGED, Linear, Rotated, some_rows

#: Samples a weight from which on the strength is zero.
MANY_ROWS = 20

#: Strengths tried, n times which are squares of a singular value of average features.
_STRENGTHS = np.geomspace(1e-6, 1e3, 37)
#: What stands for no ridge: with none, a sample that alone has a feature has h = 1.
_ALMOST_ZERO = 1e-10
#: Share of the leave-one-out error that a ridge must save.
_GAIN = 0.01

#: Singular values, and features' variation, that are rounding here, to the largest.
_ROUNDING = 1e-13
#: Singular values that are rounding of features of fewer digits, in units of theirs.
_ROUNDINGS = 4
#: Entries of a sparse X up to which it is decomposed as a dense one is.
_DENSE_SIZE = 2**23
#: Errors left out that are computed at a time, over strengths and outputs.
_LEFT_OUT_SIZE = 2**20


def least_squares(
    data: TrainingData, intercept: bool, linear_alpha: float | None
) -> tuple[Linear, float]:
    """Least squares under a ridge, the smallest solution if there are several.

    Parameters
    ----------
    data : TrainingData
    intercept : bool
    linear_alpha : float or None
        None chooses it.

    Returns
    -------
    linear : coefficients (outputs, features), intercepts (outputs,)
    linear_alpha : float
    """
    n, p = data.x.shape
    if linear_alpha is None and data.n_counted >= MANY_ROWS * (p + 1):
        linear_alpha = 0.0
    if p >= n and linear_alpha != 0 and n <= N_JUDGED:
        rotated = Rotated.of(data, intercept)
        found, strength = _decomposed(rotated.data, intercept, linear_alpha)
        return rotated.undo(found), strength
    large = data.is_sparse and n * p > _DENSE_SIZE
    if linear_alpha is None and (large or p >= n):
        some = some_rows(data, N_JUDGED)
        linear_alpha = least_squares(some, intercept, None)[1] * len(some) / n
    if linear_alpha is not None and large:
        return iterative_least_squares(data, intercept, linear_alpha), linear_alpha
    return _decomposed(data, intercept, linear_alpha)


def _decomposed(
    data: TrainingData, intercept: bool, linear_alpha: float | None
) -> tuple[Linear, float]:
    """Solve by singular values, with a given strength or that of leave-one-out."""
    found = Decomposition.of(data, intercept)
    if linear_alpha is None:
        linear_alpha = chosen_strength(found, data, intercept)
    return found.linear(linear_alpha), linear_alpha


@dataclass(frozen=True)
class Triangle:
    """R of [1, X, Y] = Q R with rows times √w: all that samples say of linear models.

    Attributes
    ----------
    R : ndarray of shape (r, [1 +] features + outputs)
    square : ndarray of shape (features,)
        Weighted sums of squares of the features.
    n : int
        Samples.
    eps : float
        Relative rounding of features.
    """

    R: np.ndarray
    square: np.ndarray
    n: int
    eps: float

    @classmethod
    def of(cls, data: TrainingData, intercept: bool) -> "Triangle":
        """Through QR, a slice of samples at a time.

        That is as exact as one of the whole, in bounded memory.
        """
        p = data.x.shape[1]
        R, square = data.y.new_empty(0, dtype=torch.float64), np.zeros(p)
        # no fewer rows than R has, which each slice is stacked upon
        for x, y, weight in data.slices(max(p, data.slice_size)):
            ones = [torch.ones_like(x[:, :1])] if intercept else []
            rows = torch.cat([*ones, x, y], dim=1).double()
            if weight is not None:
                rows *= weight.double().sqrt()[:, None]
            square += rows[:, len(ones) : len(ones) + p].square().sum(0).cpu().numpy()
            R = torch.linalg.qr(torch.cat([R, rows]) if len(R) else rows, mode="r").R
        return cls(R.cpu().numpy(), square, len(data), torch.finfo(data.dtype).eps)

    def with_more(self, other: "Triangle") -> "Triangle":
        """Combine with the triangle of other samples."""
        both = torch.from_numpy(np.concatenate([self.R, other.R]))
        R = torch.linalg.qr(both, mode="r").R.numpy()
        square, n = self.square + other.square, self.n + other.n
        return Triangle(R, square, n, max(self.eps, other.eps))

    def rounded(self, offset: np.ndarray | float) -> np.ndarray:
        """Norms of the features' roundings: here, and as given with an offset."""
        here = np.sqrt(self.square)
        given = np.hypot(here, np.sqrt(self.n) * offset)
        return np.maximum(_ROUNDING * here, self.eps * given)


@dataclass(frozen=True)
class Decomposition:
    """Centred features times √w as U S V', and targets as U' y.

    Attributes
    ----------
    s : ndarray of shape (r,)
    V : ndarray of shape (features, r)
    targets : ndarray of shape (r, outputs)
    x_mean, y_mean : ndarrays of shape (features,), (outputs,)
    n : int
        Samples.
    n_varying : int
        Features that are not one value throughout.
    """

    s: np.ndarray
    V: np.ndarray
    targets: np.ndarray
    x_mean: np.ndarray
    y_mean: np.ndarray
    n: int
    n_varying: int

    @classmethod
    def of(cls, data: TrainingData, intercept: bool) -> "Decomposition":
        """Decompose samples in memory."""
        return cls.of_triangle(Triangle.of(data, intercept), intercept, data.offset)

    @classmethod
    def of_triangle(
        cls, triangle: Triangle, intercept: bool, offset: np.ndarray | float
    ) -> "Decomposition":
        """Decompose R of all samples; its rows after the constant's are centred."""
        R, p = triangle.R, len(triangle.square)
        n_constant = int(intercept)
        first, rest = np.split(R, [n_constant])
        left, right = np.split(rest[:, n_constant:], [p], axis=1)
        # one value throughout leaves rounding, no variation
        varies = np.square(left).sum(axis=0) > _ROUNDING**2 * triangle.square
        left = left * varies
        U, s, Vt = svd(left, full_matrices=False, check_finite=False)
        least = max(_ROUNDING, _ROUNDINGS * triangle.eps) * s.max(initial=0.0)
        rounded, centred = triangle.rounded(offset), np.linalg.norm(left, axis=0)
        kept = s > np.maximum(least, by_rounding(Vt, rounded, centred))
        means = first[0] / first[0, 0] if intercept else np.zeros(1 + R.shape[1])
        x_mean, y_mean = means[1 : 1 + p], means[1 + p :][: right.shape[1]]
        targets = U[:, kept].T @ right
        solved = s[kept], Vt[kept].T, targets
        return cls(*solved, x_mean, y_mean, triangle.n, int(varies.sum()))

    def shrunk(self, linear_alpha: float) -> np.ndarray:
        """Coefficients of the columns of V, (r, outputs)."""
        k = self.n * linear_alpha / 2
        return (self.s / (self.s**2 + k))[:, None] * self.targets

    def linear(self, linear_alpha: float) -> Linear:
        """The ridge regression."""
        coef = (self.V @ self.shrunk(linear_alpha)).T
        return coef, self.y_mean - coef @ self.x_mean

    @property
    def scale(self) -> float:
        """The mean square about their mean of features that vary: one, standardised."""
        return float(np.square(self.s).sum() / (self.n * max(self.n_varying, 1)))


def leave_one_out(
    found: Decomposition, data: TrainingData, alphas: np.ndarray, intercept: bool
) -> np.ndarray:
    """Mean squared error of samples left out, at each strength, over outputs too."""
    total = left_out_squares(data, found, alphas, intercept)
    return total / (found.n * found.targets.shape[1])


def left_out_squares(
    data: TrainingData, found: Decomposition, alphas: np.ndarray, intercept: bool
) -> np.ndarray:
    """Sums of squared errors of these samples, each left out, at each strength.

    ``found`` is of all samples, of which these may be some.
    """
    shrunk = np.stack([found.shrunk(a) for a in alphas])  # (alphas, r, outputs)
    inverse = 1 / (found.s[:, None] ** 2 + found.n * alphas / 2)  # (r, alphas)
    total, most = (
        np.zeros(len(alphas)),
        _LEFT_OUT_SIZE // (len(alphas) * shrunk.shape[2]),
    )
    for x, y, weight in data.slices(max(1, min(data.slice_size, most))):
        weight = None if weight is None else weight.double().cpu()
        z = (x.double().cpu().numpy() - found.x_mean) @ found.V
        w = np.ones(len(z)) if weight is None else weight.numpy()
        count = np.broadcast_to(data.multiplicity(weight), len(z))
        h = (w / count)[:, None] * (np.square(z) @ inverse + intercept / found.n)
        e = y.double().cpu().numpy() - found.y_mean - z @ shrunk  # (alphas, m, outputs)
        left_out = e / np.maximum(1 - h.T, np.finfo(float).tiny)[:, :, None]
        with np.errstate(over="ignore"):  # a sample that decides itself: infinitely
            total += np.einsum("akc,k->a", np.square(left_out), w)
    return total


def chosen_strength(found: Decomposition, data: TrainingData, intercept: bool) -> float:
    """The strength of least leave-one-out error."""
    errors = leave_one_out(found, data, strengths_tried(found), intercept)
    return least_erring(found, errors, found.n_varying + intercept < data.n_counted)


def strengths_tried(found: Decomposition) -> np.ndarray:
    """Candidate strengths (alphas,) of a ridge, the first of which means none."""
    return 2 * found.scale * np.array([_ALMOST_ZERO, *_STRENGTHS])


def least_erring(found: Decomposition, errors: np.ndarray, may_be_zero: bool) -> float:
    """The strength of the least error (alphas,) of those tried.

    It is zero unless a ridge saves enough, or features are as many as samples.
    """
    best = 1 + int(errors[1:].argmin())
    if may_be_zero and not errors[best] < (1 - _GAIN) * errors[0]:
        return 0.0
    return float(strengths_tried(found)[best])
