"""What a path of twenty-five alphas costs, in fits; and cross-validation along it.

The plain estimator gets the parameters of the path's, and the same alphas. A grid
search of it has the choice that cross-validation has, alpha and activation; it is run
at a few of the alphas, and its time is reckoned for all of them. One thread.
"""

import os
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from sklearn.datasets import load_breast_cancer, load_diabetes, make_friedman1
from sklearn.model_selection import GridSearchCV

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
    sparcs_path,
)

TABLES = {
    "friedman1, 1000 rows": make_friedman1(1000, noise=1.0, random_state=0),
    "diabetes": load_diabetes(return_X_y=True),
    "breast_cancer": load_breast_cancer(return_X_y=True),
}
#: Alphas of the path at which plain fits are timed.
N_SINGLES = 5


def seconds(run):
    """How long, and what came of it."""
    started = time.perf_counter()
    result = run()
    return time.perf_counter() - started, result


def compare(name, X, y, n_alphas=25):
    """One row: path against fits at its alphas, and CV against a grid search."""
    classes = len(np.unique(y)) == 2
    plain = SparcsClassifier if classes else SparcsRegressor
    cv = SparcsClassifierCV if classes else SparcsRegressorCV
    task = "classification" if classes else "regression"
    params = {"min_significance": 0.0, "random_state": 0}
    path_params = {"task": task, "n_alphas": n_alphas, "random_state": 0}
    of_path, path = seconds(lambda: sparcs_path(X, y, **path_params))
    alphas = path.alphas
    timed = np.unique(np.linspace(0, len(alphas) - 1, N_SINGLES + 2).astype(int)[1:-1])
    singles = [
        seconds(lambda a=a: plain(alpha=a, **params).fit(X, y))[0]
        for a in alphas[timed]
    ]
    of_cv, model = seconds(lambda: cv(alphas=alphas, random_state=0).fit(X, y))
    grid = {"alpha": alphas[timed], "activation": ["relu", "tanh"]}
    of_grid, search = seconds(
        lambda: GridSearchCV(plain(**params), grid, cv=5).fit(X, y)
    )
    of_grid *= len(alphas) / len(timed)
    print(
        f"{name:22}path {of_path:6.1f} s = {of_path / np.mean(singles):5.1f} fits; "
        f"CV {of_cv:6.1f} s, grid {of_grid:7.1f} s: {of_grid / of_cv:5.1f} times; "
        f"best mean scores {model.best_score_:.4f}, {search.best_score_:.4f}",
        flush=True,
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for name, (X, y) in TABLES.items():
        compare(name, X, y)
