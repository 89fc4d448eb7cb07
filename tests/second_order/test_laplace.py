"""Laplace's variances, held against whole matrices that are inverted."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.live import (
    LIVE,
    jacobians,
    live_network,
    objective,
    present,
    samples,
    wired,
)
from numpy.testing import assert_allclose

from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._second_order import laplace as module
from sklearn_sparcs._second_order.laplace import Laplace, noise, noise_of_left_out


def all_links(live):
    """Of every layer to every later one."""
    n = len(live) + 2
    return [(i, j) for i in range(2, n + 1) for j in range(1, i)]


def posed(live, n_outputs=2, links=None, bounded=False, weighted=False):
    """A network, and an objective of its wiring."""
    network = live_network(live, n_outputs=n_outputs, bounded=bounded)
    network, wiring = wired(network, links or all_links(live))
    data = samples(SquaredError(), 60, n_outputs, weighted=weighted)
    bare = objective(SquaredError(), data, alpha=0.03, linear=0.1, prior=0.02)
    return network, replace(bare, wiring=wiring)


def slow_leverage(network, objective, inputs, n):
    """2 g' (M + R)⁻¹ g / (c n) of each sample and output, by inversion."""
    mask = present(objective.wiring, network).numpy()
    J = jacobians(network, objective.data.inputs).numpy()[:, :, mask]
    w = np.ones(len(J)) if objective.data.weight is None else objective.data.weight
    c = network.n_outputs
    M = 2 / c * np.einsum("n,nkp,nkq->pq", w, J, J) / len(J)
    ridge = objective.penalty.ridge(network).numpy()[mask]
    G = jacobians(network, inputs).numpy()[:, :, mask]
    inverse = np.linalg.inv(M + np.diag(ridge))
    return 2 * np.einsum("nkp,pq,nkq->nk", G, inverse, G) / (c * n)


@pytest.mark.parametrize("live", LIVE)
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_leverage_of_every_shape(live, n_outputs):
    network, here = posed(live, n_outputs)
    inputs = samples(SquaredError(), 7, n_outputs, seed=5).inputs
    found = Laplace.of(here, network, 200.0).leverage(inputs)
    assert_allclose(found, slow_leverage(network, here, inputs, 200.0), rtol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"bounded": True},
        {"weighted": True},
        {"links": [(2, 1), (3, 2), (4, 3), (4, 1)]},
        {"links": [(2, 1), (3, 1), (4, 3), (4, 2)]},
    ],
)
def test_leverage_of_bounds_weights_and_links(options):
    network, here = posed((3, 2), **options)
    inputs = 2 * samples(SquaredError(), 7, 2, seed=5).inputs
    found = Laplace.of(here, network, 60.0).leverage(inputs)
    assert_allclose(found, slow_leverage(network, here, inputs, 60.0), rtol=1e-5)


def test_leverage_of_the_largest_networks_is_their_mean(monkeypatch):
    network, here = posed((3, 2))
    inputs = here.data.inputs
    free = replace(here, penalty=replace(here.penalty, alpha=0.0, linear=0, prior=0))
    exact = Laplace.of(free, network, 60.0).leverage(inputs)
    monkeypatch.setattr(module, "_LARGEST", 1)
    found = Laplace.of(free, network, 60.0)
    assert found.factor is None
    assert_allclose(found.leverage(inputs).mean(), exact.mean(), rtol=1e-5)
    few = Laplace.of(free, network, 2.0)
    assert_allclose(few.leverage(inputs), np.full((60, 2), 0.99))


def test_leverage_of_samples_left_out_is_that_of_a_matrix_without_them():
    network, here = posed((3, 2), 1)
    inputs = here.data.inputs
    found = Laplace.of(here, network, 60.0).leverage_left_out(inputs)
    for i in range(0, 60, 7):
        weight = torch.ones(60, dtype=torch.float64)
        weight[i] = 0
        without = replace(here, data=replace(here.data, weight=weight))
        slow = slow_leverage(network, without, inputs[i : i + 1], 60.0)[0]
        assert_allclose(found[i], slow, rtol=1e-4)


def test_many_rows_are_taken_in_slices(monkeypatch):
    network, here = posed((3, 2))
    inputs = samples(SquaredError(), 50, 2, seed=5).inputs
    found = Laplace.of(here, network, 60.0)
    whole = found.leverage(inputs)
    monkeypatch.setattr(module, "SLICE", 300)
    assert_allclose(found.leverage(inputs), whole, rtol=1e-12)


def test_noise_is_the_standard_deviation_of_normal_errors():
    rng = np.random.default_rng(0)
    h = rng.uniform(0, 0.5, size=(200_000, 1))
    e = rng.normal(size=h.shape) * 3 * np.sqrt(1 - h)
    assert_allclose(noise(torch.from_numpy(e), torch.from_numpy(h), None), 3, rtol=0.01)


def test_noise_of_samples_left_out():
    rng = np.random.default_rng(0)
    h = rng.uniform(0, 2, size=(200_000, 2))
    e = rng.normal(size=h.shape) * [3, 5] * np.sqrt(1 + h)
    given = [torch.from_numpy(a) for a in (e, h)]
    assert_allclose(noise_of_left_out(*given, None), [3, 5], rtol=0.01)
    first = torch.arange(len(h)) < 1000
    few = noise_of_left_out(given[0][:1000], given[1][:1000], None)
    assert_allclose(noise_of_left_out(*given, first.double()), few)


def test_noise_counts_samples_by_weight():
    rng = np.random.default_rng(0)
    e, m = rng.standard_t(3, size=(101, 2)), rng.integers(1, 5, size=101)
    h = rng.uniform(0, 0.5, size=e.shape)
    given = [torch.from_numpy(a) for a in (e, h, m / m.mean())]
    each = np.repeat(np.abs(e) / np.sqrt(1 - h), m, axis=0)
    expected = np.quantile(each, 0.9, axis=0, method="inverted_cdf") / 1.6448536
    assert_allclose(noise(*given), expected, rtol=1e-6)


def test_noise_of_what_was_learnt_by_heart_is_that_of_samples_left_out():
    e, h = torch.full((10, 1), 0.2), torch.full((10, 1), 0.95)
    assert_allclose(noise(e, h, None), 0.2 / 0.05 / 1.6448536, rtol=1e-5)
    assert torch.isfinite(noise(e, torch.ones(10, 1), None)).all()
