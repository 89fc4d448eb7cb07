"""A classifier fitted to pieces is the one fitted to the whole."""

import numpy as np
import pytest
from helpers.shared import ClassesInPieces, assert_same_classes, assert_same_fit
from numpy.testing import assert_allclose

from sklearn_sparcs import SparcsClassifier
from sklearn_sparcs._linear import logistic_descent, logistic_objective
from sklearn_sparcs._linear.ridge import always_the_same

OPTIONS = {
    "default": {},
    "at_alpha": {"alpha": 0.003},
    "through_the_origin": {"fit_intercept": False, "alpha": 0.003},
    "linear": {"hidden_layer_sizes": ()},
    "ridge": {"hidden_layer_sizes": (), "linear_alpha": 0.1},
    "smoothed": {"label_smoothing": 0.05, "alpha": 0.003},
}


def classes(X, n_classes):
    """Names of classes that no linear model tells apart."""
    score = np.abs(X[:, 0]) + 0.3 * X[:, 1]
    edges = np.quantile(score, np.linspace(0, 1, n_classes + 1)[1:-1])
    noise = np.random.default_rng(1).normal(scale=0.2, size=len(X))
    return np.array(["a", "b", "c"])[np.digitize(score + noise, edges)]


def both(X, y, cuts, **options):
    options = {"hidden_layer_sizes": (3,), "clip": None, "random_state": 0, **options}
    return (
        ClassesInPieces(**options).fit_pieces(X, y, cuts),
        SparcsClassifier(**options).fit(X, y),
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_pieces_are_the_whole(kinked, options, n_classes):
    X, _ = kinked
    found, expected = both(X, classes(X, n_classes), (70, 71, 200), **options)
    assert_same_classes(found, expected, X)
    if n_classes == 2:
        assert_same_fit(found, expected, rtol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_many_weights_have_an_optimum_that_is_looked_for(
    kinked, n_classes, monkeypatch
):
    """Without Newton's steps, which small models end with, or any coordinates."""
    monkeypatch.setattr(logistic_descent, "_SMALL", 0)
    X, _ = kinked
    y = classes(X, n_classes)
    given = {"hidden_layer_sizes": (), "linear_alpha": 0.01}
    found, expected = both(X, y, (70, 200), **given)
    assert_allclose(found.predict_proba(X), expected.predict_proba(X), atol=1e-6)
    monkeypatch.setattr(logistic_descent, "LARGEST", 2)
    found, _ = both(X, y, (70, 200), **given)
    assert_allclose(found.predict_proba(X), expected.predict_proba(X), atol=1e-3)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_sums_of_columns_far_from_zero(kinked, n_classes):
    """Without a ridge, as if the third column were not there."""
    X, _ = kinked
    y = classes(X, n_classes)
    sums = np.column_stack([X, X[:, 0] + X[:, 1]]) + 1e6
    given = {"hidden_layer_sizes": (), "linear_alpha": 0.0}
    exact = SparcsClassifier(clip=None, **given).fit(X, y)
    for found in both(sums, y, (70, 200), **given):
        assert_allclose(found.predict_proba(sums), exact.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_labels_that_are_separated_are_smoothed(kinked, n_classes):
    X, _ = kinked
    edges = [0.0] if n_classes == 2 else [-0.5, 0.5]
    X = X[np.abs(X[:, :1] - edges).min(axis=1) > 0.1]
    y = np.digitize(X[:, 0], edges)
    given = {"linear_alpha": 1e-5, "alpha": 0.003}
    found, expected = both(X, y, (70,), **given)
    assert expected.label_smoothing_ == found.label_smoothing_ == 0.1
    assert_same_classes(found, expected, X)


def test_few_samples_a_feature_choose_a_ridge():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(90, 20))
    y = X[:, 0] + rng.normal(size=90) > 0
    found, expected = both(X, y, (15, 40), hidden_layer_sizes=())
    assert expected.linear_alpha_ > 1e-3
    assert_same_fit(found, expected, rtol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("whole", [True, False])
def test_weights_of_pieces_are_those_of_the_whole(kinked, n_classes, whole):
    X, _ = kinked
    y, rng = classes(X, n_classes), np.random.default_rng(3)
    weight = rng.integers(0, 4, size=300) * 1.0 if whole else rng.uniform(1, 3, 300)
    options = {"hidden_layer_sizes": (3,), "alpha": 0.003, "random_state": 0}
    found = ClassesInPieces(**options).fit_pieces(X, y, (70, 71, 200), weight)
    expected = SparcsClassifier(**options).fit(X, y, weight)
    assert_same_classes(found, expected, X)


def test_few_weighted_samples_choose_a_ridge(monkeypatch):
    """On some of them, whose weights have another mean."""
    monkeypatch.setattr(logistic_objective, "_FEWEST", 60)
    monkeypatch.setattr(logistic_objective, "_BUDGET", 1)
    rng = np.random.default_rng(1)
    X = rng.normal(size=(90, 20))
    y, weight = X[:, 0] + rng.normal(size=90) > 0, np.full(90, 20.0)
    weight[always_the_same(90, 60)] = rng.integers(1, 4, size=60)
    found = ClassesInPieces(()).fit_pieces(X, y, (15, 40), weight)
    expected = SparcsClassifier(()).fit(X, y, weight)
    assert expected.linear_alpha_ > 1e-3
    assert_same_fit(found, expected, rtol=1e-6)
