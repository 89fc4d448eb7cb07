"""Columns of samples in pieces are those of the whole table."""

import numpy as np
import pytest
from helpers.shared import shared
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs._data import outliers
from sklearn_sparcs._data.columns import Table
from sklearn_sparcs._data.samples import Samples


@pytest.fixture(params=[(1, 2), (40, 41, 199), (100,)], ids=str)
def pair(request):
    rng = np.random.default_rng(0)
    X = np.column_stack(
        [
            rng.normal(size=200),
            1.7e9 + rng.normal(size=200),
            rng.integers(2, size=200),
            np.full(200, 0.1),
            rng.standard_cauchy(200),
        ]
    )
    y = rng.normal(5, 1e-3, size=(200, 2))
    return shared(X, y, request.param), Table(Samples(X, y, None)), (X, y)


def test_ends(pair):
    found, expected, (X, y) = pair
    assert_array_equal(found.ends, expected.ends)
    assert_array_equal(found.ends_of_targets, [y.min(axis=0), y.max(axis=0)])
    assert (len(found), found.n_features) == X.shape


@pytest.mark.parametrize("bounded", [False, True])
def test_moments(pair, bounded):
    found, expected, (X, _) = pair
    bounds = (X.mean(axis=0) - 0.5, X.mean(axis=0) + 0.5) if bounded else None
    for one, other in zip(found.moments(bounds), expected.moments(bounds), strict=True):
        assert_allclose(one, other, rtol=1e-13)


def test_moments_of_targets(pair):
    found, expected, (_, y) = pair
    for one, other in zip(
        found.moments_of_targets(), expected.moments_of_targets(), strict=True
    ):
        assert_allclose(one, other, rtol=1e-12)
    assert_allclose(found.target_scale, y.std(axis=0), rtol=1e-12)


def test_usual_bounds_are_those_of_the_same_rows(pair, monkeypatch):
    monkeypatch.setattr(outliers, "_N_SEEN", 30)
    found, expected, _ = pair
    assert_array_equal(found.usual(), expected.usual())


def test_weights(pair):
    _, _, (X, y) = pair
    counts = np.random.default_rng(2).integers(0, 3, size=200)
    found = shared(X, y, (50, 51), counts.astype(float))
    repeated = Table(Samples(np.repeat(X, counts, 0), np.repeat(y, counts, 0), None))
    for one, other in (
        (found.moments(None), repeated.moments(None)),
        (found.moments_of_targets(), repeated.moments_of_targets()),
        (found.usual(), repeated.usual()),
    ):
        assert_allclose(one, other, rtol=1e-12)
    assert_allclose(found.target_scale, repeated.moments_of_targets()[1], rtol=1e-12)
    some = np.array([90, 3, 60])
    assert_allclose(found.weight[some] * found.mean_count, counts[counts > 0][some])
    assert_array_equal(found.taken(some).weight, found.weight[some])


def test_rows_come_in_the_order_asked_for(pair):
    found, _, (X, y) = pair
    rows = np.random.default_rng(1).permutation(200)[:50]
    assert_array_equal(found.taken(rows).X, X[rows])
    assert_array_equal(found.taken(rows).y, y[rows])
    assert_array_equal(found.X[rows], X[rows])
    assert found.X.shape == X.shape
