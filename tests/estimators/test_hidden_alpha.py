"""The ridge on hidden neurons' weights: as it is asked, or as left-out samples say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import log_loss

from sklearn_sparcs import SparcsClassifier, SparcsRegressor, SparcsRegressorCV


def repeated(seed, n=600, copies=8):
    """Three features, of each some noisy copies, and a kinked target."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, 3))
    X = np.repeat(Z, copies, axis=1) + rng.normal(size=(n, 3 * copies))
    return X, np.abs(Z[:, 0]) + np.abs(Z[:, 1]), rng


def hidden_weights(model):
    """Weights that neurons hear with, but the constant's, and those they send with."""
    coefs = model.direct_form_.coefs
    return np.concatenate([coefs[2, 1].ravel(), coefs[3, 2].ravel()])


def test_weights_are_stationary_under_the_ridge():
    """∂/∂θ of half the mean squared error is −hidden_alpha σ² θ / n, by steps."""
    X, y, _ = repeated(0, n=200)
    given = {"alpha": 0.0, "hidden_alpha": 20.0, "standardize": False, "tol": 1e-10}
    model = SparcsRegressor(2, activation="tanh", random_state=0, **given).fit(X, y)
    theta, gradient = hidden_weights(model), []
    for weights in (model.direct_form_.coefs[2, 1], model.direct_form_.coefs[3, 2]):
        for place in np.ndindex(weights.shape):
            before, losses = weights[place], []
            for step in (1e-4, -1e-4):
                weights[place] = before + step
                losses.append(np.mean((y - model.predict(X)) ** 2) / 2)
            weights[place] = before
            gradient.append((losses[0] - losses[1]) / 2e-4)
    variance = np.mean((y - model.predict(X)) ** 2)
    assert model.hidden_alpha_ == 20.0
    expected = -20.0 * variance / len(y) * theta
    assert_allclose(gradient, expected, atol=0.02 * np.abs(expected).max())


def test_it_is_the_same_for_all_tables_where_nobody_compares():
    X, y, _ = repeated(0)
    assert SparcsRegressor(4, alpha="criterion").fit(X, y).hidden_alpha_ == 0.3
    assert SparcsRegressor(4, alpha=0.01).fit(X, y).hidden_alpha_ == 0.3
    assert SparcsRegressor(4).fit(X[:400], y[:400]).hidden_alpha_ == 0.3
    epochs = SparcsRegressor(4, solver="first_order", max_iter=5).fit(X[:50], y[:50])
    assert epochs.hidden_alpha_ == 0.0


def test_a_fit_goes_on_under_the_same_ridge_also_after_epochs():
    X, y, _ = repeated(0, n=100)
    model = SparcsRegressor(2, alpha=0.01, hidden_alpha=2.0, warm_start=True).fit(X, y)
    model.set_params(hidden_alpha="auto").fit(X, y)
    assert model.hidden_alpha_ == 2.0
    assert model.partial_fit(X, y).hidden_alpha_ == 0.0
    assert model.fit(X, y).hidden_alpha_ == 0.3


def test_held_out_samples_ask_for_a_strong_one_beside_many_copies():
    X, y, rng = repeated(0, copies=20)
    classes = y + 0.2 * rng.logistic(size=len(y)) > 1.5
    model = SparcsClassifier(random_state=0, warm_start=True).fit(X, classes)
    assert model.hidden_alpha_ == 6.1
    assert model.fit(X, classes).hidden_alpha_ == 6.1
    alone = SparcsClassifier(random_state=0, hidden_alpha=0.3).fit(X, classes)
    assert alone.hidden_alpha_ == 0.3
    X, y, rng = repeated(1, n=4000, copies=20)
    classes = y + 0.2 * rng.logistic(size=len(y)) > 1.5
    assert log_loss(classes, model.predict_proba(X)) < log_loss(
        classes, alone.predict_proba(X)
    )


def test_cross_validation_takes_what_is_given():
    X, y, _ = repeated(0, n=100)
    given = {"n_alphas": 6, "cv": 2, "activation": "relu", "selection": "best"}
    auto = SparcsRegressorCV(4, random_state=0, **given).fit(X, y)
    even = SparcsRegressorCV(4, hidden_alpha=0.3, random_state=0, **given).fit(X, y)
    strong = SparcsRegressorCV(4, hidden_alpha=3.0, random_state=0, **given).fit(X, y)
    assert auto.hidden_alpha_ == even.hidden_alpha_ == 0.3
    assert_array_equal(auto.cv_scores_path_, even.cv_scores_path_)
    assert strong.hidden_alpha_ == 3.0
    weak, other = (m.path(X, y).estimators[-1] for m in (auto, strong))
    assert np.abs(hidden_weights(other)).sum() < np.abs(hidden_weights(weak)).sum()


@pytest.mark.parametrize("value", [0.0, -1.0, "large", np.nan])
def test_others_are_refused(value):
    X, y, _ = repeated(0, n=50)
    with pytest.raises(ValueError, match="hidden_alpha"):
        SparcsRegressor(hidden_alpha=value).fit(X, y)
