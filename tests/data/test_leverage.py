"""A few rows that decide what a linear model says: named, and nothing else is."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs._data.features import ROWS_PER_SLICE
from sklearn_sparcs._data.leverage import _share, _whitening, decisive_rows


def hat(A):
    """The hat matrix, by its definition."""
    return A @ np.linalg.pinv(A)


def test_share_is_the_greatest_eigenvalue_of_a_block_of_the_hat_matrix():
    rng = np.random.default_rng(0)
    A = np.c_[np.ones(3000), rng.normal(size=(3000, 3))]
    A[[5, 9, 700], 2] = [800.0, -900.0, 1000.0]
    A = np.c_[A, A[:, 1] - A[:, 2]]  # no more rank
    rows = np.array([5, 9, 20, 700])
    parts = (A[start : start + 1000] for start in range(0, 3000, 1000))
    found, share = _share(A[rows] @ _whitening(parts))
    block = hat(A)[np.ix_(rows, rows)]
    assert share == pytest.approx(np.linalg.eigvalsh(block)[-1], rel=1e-9)
    assert rows[found].tolist() == [5, 9, 700]


def slipped(n=2000):
    X = np.random.default_rng(0).normal(size=(n, 4))
    X[[17, 300], 2] = -9999.0
    return X


def test_slips_are_named():
    found = decisive_rows(slipped(), None)
    assert_array_equal(found.rows, [17, 300])
    assert_array_equal(found.columns, [2])
    assert found.share > 0.9999


def test_slips_in_several_slices_and_a_sample_of_what_is_usual():
    X = np.random.default_rng(0).normal(size=(5 * ROWS_PER_SLICE, 2)).astype(np.float32)
    X[[3, 4 * ROWS_PER_SLICE + 1], 1] = 1e6
    found = decisive_rows(X, None)
    assert_array_equal(found.rows, [3, 4 * ROWS_PER_SLICE + 1])


def test_weights_by_repetition():
    X, counts = slipped(), np.random.default_rng(1).integers(1, 4, 2000)
    weighted = decisive_rows(X, counts.astype(float))
    repeated = decisive_rows(X.repeat(counts, axis=0), None)
    assert_allclose(weighted.share, repeated.share, rtol=1e-9)
    assert decisive_rows(X, np.where(X[:, 2] < -1000, 0.0, 1.0)) is None


SILENT = {
    "normal": lambda rng, n: rng.normal(size=(n, 4)),
    "lognormal": lambda rng, n: rng.lognormal(size=(n, 4)),
    "t(3)": lambda rng, n: rng.standard_t(3, size=(n, 4)),
    "dummies": lambda rng, n: np.c_[
        rng.normal(size=n), rng.random((n, 3)) < [0.5, 0.01, 2 / n]
    ].astype(float),
    "one dummy": lambda rng, n: np.c_[rng.normal(size=(n, 3)), np.arange(n) == 7],
    "counts": lambda rng, n: (
        rng.poisson(0.05, size=(n, 4)) * rng.integers(1, 90, n)[:, None]
    ),
    "constant": lambda rng, n: np.c_[rng.normal(size=(n, 3)), np.ones(n)],
}


@pytest.mark.parametrize("kind", SILENT)
@pytest.mark.parametrize("n", [60, 200, 1000, 5000])
def test_nothing_is_said_of(kind, n):
    for seed in range(10):
        X = SILENT[kind](np.random.default_rng(seed), n)
        assert decisive_rows(X.astype(float), None) is None


def test_nothing_is_said_where_rows_are_few_or_slips_are_many():
    assert decisive_rows(slipped()[:39], None) is None
    X = slipped()
    X[::100, 2] = -9999.0
    assert decisive_rows(X, None) is None
