"""How accurate, on real tables: linear, network, boosting and SPARCS side by side.

Three random 75/25 splits a table, the same preprocessing for every model, one thread a
fit. A score is R² for numbers and accuracy for classes. Each fit is written to
``--json`` as it ends, and a later run with that file does only what is missing.

Tables: ``--data FOLDER``, else scikit-learn's own; ``--openml NAME …`` besides.
"""

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from joblib import Parallel, delayed
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import LabelEncoder, StandardScaler
from tables import Table, bundled, from_folder, from_openml

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

#: LassoNet trains on the whole table at once, some thousand times.
LASSONET_ROWS = 6000

TUNED = {
    "hidden_layer_sizes": [(100,), (100, 100)],
    "alpha": [1e-4, 1e-2],
    "learning_rate_init": [1e-3, 1e-2],
}

Cell = dict[str, Any]


def in_units_of_spread(model):
    """A regressor that sees a standardised target."""
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def linear(table: Table, seed: int):
    """Least squares, or logistic regression at its defaults."""
    if not table.classes:
        return LinearRegression()
    return LogisticRegression(max_iter=1000)


def mlp(table: Table, seed: int):
    """scikit-learn's network at its defaults."""
    if table.classes:
        return MLPClassifier(random_state=seed)
    return in_units_of_spread(MLPRegressor(random_state=seed))


def mlp_tuned(table: Table, seed: int):
    """The best of eight by three folds."""
    network = MLPClassifier if table.classes else MLPRegressor
    search = GridSearchCV(network(random_state=seed), TUNED, cv=3)
    return search if table.classes else in_units_of_spread(search)


def boosting(table: Table, seed: int):
    """Gradient boosting at its defaults."""
    kinds = HistGradientBoostingRegressor, HistGradientBoostingClassifier
    return kinds[table.classes](random_state=seed)


def lassonet(table: Table, seed: int):
    """LassoNet, its penalty chosen by five folds."""
    from lassonet import LassoNetClassifierCV, LassoNetRegressorCV

    options = {"verbose": 0, "random_state": seed, "torch_seed": seed}
    if table.classes:
        return LassoNetClassifierCV(**options)
    return in_units_of_spread(LassoNetRegressorCV(**options))


def sparcs(table: Table, seed: int):
    """Ours at its defaults."""
    return (SparcsRegressor, SparcsClassifier)[table.classes](random_state=seed)


def sparcs_cv(table: Table, seed: int):
    """Ours, alpha and depth chosen by five folds."""
    return (SparcsRegressorCV, SparcsClassifierCV)[table.classes](random_state=seed)


MODELS: dict[str, Callable] = {
    "linear": linear,
    "mlp": mlp,
    "mlp_tuned": mlp_tuned,
    "lassonet": lassonet,
    "boosting": boosting,
    "sparcs": sparcs,
    "sparcs_cv": sparcs_cv,
}


def size_of(model) -> tuple[int | None, int | None]:
    """Live hidden neurons and parameters, where a model has them."""
    model = getattr(model, "regressor_", model)
    model = getattr(model, "best_estimator_", model)
    if hasattr(model, "active_architecture_"):
        found = model.active_architecture_
        return found.n_hidden, found.n_parameters
    if hasattr(model, "coefs_"):
        weights = [*model.coefs_, *model.intercepts_]
        return sum(b.size for b in model.intercepts_[:-1]), sum(w.size for w in weights)
    if hasattr(model, "coef_"):
        return 0, model.coef_.size + np.size(model.intercept_)
    if hasattr(model, "hidden_dims"):
        weights = model.model.parameters()
        return sum(model.hidden_dims), sum(int((w != 0).sum()) for w in weights)
    return None, None


def measure(table: Table, seed: int, name: str) -> list[Cell]:
    """One fit, and what it gave: a cell for each way to use it."""
    torch.set_num_threads(1)
    X, X_test, y, y_test = table.split(seed)
    if table.classes:
        encoder = LabelEncoder().fit(y)
        y, y_test = encoder.transform(y), encoder.transform(y_test)
    model = MODELS[name](table, seed)
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    seconds = time.perf_counter() - started

    def cell(name, model, **more):
        n_live, n_parameters = size_of(model)
        return {
            "set": table.name,
            "classes": table.classes,
            "rows": len(X),
            "seed": seed,
            "model": name,
            "score": float(model.score(X_test, y_test)),
            "n_live": n_live,
            "n_parameters": n_parameters,
            "seconds": round(seconds, 3),
            **more,
        }

    cells = [cell(name, model)]
    if hasattr(model, "pruned_estimator_"):
        cells.append(cell(f"{name}_pruned", model.pruned_estimator_))
    if hasattr(model, "estimator_1se_"):
        cells.append(cell(f"{name}_1se", model.estimator_1se_))
    return cells


def done(cells: list[Cell]) -> set[tuple]:
    """The fits that need not be made again."""
    return {(c["set"], c["seed"], c["model"]) for c in cells}


def run(tables, models, n_splits, n_jobs, path: Path | None) -> list[Cell]:
    """Every fit that is missing; all cells."""
    cells = json.loads(path.read_text()) if path and path.exists() else []
    before = done(cells)
    todo = [
        (table, seed, name)
        for name in models
        for seed in range(n_splits)
        for table in tables
        if (table.name, seed, name) not in before
        and not (name == "lassonet" and len(table.X) * 0.75 > LASSONET_ROWS)
    ]
    parallel = Parallel(n_jobs=n_jobs, return_as="generator_unordered")
    for found in parallel(delayed(measure)(*job) for job in todo):
        cells += found
        for c in found:
            print(
                f"{c['set']:22}{c['seed']:3} {c['model']:18}{c['score']:9.4f}"
                f"{c['n_live'] or 0:6}{c['seconds']:9.1f} s",
                flush=True,
            )
        if path:
            path.write_text(json.dumps(cells, indent=0))
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of parquet or csv tables")
    parser.add_argument("--openml", nargs="*", default=[], help="names of tables")
    parser.add_argument("--sets", nargs="*", help="only tables of these names")
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1, help="fits at a time")
    parser.add_argument("--json", type=Path, help="results, gone on from if there")
    args = parser.parse_args()
    tables = list(from_folder(args.data) if args.data else bundled())
    tables += from_openml(args.openml)
    if args.sets:
        tables = [t for t in tables if t.name in args.sets]
    run(tables, args.models, args.splits, args.jobs, args.json)


if __name__ == "__main__":
    main()
