"""Fit SPARCS beside a linear model and an MLP, and print what each one needs.

Without arguments: scikit-learn's diabetes, breast cancer and digits. With
``--data table.csv --target column`` (csv or parquet): a table of your own.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_sparcs import ArchitectureDisplay, SparcsClassifier, SparcsRegressor

PICTURE = Path("sparcs_demo.png")
#: A numeric target with more different values than this is a regression target.
MOST_CLASSES = 20


def bundled_tables():
    """(name, features, target, task) of three tables that scikit-learn brings."""
    for load, task in (
        (load_diabetes, "regression"),
        (load_breast_cancer, "classification"),
        (load_digits, "classification"),
    ):
        X, y = load(return_X_y=True, as_frame=True)
        yield load.__name__.removeprefix("load_"), X, y, task


def users_table(path, target, task):
    """Read a csv or parquet table; drop rows with missing values, and say so."""
    path = Path(path)
    if not path.is_file():
        sys.exit(f"There is no file {path}.")
    read = pd.read_parquet if path.suffix == ".parquet" else pd.read_csv
    table = read(path)
    if target not in table.columns:
        sys.exit(f"{path} has no column {target!r}; it has {list(table.columns)}.")
    complete = table.dropna()
    print(
        f"{path}: {len(table)} rows, {len(table) - len(complete)} dropped for missing"
    )
    if len(complete) < 8:
        sys.exit(f"Only {len(complete)} complete rows are left; at least 8 are needed.")
    y = complete[target]
    return path.stem, complete.drop(columns=target), y, task or inferred_task(y)


def inferred_task(y):
    """Numbers of many different values are regressed, anything else classified."""
    numeric = pd.api.types.is_numeric_dtype(y) and not pd.api.types.is_bool_dtype(y)
    task = "regression" if numeric and y.nunique() > MOST_CLASSES else "classification"
    print(f"{y.name}: {y.nunique()} different values, so a {task} task")
    return task


def encoder(X):
    """Numbers standardised, categories one-hot."""
    numbers = X.select_dtypes("number").columns
    categories = X.columns.difference(numbers, sort=False)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_column_transformer((StandardScaler(), numbers), (one_hot, categories))


def models(task):
    """The three to compare, by name."""
    if task == "regression":
        mlp = MLPRegressor(random_state=0)
        return {
            "LinearRegression": LinearRegression(),
            "MLPRegressor": TransformedTargetRegressor(
                mlp, transformer=StandardScaler()
            ),
            "SparcsRegressor": SparcsRegressor(random_state=0),
        }
    return {
        "LogisticRegression": LogisticRegression(max_iter=1000),
        "MLPClassifier": MLPClassifier(random_state=0),
        "SparcsClassifier": SparcsClassifier(random_state=0),
    }


def size(model):
    """Hidden neurons, parameters and architecture of a fitted model."""
    if hasattr(model, "active_architecture_"):
        found = model.active_architecture_
        return found.n_hidden, found.n_parameters, str(found)
    model = getattr(model, "regressor_", model)
    if hasattr(model, "coefs_"):
        layers = [model.n_features_in_, *(len(b) for b in model.intercepts_)]
        weights = [*model.coefs_, *model.intercepts_]
        return (
            sum(layers[1:-1]),
            sum(w.size for w in weights),
            " → ".join(map(str, layers)),
        )
    coef = np.atleast_2d(model.coef_)
    return 0, coef.size + len(coef), f"{coef.shape[1]} → {len(coef)}"


def compare(name, X, y, task):
    """Print a row a model; return the fitted SPARCS, and what it was fitted to."""
    labels = y if task == "classification" and y.value_counts().min() > 1 else None
    X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=labels)
    encode = encoder(X).fit(X)
    X, X_test = encode.transform(X), encode.transform(X_test)
    y, y_test = np.asarray(y), np.asarray(y_test)
    measure = "R²" if task == "regression" else "accuracy"
    print(
        f"\n{name}: {len(X)} rows to fit, {len(X_test)} to test, {X.shape[1]} features"
    )
    print(f"{'':20}{measure:>9}{'hidden':>8}{'weights':>9}{'seconds':>9}  architecture")
    for label, model in models(task).items():
        started = time.perf_counter()
        model.fit(X, y)
        seconds = time.perf_counter() - started
        hidden, weights, shape = size(model)
        score = model.score(X_test, y_test)
        print(f"{label:20}{score:9.3f}{hidden:8}{weights:9}{seconds:9.2f}  {shape}")
    return model, X


def draw(name, model, X, path):
    """Draw the neurons and links of what was found."""
    import matplotlib

    matplotlib.use("Agg")
    display = ArchitectureDisplay.from_estimator(model.pruned_estimator_, X)
    display.ax_.set_title(f"{name}: {model.pruned_estimator_.active_architecture_}")
    display.figure_.savefig(path, dpi=150, bbox_inches="tight")
    print(f"\nThe network that was found for {name} is drawn in {path.resolve()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="csv or parquet table")
    parser.add_argument("--target", help="name of its target column")
    parser.add_argument("--task", choices=["regression", "classification"])
    arguments = parser.parse_args()
    if bool(arguments.data) != bool(arguments.target):
        parser.error("give DATA and TARGET together")
    warnings.simplefilter("ignore", ConvergenceWarning)
    tables = bundled_tables()
    if arguments.data:
        tables = [users_table(arguments.data, arguments.target, arguments.task)]
    fitted = {table[0]: compare(*table) for table in tables}
    # the picture says most where there is a hidden layer
    name = max(fitted, key=lambda n: fitted[n][0].active_architecture_.n_hidden > 0)
    draw(name, *fitted[name], PICTURE)


if __name__ == "__main__":
    main()
