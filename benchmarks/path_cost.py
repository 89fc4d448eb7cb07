"""What a path of fifty alphas costs, in fits; and cross-validation along it.

The plain estimator gets the parameters of the path's, and the same alphas. One thread.
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


def seconds(run):
    """How long, and what came of it."""
    started = time.perf_counter()
    result = run()
    return time.perf_counter() - started, result


def compare(name, X, y):
    """One row: path against fits at its alphas, and CV against a grid search."""
    classes = len(np.unique(y)) == 2
    plain = SparcsClassifier if classes else SparcsRegressor
    cv = SparcsClassifierCV if classes else SparcsRegressorCV
    task = "classification" if classes else "regression"
    params = {
        name: getattr(cv(), name)
        for name in ("hidden_layer_sizes", "min_significance", "learning_rate_init")
    }
    params |= {"max_iter": 1000, "random_state": 0}
    of_path, path = seconds(lambda: sparcs_path(X, y, task=task, random_state=0))
    chosen, alphas = plain(**params), path.alphas
    singles = [
        seconds(lambda a=a: plain(alpha=a, **params).fit(X, y))[0]
        for a in alphas[4::10]
    ]
    of_cv, model = seconds(lambda: cv(alphas=alphas, random_state=0).fit(X, y))
    of_grid, search = seconds(
        lambda: GridSearchCV(chosen, {"alpha": alphas}, cv=5).fit(X, y)
    )
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
