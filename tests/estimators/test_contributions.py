"""`contributions` of everything that is fitted."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_iris, make_friedman1
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
    load_safetensors,
    save_safetensors,
)

FEW = {"n_alphas": 4, "cv": 2, "activation": "relu", "random_state": 0}
REGRESSORS = {
    "plain": SparcsRegressor(6, random_state=0),
    "epochs": SparcsRegressor(6, solver="first_order", max_iter=30, random_state=0),
    "cv": SparcsRegressorCV(6, **FEW),
    "compact": CompactRegressor((6,), random_state=0),
}
CLASSIFIERS = {
    "plain": SparcsClassifier(6, random_state=0),
    "cv": SparcsClassifierCV(6, **FEW),
    "compact": CompactClassifier((6,), random_state=0),
}
several = pytest.mark.filterwarnings("ignore:max_iter", "ignore:.*did not converge")


@pytest.fixture(scope="module")
def friedman():
    X, y = make_friedman1(200, 6, random_state=0)
    return X * [1, 10, 100, 1, 1, 1] + 5, 100 * y


@several
@pytest.mark.parametrize("kind", REGRESSORS)
def test_they_make_up_predictions_beside_that_at_the_means(kind, friedman):
    X, y = friedman
    model = REGRESSORS[kind].fit(X, y)
    for each in (model, getattr(model, "pruned_estimator_", model)):
        found, usual = each.contributions(X), each.predict(X.mean(axis=0)[None])
        assert found.shape == X.shape and each.active_architecture_.n_hidden
        assert_allclose(found.sum(axis=1), each.predict(X) - usual, atol=1e-9)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.contributions(X), model.contributions(X))


@several
@pytest.mark.parametrize("kind", CLASSIFIERS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_classes_they_make_up_scores(kind, n_classes):
    X, y = load_iris(return_X_y=True)
    X, y = (X[50:], y[50:]) if n_classes == 2 else (X, y)
    model = CLASSIFIERS[kind].fit(X, y)
    found, usual = model.contributions(X), model.decision_function(X.mean(axis=0)[None])
    assert found.shape == (X.shape if n_classes == 2 else (*X.shape, 3))
    assert_allclose(found.sum(axis=1), model.decision_function(X) - usual, atol=1e-9)


def test_of_labels_each_has_its_own(friedman):
    X, y = friedman
    Y = np.c_[y > np.median(y), X[:, 3] > X[:, 4]].astype(int)
    model = SparcsClassifier(4, random_state=0).fit(X, Y)
    rise = model.decision_function(X) - model.decision_function(X.mean(axis=0)[None])
    assert_allclose(model.contributions(X).sum(axis=1), rise, atol=1e-9)


def test_of_a_linear_model_they_are_coefficient_times_distance(friedman):
    X, y = friedman
    weight = np.arange(1.0, 201.0)
    model = SparcsRegressor(()).fit(X, y, sample_weight=weight)
    distance = X - np.average(X, axis=0, weights=weight)
    assert_allclose(model.contributions(X), model.linear_coef_ * distance, rtol=1e-9)
    two = SparcsRegressor(()).fit(X, np.c_[y, X[:, 0]])
    expected = (X - X.mean(axis=0))[:, :, None] * two.linear_coef_.T
    assert_allclose(two.contributions(X), expected, atol=1e-9)
    single = SparcsRegressor(()).fit(X, y.reshape(-1, 1))
    assert single.contributions(X).shape == (200, 6, 1)


def test_what_a_margin_cuts_off_is_not_added(friedman):
    X, y = friedman
    model = SparcsRegressor((), prediction_margin=0.0).fit(X, y)
    far = X + 3 * (X - X.mean(axis=0))
    rise = model.predict(far) - model.predict(X.mean(axis=0)[None])
    assert (model.predict(far) == y.max()).any()
    assert_allclose(model.contributions(far).sum(axis=1), rise, atol=1e-9)


def test_without_a_centre_they_are_beside_zero(friedman):
    X, y = friedman
    for options in ({"standardize": False}, {"fit_intercept": False}):
        model = SparcsRegressor(4, random_state=0, **options).fit(X, y)
        rise = model.predict(X) - model.predict(np.zeros((1, 6)))
        assert_allclose(model.contributions(X).sum(axis=1), rise, atol=1e-9)
        assert_array_equal(model.direct_form_.reference, np.zeros(6))


def test_sparse_rows_and_single_precision(friedman):
    X, y = friedman
    X = np.where(X > 6, X, 0)
    model = SparcsRegressor(4, random_state=0).fit(sparse.csr_array(X), y)
    expected = model.contributions(X)
    assert_allclose(model.contributions(sparse.csc_array(X)), expected, atol=1e-9)
    found = model.contributions(X.astype(np.float32))
    assert found.dtype == np.float32
    assert_allclose(found, expected, rtol=1e-5, atol=1e-3)


def test_a_file_of_weights_keeps_the_reference(friedman, tmp_path):
    X, y = friedman
    model = SparcsRegressor(4, random_state=0).fit(X, y)
    save_safetensors(model, tmp_path / "model.safetensors")
    read = load_safetensors(tmp_path / "model.safetensors")
    assert_array_equal(read.contributions(X), model.contributions(X))
    again = read.fit(X[:100], y[:100])
    assert_allclose(again.direct_form_.reference, X[:100].mean(axis=0))


def test_what_cannot_be_explained_is_refused(friedman):
    X, y = friedman
    with pytest.raises(NotFittedError):
        SparcsRegressor().contributions(X)
    with pytest.raises(ValueError, match="X has 5 features"):
        SparcsRegressor(()).fit(X, y).contributions(X[:, :5])
