"""Live neurons in direct space, held against the network neuron by neuron."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.live import LIVE, gradient, live_network, plain_output, samples
from helpers.networks import NETWORKS, random_network
from helpers.reference import ACTIVATIONS, neuron_by_neuron
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._networks.export import to_torch
from sklearn_sparcs._networks.live import LiveNetwork


def direct_neuron_by_neuron(network, inputs):
    """Output (n, outputs), a weight at a time."""
    f = ACTIVATIONS[network.activation]
    heard, whole = list(inputs.T), list(inputs.T)
    for k in range(network.n_features if network.reach else 0):
        low, high = network.reach[0][k], network.reach[1][k]
        heard[k] = torch.stack([min(max(x, low), high) for x in whole[k]])
    for i, weight in enumerate(network.weights):
        last = i == len(network.weights) - 1
        signals = [*whole, *heard[len(whole) :]] if last else heard
        z = [sum(w * h for w, h in zip(row, signals, strict=True)) for row in weight]
        heard += z if last else [f(x) for x in z]
    return torch.stack(heard[-network.n_outputs :], dim=1)


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("live", LIVE)
def test_output_neuron_by_neuron(live, activation, bias, bounded):
    net = live_network(live, activation=activation, bias=bias, bounded=bounded)
    inputs = samples(SquaredError(), 8, 2, bias=bias).inputs
    expected = direct_neuron_by_neuron(net, inputs)
    assert_allclose(net(inputs), expected, rtol=1e-10, atol=1e-12)
    if sum(live):
        bounds = tuple(b.numpy() for b in net.reach) if bounded else None
        form = replace(net.form(), hidden_bounds=bounds)
        features = inputs[:, : net.n_features].numpy()
        assert_allclose(form(features), expected, rtol=1e-10, atol=1e-12)
        module = to_torch(form)
        assert_allclose(
            module(torch.from_numpy(features)).detach(), expected, 1e-9, 1e-12
        )


@pytest.mark.parametrize(("hidden", "live"), NETWORKS)
def test_the_weights_of_a_growing_network_compute_what_it_does(hidden, live):
    growing, x = random_network(hidden, live)
    net = LiveNetwork(tuple(growing.weights()), "relu", True, tuple(growing.neurons))
    inputs = torch.nn.functional.pad(x, (0, 1), value=1.0)
    lam, phi = growing.spectrum(np.random.RandomState(0))
    phi, lam = [torch.from_numpy(p) for p in phi], [torch.from_numpy(x) for x in lam]
    expected = neuron_by_neuron(phi, lam, inputs, gated=True)
    assert_allclose(net(inputs), expected, rtol=1e-9, atol=1e-9)
    assert_allclose(net.form()(x.numpy()), expected, rtol=1e-9, atol=1e-9)
    assert net.n_live == growing.n_live
    for a, b in zip(net.form().neurons, growing.form().neurons, strict=True):
        assert_array_equal(a, b)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("live", LIVE)
def test_deltas_equal_autograd(live, activation):
    net = live_network(live, activation=activation)
    inputs = samples(SquaredError(), 8, 2).inputs
    e = torch.randn(8, 2).double()
    signals, slopes = net.signals(inputs, slopes=True)
    deltas = net.deltas(e @ net.weights[-1][:, net.n_inputs :], slopes)

    def inner(network):
        return (e * plain_output(network, inputs)).sum()

    pairs = zip(deltas, net.weights[:-1], strict=True)
    grads = [d.T @ signals[:, : w.shape[1]] for d, w in pairs]
    found = torch.cat([g.reshape(-1) for g in [*grads, e.T @ signals]])
    assert_allclose(found, gradient(inner, net)[1], rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("live", LIVE)
def test_deltas_of_several_outputs_at_once(live):
    net = live_network(live)
    _, slopes = net.signals(samples(SquaredError(), 8, 2).inputs, slopes=True)
    D = net.weights[-1][:, None, net.n_inputs :].repeat(1, 8, 1)
    together = net.deltas(D.clone(), slopes)
    for k in range(2):
        for both, alone in zip(together, net.deltas(D[k].clone(), slopes), strict=True):
            assert_allclose(both[k], alone, rtol=1e-12)


@pytest.mark.parametrize("live", LIVE)
def test_flat_and_back(live):
    net = live_network(live)
    flat = net.flat()
    again = net.with_flat(flat)
    for a, b in zip(again.weights, net.weights, strict=True):
        assert_array_equal(a, b)
    assert len(flat) == net.n_hidden_weights + net.n_outputs * net.n_signals


def test_neurons_that_send_nothing_change_nothing():
    net, inputs = live_network((3, 2)), samples(SquaredError(), 8, 2).inputs
    heard = torch.randn(2, net.weights[0].shape[1]).double()
    grown = net.with_neurons(0, torch.tensor([8, 9]), heard, torch.zeros(2, 2).double())
    assert grown.n_live == [5, 2]
    assert grown.neurons[0].tolist() == [0, 1, 2, 8, 9]
    assert_allclose(grown(inputs), net(inputs), rtol=1e-12)
    sent = torch.randn(2, 2).double()
    grown = net.with_neurons(0, torch.tensor([8, 9]), heard, sent)
    expected = net(inputs) + torch.tanh(inputs @ heard.T) @ sent.T
    assert_allclose(grown(inputs), expected, rtol=1e-12)


def test_kept_neurons_compute_as_if_the_others_sent_nothing():
    net, inputs = live_network((3, 2, 2)), samples(SquaredError(), 8, 2).inputs
    masks = [
        torch.tensor([True, False, True]),
        torch.tensor([False, True]),
        torch.tensor([True, True]),
    ]
    silent = [w.clone() for w in net.weights]
    for weight in silent[1:]:
        weight[:, net.n_inputs + 1] = 0
    for weight in silent[2:]:
        weight[:, net.n_inputs + 3] = 0
    expected = plain_output(replace(net, weights=tuple(silent)), inputs)
    found = net.kept(masks)
    assert found.n_live == [2, 1, 2]
    assert [n.tolist() for n in found.neurons] == [[0, 2], [11], [20, 21]]
    assert_allclose(found(inputs), expected, rtol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_norms_leave_the_constant_out(bias):
    net = live_network((3, 2), bias=bias)
    heard, sent = net.norms()
    w, v, last = net.weights
    assert_allclose(heard[:3], w[:, :4].norm(dim=1))
    k = net.n_inputs
    assert_allclose(heard[3:] ** 2, (v[:, :4] ** 2).sum(1) + (v[:, k:] ** 2).sum(1))
    both = torch.cat([v[:, k : k + 3], last[:, k : k + 3]])
    assert_allclose(sent[:3], both.norm(dim=0))
    assert_allclose(sent[3:], last[:, k + 3 :].norm(dim=0))


def test_single_precision():
    net = live_network((3, 2), dtype=torch.float32)
    inputs = samples(SquaredError(), 8, 2).inputs.float()
    signals, slopes = net.signals(inputs, slopes=True)
    assert {t.dtype for t in (signals, *slopes, net(inputs))} == {torch.float32}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda():
    net, inputs = live_network((3, 2)), samples(SquaredError(), 8, 2).inputs
    there = net.with_flat(net.flat().cuda())
    assert_allclose(there(inputs.cuda()).cpu(), net(inputs), rtol=1e-10)
    masks = [torch.ones(n, dtype=torch.bool, device="cuda") for n in net.n_live]
    there = replace(there, neurons=tuple(n.cuda() for n in net.neurons))
    assert_allclose(there.kept(masks)(inputs.cuda()).cpu(), net(inputs), rtol=1e-10)
