"""What fits on a CPU fits on CUDA, and says the same, whatever the estimator."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import sparse

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
    sparcs_path,
)

pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    pytest.mark.filterwarnings(
        "ignore:max_iter=:sklearn.exceptions.ConvergenceWarning"
    ),
]

SOLVERS = ("growth", "second_order", "first_order", "adam")
EPOCHS = {"first_order": {"max_iter": 200}, "adam": {"max_iter": 200}}


@pytest.fixture(scope="module")
def classes():
    """300 samples of three classes, rings about the middle."""
    X = np.random.default_rng(0).normal(size=(300, 3))
    return X, np.digitize((X[:, :2] ** 2).sum(axis=1), [0.7, 2.0])


def on_both(model, X, y):
    """The model fitted on the CPU, and one of its parameters on CUDA."""
    cpu = model.set_params(device="cpu").fit(X, y)
    there = type(model)(**model.get_params()).set_params(device="cuda").fit(X, y)
    return cpu, there


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("solver", SOLVERS)
def test_regressor(kinked, solver, dtype):
    X, y = (t.astype(dtype) for t in kinked)
    options = EPOCHS.get(solver, {})
    model = SparcsRegressor((20,), solver=solver, random_state=0, **options)
    cpu, cuda = on_both(model, X, y)
    assert cuda.score(X, y) == pytest.approx(cpu.score(X, y), abs=0.02)
    if solver != "adam":
        assert_allclose(cuda.alpha_max_, cpu.alpha_max_, rtol=1e-4)


@pytest.mark.parametrize("solver", SOLVERS)
def test_classifier(classes, solver):
    X, y = classes
    options = EPOCHS.get(solver, {})
    model = SparcsClassifier((20,), solver=solver, random_state=0, **options)
    cpu, cuda = on_both(model, X, y)
    assert cuda.score(X, y) == pytest.approx(cpu.score(X, y), abs=0.05)
    assert_allclose(cuda.predict_proba(X).sum(axis=1), 1.0, rtol=1e-6)


@pytest.mark.parametrize("layers", [(20, 20), (20, 20, 20)])
def test_deep(kinked, layers):
    cpu, cuda = on_both(SparcsRegressor(layers, random_state=0), *kinked)
    assert cuda.score(*kinked) == pytest.approx(cpu.score(*kinked), abs=0.02)


def test_several_outputs_and_weights(kinked):
    X, y = kinked
    Y = np.column_stack([y, np.abs(X[:, 1])])
    weight = np.linspace(0.5, 1.5, len(X))
    cpu = SparcsRegressor(random_state=0).fit(X, Y, sample_weight=weight)
    cuda = SparcsRegressor(random_state=0, device="cuda")
    cuda.fit(X, Y, sample_weight=weight)
    assert cuda.score(X, Y) == pytest.approx(cpu.score(X, Y), abs=0.01)


def test_few_weighted_rows(kinked):
    """Least squares leaves each sample out, by its weight, on the CPU."""
    X, y = (part[:20] for part in kinked)
    weight = np.linspace(0.5, 1.5, len(X))
    cpu = SparcsRegressor((), random_state=0).fit(X, y, sample_weight=weight)
    cuda = SparcsRegressor((), random_state=0, device="cuda")
    cuda.fit(X, y, sample_weight=weight)
    assert_allclose(cuda.linear_coef_, cpu.linear_coef_, rtol=1e-8)


def test_sparse(kinked):
    X, y = kinked
    X = sparse.csr_array(np.maximum(X, 0))
    cpu, cuda = on_both(SparcsRegressor(random_state=0), X, y)
    assert cuda.score(X, y) == pytest.approx(cpu.score(X, y), abs=0.02)


def test_cross_validation(kinked, classes):
    cpu, cuda = on_both(SparcsRegressorCV(cv=3, random_state=0), *kinked)
    assert cuda.best_score_ == pytest.approx(cpu.best_score_, abs=0.01)
    assert cuda.linear_suffices_ == cpu.linear_suffices_
    cpu, cuda = on_both(SparcsClassifierCV(cv=3, random_state=0), *classes)
    assert cuda.best_score_ == pytest.approx(cpu.best_score_, abs=0.03)


def test_path(kinked):
    cpu = sparcs_path(*kinked, n_alphas=5, random_state=0)
    cuda = sparcs_path(*kinked, n_alphas=5, random_state=0, device="cuda")
    # candidates climb in single precision, whose sums differ between devices
    assert_allclose(cuda.alphas, cpu.alphas, rtol=1e-4)
    assert_allclose(cuda.train_loss[0], cpu.train_loss[0], rtol=1e-8)


def test_compact(kinked, classes):
    for estimator, data in ((CompactRegressor, kinked), (CompactClassifier, classes)):
        cpu, cuda = on_both(estimator((5,), random_state=0), *data)
        assert cuda.score(*data) == pytest.approx(cpu.score(*data), abs=0.05)


@pytest.mark.parametrize("sizes", [(), (4,)])
def test_compact_without_intercepts(kinked, sizes):
    """Least squares' weights are transposed, which cuBLAS may fail to add to."""
    options = {"solver": "second_order", "fit_intercept": False, "random_state": 0}
    cpu, cuda = on_both(CompactRegressor(sizes, **options), *kinked)
    assert cuda.score(*kinked) == pytest.approx(cpu.score(*kinked), abs=0.05)


def test_pieces(kinked):
    X, y = kinked
    cuda = SparcsRegressor(random_state=0, device="cuda")
    for piece in np.array_split(np.arange(len(X)), 3):
        cuda.partial_fit(X[piece], y[piece])
    assert np.isfinite(cuda.predict(X)).all()


def test_nothing_of_the_device_is_kept(kinked):
    model = SparcsRegressor(random_state=0, device="cuda").fit(*kinked)
    assert isinstance(model.eigenvalues_[0], np.ndarray)
    assert b"cuda:" not in pickle.dumps(model)
