"""Small problems that several tests fit."""

import numpy as np
import pytest


@pytest.fixture
def kinked():
    """300 samples of a function with two kinks, three features, little noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = np.abs(X[:, 0]) + np.maximum(X[:, 1], 0) - X[:, 2]
    return X, y + 0.05 * rng.normal(size=300)


@pytest.fixture
def rings():
    """300 samples of two classes, one around the other."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    return X, np.where((X**2).sum(axis=1) > 1.4, "outer", "inner")
