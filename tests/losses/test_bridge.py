"""The bridge penalty, and the ridge that touches it from above."""

import numpy as np
import pytest
import torch
from helpers.live import LIVE, gradient, live_network
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.penalty import SparseGroupPenalty

PENALTIES = [
    BridgePenalty(0.3),
    BridgePenalty(0.3, l1_ratio=0.4, depth_factor=3.0),
    BridgePenalty(0.3, l1_ratio=0.0, linear=0.2, prior=0.1),
    BridgePenalty(0.0, linear=0.2),
]
EACH = pytest.mark.parametrize("penalty", PENALTIES)
#: No network but with neurons has a penalty.
LIVE_SOMEWHERE = [live for live in LIVE if sum(live)]


@pytest.mark.parametrize("bias", [True, False])
@EACH
@pytest.mark.parametrize("live", LIVE)
def test_the_ridge_has_the_penaltys_gradient(live, penalty, bias):
    net = live_network(live, bias=bias)
    _, expected = gradient(penalty.value, net)
    assert_allclose(penalty.ridge(net) * net.flat(), expected, rtol=1e-9, atol=1e-12)


@EACH
@pytest.mark.parametrize("live", LIVE)
def test_the_ridge_lies_above_the_penalty(live, penalty):
    net = live_network(live)
    flat, ridge, value = net.flat(), penalty.ridge(net), float(penalty.value(net))
    for seed in range(20):
        other = live_network(live, seed=seed + 1)
        for share in (1e-3, 0.1, 1.0, 2.0):
            at = torch.lerp(flat, other.flat(), share)
            above = value + float(ridge @ (at.square() - flat.square())) / 2
            assert above >= float(penalty.value(net.with_flat(at))) - 1e-12


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("live", LIVE_SOMEWHERE)
def test_it_is_the_sparse_group_penalty_of_the_eigenvalues_sizes(live, l1_ratio):
    net = live_network(live)
    heard, sent = net.norms()
    sizes = list((2 * (heard * sent).sqrt()).split(list(live)))
    expected = SparseGroupPenalty(0.3, l1_ratio, 2.0).value(sizes)
    assert_allclose(BridgePenalty(0.3, l1_ratio, 2.0).value(net), expected, rtol=1e-9)


@pytest.mark.parametrize("product", [1e-4, 1e-6])
def test_it_is_what_the_spectral_penalty_comes_to(product):
    """Minimised over λ, and over how a rectifier's scale is shared, as weights fall."""

    def spectral(log_size, log_heard):
        size, heard = np.exp(log_size), np.exp(log_heard)
        q, t = heard / size, product / heard / (1 + size)
        return size + q**2 / 2 + t**2 / 2

    start = [np.log(product) / 2, np.log(product) / 2]
    found = minimize(lambda x: spectral(*x), start, method="Nelder-Mead").fun
    assert found == pytest.approx(2 * product**0.5, rel=2 * product**0.5)


def test_the_linear_part_and_the_constant_are_free():
    net = live_network((3,))
    ridge = net.with_flat(BridgePenalty(0.3).ridge(net))
    assert_allclose(ridge.weights[0][:, 4], 0)
    assert_allclose(ridge.weights[1][:, :5], 0)
    assert ridge.weights[0][:, :4].min() > 0
    with_linear = net.with_flat(BridgePenalty(0.3, linear=0.5).ridge(net))
    assert_allclose(with_linear.weights[1][:, :4], 0.5)
    assert_allclose(with_linear.weights[1][:, 4], 0)


def test_outputs_share_a_ridge():
    net = live_network((3, 2), n_outputs=3)
    last = net.with_flat(BridgePenalty(0.3, linear=0.1).ridge(net)).weights[-1]
    assert_allclose(last, last[:1].expand(3, -1))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
def test_a_silent_neuron_has_a_finite_ridge(dtype, l1_ratio):
    net = live_network((3,), dtype=dtype)
    weights = net.weights[0].clone(), net.weights[1].clone()
    weights[1][:, 5] = 0
    weights[0][1] = 0
    weights[1][:, 6] = 0
    net = net.with_flat(torch.cat([w.reshape(-1) for w in weights]))
    penalty = BridgePenalty(0.3, l1_ratio)
    ridge = penalty.ridge(net)
    assert ridge.dtype == dtype
    assert bool((ridge * net.flat()).isfinite().all())
    assert bool(penalty.value(net).isfinite())
