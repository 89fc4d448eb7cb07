"""The verdict of cross-validation: of nothing, of a line, and of more."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold

from sklearn_sparcs import Architecture, SparcsClassifierCV, SparcsRegressorCV
from sklearn_sparcs._estimators.verdict import Scores, verdict
from sklearn_sparcs._fitted.encoding import ClassEncoding

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 3))
NOISE = RNG.normal(size=90) + 7
FEW = {"n_alphas": 3, "random_state": 0}
GOOD = Scores(0.5, 0.1, 0.0, True)


def said(scores=GOOD, *, simplest=(3, 1), chosen=(3, 1), **options):
    """The verdict on networks of these sizes."""
    simplest, chosen = map(architecture, (simplest, chosen))
    options = {"hidden_share": 0.25, "grew": True, "classes": False} | options
    return verdict(scores, simplest=simplest, chosen=chosen, **options)


def architecture(sizes):
    hidden = sizes[1:-1]
    neurons = tuple(tuple(range(n)) for n in hidden)
    return Architecture(sizes, neurons, tuple(range(len(hidden))), (), n_parameters=0)


def test_words():
    assert said() == (
        "A linear model suffices: no network is better by more than a standard error "
        "(best mean score 0.5 ± 0.1)."
    )
    assert said(chosen=(3, 1, 1)).endswith(
        "The chosen network (3 → 1 → 1) has a better mean score, but by less than "
        "that; estimator_1se_ is linear."
    )
    assert said(simplest=(3, 1, 1)).startswith(
        "A linear model does not suffice: 1 hidden neuron (3 → 1 → 1) is enough within "
        "a standard error"
    )
    assert said(simplest=(3, 2, 1)).startswith(
        "A linear model does not suffice: 2 hidden neurons (3 → 2 → 1) are the fewest "
    )
    assert said(grew=False).startswith("The data are too large for growth: only")


def test_words_on_nothing():
    nothing = Scores(-0.01, 0.02, -0.005, False)
    assert said(nothing) == (
        "No network predicts better than the mean of the targets by more than a "
        "standard error (best mean score -0.01 ± 0.02; that of the latter is -0.005)."
    )
    assert "the shares of the classes" in said(nothing, classes=True)
    assert said(nothing, grew=False).startswith(
        "The data are too large for growth: only"
    )


@pytest.mark.parametrize("scoring", [None, "neg_mean_absolute_error"])
def test_noise_is_no_better_than_the_mean(scoring):
    weight = RNG.integers(1, 3, 90)
    folds, scorer = KFold(3), get_scorer(scoring or "r2")
    model = SparcsRegressorCV(2, cv=folds, scoring=scoring, **FEW)
    model.fit(X, NOISE, sample_weight=weight)
    constant = [
        scorer(
            DummyRegressor().fit(X[a], NOISE[a], weight[a]),
            X[b],
            NOISE[b],
            sample_weight=weight[b],
        )
        for a, b in folds.split(X)
    ]
    assert model.constant_score_ == pytest.approx(np.mean(constant))
    assert model.verdict_.startswith("No network predicts better than the mean of")


@pytest.mark.parametrize("n_classes", [2, 3])
def test_shares_of_classes(n_classes):
    labels = np.array(["no", "yes", "some"])[np.arange(90) * 7 % 17 % n_classes]
    folds = StratifiedKFold(3)
    model = SparcsClassifierCV(2, cv=folds, scoring="neg_log_loss", **FEW)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, labels)
    constant = [
        get_scorer("neg_log_loss")(
            DummyClassifier(strategy="prior").fit(X[a], labels[a]), X[b], labels[b]
        )
        for a, b in folds.split(X, labels)
    ]
    assert model.constant_score_ == pytest.approx(np.mean(constant), abs=1e-3)
    assert model.verdict_.startswith("No network predicts better than the shares of")


def test_what_the_features_tell_is_better_than_a_constant():
    model = SparcsRegressorCV(2, cv=3, **FEW).fit(X, X[:, 0] + NOISE / 5)
    assert model.constant_score_ < 0 < model.best_score_
    assert model.verdict_.startswith("A linear model suffices")


def test_a_constant_of_labels_is_their_log_odds():
    labels = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    mean = np.average(labels, axis=0, weights=[1, 1, 2])
    odds = ClassEncoding(np.arange(2), True).constant(mean, len(labels))
    assert_allclose(1 / (1 + np.exp(-odds)), [(3 * 0.5 + 0.5) / 4, 0.5 / 4])


def test_a_score_that_a_constant_leaves_undefined():
    def correlation(model, X, y):
        predicted = model.predict(X)
        return np.corrcoef(predicted, y)[0, 1]

    target = X[:, 0] + NOISE / 5
    model = SparcsRegressorCV(2, cv=3, scoring=correlation, **FEW).fit(X, target)
    assert np.isnan(model.constant_score_)
    assert model.verdict_.startswith("A linear model suffices")
