"""The linear model that training starts at.

Each function returns the map of [x, 1] (of x alone without an intercept) to the
network's output, shape (outputs, features + intercept), in float64.
"""

from typing import Any

import numpy as np
import torch
from scipy.linalg import lstsq
from scipy.optimize import minimize
from sklearn.linear_model import LinearRegression, LogisticRegression

from .._data.batches import TrainingData
from .arrays import TORCH
from .losses import Loss

#: The weights (outputs, features), and the intercepts (outputs,) or zero.
Linear = tuple[np.ndarray, np.ndarray | float]
#: Features as scikit-learn takes them: an array, or a CSR matrix.
Features = Any

#: Ridge penalty of the logistic start, a sample: just enough for a solution to
#: exist where a hyperplane separates the classes.
LOGISTIC_RIDGE = 1e-3

#: Log-odds given to an answer that the data never (or always) show.
_NEVER = -10.0

#: Largest number of parameters for which Newton's Hessian is formed: beyond, L-BFGS is
#: many times quicker, and its loss the same to four digits.
_NEWTON_SIZE = 100


def linear_start(
    data: TrainingData, loss: Loss, n_outputs: int, intercept: bool
) -> np.ndarray:
    """The best linear model under ``loss`` of scaled samples."""
    if loss.linear_model == "least squares":
        solve = _sparse_least_squares if data.is_sparse else _least_squares
        coef, bias = solve(data, intercept)
    elif data.scaling is not None:
        coef, bias = _streamed_logistic(data, loss, n_outputs, intercept)
    else:
        X = data.x.cpu().numpy() if isinstance(data.x, torch.Tensor) else data.x
        y = data.y.cpu().numpy()
        weight = None if data.weight is None else data.weight.cpu().numpy()
        fit = _multinomial if loss.linear_model == "multinomial" else _binary
        coef, bias = fit(X, y, weight, n_outputs, intercept)
    return np.column_stack([coef, bias]) if intercept else coef


def _least_squares(data: TrainingData, intercept: bool) -> Linear:
    """Least squares, the smallest solution if there are several.

    The samples go through a QR decomposition a slice at a time: as exact as one of
    the whole, in bounded memory. With the constant as first column, the rest of R
    is that of centred data, and ``lstsq`` does as in `LinearRegression`.
    """
    n_features = data.x.shape[1]
    R = data.y.new_empty(0, dtype=torch.float64)
    # no fewer rows than R has, which each slice is stacked upon
    for x, y, weight in data.slices(max(n_features, data.slice_size)):
        ones = [torch.ones_like(y[:, :1])] if intercept else []
        rows = torch.cat([*ones, x, y], dim=1).double()
        if weight is not None:
            rows *= weight.double().sqrt()[:, None]
        R = torch.linalg.qr(torch.cat([R, rows]) if len(R) else rows, mode="r").R
    first, rest = np.split(R.cpu().numpy(), [int(intercept)])
    left, right = np.split(rest[:, intercept:], [n_features], axis=1)
    coef = lstsq(left, right, cond=1e-13)[0].T
    if not intercept:
        return coef, 0.0
    n, sums_x, sums_y = np.split(first[0], [1, 1 + n_features])
    return coef, (sums_y - coef @ sums_x) / n


def _sparse_least_squares(data: TrainingData, intercept: bool) -> Linear:
    """Least squares by conjugate gradients (LSQR), the samples left sparse."""
    model = LinearRegression(fit_intercept=intercept, tol=1e-13)
    weight = None if data.weight is None else data.weight.cpu().double().numpy()
    y = data.y.cpu().double().numpy()
    model.fit(data.x.astype(np.float64), y, sample_weight=weight)
    return model.coef_, model.intercept_


def _streamed_logistic(
    data: TrainingData, loss: Loss, n_outputs: int, intercept: bool
) -> Linear:
    """Logistic regression in bounded memory, a pass through the data an evaluation."""
    shape = n_outputs, data.x.shape[1] + intercept
    # the mean over outputs is part of the loss, and none of several regressions
    each = LOGISTIC_RIDGE / loss.n_averaged(n_outputs)
    ridge = torch.full(shape, each, dtype=torch.float64)
    ridge[:, data.x.shape[1] :] = 0

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        W = torch.from_numpy(flat).reshape(shape)
        value, grad = float((ridge * W * W).sum() / 2), ridge * W
        for x, y, weight in data.slices():
            h = torch.nn.functional.pad(x, (0, 1), value=1.0) if intercept else x
            output = h @ W.T.to(h)
            delta = torch.empty_like(output.T)
            loss.gradient(TORCH, output.T, y, weight, out=delta)
            part = len(x) / len(data)
            value += part * float(loss(output, y, weight))
            grad += part * (delta @ h).cpu().double()
        return value, grad.numpy().ravel()

    found = minimize(objective, np.zeros(np.prod(shape)), jac=True, method="L-BFGS-B")
    W = found.x.reshape(shape)
    return (W[:, :-1], W[:, -1]) if intercept else (W, 0.0)


def _multinomial(
    X: Features,
    y: np.ndarray,
    weight: np.ndarray | None,
    n_classes: int,
    intercept: bool,
) -> Linear:
    """Logistic regression on the classes at hand, the absent ones nearly ruled out."""
    present = np.unique(y)
    coef = np.zeros((n_classes, X.shape[1]))
    bias = np.full(n_classes, _NEVER if intercept else 0.0)
    if len(present) == 1:
        bias[present] = 0.0
        return coef, bias
    model = _logistic(X, y, weight, intercept)
    half = np.array([[-0.5], [0.5]])  # two classes come as one difference of scores
    two = len(present) == 2
    coef[present] = half * model.coef_ if two else model.coef_
    bias[present] = half[:, 0] * model.intercept_ if two else model.intercept_
    return coef, bias


def _binary(
    X: Features,
    y: np.ndarray,
    weight: np.ndarray | None,
    n_outputs: int,
    intercept: bool,
) -> Linear:
    """A logistic regression of each yes-or-no output."""
    parts = [_one_binary(X, column, weight, intercept) for column in y.T]
    coef, bias = (np.stack(part) for part in zip(*parts, strict=True))
    return coef, bias


def _one_binary(
    X: Features, y: np.ndarray, weight: np.ndarray | None, intercept: bool
) -> Linear:
    """Logistic regression of one yes-or-no output, or a constant if it is one."""
    if y.min() == y.max():
        log_odds = -_NEVER if y[0] > 0 else _NEVER
        return np.zeros(X.shape[1]), log_odds if intercept else 0.0
    model = _logistic(X, y > 0, weight, intercept)
    return model.coef_[0], model.intercept_[0] if intercept else 0.0


def _logistic(
    X: Features, y: np.ndarray, weight: np.ndarray | None, intercept: bool
) -> LogisticRegression:
    """Logistic regression with the ridge of the start."""
    n_classes = len(np.unique(y))
    small = (X.shape[1] + 1) * n_classes <= _NEWTON_SIZE
    total = len(y) if weight is None else weight.sum()
    model = LogisticRegression(
        C=1 / (LOGISTIC_RIDGE * total),
        fit_intercept=intercept,
        solver="newton-cholesky" if small else "lbfgs",
        tol=1e-10 if small else 1e-4,
        max_iter=1000,
    )
    return model.fit(X.astype(np.float64), y, sample_weight=weight)
