"""Columns that are hard on numbers: far from zero, constant, rare, heavy of tail."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)

CASES = {
    "linear": SparcsRegressor(()),
    "growth": SparcsRegressor(random_state=0),
    "first order": SparcsRegressor(solver="first_order", alpha=0.01, random_state=0),
    "compact": CompactRegressor((2,), random_state=0),
}
FEW = {"n_alphas": 6, "cv": 3, "activation": "relu", "random_state": 0}


def kinked(n=400):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4))
    return X, np.abs(X[:, 0]) + X[:, 1] + 0.05 * rng.normal(size=n)


def after_a_scaler(model, X, y):
    """R² of a model on float64 columns that a scaler has seen to."""
    scaled = StandardScaler().fit_transform(X.astype(np.float64))
    return model.fit(scaled, y).score(scaled, y)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("offset", [1e6, 1e12])
def test_float32_far_from_zero(case, offset):
    X, y = kinked()
    X = (offset + 1e-5 * offset * X).astype(np.float32)
    model = CASES[case]
    expected = after_a_scaler(model, X, y)
    found = model.fit(X, y).predict(X)
    assert found.dtype == np.float32
    assert r2_score(y, found) == pytest.approx(expected, abs=1e-4)


def test_float32_of_two_neighbouring_values():
    X, y = kinked()
    flag = np.random.default_rng(1).random(400) < 0.5
    X = np.c_[X, np.where(flag, 1e8, 1e8 + 8)].astype(np.float32)
    y = y - flag
    for model in (CASES["linear"], CASES["growth"]):
        expected = after_a_scaler(model, X, y)
        assert model.fit(X, y).score(X, y) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("value", [2e7, 1.7e9])
def test_a_constant_and_large_column_in_float32(case, value):
    X, y = kinked()
    X = np.c_[X, np.full(400, value)].astype(np.float32)
    model = CASES[case]
    expected = after_a_scaler(model, X, y)
    model.fit(X, y)
    assert model.score(X, y) == pytest.approx(expected, abs=1e-3)
    heard = {j: w for (_, j), w in model.direct_form_.coefs.items() if j == 1}
    assert_allclose(heard[1][:, 4], 0.0, atol=0)
    other = X.copy()
    other[:, 4] *= 1.01
    assert_allclose(model.predict(other), model.predict(X))


def test_a_constant_and_large_column_for_classes():
    X, y = kinked()
    labels = np.where(y > 1, "high", "low")
    expected = SparcsClassifier(random_state=0).fit(X, labels).score(X, labels)
    X = np.c_[X, np.full(400, 1.7e9)].astype(np.float32)
    model = SparcsClassifier(random_state=0).fit(X, labels)
    assert model.score(X, labels) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("hidden", [(), (100,)], ids=["linear", "grown"])
def test_float32_columns_that_are_collinear_up_to_rounding(hidden):
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(400, 3))
    X = np.column_stack([Z, Z[:, 0] + Z[:, 1]])
    y = np.abs(Z[:, 0]) + Z[:, 1] + 0.05 * rng.normal(size=400)
    model = SparcsRegressor(hidden, random_state=0)
    exact = clone(model).fit(X, y).score(X, y)
    X = X.astype(np.float32)
    model.fit(X, y)
    assert_allclose(model.score(X, y), exact, rtol=1e-3)
    # what is rounding alone has no weight
    assert max(np.abs(w).max() for w in model.direct_form_.coefs.values()) < 10


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize(
    ("dtype", "offset", "atol"), [(np.float64, 1e6, 1e-7), (np.float32, 3e3, 1e-2)]
)
def test_sums_of_columns_far_from_zero(dtype, offset, atol, standardize):
    """Found by `make fuzz`: what rounding leaves of them had huge coefficients."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(40, 2))
    X, y = np.column_stack([Z, Z.sum(axis=1)]), Z[:, 0] + rng.normal(size=40)
    expected = LinearRegression().fit(X, y)
    model = SparcsRegressor((), clip=None, linear_alpha=0.0, standardize=standardize)
    far = (X + offset).astype(dtype)
    found = model.fit(far, y).predict(far)
    assert_allclose(found, expected.predict(X), atol=atol)
    a, b, both = model.linear_coef_
    e, f, of_sum = expected.coef_
    assert_allclose([a + both, b + both], [e + of_sum, f + of_sum], atol=atol)
    assert max(np.abs(model.linear_coef_)) < 2


