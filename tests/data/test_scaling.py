"""Scaling of columns that are far from zero, hardly vary, or hold outliers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sklearn_sparcs._data.columns import Table
from sklearn_sparcs._data.features import ends_of
from sklearn_sparcs._data.outliers import usual
from sklearn_sparcs._data.samples import Samples
from sklearn_sparcs._data.scaling import Scaling


def scaling_of(X, weight=None, **options):
    samples = Samples(X, np.zeros((X.shape[0], 1)), weight)
    settings = {"standardize": True, "center": True, "scale_targets": False}
    return Scaling.of(Table(samples), **settings | options)


@pytest.mark.parametrize("offset", [0.0, 1e6, 1.7e18])
def test_moments_are_exact_far_from_zero(offset):
    steps = np.random.default_rng(0).integers(0, 1000, size=(500, 2)).astype(float)
    X = offset + 256 * steps  # what float64 holds near 1.7e18
    scaled = scaling_of(X).features(X)
    expected = (steps - steps.mean(axis=0)) / steps.std(axis=0)
    assert_allclose(scaled, expected, atol=3e-3 if offset > 1e17 else 1e-9)


def test_what_is_taken_out_in_units_of_what_is_left():
    X = np.random.default_rng(0).normal([1e3, -7.0], [0.1, 5.0], size=(50, 2))
    assert_allclose(scaling_of(X).offset, X.mean(axis=0) / X.std(axis=0))


def test_weighted_moments_by_repetition():
    rng = np.random.default_rng(0)
    X, counts = rng.normal(1e6, 1.0, size=(50, 2)), rng.integers(1, 4, 50)
    weighted, repeated = scaling_of(X, counts), scaling_of(X.repeat(counts, axis=0))
    assert_allclose(weighted.x_mean, repeated.x_mean, rtol=1e-14)
    assert_allclose(weighted.x_scale, repeated.x_scale, rtol=1e-9)


@pytest.mark.parametrize("value", [0.0, 0.3, 2024.1, 1e12 + 0.1, 1.7e18])
@pytest.mark.parametrize("weighted", [False, True])
def test_constant_up_to_rounding_is_zero(value, weighted):
    rng = np.random.default_rng(0)
    column = np.full(300, value)
    column[::3] = np.nextafter(value, np.inf) if value else 0.0
    X = np.c_[rng.normal(size=300), column]
    scaling = scaling_of(X, rng.integers(1, 4, 300) if weighted else None)
    assert scaling.constant.tolist() == [False, True]
    assert scaling.x_scale[1] == 1
    assert_array_equal(scaling.features(X)[:, 1], 0.0)
    far = 0.5 * max(value, 1.0)
    assert_allclose(scaling.features(X + np.array([0.0, far]))[:, 1], far)


def test_seventeen_roundings_are_a_signal():
    X = np.where(np.arange(300) % 2, 1.0, 1 + 17 * np.finfo(float).eps)[:, None]
    scaled = scaling_of(X).features(X)
    assert_allclose(scaled.std(), 1.0, rtol=0.1)


def test_a_constant_that_wakes_is_no_constant():
    X = np.full((20, 2), 5.0)
    scaling = scaling_of(X)
    assert scaling.seeing(X).constant.tolist() == [True, True]
    X[3, 1] = 6.0
    assert scaling.seeing(X).constant.tolist() == [True, False]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("clip", [None, 5.0])
def test_a_constant_that_wakes_is_scaled_by_how_far_it_is(clip, dtype):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=50), np.full((50, 2), [2.0, 3.0])])
    X = X.astype(dtype)
    before = scaling_of(X, clip=clip)
    X[10:, 1] += 1e6 * rng.normal(size=40)
    X[10:, 2] += 1e-6 * rng.normal(size=40)
    after = before.seeing(X)
    size = np.sqrt(np.mean((X[10:, 1] - 2.0) ** 2))
    assert_allclose(after.x_scale, [before.x_scale[0], size, 1.0], rtol=1e-6)
    assert_array_equal(after.x_mean, before.x_mean)
    if clip:
        expected = np.array([[2.0 - 5 * size, 3 - 5.0], [2 + 5 * size, 3 + 5.0]])
        assert_allclose(np.array(after.bounds)[:, 1:], expected, rtol=1e-6)
    assert after.features(X).dtype == dtype


def test_sparse_features_and_what_is_not_centred_have_no_constants():
    X = np.full((20, 2), 5.0)
    assert scaling_of(X, center=False).constant is None
    assert scaling_of(X, standardize=False).constant is None


def test_a_sparse_constant_whose_variance_is_below_zero_by_rounding():
    """Found by `make fuzz`: numpy warned of the root. Twelfth of two hundred draws."""
    rng = np.random.default_rng(12)
    X = np.c_[rng.normal(size=28), np.full(28, 367712.374)]
    scaling = scaling_of(sparse.csr_array(X), rng.uniform(size=28))
    assert scaling.x_scale[1] == 1


def test_moments_of_sparse_single_precision_are_double():
    """Found by `make fuzz`: the squares of such values are more than it can hold."""
    X = np.random.default_rng(0).normal(0, 1e29, size=(50, 2)).astype(np.float32)
    expected = scaling_of(X.astype(np.float64), center=False)
    assert_allclose(scaling_of(sparse.csr_array(X)).x_scale, expected.x_scale)


def test_usual_is_twenty_robust_standard_deviations():
    rng = np.random.default_rng(0)
    X = rng.normal(3.0, 2.0, size=(100_000, 1))
    low, high = usual(X, None)
    assert_allclose([low[0], high[0]], [3 - 40, 3 + 40], rtol=0.02)


def test_usual_by_repetition():
    rng = np.random.default_rng(0)
    X, counts = rng.normal(size=(51, 2)), rng.integers(1, 4, 51)
    assert_array_equal(
        usual(X, counts.astype(float)), usual(X.repeat(counts, axis=0), None)
    )


def test_dummies_and_counts_have_no_outliers():
    rng = np.random.default_rng(0)
    dummy = rng.random(1000) < 0.01
    count = rng.poisson(0.2, 1000)
    low, high = usual(np.c_[dummy, count].astype(float), None)
    assert_array_equal(low, -np.inf)
    assert_array_equal(high, np.inf)


def test_a_cut_is_as_if_the_slip_were_not_there():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5000, 1))
    bounds = scaling_of(X, clip=5.0).bounds
    X[:3] = -99999.0
    low, high = scaling_of(X, clip=5.0).bounds
    assert_allclose([low, high], bounds, rtol=0.15)
    assert scaling_of(X, clip=5.0).cuts(ends_of(X))
    assert not scaling_of(X).cuts(ends_of(X))
