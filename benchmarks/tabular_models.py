"""The models that `tabular` compares: how each is made, and what made it."""

import logging
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    RidgeCV,
)
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

import sklearn_sparcs
from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

TUNED = {
    "hidden_layer_sizes": [(100,), (100, 100)],
    "alpha": [1e-4, 1e-2],
    "learning_rate_init": [1e-3, 1e-2],
}


def in_units_of_spread(model):
    """A regressor that sees a standardised target."""
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def linear(classes: bool, seed: int):
    """Least squares, or logistic regression at its defaults."""
    return LogisticRegression(max_iter=1000) if classes else LinearRegression()


def ridge(classes: bool, seed: int):
    """The linear model, its penalty by generalised cross-validation or five folds."""
    if classes:
        return LogisticRegressionCV(
            Cs=10, l1_ratios=(0.0,), max_iter=1000, use_legacy_attributes=False
        )
    return RidgeCV(np.logspace(-3, 5, 33))


def mlp(classes: bool, seed: int):
    """scikit-learn's network at its defaults."""
    if classes:
        return MLPClassifier(random_state=seed)
    return in_units_of_spread(MLPRegressor(random_state=seed))


def mlp_tuned(classes: bool, seed: int):
    """The best of eight by three folds."""
    network = MLPClassifier if classes else MLPRegressor
    search = GridSearchCV(network(random_state=seed), TUNED, cv=3)
    return search if classes else in_units_of_spread(search)


def mlp_lbfgs(classes: bool, seed: int):
    """Twenty neurons, trained by a quasi-Newton method."""
    options = {"solver": "lbfgs", "hidden_layer_sizes": 20, "random_state": seed}
    if classes:
        return MLPClassifier(**options)
    return in_units_of_spread(MLPRegressor(**options))


def boosting(classes: bool, seed: int):
    """Gradient boosting at its defaults."""
    kinds = HistGradientBoostingRegressor, HistGradientBoostingClassifier
    return kinds[classes](random_state=seed)


def lassonet(classes: bool, seed: int):
    """LassoNet, its penalty chosen by five folds."""
    from lassonet import LassoNetClassifierCV, LassoNetRegressorCV

    options = {"verbose": 0, "random_state": seed, "torch_seed": seed}
    if classes:
        return LassoNetClassifierCV(**options)
    return in_units_of_spread(LassoNetRegressorCV(**options))


def realmlp(classes: bool, seed: int):
    """RealMLP with its tuned defaults."""
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_utilities"):
        logging.getLogger(name).setLevel(logging.ERROR)
    kinds = RealMLP_TD_Regressor, RealMLP_TD_Classifier
    return kinds[classes](device="cpu", n_threads=1, random_state=seed)


def ebm(classes: bool, seed: int):
    """Explainable boosting machine at its defaults: curves, and some surfaces."""
    from interpret.glassbox import (
        ExplainableBoostingClassifier,
        ExplainableBoostingRegressor,
    )

    kinds = ExplainableBoostingRegressor, ExplainableBoostingClassifier
    return kinds[classes](n_jobs=1, random_state=seed)


def aplr(classes: bool, seed: int):
    """Automatic piecewise linear regression at its defaults."""
    from aplr import APLRClassifier, APLRRegressor

    return (APLRRegressor, APLRClassifier)[classes](n_jobs=1, random_state=seed)


def sparcs(classes: bool, seed: int):
    """Ours at its defaults."""
    return (SparcsRegressor, SparcsClassifier)[classes](random_state=seed)


def sparcs_cv(classes: bool, seed: int):
    """Ours, alpha, activation and depth chosen by five folds."""
    return (SparcsRegressorCV, SparcsClassifierCV)[classes](random_state=seed)


@dataclass(frozen=True)
class Model:
    """How a model is made, by what package, and how large a task it is given.

    Attributes
    ----------
    make : callable
        Of whether the target is classes, and a seed.
    package : str
        The distribution that its code is in, whose version names its results.
    most_work : float
        Most training rows times columns times classes; what is larger is left out.
    cheap : bool
        Whether it is fitted to every draw of constructed tables.
    only_constructed : bool
        Whether it stands beside the others on constructed tables alone.
    """

    make: Callable
    package: str = "scikit-learn"
    most_work: float = np.inf
    cheap: bool = False
    only_constructed: bool = False


MODELS = {
    "linear": Model(linear, cheap=True),
    "ridge": Model(ridge, cheap=True, only_constructed=True),
    "mlp": Model(mlp, cheap=True),
    "mlp_tuned": Model(mlp_tuned),
    "mlp_lbfgs": Model(mlp_lbfgs, cheap=True),
    "lassonet": Model(lassonet, "lassonet", most_work=1e5),
    "realmlp": Model(realmlp, "pytabkit"),
    "ebm": Model(ebm, "interpret-core"),
    "aplr": Model(aplr, "aplr"),
    "boosting": Model(boosting, cheap=True),
    "sparcs": Model(sparcs, "sklearn-sparcs", cheap=True),
    "sparcs_cv": Model(sparcs_cv, "sklearn-sparcs", cheap=True),
}


def last_commit(folder: Path) -> str:
    """The commit that last changed a folder; nothing where git does not know it."""
    told = subprocess.run(
        ["git", "log", "-1", "--format=%h", "--", "."],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return told.stdout.strip()


@cache
def version_of(name: str) -> str | None:
    """Package and version that would make it; None where that is not installed."""
    package = MODELS[name].package
    if package == "sklearn-sparcs":
        commit = last_commit(Path(sklearn_sparcs.__file__).parent)
        return " ".join(filter(None, [package, sklearn_sparcs.__version__, commit]))
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return None
