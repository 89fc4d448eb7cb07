"""The linear model that training starts at.

Each function returns the map of [x, 1] (of x alone without an intercept) to the
network's output, shape (outputs, features + intercept), in float64.
"""

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression

from ._data import Samples
from ._losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError

#: Ridge penalty of the logistic start, a sample: just enough for a solution to
#: exist where a hyperplane separates the classes.
LOGISTIC_RIDGE = 1e-3

#: Log-odds given to an answer that the data never (or always) show.
_NEVER = -10.0

#: Largest number of parameters for which Newton's Hessian is formed.
_NEWTON_SIZE = 1000


def linear_start(
    samples: Samples, loss: Loss, n_outputs: int, intercept: bool
) -> np.ndarray:
    """The best linear model under ``loss`` of scaled samples."""
    X, y, weight, _ = samples
    match loss:
        case SquaredError():
            coef, bias = _least_squares(X, y, weight, intercept)
        case SoftmaxCrossEntropy():
            coef, bias = _multinomial(X, y, weight, n_outputs, intercept)
        case BinaryCrossEntropy():
            parts = [_binary(X, column, weight, intercept) for column in y.T]
            coef, bias = (np.stack(part) for part in zip(*parts, strict=True))
    return np.column_stack([coef, bias]) if intercept else coef


def _least_squares(X, y, weight, intercept: bool):
    model = LinearRegression(fit_intercept=intercept, tol=1e-13)
    model.fit(X.astype(np.float64), y.astype(np.float64), sample_weight=weight)
    return model.coef_, model.intercept_


def _multinomial(X, y, weight, n_classes: int, intercept: bool):
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


def _binary(X, y, weight, intercept: bool):
    """Logistic regression of one yes-or-no output, or a constant if it is one."""
    if y.min() == y.max():
        log_odds = -_NEVER if y[0] > 0 else _NEVER
        return np.zeros(X.shape[1]), log_odds if intercept else 0.0
    model = _logistic(X, y > 0, weight, intercept)
    return model.coef_[0], model.intercept_[0] if intercept else 0.0


def _logistic(X, y, weight, intercept: bool) -> LogisticRegression:
    n_classes = len(np.unique(y))
    small = (X.shape[1] + 1) * n_classes <= _NEWTON_SIZE
    total = len(y) if weight is None else weight.sum()
    model = LogisticRegression(
        C=1 / (LOGISTIC_RIDGE * total),
        fit_intercept=intercept,
        solver="newton-cholesky" if small else "lbfgs",
        tol=1e-10 if small else 1e-5,
        max_iter=1000,
    )
    return model.fit(X.astype(np.float64), y, sample_weight=weight)
