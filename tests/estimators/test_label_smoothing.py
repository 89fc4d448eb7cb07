"""Labels are smoothed where a linear model separates the classes, or as is asked."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.datasets import load_iris, load_wine
from sklearn.preprocessing import scale

from sklearn_sparcs import (
    CompactClassifier,
    SparcsClassifier,
    SparcsClassifierCV,
    sparcs_path,
)

SEPARATED = load_wine(return_X_y=True)
MIXED = load_iris(return_X_y=True)


BARE = {"label_smoothing": 0.0}


def confidence(model, data=SEPARATED):
    """The mean probability of the class that is predicted."""
    return model.predict_proba(data[0]).max(axis=1).mean()


def linear(**options):
    return SparcsClassifier((), random_state=0, **options)


def grown(**options):
    return SparcsClassifier(6, alpha=1e-3, random_state=0, **options)


def test_networks_learn_smoothed_labels_where_a_linear_model_separates_them():
    auto, given = grown().fit(*SEPARATED), grown(label_smoothing=0.1).fit(*SEPARATED)
    assert auto.label_smoothing_ == 0.1
    assert auto.active_architecture_.n_hidden > 0
    assert confidence(auto) == pytest.approx(confidence(given), abs=0.02)
    assert confidence(auto) > 0.97


def test_others_do_not():
    assert grown().fit(*MIXED).label_smoothing_ == 0.0


def test_linear_models_stay_logistic_regressions():
    """Whether neurons were forbidden or did not pay."""
    X, y = SEPARATED
    bare = linear(**BARE).fit(X, y).predict_proba(X)
    assert_array_equal(linear().fit(X, y).predict_proba(X), bare)
    strict = SparcsClassifier(6, alpha=1e3, random_state=0).fit(X, y)
    assert_allclose(strict.predict_proba(X), bare, rtol=1e-12)
    model = SparcsClassifierCV(6, n_alphas=2, cv=3, random_state=0).fit(X, y)
    assert model.path_.architectures[0].is_linear
    linear_network = model.path_.estimators[0]
    assert_allclose(linear_network.predict_proba(X), bare, rtol=1e-12)


@pytest.mark.parametrize("labels", ["two classes", "several labels"])
def test_two_classes_are_smoothed_if_a_linear_model_separates_them(labels):
    (X, y), two = SEPARATED, labels == "two classes"
    assert grown().fit(X, y > 0 if two else indicators(y)).label_smoothing_ == 0.1
    X, y = MIXED  # versicolor and virginica overlap
    assert grown().fit(X, y > 1 if two else indicators(y)).label_smoothing_ == 0.0


def indicators(y):
    return np.eye(3)[y].astype(int)


def test_a_sample_of_no_weight_does_not_keep_classes_from_being_separated():
    X, y = SEPARATED[0], SEPARATED[1] > 0
    wrong = np.where(np.arange(len(y)) == 0, ~y, y)
    model = grown(linear_alpha=1e-2)
    assert model.fit(X, wrong).label_smoothing_ == 0.0
    weight = np.where(np.arange(len(y)) == 0, 0.0, 1.0)
    assert model.fit(X, wrong, sample_weight=weight).label_smoothing_ == 0.1


def test_neurons_do_not_wake_for_smoothed_labels_alone():
    """Far out, the linear model is too sure for them, and right about the labels."""
    rng = np.random.default_rng(1)
    X = rng.standard_t(2, (400, 4))
    model = SparcsClassifier(random_state=0).fit(X, X @ rng.normal(size=4) > 0)
    assert model.label_smoothing_ == 0.1
    assert [row["n_live"] for row in model.history_] == [0]


def test_the_linear_model_is_that_of_smoothed_labels():
    X, y = SEPARATED
    model = linear(label_smoothing=0.3, linear_alpha=1e-2).fit(X, y)
    Z, labels = scale(X), 0.7 * np.eye(3)[y] + 0.1

    def objective(flat):
        W = flat.reshape(3, -1)
        log_p = log_softmax(Z @ W[:, :-1].T + W[:, -1], axis=1)
        return -(labels * log_p).sum(axis=1).mean() + 5e-3 * (W[:, :-1] ** 2).sum()

    W = minimize(objective, np.zeros(3 * 14), tol=1e-10).x.reshape(3, -1)
    expected = np.exp(log_softmax(Z @ W[:, :-1].T + W[:, -1], axis=1))
    assert_allclose(model.predict_proba(X), expected, atol=1e-5)


def test_cross_validation_and_the_path_smooth():
    X, y = SEPARATED
    model = SparcsClassifierCV(8, n_alphas=4, cv=3, random_state=0).fit(X, y)
    assert model.label_smoothing_ == 0.1
    assert model.pruned_estimator_.label_smoothing == "auto"
    options = {"task": "classification", "n_alphas": 4, "random_state": 0}
    bare, smooth = (sparcs_path(X, y, **options, **own) for own in (BARE, {}))
    assert_allclose(
        smooth.estimators[0].predict_proba(X), bare.estimators[0].predict_proba(X)
    )
    assert bare.train_loss[0] != pytest.approx(smooth.train_loss[0], rel=0.1)


@pytest.mark.filterwarnings("ignore:max_iter=:sklearn.exceptions.ConvergenceWarning")
def test_epochs_smooth_by_what_is_given():
    options = {"solver": "first_order", "max_iter": 20, "random_state": 0}
    bare = SparcsClassifier(4, **options).fit(*SEPARATED)
    given = SparcsClassifier(4, label_smoothing=0.2, **options).fit(*SEPARATED)
    assert (bare.label_smoothing_, given.label_smoothing_) == (0.0, 0.2)
    assert confidence(given) < 0.9 < confidence(bare)


def test_a_compact_network_trains_on_smoothed_labels():
    bare, smooth = (
        CompactClassifier((2,), label_smoothing=share, random_state=0).fit(*SEPARATED)
        for share in (0.0, "auto")
    )
    assert bare.loss_curve_[-1] != pytest.approx(smooth.loss_curve_[-1], rel=0.05)


@pytest.mark.parametrize("wrong", [1.0, -0.1, "none", None])
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(ValueError, match="label_smoothing"):
        linear(label_smoothing=wrong).fit(*MIXED)
