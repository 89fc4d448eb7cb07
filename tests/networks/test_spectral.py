"""`SpectralNetwork` and `DirectNetwork` against a loop over their neurons."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from helpers.reference import (
    dense_adjacency,
    neuron_by_neuron,
    random_spectrum,
)
from numpy.testing import assert_allclose

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._networks.direct import DirectNetwork
from sklearn_sparcs._networks.spectral import SpectralNetwork

SIZES = [(3, 2), (3, 4, 2), (4, 2, 3, 1), (2, 3, 1, 4, 2), (3, 2, 4, 1, 3, 2)]


def network_of(phi, lam, **options):
    sizes = [phi[0].shape[1] - 1, *(p.shape[0] for p in phi)]
    net = SpectralNetwork(
        sizes[0], sizes[1:-1], sizes[-1], dtype=torch.float64, **options
    )
    for parameter, value in zip(net.parameters(), [*phi, *lam[1:]], strict=True):
        parameter.data.copy_(value)
    return net


@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
def test_forward_equals_the_loop_over_neurons(sizes, gated):
    generator = torch.Generator().manual_seed(1)
    live = [range(0, n, 2) for n in sizes[1:-1]] if gated else None
    phi, lam = random_spectrum(sizes, generator, live=live)
    x = torch.randn(7, sizes[0] - 1, generator=generator, dtype=torch.float64)
    with_one = torch.nn.functional.pad(x, (0, 1), value=1.0)
    expected = neuron_by_neuron(phi, lam, with_one, gated=gated)
    net = network_of(phi, lam, gated=gated)
    assert_allclose(net(x).detach(), expected, atol=1e-12)
    # both ways of computing, whichever the cost model took
    assert_allclose(net._through_layers(with_one).detach(), expected, atol=1e-12)
    assert_allclose(net._through_weights(with_one).detach(), expected, atol=1e-12)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_activations_and_gradients(activation):
    generator = torch.Generator().manual_seed(2)
    phi, lam = random_spectrum((3, 4, 3, 2), generator)
    x = torch.randn(5, 2, generator=generator, dtype=torch.float64)
    with_one = torch.nn.functional.pad(x, (0, 1), value=1.0)
    net = network_of(phi, lam, activation=activation)
    leaves = [t.requires_grad_() for t in (*phi, *lam[1:])]
    slow = neuron_by_neuron(phi, lam, with_one, activation)
    assert_allclose(net(x).detach(), slow.detach(), atol=1e-12)
    expected = torch.autograd.grad(slow.square().sum(), leaves)
    found = torch.autograd.grad(net(x).square().sum(), list(net.parameters()))
    for f, e in zip(found, expected, strict=True):
        assert_allclose(f, e, atol=1e-10)


def test_one_eigenvalue_wakes_the_next_layer_unless_gated():
    # math: eigenvalue zero and neuron removed are the same thing only when gated
    generator = torch.Generator().manual_seed(3)
    phi, lam = random_spectrum((3, 4, 4, 1), generator, live=[[1], []])
    x = torch.randn(50, 2, generator=generator, dtype=torch.float64)
    with_one = torch.nn.functional.pad(x, (0, 1), value=1.0)
    ungated, gated = (network_of(phi, lam, gated=g) for g in (False, True))
    assert_allclose(
        gated(x).detach(), neuron_by_neuron(phi, lam, with_one, gated=True), atol=1e-12
    )
    assert not np.allclose(ungated(x).detach(), gated(x).detach(), atol=1e-3)
    assert [len(n) for n in gated.neurons] == [1, 0]
    assert [len(n) for n in ungated.neurons] == [4, 4]


@pytest.mark.parametrize("hidden", [(), (6,), (6, 5)])
@pytest.mark.parametrize("activation", ["relu", "logistic"])
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_start_at_makes_the_linear_map_exact(hidden, activation, gated, bias):
    """Ungated, a sleeping neuron sends f(0), which is not zero for every activation."""
    net = SpectralNetwork(
        4, hidden, 2, activation=activation, gated=gated, bias=bias, dtype=torch.float64
    )
    linear = torch.randn(2, 4 + bias, dtype=torch.float64)
    net.start_at(linear)
    x = torch.randn(9, 4, dtype=torch.float64)
    expected = x @ linear[:, :4].T + (linear[:, 4] if bias else 0)
    assert_allclose(net(x).detach(), expected, atol=1e-10)


def test_direct_network_sums_over_its_links_alone():
    links = [(2, 1), (3, 2), (4, 1), (4, 3)]
    net = DirectNetwork(3, (4, 2), 1, links=links, dtype=torch.float64)
    x = torch.randn(6, 3, dtype=torch.float64)
    W = {key: w.detach() for key, w in net.coefs.items()}
    a2 = (x @ W["2_1"].T + net.intercepts["2"]).relu()
    a3 = (a2 @ W["3_2"].T + net.intercepts["3"]).relu()
    expected = x @ W["4_1"].T + a3 @ W["4_3"].T + net.intercepts["4"]
    assert_allclose(net(x).detach(), expected.detach(), atol=1e-12)
    assert sorted(W) == ["2_1", "3_2", "4_1", "4_3"]


def test_parameter_counts_grow_as_figure_8_says():
    # spectral: no more than a plain network's weights and one number a neuron
    hidden = (100,) * 4
    spectral = SpectralNetwork(100, hidden, 100, bias=False)
    direct = DirectNetwork(100, hidden, 100, bias=False)
    sizes = [100, *hidden, 100]
    plain = sum(a * b for a, b in pairwise(sizes))
    assert sum(p.numel() for p in spectral.parameters()) == plain + 100 * 5
    assert sum(p.numel() for p in direct.parameters()) == 100 * 100 * 15


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_agrees_with_cpu():
    net = SpectralNetwork(4, (6, 5), 2, dtype=torch.float64, gated=True)
    for lam in net.penalized_eigenvalues():
        lam.data[::2] = 0.5
    x = torch.randn(9, 4, dtype=torch.float64)
    expected = net(x).detach()
    assert_allclose(net.cuda()(x.cuda()).detach().cpu(), expected, atol=1e-10)


@pytest.mark.parametrize("sizes", SIZES)
def test_trained_input_eigenvalues_equal_the_loop(sizes):
    generator = torch.Generator().manual_seed(5)
    phi, lam = random_spectrum(sizes, generator, trainable_input=True)
    x = torch.randn(7, sizes[0], generator=generator, dtype=torch.float64)
    net = SpectralNetwork(
        sizes[0], sizes[1:-1], sizes[-1], bias=False, input_eigenvalues=True
    ).double()
    for parameter, value in zip(
        net.parameters(), [lam[0], *phi, *lam[1:]], strict=True
    ):
        parameter.data.copy_(value)
    expected = neuron_by_neuron(phi, lam, x)
    assert_allclose(net(x).detach(), expected, atol=1e-12)
    assert_allclose(net._through_weights(x).detach(), expected, atol=1e-12)
    assert net.penalized_eigenvalues()[0] is net.input_lam
    assert_allclose(net.spectrum()[0][0], lam[0])


def test_pruning_takes_the_inputs_eigenvalues_too():
    net = SpectralNetwork(2, (3,), 1, bias=False, input_eigenvalues=True)
    with torch.no_grad():
        net.input_lam.copy_(torch.tensor([0.1, -0.3]))
        net.lam[0].copy_(torch.tensor([0.2, -0.4, 0.0]))
    assert net.to_direct().sizes == [2, 3, 1]
    net.prune(0.2)
    assert_allclose(net.input_lam.detach(), [0, -0.3])
    assert_allclose(net.lam[0].detach(), [0, -0.4, 0])
    assert net.to_direct().sizes == [2, 3, 1]  # λ_1 wakes them all
    net.prune(0.3)
    assert net.to_direct().sizes == [2, 1, 1]
    assert_allclose(net.lam[1].detach(), [1])


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
def test_repeated_rule_equals_the_dense_matrix(sizes, trained):
    generator = torch.Generator().manual_seed(6)
    phi, lam = random_spectrum(sizes, generator, trainable_input=trained)
    x = torch.randn(7, sizes[0], generator=generator, dtype=torch.float64)
    net = SpectralNetwork(
        sizes[0],
        sizes[1:-1],
        sizes[-1],
        bias=False,
        repeated=True,
        input_eigenvalues=trained,
    ).double()
    leaves = [t.requires_grad_() for t in ([lam[0]] * trained + phi + lam[1:])]
    for parameter, value in zip(net.parameters(), leaves, strict=True):
        parameter.data.copy_(value.data)
    A = dense_adjacency(phi, lam)
    signal = torch.nn.functional.pad(x, (0, sum(sizes[1:])))
    for n_before in range(len(phi)):
        signal = (signal.relu() if n_before else signal) @ A.T
    output = signal[:, -sizes[-1] :]
    assert_allclose(net(x).detach(), output.detach(), atol=1e-10)
    expected = torch.autograd.grad(output.square().sum(), leaves)
    found = torch.autograd.grad(net(x).square().sum(), list(net.parameters()))
    for f, e in zip(found, expected, strict=True):
        assert_allclose(f, e, rtol=1e-9, atol=1e-9)


def test_gates_and_repetition_exclude_each_other():
    with pytest.raises(ValueError, match="gated=True and repeated=True"):
        SpectralNetwork(2, (3,), 1, gated=True, repeated=True)
