"""Data that are too large to copy are used where they are."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_sparcs import SparcsClassifier, SparcsRegressor
from sklearn_sparcs._data import batches

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("estimator", [SparcsRegressor, SparcsClassifier])
def test_scaling_a_slice_at_a_time_changes_nothing(
    estimator, order, kinked, monkeypatch
):
    X, y = kinked
    X = np.asarray(5 * X + 100, order=order)
    y = y if estimator is SparcsRegressor else y > 0.5
    weight = np.random.default_rng(0).uniform(0.5, 2, size=300)
    options = {"max_iter": 20, "alpha": 1e-4, "early_stopping": True}
    model = estimator(random_state=0, **options).fit(X, y, weight)
    monkeypatch.setitem(batches.LARGEST_COPY, "cpu", 0)
    streamed = estimator(random_state=0, **options).fit(X, y, weight)
    assert streamed.n_iter_ == model.n_iter_
    assert streamed.active_architecture_ == model.active_architecture_
    predict = "predict" if estimator is SparcsRegressor else "predict_proba"
    assert_allclose(
        getattr(streamed, predict)(X), getattr(model, predict)(X), atol=1e-3
    )


@pytest.mark.parametrize("solver", ["first_order", "adam"])
def test_a_memory_map_is_not_copied(solver, tmp_path, monkeypatch):
    monkeypatch.setitem(batches.LARGEST_COPY, "cpu", 2**20)
    rng = np.random.default_rng(0)
    X = np.memmap(tmp_path / "X", np.float32, mode="w+", shape=(400_000, 20))
    for start in range(0, len(X), 50_000):
        X[start : start + 50_000] = rng.normal(size=(50_000, 20))
    X.flush()
    X = np.memmap(tmp_path / "X", np.float32, mode="r", shape=X.shape)
    y = np.abs(X[:, 0]) + X[:, 1]
    model = SparcsRegressor(
        solver=solver, max_iter=1, batch_size=1000, random_state=0, hidden_layer_sizes=9
    )
    tracemalloc.start()
    model.fit(X, y)
    assert model.predict(X).dtype == np.float32
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes / 2  # 32 MB; a copy, or float64, would be over
    assert model.score(X[:1000], y[:1000]) > 0.5
