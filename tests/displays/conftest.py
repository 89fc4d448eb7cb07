"""Fitted estimators that several displays show; figures are closed after each test."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers.displays import OPTIONS

from sklearn_sparcs import SparcsRegressor, SparcsRegressorCV

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def deep(kinked):
    """Two live hidden layers, and the data."""
    X, y = kinked
    model = SparcsRegressor((5, 5), solver="adam", init="xavier", **OPTIONS).fit(X, y)
    assert model.active_architecture_.layer_sizes == (3, 5, 5, 1)
    return model, X, y


@pytest.fixture(scope="session")
def shallow(kinked):
    """A few neurons of twenty, and the data."""
    X, y = kinked
    model = SparcsRegressor(20, **OPTIONS).fit(X, y)
    assert 0 < model.active_architecture_.n_hidden < 20
    return model, X, y


@pytest.fixture(scope="session")
def cross_validated():
    """A few neurons, chosen by three folds; linear at the largest alpha."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = np.abs(X[:, 0]) + 0.5 * X[:, 1] + 0.1 * rng.normal(size=200)
    alphas = [1.0, 0.1, 0.01, 0.003, 0.001]
    return SparcsRegressorCV((3, 3), alphas=alphas, cv=3, random_state=0).fit(X, y)
