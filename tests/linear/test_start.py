"""The linear start, held against scikit-learn's linear models."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression, LogisticRegression

from sklearn_sparcs._data import batches as _batches
from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._data.scaling import Scaling
from sklearn_sparcs._linear.start import linear_start
from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)


def training_data(X, y, weight=None, **options):
    weight = None if weight is None else torch.from_numpy(weight)
    return TrainingData(torch.from_numpy(X), torch.from_numpy(y), weight, **options)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(50, 4), (6, 9), (50, 1), (1, 3)])
def test_least_squares_a_slice_at_a_time(shape, weighted, intercept, monkeypatch):
    monkeypatch.setattr(_batches, "ROWS_PER_SLICE", 7)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=shape) + 2, rng.normal(size=(shape[0], 2))
    X[:, -1] = X[:, 0]  # several solutions: the smallest is asked for
    weight = rng.uniform(0.5, 2, size=shape[0]) if weighted else None
    data = training_data(X, y, weight)
    found, _ = linear_start(data, SquaredError(), 2, intercept, 0.0)
    model = LinearRegression(fit_intercept=intercept).fit(X, y, weight)
    expected = model.coef_
    if intercept:
        expected = np.column_stack([model.coef_, model.intercept_])
    assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_least_squares_of_columns_nearly_alike():
    """Condition number 1e7: the normal equations would keep two digits."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 3))
    X[:, 2] = X[:, 0] + 1e-7 * X[:, 2]
    y = X @ np.array([[1.0], [2.0], [3.0]]) + 0.5
    found, _ = linear_start(training_data(X, y), SquaredError(), 1, True)
    assert_allclose(found, [[1, 2, 3, 0.5]], rtol=1e-6)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_streamed_logistic_regression(n_classes, intercept, monkeypatch):
    monkeypatch.setattr(_batches, "ROWS_PER_SLICE", 64)
    rng = np.random.default_rng(0)
    X = 3 * rng.normal(size=(300, 4)) + 1
    y = (
        X @ rng.normal(size=(4, n_classes)) + rng.normal(size=(300, n_classes))
    ).argmax(axis=1)
    weight = rng.uniform(0.5, 2, size=300)
    weight /= weight.mean()
    scaling = Scaling(X.mean(axis=0), X.std(axis=0), np.zeros(1), np.ones(1))
    loss, target = SoftmaxCrossEntropy(), y
    if n_classes == 2:
        loss, target = BinaryCrossEntropy(), y[:, None].astype(float)
    data = TrainingData(
        X, torch.from_numpy(target), torch.from_numpy(weight), scaling=scaling
    )
    n_outputs = 1 if n_classes == 2 else 3
    found, _ = linear_start(data, loss, n_outputs, intercept, 1e-3)
    model = LogisticRegression(
        C=1 / (1e-3 * 300), fit_intercept=intercept, tol=1e-10
    ).fit(scaling.features(X), y, weight)
    assert_allclose(found[:, :4], model.coef_, atol=1e-3)
    if intercept:  # softmax leaves a common shift open
        shift = model.intercept_ - found[:, 4]
        assert_allclose(shift, shift.mean() if n_classes > 2 else 0, atol=1e-3)
