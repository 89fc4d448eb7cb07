"""A fit to pieces is the fit to the whole."""

import numpy as np
import pytest
from helpers.shared import InPieces, assert_same_fit
from numpy.testing import assert_allclose

from sklearn_sparcs import SparcsRegressor
from sklearn_sparcs._fitted import spread
from sklearn_sparcs._growth import growth_options
from sklearn_sparcs._second_order import metric

OPTIONS = {
    "default": {},
    "at_alpha": {"alpha": 0.01},
    "deep": {"hidden_layer_sizes": (3, 3), "alpha": 0.003, "activation": "tanh"},
    "through_the_origin": {"fit_intercept": False, "alpha": 0.01},
    "raw": {"standardize": False, "alpha": 0.01},
    "linear": {"hidden_layer_sizes": ()},
    "cut_off": {"clip": 1.5, "alpha": 0.01, "prediction_margin": 0.1},
}


def both(X, y, cuts, **options):
    options = {"hidden_layer_sizes": (4,), "clip": None, "random_state": 0, **options}
    return (
        InPieces(**options).fit_pieces(X, y, cuts),
        SparcsRegressor(**options).fit(X, y),
    )


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_pieces_are_the_whole(kinked, options):
    X, y = kinked
    found, expected = both(X, y, (70, 71, 200), **options)
    assert_same_fit(found, expected)
    assert_allclose(found.predict(X), expected.predict(X), rtol=1e-8, atol=1e-10)
    std = [model.predict(X, return_std=True)[1] for model in (found, expected)]
    assert_allclose(*std, rtol=1e-7)


def test_samples_held_out_are_those_of_the_whole():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(600, 3))
    y = np.sin(4 * X[:, 0] + 2 * X[:, 1]) + 0.1 * rng.normal(size=600)
    found, expected = both(X, y, (200, 350))
    std = [model.predict(X, return_std=True)[1] for model in (found, expected)]
    assert_allclose(*std, rtol=1e-7)


def test_several_targets(kinked):
    X, y = kinked
    both_targets = np.column_stack([y, X[:, 0] ** 2])
    found, expected = both(X, both_targets, (100,), alpha=0.01)
    assert_same_fit(found, expected)


def test_few_samples_a_feature_choose_a_ridge():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 20))
    y = X[:, 0] + rng.normal(size=60)
    found, expected = both(X, y, (15, 40), hidden_layer_sizes=())
    assert expected.linear_alpha_ > 0
    assert_same_fit(found, expected)


def test_dummies_constants_and_times_in_seconds(kinked):
    X, y = kinked
    times = 1.7e9 + 3600 * np.random.default_rng(2).integers(1000, size=300)
    X = np.column_stack([X, X[:, 0] > 0.8, np.full(300, 3.7), times])
    found, expected = both(X, y, (70, 200), alpha=0.01)
    assert_same_fit(found, expected, rtol=1e-7)


def test_sums_of_columns_far_from_zero(kinked):
    X, y = kinked
    X = np.column_stack([X, X[:, 0] + X[:, 1]])
    found, expected = both(X + 1e6, y, (70, 200), hidden_layer_sizes=())
    exact = SparcsRegressor((), clip=None).fit(X, y)
    assert_same_fit(found, expected, rtol=1e-6)
    assert_allclose(found.predict(X + 1e6), exact.predict(X), atol=1e-7)


def test_single_precision(kinked):
    X, y = kinked
    found, expected = both(X.astype(np.float32), y, (150,), alpha=0.01)
    assert found.predict(X.astype(np.float32)).dtype == np.float32
    assert_allclose(found.predict(X), expected.predict(X), rtol=2e-3, atol=2e-3)


