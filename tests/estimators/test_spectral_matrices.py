"""Φ, Λ and A of fitted estimators: dense algebra, and predictions by the blocks."""

import numpy as np
import pytest
import torch
from helpers.reference import dense_adjacency
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from sklearn_sparcs import SparcsClassifier, SparcsRegressor

RAW = {"standardize": False, "random_state": 0}
RECIPE = {"solver": "adam", "init": "xavier", "max_iter": 5, "tol": 0.0}
MODELS = {
    "growth": SparcsRegressor((6,), alpha=0.01, clip=None, **RAW),
    "recipe": SparcsRegressor((6, 4), clip=None, **RECIPE, **RAW),
    "classes": SparcsClassifier((4,), alpha=0.01, random_state=0),
}


@pytest.fixture(scope="module")
def data():
    X = np.random.RandomState(0).uniform(-1, 1, (80, 2))
    return X, np.abs(X[:, 0]) + X[:, 1]


@pytest.fixture(scope="module")
def fitted(data):
    X, y = data
    found = {}
    with pytest.warns(ConvergenceWarning, match="max_iter=5"):
        found["recipe"] = MODELS["recipe"].fit(X, y)
    found["growth"] = MODELS["growth"].fit(X, y)
    found["classes"] = MODELS["classes"].fit(X, y > 0.5)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_the_matrices_are_those_of_the_spectrum(fitted, name):
    model = fitted[name]
    matrices = model.spectral_matrices()
    phi, lam = (
        [torch.from_numpy(np.asarray(block, float)) for block in blocks]
        for blocks in (model.eigenvectors_, model.eigenvalues_)
    )
    assert_allclose(matrices.A, dense_adjacency(phi, lam), atol=1e-8)
    assert np.count_nonzero(np.diag(matrices.Lambda)) == sum(
        np.count_nonzero(values) for values in model.eigenvalues_
    )
    assert matrices.layer_sizes[0] == 3  # two features and the constant


@pytest.mark.parametrize("name", ["growth", "recipe"])
def test_predictions_by_the_blocks(fitted, data, name):
    X, _ = data
    model = fitted[name]
    matrices, lam = model.spectral_matrices(), model.eigenvalues_
    signals = [np.column_stack([X, np.ones(len(X))])]
    for i in range(2, len(lam) + 1):  # [4.5]
        z = sum(a @ matrices.block(i, j).T for j, a in enumerate(signals, start=1))
        fires = lam[i - 1] != 0 if name == "growth" else True
        signals.append(z if i == len(lam) else z.clip(min=0) * fires)
    assert model.active_architecture_.n_hidden > 0
    assert_allclose(signals[-1][:, 0], model.predict(X), atol=1e-5)


def test_before_fit():
    with pytest.raises(NotFittedError):
        SparcsRegressor().spectral_matrices()
