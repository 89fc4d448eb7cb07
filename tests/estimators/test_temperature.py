"""Probabilities of classifiers are calibrated, whichever way they are fitted."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import make_blobs, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from sklearn_sparcs import (
    CompactClassifier,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    sparcs_path,
)
from sklearn_sparcs._growth import second_order

X, Y = make_moons(300, noise=0.2, random_state=0)
X_TEST, Y_TEST = make_moons(3000, noise=0.2, random_state=1)

#: Its probabilities would be at most .95.
SMOOTHED = {"label_smoothing": 0.1, "random_state": 0}

FITS = {
    "auto": SparcsClassifier(**SMOOTHED),
    "criterion": SparcsClassifier(alpha="criterion", **SMOOTHED),
    "alpha": SparcsClassifier(alpha=1e-3, **SMOOTHED),
    "early stopping": SparcsClassifier(early_stopping=True, **SMOOTHED),
    "folds": SparcsClassifierCV(n_alphas=15, activation="relu", **SMOOTHED),
}


def loss(model):
    return log_loss(Y_TEST, model.predict_proba(X_TEST))


@pytest.mark.parametrize("how", FITS)
def test_probabilities_are_calibrated(how):
    """Log-odds of other samples are about right, as they are in the pruned network."""
    model = FITS[how].fit(X, Y)
    assert model.active_architecture_.n_hidden > 0
    assert 0.7 < _calibration_slope(model) < 1.4
    assert 0.65 < _calibration_slope(model.pruned_estimator_) < 1.5
    assert model.temperature_ < 0.8 and loss(model) < 0.14


def _calibration_slope(model):
    """Of a logistic regression of classes on log-odds: one, if these are right."""
    scores = model.decision_function(X_TEST)[:, None]
    return LogisticRegression(C=1e6).fit(scores, Y_TEST).coef_[0, 0]


def test_networks_of_a_path_are_calibrated():
    path = sparcs_path(X, Y, task="classification", n_alphas=10, **SMOOTHED)
    assert loss(path.estimators[-1]) < 0.14


def test_a_compact_network_is_calibrated():
    model = CompactClassifier((3,), **SMOOTHED).fit(X, Y)
    assert loss(model) < 0.15
    pruned = SparcsClassifier(alpha=1e-3, random_state=0).fit(X, Y).pruned_estimator_
    before = loss(pruned)
    assert loss(pruned.fit(X, Y)) == pytest.approx(before, abs=0.02)


def test_a_compact_network_goes_on_from_what_was_trained():
    """An iteration from outputs that were divided ended where no call had begun."""
    options = {"max_iter": 1, "warm_start": True, **SMOOTHED}
    model = CompactClassifier((3,), **options)
    with pytest.warns(ConvergenceWarning):
        losses = [loss(model.fit(X, Y)) for _ in range(12)]
    assert min(losses[-3:]) < 0.12
    settled = CompactClassifier((3,), **SMOOTHED).fit(X, Y)
    assert settled.temperature_ < 0.8 and settled.label_smoothing_ == 0.1
    last = settled.loss_curve_[-1]
    again = settled.set_params(warm_start=True).fit(X, Y)
    assert again.loss_curve_[0] < 1.001 * last


def test_compact_networks_tell_their_temperatures():
    model = SparcsClassifier(alpha=1e-3, **SMOOTHED).fit(X, Y)
    pruned = model.pruned_estimator_
    assert pruned.temperature_ == model.temperature_ < 0.8
    folds = SparcsClassifierCV(n_alphas=6, cv=3, activation="relu", **SMOOTHED)
    folds.fit(X, Y)
    assert folds.pruned_estimator_.temperature_ == folds.temperature_ < 0.8
    assert folds.estimator_1se_.temperature_ < 0.8
    temperatures = [each.temperature_ for each in folds.path_.estimators]
    assert temperatures[0] == 1.0 and temperatures[-1] < 0.8
    regressor = SparcsRegressor((), random_state=0).fit(X, Y)
    assert not hasattr(regressor.pruned_estimator_, "temperature_")


def test_folds_score_calibrated_networks_of_smoothed_labels():
    """Else the best of them would have -.07: no class has more than .933."""
    X, y = make_blobs(300, centers=[[0, 0], [9, 0], [0, 9]], random_state=0)
    options = {"n_alphas": 6, "cv": 3, "activation": "relu", "random_state": 0}
    model = SparcsClassifierCV(scoring="neg_log_loss", eps=0.01, **options).fit(X, y)
    assert model.label_smoothing_ == 0.1
    assert model.cv_architectures_path_[0][0][-1].n_hidden > 0
    assert model.cv_scores_path_[0].mean(axis=1)[-1] > -0.04


@pytest.mark.parametrize("scoring", [None, "accuracy"])
def test_left_out_samples_decide_where_accuracies_do_not(scoring):
    """A neuron gets a few samples more right, and is too sure of the others."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(200, 2))
    y = X[:, 0] + 0.4 * X[:, 1] ** 2 + rng.logistic(size=200) > 0.5
    options = {"n_alphas": 6, "eps": 0.01, "activation": "relu", "random_state": 0}
    model = SparcsClassifierCV(4, scoring=scoring, selection=0.01, **options).fit(X, y)
    assert model.linear_suffices_
    assert model.active_architecture_.is_linear == (scoring is None)