def test_some_of_many_samples_are_the_same_ones(kinked, monkeypatch):
    """On the way, and in a matrix that would be dear, some samples serve."""
    monkeypatch.setattr(growth_options, "_ROWS", 64)
    monkeypatch.setattr(growth_options, "ROWS_A_WEIGHT", 1)
    monkeypatch.setattr(metric, "_BUDGET", 1)
    monkeypatch.setattr(metric, "_ROWS_A_WEIGHT", 5)
    found, expected = both(*kinked, (70, 200))
    assert found.active_architecture_.n_hidden > 0
    assert_same_fit(found, expected)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"solver": "adam"}, "solver='adam' trains in epochs"),
        ({"init": "xavier"}, 'init="xavier" trains in epochs'),
        ({"early_stopping": True}, "early_stopping=True is for data in one place"),
        ({"warm_start": True}, "warm_start=True is for data in one place"),
    ],
)
def test_what_is_no_sum_is_refused(kinked, options, words):
    X, y = kinked
    with pytest.raises(ValueError, match=words):
        InPieces(**options).fit_pieces(X, y, (100,))


def test_single_rows_are_not_judged(kinked):
    X, y = kinked
    X = X.copy()
    X[5, 1] = 1e4
    with pytest.raises(ValueError, match='clip="auto" would have to judge'):
        InPieces().fit_pieces(X, y, (100,))


def test_wide_tables_are_refused(kinked):
    X, y = kinked
    with pytest.raises(ValueError, match="got 3 samples of 3 features"):
        InPieces().fit_pieces(X[:3], y[:3], (1,))


def test_extremes_are_refused_and_nothing_is_changed(kinked):
    X, y = kinked
    model = InPieces((), clip=None)
    with pytest.raises(ValueError, match="Feature 1 has values of size 1e\\+200"):
        model.fit_pieces(X * [1, 1e200 / np.abs(X[:, 1]).max(), 1], y, (100,))
    assert not hasattr(model, "n_features_in_")


WEIGHTS = {
    "real": lambda rng: rng.uniform(0.2, 3, size=300),
    "counts": lambda rng: rng.integers(0, 4, size=300).astype(float),
    "alike": lambda rng: np.full(300, 2.0),
}


@pytest.mark.parametrize("clip", [None, 1.5])
@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_weights_of_pieces_are_those_of_the_whole(kinked, clip, weights):
    X, y = kinked
    weight = weights(np.random.default_rng(3))
    targets = np.column_stack([y, weight])  # the second varies with the weights
    options = {"hidden_layer_sizes": (3,), "alpha": 0.01, "random_state": 0}
    options |= {"clip": clip}
    found = InPieces(**options).fit_pieces(X, targets, (70, 71, 200), weight)
    expected = SparcsRegressor(**options).fit(X, targets, weight)
    assert_same_fit(found, expected)
    assert_allclose(found.predict(X), expected.predict(X), rtol=1e-8, atol=1e-10)
    std = [model.predict(X, return_std=True)[1] for model in (found, expected)]
    assert_allclose(*std, rtol=1e-7)


def test_few_weighted_samples_choose_a_ridge():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 20))
    y, counts = X[:, 0] + rng.normal(size=60), rng.integers(1, 3, size=60)
    for weight in (counts.astype(float), rng.uniform(1, 3, size=60)):
        found = InPieces(()).fit_pieces(X, y, (15, 40), weight)
        expected = SparcsRegressor(()).fit(X, y, weight)
        assert expected.linear_alpha_ > 0
        assert_same_fit(found, expected)


def test_some_of_many_weighted_samples_are_the_same_ones(kinked, monkeypatch):
    monkeypatch.setattr(growth_options, "_ROWS", 64)
    monkeypatch.setattr(growth_options, "ROWS_A_WEIGHT", 1)
    monkeypatch.setattr(spread, "_ROWS", 100)
    monkeypatch.setattr(spread, "_ROWS_A_WEIGHT", 1)
    X, y = kinked
    weight = np.random.default_rng(3).integers(0, 4, size=300).astype(float)
    options = {"hidden_layer_sizes": (4,), "clip": None, "random_state": 0}
    found = InPieces(**options).fit_pieces(X, y, (70, 200), weight)
    expected = SparcsRegressor(**options).fit(X, y, weight)
    assert_same_fit(found, expected)
    std = [model.predict(X, return_std=True)[1] for model in (found, expected)]
    assert_allclose(*std, rtol=1e-7)
