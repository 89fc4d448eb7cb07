"""Predictions within the range of the targets, wherever a network predicts."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold

from sklearn_sparcs import (
    CompactRegressor,
    SparcsRegressor,
    SparcsRegressorCV,
    sparcs_path,
)

FEW = {"n_alphas": 3, "cv": 3, "activation": "relu", "random_state": 0}


@pytest.fixture(scope="module")
def far(kinked):
    """Rows unlike all that were trained on."""
    return 50 * kinked[0]


def within(predicted, low, high):
    """Whether predictions fill the range, and do not leave it."""
    assert_allclose([predicted.min(), predicted.max()], [low, high])


@pytest.mark.parametrize("margin", [0, 0.1])
@pytest.mark.parametrize(
    "kind",
    [
        SparcsRegressor(random_state=0),
        SparcsRegressor((), random_state=0),
        SparcsRegressor(5, solver="first_order", alpha=0.01, random_state=0),
        SparcsRegressorCV(2, **FEW),
        CompactRegressor((5,), tol=0.01, random_state=0),
    ],
)
def test_every_estimator(kinked, far, kind, margin):
    X, y = kinked
    wider = margin * np.ptp(y)
    bounds = y.min() - wider, y.max() + wider
    model = kind.set_params(prediction_margin=margin).fit(X, y)
    within(model.predict(far), *bounds)
    within(pickle.loads(pickle.dumps(model)).predict(far), *bounds)
    inner = [getattr(model, name, None) for name in ("pruned_estimator_", "path_")]
    if inner[0] is not None:
        within(inner[0].predict(far), *bounds)
        assert inner[0].prediction_margin == margin
    if inner[1] is not None:
        within(model.estimator_1se_.predict(far), *bounds)
        within(inner[1].estimators[-1].predict(far), *bounds)
    model.set_params(prediction_margin=None).fit(X, y)
    assert model.predict(far).max() > bounds[1] + 1


def test_the_torch_module(kinked, far):
    X, y = kinked
    model = SparcsRegressor(random_state=0, prediction_margin=0).fit(X, y)
    module = model.pruned_estimator_.to_torch()
    found = module(torch.from_numpy(far)).detach().numpy()[:, 0]
    assert_allclose(found, model.pruned_estimator_.predict(far))
    within(found, y.min(), y.max())


def test_a_path(kinked, far):
    X, y = kinked
    options = {"prediction_margin": 0, "X_val": X, "y_val": 3 * y}
    path = sparcs_path(X, y, alphas=[1.0, 0.01], **options)
    for model in path.estimators:
        within(model.predict(far), y.min(), y.max())


def test_each_target_has_its_own_range_and_rows_without_weight_have_none(kinked, far):
    X, y = kinked
    Y = np.c_[y, -10 * y]
    Y[0] = 1e6
    weight = np.ones(300)
    weight[0] = 0
    model = SparcsRegressor((), prediction_margin=0).fit(X, Y, sample_weight=weight)
    found = model.predict(far)
    for target, column in zip(Y[1:].T, found.T, strict=True):
        within(column, target.min(), target.max())


def test_single_precision_stays(kinked, far):
    X, y = kinked
    model = SparcsRegressor((), prediction_margin=0).fit(X.astype(np.float32), y)
    assert model.predict(far.astype(np.float32)).dtype == np.float32


def test_folds_judge_within_what_their_own_rows_say(kinked):
    X, y = kinked
    X, y = X[np.argsort(y)], np.sort(y)  # the last fold leaves the range of the others
    model = SparcsRegressorCV(3, prediction_margin=0, **FEW).fit(X, y)
    for k, (train, test) in enumerate(KFold(3).split(X)):
        linear = LinearRegression().fit(X[train], y[train]).predict(X[test])
        inside = linear.clip(y[train].min(), y[train].max())
        expected = r2_score(y[test], inside)
        assert model.cv_scores_path_[0, 0, k] == pytest.approx(expected)


def test_what_goes_on_knows_all_targets_that_it_has_seen(kinked, far):
    X, y = kinked
    low, high = y < np.median(y), y >= np.median(y)
    stream = SparcsRegressor((), prediction_margin=0, random_state=0)
    stream.partial_fit(X[low], y[low])
    assert_array_equal(stream.predict(far).max(), y[low].max())
    stream.partial_fit(X[high], y[high])
    within(stream.predict(far), y.min(), y.max())
    small = SparcsRegressor((), prediction_margin=0).fit(X[low], y[low])
    small = small.pruned_estimator_.set_params(tol=1.0, n_iter_no_change=1)
    within(small.fit(X[high], y[high]).predict(far), y.min(), y.max())


def test_validation_and_curves_leave_the_range_alone(kinked, far):
    X, y = kinked
    model = SparcsRegressor(random_state=0, prediction_margin=0).fit(X, y)
    model.pruning_curve(X, 100 * y)
    within(model.predict(far), y.min(), y.max())


def test_it_is_a_number_of_at_least_zero(kinked):
    with pytest.raises(ValueError, match="prediction_margin"):
        SparcsRegressor(prediction_margin=-0.1).fit(*kinked)
