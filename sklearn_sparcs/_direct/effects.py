"""Total effects of features on a network's outputs, over pairs of samples.

The total effect of feature j is Jansen's (1999, Computer Physics Communications 117)

    T_j = ½ E ‖s(x) − s(x with x_j of another sample)‖²,

s being what the network says. Of independent features it is Sobol's total index times
the variance of s: what still varies when all but x_j is known. Where residuals are
noise, 2 T_j is by how much the squared error rises when feature j is permuted.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from .._data.shared_samples import RowsElsewhere
from .form import DirectForm, Rows

#: Neurons' signals that the effects of all features may cost.
_AFFORDED = 2**19
#: Pairs of samples that are looked at whatever they cost.
_FEWEST = 256
#: What picks samples where there are many: the same ones for every network.
_SEED = 0


def total_effects(
    form: DirectForm,
    X: Rows | RowsElsewhere,
    weight: np.ndarray | RowsElsewhere | None,
    said: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Total effect of every feature on a network's outputs for such samples.

    Parameters
    ----------
    form : DirectForm
    X : {ndarray, csr_array, RowsElsewhere} of shape (n, features)
    weight : {ndarray, RowsElsewhere} of shape (n,), or None
        How much each sample counts.
    said : callable
        From outputs (n, outputs) what is said (n, k), whose changes are squared.

    Returns
    -------
    ndarray of shape (features,)
        Over all pairs of different samples, or as many as are affordable.
    """
    rows, here, there = _pairs(X.shape[0], _n_affordable(form, X))
    X, last, effects = X[rows], len(form.layer_sizes), np.zeros(X.shape[1])
    counts = np.ones(len(rows)) if weight is None else weight[rows]
    counts = counts[here] * counts[there]
    drive, heard = form.drive(X), _by_columns(form.features_heard(X))
    before = said(form.passed_on(drive)[last])
    for j in np.flatnonzero(form.is_heard).tolist():
        columns = {i: _column(x, j) for i, x in heard.items()}
        moves = {i: column[there] - column[here] for i, column in columns.items()}
        moved = np.flatnonzero(np.any(list(moves.values()), axis=0))
        if not len(moved):
            continue
        z = {i: each[here[moved]] for i, each in drive.items()}
        for i, move in moves.items():
            z[i] += np.outer(move[moved], form.coefs[i, 1][:, j])
        change = said(form.passed_on(z)[last]) - before[here[moved]]
        effects[j] = counts[moved] @ (change**2).sum(axis=1) / 2
    return effects / max(counts.sum(), np.finfo(float).tiny)


def _n_affordable(form: DirectForm, X: Any) -> int:
    """Pairs of samples, of which a feature need not be looked at where it is zero."""
    n_moves = 2 * X.nnz / X.shape[0] if sparse.issparse(X) else form.is_heard.sum()
    return max(_FEWEST, int(_AFFORDED / max(n_moves * sum(form.layer_sizes[1:]), 1)))


def _pairs(n: int, n_pairs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Some of n samples, and both places among them of all pairs, or of so many."""
    rows = np.random.RandomState(_SEED).permutation(n)[:n_pairs]
    steps = np.arange(1, 1 + min(len(rows) - 1, n_pairs // len(rows)))
    here = np.arange(len(rows))
    there = (here + steps[:, None]) % len(rows)
    return rows, np.tile(here, len(steps)), there.ravel()


def _by_columns(heard: dict[int, Any]) -> dict[int, Any]:
    """Matrices whose columns are quick to take."""
    return {i: _canonical(x) if sparse.issparse(x) else x for i, x in heard.items()}


def _canonical(x: Any) -> Any:
    """A sparse matrix by columns, each value stored once."""
    columns = x.tocsc()
    columns.sum_duplicates()
    return columns


def _column(x: Any, j: int) -> np.ndarray:
    """Column j (n,).

    SciPy's own way of taking one costs a millisecond, of which text has thousands.
    """
    if not sparse.issparse(x):
        return x[:, j]
    column, stored = np.zeros(x.shape[0], x.dtype), slice(*x.indptr[j : j + 2])
    column[x.indices[stored]] = x.data[stored]
    return column