def test_a_plain_fit_is_linear_if_left_out_samples_prefer_that(monkeypatch):
    monkeypatch.setattr(second_order, "is_better_than_linear", lambda *_: False)
    model = SparcsClassifier(random_state=0).fit(X, Y)
    assert model.active_architecture_.is_linear
    assert (model.temperature_, model.alpha_) == (1.0, model.alpha_max_)
    assert model.history_[-1]["n_live"] == 0 < model.history_[-2]["n_live"]
    linear = SparcsClassifier((), random_state=0).fit(X, Y)
    assert_allclose(model.predict_proba(X), linear.predict_proba(X), rtol=1e-6)
    asked = SparcsClassifier(alpha=1e-3, random_state=0).fit(X, Y)
    assert not asked.active_architecture_.is_linear


def test_an_interrupt_while_the_linear_model_is_taken_keeps_the_network(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(second_order, "is_better_than_linear", lambda *_: False)
    monkeypatch.setattr(second_order.SecondOrder, "_linear", interrupted)
    with pytest.warns(ConvergenceWarning, match="interrupted"):
        model = SparcsClassifier(random_state=0).fit(X, Y)
    assert model.temperature_ == 1.0 and not model.active_architecture_.is_linear


def test_pruning_curves_judge_calibrated_networks_by_labels_as_they_are():
    """By smoothed ones their loss would be larger, and rise by a smaller share."""
    model = SparcsClassifier(alpha=1e-3, label_smoothing=0.3, random_state=0).fit(X, Y)
    assert model.temperature_ < 0.5
    curve = model.pruning_curve(X_TEST, Y_TEST)
    as_they_are = model.set_params(label_smoothing=0.0).pruning_curve(X_TEST, Y_TEST)
    assert_allclose(curve.loss_rise, as_they_are.loss_rise)
    assert curve.loss_rise[0] > 2


def test_a_warm_start_goes_on_from_what_was_trained():
    """Dividing outputs again would make it surer at every call."""
    model = SparcsClassifier(alpha=1e-3, warm_start=True, random_state=0).fit(X, Y)
    once = model.predict_proba(X_TEST)
    assert_allclose(model.fit(X, Y).predict_proba(X_TEST), once, atol=0.06)


def test_linear_models_and_regressors_have_none():
    assert SparcsClassifier((), random_state=0).fit(X, Y).temperature_ == 1.0
    assert not hasattr(SparcsRegressor((), random_state=0).fit(X, Y), "temperature_")
