"""Networks larger than memory are refused before work, or cost what is alive."""

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._checks import oversized
from sklearn_sparcs._networks.structure import first_asleep
from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth

X = np.random.default_rng(0).normal(size=(60, 3))
y = np.abs(X[:, 0])

#: Neurons whose eigenvectors no machine's memory holds.
HUGE = 10**14


@pytest.mark.parametrize("sizes", [HUGE, (5, HUGE), (10**8, 10**8)])
@pytest.mark.parametrize(
    "model",
    [
        SparcsRegressor(),
        SparcsRegressor(solver="adam"),
        SparcsRegressorCV(),
        CompactRegressor(),
    ],
    ids=lambda model: type(model).__name__,
)
def test_a_network_larger_than_memory_is_refused(model, sizes):
    model.set_params(hidden_layer_sizes=sizes)
    with pytest.raises(ValueError, match="neurons that may ever fire"):
        model.fit(X, y)


@pytest.mark.parametrize("Model", [SparcsClassifier, SparcsClassifierCV])
def test_so_it_is_for_classes(Model):
    with pytest.raises(ValueError, match="allow fewer"):
        Model(HUGE).fit(X, y > 0.7)


def test_so_it_is_in_streams_and_on_paths():
    with pytest.raises(ValueError, match="allow fewer"):
        SparcsRegressor(HUGE).partial_fit(X, y)
    with pytest.raises(ValueError, match="allow fewer"):
        SparcsRegressorCV(HUGE).path(X, y)


@pytest.mark.parametrize("name", ["SparcsRegressor", "SparcsRegressorCV"])
def test_so_it_is_in_partitions(name):
    arrays = pytest.importorskip("dask.array")
    Model = getattr(pytest.importorskip("sklearn_sparcs.dask"), name)
    with pytest.raises(ValueError, match="allow fewer"):
        Model(HUGE).fit(*map(arrays.from_array, (X, y)))


def test_memory_decides(monkeypatch):
    """1000 neurons of 3 features and an output: 4000 numbers of 8 bytes, 4 times."""
    oversized.refuse_oversized((1000,), 3)
    monkeypatch.setattr(oversized, "machine_memory", lambda: 128_000.0)
    oversized.refuse_oversized((1000,), 3)
    monkeypatch.setattr(oversized, "machine_memory", lambda: 127_999.0)
    with pytest.raises(ValueError, match=r"\(1000,\) with 3 features"):
        oversized.refuse_oversized((1000,), 3)


@pytest.mark.parametrize("live", [[], [0], [2, 0], [1, 5, 7], [7, 6, 5, 4, 3, 2, 1, 0]])
@pytest.mark.parametrize("n", [0, 1, 3, 100])
def test_the_first_neurons_asleep(live, n):
    indices = torch.tensor(live, dtype=torch.long)
    expected = [k for k in range(8) if k not in live][:n]
    assert first_asleep(indices, 8, n).tolist() == expected


def test_a_module_grows_however_large_it_may_become():
    """Its neurons asleep are nowhere: only those alive are stored and counted."""
    torch.manual_seed(0)
    net = GrowingSpectralNetwork(3, HUGE, 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    growth = Growth(net, optimizer, alpha=1e-4)
    x, target = torch.from_numpy(X).float(), torch.from_numpy(y).float()[:, None]
    for _ in range(100):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), target).backward()
        optimizer.step()
        growth.step()
    assert 0 < net.n_live[0] < 100
