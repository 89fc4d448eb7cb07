"""Least squares of a large sparse X, which stays sparse: by conjugate gradients.

LSQR (Paige and Saunders, 1982) works on X with its columns centred, which is never
formed. Where features are not too many, a Cholesky factor of X'X makes it
indifferent to columns that are nearly alike: it then needs a few dozen iterations.
"""

import numpy as np
from scipy import sparse
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse.linalg import LinearOperator, lsqr

from .._data.batches import TrainingData
from .ridge import Linear

#: Features up to which X'X is formed.
_LARGEST_GRAM = 4000
#: What is added to its diagonal, to its trace, that it can be factored.
_FLOOR = 1e-12
#: Relative accuracy asked for, and iterations that may be spent on it.
_TOL, _MAX_ITER = 1e-13, 10_000


def iterative_least_squares(
    data: TrainingData, intercept: bool, linear_alpha: float
) -> Linear:
    """Least squares under a ridge, the smallest solution if there are several."""
    X, y = data.x.astype(np.float64), data.y.cpu().double().numpy()
    n, p = X.shape
    weight = np.ones(n) if data.weight is None else data.weight.cpu().double().numpy()
    total = weight.sum() if intercept else np.inf
    x_mean, y_mean = X.T @ weight / total, y.T @ weight / total
    root = np.sqrt(weight)
    X, y = sparse.csr_array(X.multiply(root[:, None])), root[:, None] * (y - y_mean)
    k = n * linear_alpha / 2
    L = _factor(X, x_mean, root, k) if p <= _LARGEST_GRAM else None

    def preconditioned(v: np.ndarray, transposed: bool) -> np.ndarray:
        trans = "T" if transposed else "N"
        return v if L is None else solve_triangular(L, v, lower=True, trans=trans)

    def forth(v: np.ndarray) -> np.ndarray:
        w = preconditioned(v.ravel(), transposed=True)
        return np.concatenate([X @ w - root * (x_mean @ w), np.sqrt(k) * w])

    def back(u: np.ndarray) -> np.ndarray:
        u, own = u[:n], u[n:]
        g = X.T @ u - x_mean * (root @ u) + np.sqrt(k) * own
        return preconditioned(g, transposed=False)

    A = LinearOperator((n + p, p), matvec=forth, rmatvec=back, dtype=np.float64)
    tol = {"atol": _TOL, "btol": _TOL, "conlim": 0.0, "iter_lim": _MAX_ITER}
    found = [lsqr(A, np.concatenate([t, np.zeros(p)]), **tol)[0] for t in y.T]
    coef = np.stack([preconditioned(v, transposed=True) for v in found])
    return coef, y_mean - coef @ x_mean


def _factor(
    X: sparse.csr_array, x_mean: np.ndarray, root: np.ndarray, k: float
) -> np.ndarray:
    """L with L L' = X'X of centred columns, the ridge, and a little more."""
    sums = X.T @ root
    gram = (X.T @ X).toarray() - np.outer(x_mean, sums)
    gram.flat[:: len(gram) + 1] += k + _FLOOR * max(
        np.trace(gram), np.finfo(float).tiny
    )
    return cholesky((gram + gram.T) / 2, lower=True)
