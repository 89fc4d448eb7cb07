"""The gated network on its live neurons: the same function as the whole one."""

import tracemalloc

import numpy as np
import pytest
import torch
from helpers.networks import NETWORKS, random_network
from helpers.reference import dense_block, neuron_by_neuron
from numpy.testing import assert_allclose

from sklearn_sparcs._networks.growing import GrowingNetwork
from sklearn_sparcs._networks.structure import with_recruits, without
from sklearn_sparcs.nn import GrowingSpectralNetwork, SpectralNetwork


@pytest.mark.parametrize(("hidden", "live"), NETWORKS)
def test_forward_equals_the_whole_network_neuron_by_neuron(hidden, live):
    net, x = random_network(hidden, live)
    lam, phi = net.spectrum(np.random.RandomState(0))
    phi, lam = [torch.from_numpy(p) for p in phi], [torch.from_numpy(x) for x in lam]
    with_one = torch.nn.functional.pad(x, (0, 1), value=1.0)
    expected = neuron_by_neuron(phi, lam, with_one, gated=True)
    assert_allclose(net(x).detach(), expected, rtol=1e-9, atol=1e-9)
    for eigenvalues, neurons in zip(lam[1:-1], net.neurons, strict=True):
        assert set(eigenvalues.nonzero().flatten().tolist()) == set(neurons.tolist())


@pytest.mark.parametrize(("hidden", "live"), NETWORKS)
def test_weights_equal_the_dense_blocks_of_the_spectrum(hidden, live):
    net, _ = random_network(hidden, live)
    lam, phi = net.spectrum(np.random.RandomState(0))
    phi, lam = [torch.from_numpy(p) for p in phi], [torch.from_numpy(x) for x in lam]
    n_layers = len(phi) + 1
    index = [torch.arange(4), *net.neurons, torch.arange(2)]
    for i, weight in enumerate(net.weights(), start=2):
        blocks = [
            dense_block(phi, lam, i, j)[index[i - 1]][:, index[j - 1]]
            for j in range(1, i)
        ]
        expected = torch.cat(blocks, dim=1)
        assert_allclose(weight.detach(), expected, rtol=1e-9, atol=1e-9)
    assert len(net.weights()) == n_layers - 1


def test_wide_layers_keep_their_width_and_narrow_ones_get_relays():
    wide, _ = random_network((30, 40), (3, 2))
    assert [len(x) for x in wide.spectrum(np.random.RandomState(0))[0]] == [
        4,
        30,
        40,
        2,
    ]
    narrow, _ = random_network((4,), (4,))
    # the linear map has rank 2: two relays behind the four neurons
    assert [len(x) for x in narrow.spectrum(np.random.RandomState(0))[0]] == [4, 6, 2]


def test_gradient_of_the_forward_pass():
    net, x = random_network((9, 9), (3, 2), activation="tanh")
    structure = [p.detach().clone().requires_grad_() for p in net.structure()]

    def forward(*tensors):
        net.Q, net.lam = list(tensors[:3]), list(tensors[3:])
        return net(x)

    assert torch.autograd.gradcheck(forward, structure)


@pytest.mark.parametrize("layer", [0, 1])
def test_a_neuron_that_sends_nothing_changes_nothing_and_can_be_taken_out(layer):
    net, x = random_network((9, 9), (3, 2))
    before = net(x).detach()
    structure, neurons = net.structure(), list(net.neurons)
    rows = [len(q) for q in net.Q[layer + 1 :]]
    with torch.no_grad():
        grown = with_recruits(
            structure,
            layer,
            torch.randn(2, net.Q[layer].shape[1], dtype=torch.float64),
            torch.tensor([0.3, -0.2], dtype=torch.float64),
            [torch.zeros(n, 2, dtype=torch.float64) for n in rows],
        )
    n_live = net.n_live
    neurons[layer] = torch.cat([neurons[layer], torch.tensor([7, 8])])
    net.restructure(grown, neurons)
    assert net.n_live[layer] == n_live[layer] + 2
    assert_allclose(net(x).detach(), before, atol=1e-12)
    keep = [torch.arange(n) for n in n_live]
    with torch.no_grad():
        shrunk = without(net.structure(), keep)
    for found, expected in zip(shrunk, structure, strict=True):
        assert_allclose(found, expected.detach(), atol=0)


def test_a_wide_spectrum_needs_no_square_matrix_of_its_signals():
    net = GrowingNetwork(5000, (8,), 1)
    net.start_at(torch.linspace(-1, 1, 5001)[None])
    tracemalloc.start()
    _, phi = net.spectrum(np.random.RandomState(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5001**2  # bytes; the matrix has eight times as many
    assert_allclose(phi[1] @ phi[0], np.linspace(-1, 1, 5001)[None], atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind", [GrowingNetwork, GrowingSpectralNetwork])
def test_the_spectrum_has_the_networks_dtype(kind, dtype):
    twin, x = random_network((9, 9), (3, 2))
    net = kind(3, (9, 9), 2, dtype=dtype)
    net.restructure([t.to(dtype) for t in twin.structure()], twin.neurons)
    lam, phi = net.spectrum(np.random.RandomState(0))
    name = str(dtype).removeprefix("torch.")
    assert {str(array.dtype) for array in (*lam, *phi)} == {name}
    whole = SpectralNetwork(3, (9, 9), 2, gated=True, dtype=torch.float64)
    with torch.no_grad():
        for parameter, array in zip(whole.parameters(), phi + lam[1:], strict=True):
            parameter.copy_(torch.from_numpy(array))
    rtol = 1e-9 if dtype == torch.float64 else 1e-4
    assert_allclose(whole(x).detach(), twin(x), rtol=rtol, atol=10 * rtol)
