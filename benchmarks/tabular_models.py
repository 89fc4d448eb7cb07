"""The models that `tabular` compares, and one measurement of one of them."""

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import LabelEncoder, StandardScaler
from tables import Table

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
