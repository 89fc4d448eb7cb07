"""Small problems that several tests fit. None may change them."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal


@pytest.fixture(scope="session")
def kinked():
    """300 samples of a function with two kinks, three features, little noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = np.abs(X[:, 0]) + np.maximum(X[:, 1], 0) - X[:, 2]
    yield from unchanged(X, y + 0.05 * rng.normal(size=300))


@pytest.fixture(scope="session")
def wavy():
    """300 samples of a smooth function, which kinks can only approach."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = np.sin(2 * X[:, 0]) + np.abs(X[:, 1])
    yield from unchanged(X, y + 0.05 * rng.normal(size=300))


@pytest.fixture(scope="session")
def rings():
    """300 samples of two classes, one around the other."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    yield from unchanged(X, np.where((X**2).sum(axis=1) > 1.4, "outer", "inner"))


def unchanged(X, y):
    """Lend X and y to the tests, and see that they are as they were at the end."""
    before = X.copy(), y.copy()
    yield X, y
    for now, then in zip((X, y), before, strict=True):
        assert_array_equal(now, then)
