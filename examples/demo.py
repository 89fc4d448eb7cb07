"""Fit SPARCS beside a linear model and an MLP, and say what each one needs.

Without arguments: a table on which neurons wake, one for which a linear model suffices,
and one of classes. With ``--data table.csv --target column`` (csv or parquet): a table
of your own. A page with pictures is left in sparcs_demo.html.
"""

import argparse
import time
import warnings
from pathlib import Path

import demo_page
import matplotlib
import numpy as np
import own_table
import pandas as pd
from say import plain
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes, make_friedman1
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from sklearn_sparcs import (
    ArchitectureDisplay,
    PathDisplay,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

PAGE = Path("sparcs_demo.html")
#: Numbers in a table, beyond which no folds are tried: they take minutes.
MOST_FOR_FOLDS = 200_000
HEADER = ["model", "score", "hidden neurons", "weights", "seconds", "architecture"]


def tables():
    """(name, what it is, features, target, task) of three tables."""
    X, y = make_friedman1(500, noise=1.0, random_state=0)
    names = [f"x{j}" for j in range(10)]
    what = (
        "Friedman's first problem: a curved function of x0 to x4; x5 to x9 are noise."
    )
    yield "friedman1", what, pd.DataFrame(X, columns=names), pd.Series(y), "regression"
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    yield "diabetes", "The progression of diabetes after one year.", X, y, "regression"
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    yield "breast_cancer", "Tumours, malignant or benign.", X, y, "classification"


def models(task, folds):
    """Those to compare, by name."""
    if task == "regression":
        mlp = TransformedTargetRegressor(
            MLPRegressor(random_state=0), transformer=StandardScaler()
        )
        found = {"LinearRegression": LinearRegression(), "MLPRegressor": mlp}
        ours = SparcsRegressor, SparcsRegressorCV
    else:
        logistic, mlp = LogisticRegression(max_iter=1000), MLPClassifier(random_state=0)
        found = {"LogisticRegression": logistic, "MLPClassifier": mlp}
        ours = SparcsClassifier, SparcsClassifierCV
    for kind in ours[: 1 + folds]:
        found[kind.__name__] = kind(random_state=0)
    return found


def size(model):
    """Hidden neurons, parameters and architecture of a fitted model."""
    if hasattr(model, "active_architecture_"):
        found = model.active_architecture_
        return found.n_hidden, found.n_parameters, str(found)
    model = getattr(model, "regressor_", model)
    if hasattr(model, "coefs_"):
        layers = [model.n_features_in_, *(len(b) for b in model.intercepts_)]
        weights = [*model.coefs_, *model.intercepts_]
        n_weights = sum(w.size for w in weights)
        return sum(layers[1:-1]), n_weights, " → ".join(map(str, layers))
    coef = np.atleast_2d(model.coef_)
    return 0, coef.size + len(coef), f"{coef.shape[1]} → {len(coef)}"


def compare(name, what, X, y, task):
    """Print a row a model; the page's part of it."""
    labels = y if task == "classification" and y.value_counts().min() > 1 else None
    X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=labels)
    encode = own_table.encoder(X)
    names = encode[:-1].get_feature_names_out()
    X, X_test = encode.transform(X), encode.transform(X_test)
    y, y_test = np.asarray(y), np.asarray(y_test)
    measure = "R²" if task == "regression" else "accuracy"
    what += f" {len(X)} rows to fit, {len(X_test)} to test, {X.shape[1]} features."
    print(f"\n{name}: {what}")
    print(f"{'':20}{measure:>9}{'hidden':>8}{'weights':>9}{'seconds':>9}  architecture")
    rows = []
    for label, model in models(task, X.size <= MOST_FOR_FOLDS).items():
        started = time.perf_counter()
        model.fit(X, y)
        seconds = time.perf_counter() - started
        hidden, weights, shape = size(model)
        score = model.score(X_test, y_test)
        print(f"{label:20}{score:9.3f}{hidden:8}{weights:9}{seconds:9.2f}  {shape}")
        numbers = f"{score:.3f}", f"{hidden}", f"{weights}", f"{seconds:.2f}"
        rows.append([label, *numbers, shape])
    verdict = getattr(model, "verdict_", "")
    print(verdict or "No folds were tried: the table is large.")
    header = [HEADER[0], measure, *HEADER[2:]]
    return demo_page.section(name, what, header, rows, verdict, draw(model, X, names))


def draw(model, X, names):
    """Figures of what was found, and of how the folds came to it."""
    display = ArchitectureDisplay.from_estimator(model, X, feature_names=names)
    display.ax_.set_title(str(model.active_architecture_))
    yield display.figure_
    if hasattr(model, "verdict_"):
        yield PathDisplay.from_estimator(model).figure_


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="DATA: csv or parquet table")
    parser.add_argument("--target", help="TARGET: name of its target column")
    parser.add_argument("--task", help="TASK: regression or classification")
    arguments = parser.parse_args()
    if bool(arguments.data) != bool(arguments.target):
        parser.error("give DATA and TARGET together")
    if arguments.task not in (None, "regression", "classification"):
        parser.error(f"TASK is regression or classification; got {arguments.task!r}")
    matplotlib.use("Agg")
    warnings.simplefilter("ignore", ConvergenceWarning)
    found = tables()
    if arguments.data:
        table = own_table.users_table(arguments.data, arguments.target, arguments.task)
        name = plain(Path(arguments.data).stem)
        found = [(name, "Your table.", *table)]
    sections = [compare(*table) for table in found]
    print(f"\nThe page with pictures: {demo_page.write(PAGE, sections)}")


if __name__ == "__main__":
    main()
