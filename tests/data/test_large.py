"""Data that are too large to copy are used where they are."""

import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

from sklearn_sparcs import SparcsClassifier, SparcsRegressor
from sklearn_sparcs._data import batches
from sklearn_sparcs._losses import observations, raw_observations

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
        getattr(streamed, predict)(X), getattr(model, predict)(X), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("early_stopping", [False, True])
def test_second_order_growth_holds_some_rows_at_a_time(early_stopping, monkeypatch):
    n, most, seen = 140_000, 2**16, []  # the first survey's
    monkeypatch.setitem(batches.LARGEST_COPY, "cpu", 2**18)
    with_constant = observations.with_constant

    def counted(x, bias):
        seen.append(len(x))
        return with_constant(x, bias)

    for module in (observations, raw_observations):
        monkeypatch.setattr(module, "with_constant", counted)
    X = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    y = np.abs(X[:, 0]) + X[:, 1]
    options = {"alpha": 0.01, "early_stopping": early_stopping, "random_state": 0}
    model = SparcsRegressor((2,), **options).fit(X, y)
    assert "epoch" not in model.history_[0]
    assert model.score(X, y) > 0.99
    assert max(seen) <= most < sum(seen)


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


def mebibytes(entry):
    """What Linux says of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(entry)).split()[1]) / 1024


def pieces(n_pieces, n_rows=50_000):
    """Features and targets, a piece at a time."""
    rng = np.random.default_rng(0)
    for _ in range(n_pieces):
        X = rng.normal(size=(n_rows, 20)).astype(np.float32)
        yield X, np.abs(X[:, 0]) + X[:, 1]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux alone")
def test_a_parquet_file_that_is_larger_than_the_peak(tmp_path):
    names = [f"x{j}" for j in range(20)]
    schema = pa.schema([(name, pa.float32()) for name in [*names, "y"]])
    with pq.ParquetWriter(tmp_path / "table", schema) as writer:
        for X, y in pieces(80):
            columns = dict(zip(names, X.T, strict=True))
            writer.write_table(pa.table({**columns, "y": y}))
    table, model = pq.ParquetFile(tmp_path / "table"), SparcsRegressor((9,))
    model.set_params(random_state=0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = mebibytes("VmRSS")
    for k in range(table.num_row_groups):
        piece = table.read_row_group(k).to_pandas()
        model.partial_fit(piece[names], piece["y"])
    assert mebibytes("VmHWM") - before < 80 * 50_000 * 20 * 4 / 2**20 / 4
    assert model.score(piece[names], piece["y"]) > 0.99


def test_a_stream_of_a_memory_map_holds_a_piece(tmp_path):
    X = np.memmap(tmp_path / "X", np.float32, mode="w+", shape=(200_000, 20))
    for k, (rows, _) in enumerate(pieces(20, 10_000)):
        X[10_000 * k : 10_000 * (k + 1)] = rows
    X.flush()
    X = np.memmap(tmp_path / "X", np.float32, mode="r", shape=X.shape)
    model = SparcsRegressor((9,), random_state=0)
    tracemalloc.start()
    for k in range(20):
        rows = X[10_000 * k : 10_000 * (k + 1)]
        model.partial_fit(rows, np.abs(rows[:, 0]) + rows[:, 1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes / 2  # 8 MB: ten pieces
    assert model.score(rows, np.abs(rows[:, 0]) + rows[:, 1]) > 0.95
