"""One fit of one model to one split, and what it gave."""

import re
import resource
import time
import warnings
from typing import Any

import numpy as np
import torch
from sklearn.metrics import brier_score_loss, log_loss, root_mean_squared_error
from sklearn.preprocessing import LabelEncoder
from tables import Table
from tabular_models import MODELS, version_of

#: What is kept of a fit, for each way to use it.
Cell = dict[str, Any]


def size_of(model) -> tuple[int | None, int | None]:
    """Live hidden neurons, and numbers that its prediction is made of."""
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
    return None, size_without_neurons(model)


def size_without_neurons(model) -> int | None:
    """Numbers in tables of scores, pieces, trees, or in a network of torch's."""
    if hasattr(model, "term_scores_"):
        return sum(np.size(scores) for scores in model.term_scores_)
    if hasattr(model, "get_logit_model"):
        logits = [model.get_logit_model(c) for c in model.get_categories()]
        return sum(size_of_pieces(logit) for logit in logits)
    if hasattr(model, "get_term_coefficients"):
        return size_of_pieces(model)
    if hasattr(model, "alg_interface_"):
        return sum(w.numel() for w in model.alg_interface_.model.parameters())
    if hasattr(model, "n_trees_per_iteration_"):
        # At most: leaves, and a threshold for each but one of them.
        n_trees = model.n_iter_ * model.n_trees_per_iteration_
        return n_trees * (2 * model.max_leaf_nodes - 1)
    return None


def size_of_pieces(model) -> int:
    """Coefficients of a piecewise linear model, and the points where pieces join."""
    joints = sum(len(re.findall("m(?:ax|in)", name)) for name in model.get_term_names())
    return len(model.get_term_coefficients()) + joints


def errors(model, X, y, classes: bool) -> dict[str, float | None]:
    """Score on rows not trained on; log loss and Brier score, or RMSE."""
    if not classes:
        y_pred = model.predict(X)
        return {
            "score": float(model.score(X, y)),
            "rmse": float(root_mean_squared_error(y, y_pred)),
        }
    proba = np.asarray(model.predict_proba(X), float)
    right = np.asarray(model.predict(X)).astype(int) == y
    labels = np.arange(proba.shape[1])
    proba = proba / proba.sum(axis=1, keepdims=True)
    return {
        "score": float(right.mean()),
        "log_loss": float(log_loss(y, proba, labels=labels)),
        "brier": float(brier_score_loss(y, proba, labels=labels)),
    }


def cpu_seconds() -> float:
    """Of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def fitted(model, X, y):
    """The model, its CPU seconds and its seconds."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    return model, cpu_seconds() - cpu, time.perf_counter() - wall


def forms_of(name: str, model) -> dict[str, Any]:
    """The ways to use it: as it is, pruned, and its simplest choice."""
    forms = {name: model}
    if hasattr(model, "pruned_estimator_"):
        forms[f"{name}_pruned"] = model.pruned_estimator_
    if hasattr(model, "estimator_1se_"):
        forms[f"{name}_1se"] = model.estimator_1se_
    return forms


def says_linear(model) -> bool | None:
    """Whether one of ours says that a linear model is enough."""
    if hasattr(model, "linear_suffices_"):
        return bool(model.linear_suffices_)
    if hasattr(model, "active_architecture_"):
        return bool(model.active_architecture_.is_linear)
    return None


def measure(table: Table, seed: int, name: str) -> list[Cell]:
    """One fit, and what it gave: a cell for each way to use it."""
    torch.set_num_threads(1)
    X, X_test, y, y_test = table.split(seed)
    if table.classes:
        encoder = LabelEncoder().fit(y)
        y, y_test = encoder.transform(y), encoder.transform(y_test)
    model = MODELS[name].make(table.classes, seed)
    if table.classes and name == "aplr":  # which knows classes by text alone
        y = np.char.zfill(y.astype(str), 3)
    model, cpu, wall = fitted(model, X, y)
    shared = {
        "task": table.name,
        "seed": seed,
        "classes": table.classes,
        "constructed": table.constructed,
        "rows": len(X),
        "columns": X.shape[1],
        "version": version_of(name),
        "cpu_seconds": round(cpu, 3),
        "seconds": round(wall, 3),
    }
    cells = []
    for form, estimator in forms_of(name, model).items():
        n_live, n_parameters = size_of(estimator)
        cells.append(
            {
                **shared,
                "model": form,
                **errors(estimator, X_test, y_test, table.classes),
                "n_live": n_live,
                "n_parameters": n_parameters,
                "says_linear": says_linear(estimator),
            }
        )
    return cells
