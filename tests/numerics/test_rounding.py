"""Features far from zero that add up to others: what is left of them is rounding."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._linear.least_squares import least_squares
from sklearn_sparcs._linear.start import linear_start
from sklearn_sparcs._losses.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from sklearn_sparcs._numerics.rounding import by_rounding

#: How far from zero, and what predictions may be off by then, by dtype.
FAR = {np.float64: (1e6, 1e-8), np.float32: (3e3, 5e-3)}
EACH = pytest.mark.parametrize("dtype", FAR)
CENTRED = pytest.mark.parametrize("centred", [False, True])


def sums(n, p, weighted=False, noise=0.5):
    """Features that are sums of two, a target, and weights of mean one."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 2)) @ np.column_stack([np.eye(2), np.ones((2, p - 2))])
    X[:, 3:] *= rng.normal(size=p - 3)
    y = X[:, :1] - 2 * X[:, 1:2] + noise * rng.normal(size=(n, 1))
    weight = rng.uniform(0.5, 2, size=n)
    return X, y, weight / weight.mean() if weighted else None


def far(X, y, weight, dtype, centred):
    """The same features far from zero; if centred, with that taken out again."""
    offset = FAR[dtype][0] * np.linspace(0.5, 2, X.shape[1])
    x = torch.from_numpy((X + offset).astype(dtype))
    weight = None if weight is None else torch.from_numpy(weight.astype(dtype))
    data = TrainingData(x, torch.from_numpy(y.astype(dtype)), weight)
    if centred:
        mean = offset.astype(dtype)
        data = replace(data, x=x - torch.from_numpy(mean), offset=mean.astype(float))
    return data


def outputs(data, linear):
    """What a linear model says of the samples."""
    coef, bias = linear
    return data.x.double().numpy() @ coef.T + bias


@EACH
@CENTRED
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(30, 3), (30, 8), (8, 12)])
def test_least_squares_far_from_zero(shape, weighted, centred, dtype):
    """Large coefficients of last digits would cancel in all but what they fit."""
    X, y, weight = sums(*shape, weighted)
    data = far(X, y, weight, dtype, centred)
    linear, _ = least_squares(data, True, 0.0)
    expected = LinearRegression().fit(X, y, weight)
    assert_allclose(linear[0], expected.coef_, atol=FAR[dtype][1])
    found = outputs(data, linear)
    assert_allclose(found, expected.predict(X), atol=FAR[dtype][1])


@EACH
@CENTRED
@pytest.mark.parametrize("strength", [1e-5, None])
def test_more_features_than_samples_far_from_zero(strength, centred, dtype):
    """Of those few coordinates, leave-one-out chooses the ridge that it would have."""
    X, y, _ = sums(8, 12)
    data = far(X, y, None, dtype, centred)
    linear, found = least_squares(data, True, strength)
    exact = TrainingData(torch.from_numpy(X), torch.from_numpy(y), None)
    (coef, _), strength = least_squares(exact, True, strength)
    assert_allclose(found, strength, rtol=1e-3)
    assert_allclose(linear[0], coef, atol=FAR[dtype][1])
    model = Ridge(8 * strength / 2) if strength else LinearRegression()
    expected = model.fit(X, y[:, 0]).predict(X)
    assert_allclose(outputs(data, linear)[:, 0], expected, atol=FAR[dtype][1])


def classes(y, n_classes):
    """A real target as classes, the loss of a linear model of them, and its outputs."""
    label = np.digitize(y[:, 0], np.quantile(y, np.arange(1, n_classes) / n_classes))
    if n_classes == 2:
        return label, label[:, None].astype(float), BinaryCrossEntropy(), 1
    return label, label, SoftmaxCrossEntropy(), n_classes


@EACH
@CENTRED
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_features", [3, 60])
def test_logistic_regression_far_from_zero(
    n_features, n_classes, weighted, centred, dtype
):
    """By Newton's steps for few features, and without."""
    X, y, weight = sums(200, n_features, weighted, noise=4)
    label, encoded, loss, n_outputs = classes(y, n_classes)
    data = far(X, y, weight, dtype, centred)
    data = replace(data, y=torch.from_numpy(encoded))
    weights = linear_start(data, loss, n_outputs, True, 0.0).weights
    found = outputs(data, (weights[:, :-1], weights[:, -1]))
    expected = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    expected.fit(X[:, :2], label, weight)
    scores = expected.decision_function(X[:, :2]).reshape(found.shape)
    difference = found - scores
    if n_classes > 2:  # what is added to every class alike changes nothing
        difference -= difference.mean(axis=1, keepdims=True)
    atol = 1e-4 if dtype is np.float64 else 5e-2
    assert_allclose(difference, 0, atol=atol)


@CENTRED
def test_what_is_more_than_rounding_is_a_signal(centred):
    """A millionth of the features, a thousand times their last digit."""
    X, _, _ = sums(30, 3)
    y = np.random.default_rng(1).normal(size=(30, 1))
    X[:, 2:] += 1e-6 * y
    data = far(X, y, None, np.float64, centred)
    assert_allclose(outputs(data, least_squares(data, True, 0.0)[0]), y, atol=0.1)


def test_each_feature_is_rounded_by_itself():
    """Directions of unlike features, and of one that varies in its last digits."""
    rounded, centred = np.array([1e-2, 1e-7, 10.0]), np.array([3.0, 4.0, 5.0])
    directions = np.array([[0.6, 0.8, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    found = by_rounding(directions, rounded, centred)
    assert_allclose(found, [np.hypot(0.6 * 1e-2, 0.8 * 1e-7), 1e-7, 0.5])