def test_weighted_rows_that_share_one_value():
    """The mean of a constant is off by rounding, which is not a feature."""
    rng = np.random.default_rng(0)
    y, weight = rng.normal(size=53), rng.integers(1, 4, 53).astype(float)
    X = np.full((53, 1), 2024.1)
    X[::2] = np.nextafter(2024.1, 0)
    model = SparcsRegressor(random_state=0).fit(X, y, sample_weight=weight)
    mean = np.average(y, weights=weight)
    assert_allclose(model.predict(np.array([[2024.1], [3000.0]])), mean)


@pytest.mark.parametrize("case", CASES)
def test_nanoseconds(case):
    rng = np.random.default_rng(0)
    ticks = rng.integers(0, 400_000, 400)
    when = 1_700_000_000_000_000_000 + ticks
    other = rng.normal(size=400)
    y = ticks / 1e5 + 0.1 * np.abs(other)
    X = np.c_[when, (1000 * other).astype(np.int64)]
    model = CASES[case]
    expected = model.fit(np.c_[ticks, other], y).score(np.c_[ticks, other], y)
    assert model.fit(X, y).score(X, y) == pytest.approx(expected, abs=2e-4)


def test_a_sensor_that_idles_at_first_is_heard_when_it_wakes():
    """In a stream, a constant of the first piece is no constant of the second."""
    X, y = kinked()
    y = y + X[:, 2]
    model = SparcsRegressor(random_state=0, learning_rate_init=0.02)
    first = X[:200].copy()
    first[:, 2] = 0.0
    model.partial_fit(first, y[:200])
    assert_allclose(model.direct_form_.coefs[2, 1][:, 2], 0.0, atol=0)
    for _ in range(150):
        model.partial_fit(X, y)
    assert model.score(X, y) > 0.9


def test_weights_of_rare_dummies_are_those_of_least_squares():
    rng = np.random.default_rng(0)
    n = 4000
    shares = [0.2, 0.02, 0.0005]
    X = np.c_[rng.normal(size=n), rng.random((n, 3)) < shares].astype(float)
    y = X @ [1.0, 2.0, 2.0, 2.0] + 0.1 * rng.normal(size=n)
    model = SparcsRegressor(random_state=0).fit(X, y)
    small, reference = model.pruned_estimator_, LinearRegression().fit(X, y)
    assert np.isinf(small.feature_bounds_).all()
    assert_allclose(small.coefs_[2, 1][0], reference.coef_, rtol=1e-7)
    inside = X @ small.coefs_[2, 1][0] + small.intercepts_[2]
    assert_allclose(inside, small.predict(X), rtol=1e-9)


def heavy(kind, rng, n):
    if kind == "t":
        return rng.standard_t(2.5, size=(n, 3))
    return rng.lognormal(sigma=float(kind), size=(n, 3))


@pytest.mark.parametrize("kind", ["0.5", "1", "1.5", "2", "t"])
def test_linear_data_with_heavy_tails_stay_linear(kind):
    rng = np.random.default_rng(0)
    X = heavy(kind, rng, 1500)
    y = X @ [1.0, 2.0, -1.0] + 0.5 * rng.normal(size=1500)
    train, test = slice(1000), slice(1000, None)
    expected = LinearRegression().fit(X[train], y[train]).score(X[test], y[test])
    plain = SparcsRegressor(random_state=0).fit(X[train], y[train])
    folds = SparcsRegressorCV(20, **FEW).fit(X[train], y[train])
    assert plain.active_architecture_.is_linear
    assert folds.linear_suffices_
    for model in (plain, folds):
        assert model.score(X[test], y[test]) == pytest.approx(expected, abs=0.002)
