"""Paths and parameters against loops and modules."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from sklearn_sparcs.nn import (
    DirectNetwork,
    SpectralNetwork,
    count_parameters,
    path_norm,
    path_tensor,
)


@pytest.mark.parametrize("library", [np.asarray, torch.from_numpy])
def test_paths_one_by_one(library):
    rng = np.random.default_rng(0)
    outgoing, incoming = rng.normal(size=(2, 4)), rng.normal(size=(4, 3))
    gamma = path_tensor(library(outgoing), library(incoming))
    for i in range(2):
        for j in range(4):
            for k in range(3):
                path = outgoing[i, j] * incoming[j, k]
                assert float(gamma[i, j, k]) == pytest.approx(path)
    norm = float(path_norm(library(outgoing), library(incoming)))
    assert norm == pytest.approx(np.linalg.norm(np.asarray(gamma)))
    assert float(path_norm(library(0 * outgoing), library(incoming))) == 0


@pytest.mark.parametrize("sizes", [(4, 3), (4, 5, 2), (3, 4, 5, 2)])
def test_counts_are_the_modules(sizes):
    def of(network):
        return sum(p.numel() for p in network.parameters())

    first, *hidden, last = sizes
    assert count_parameters(sizes) == of(
        SpectralNetwork(first, hidden, last, bias=False)
    )
    assert count_parameters(sizes, input_eigenvalues=True) == of(
        SpectralNetwork(first, hidden, last, bias=False, input_eigenvalues=True)
    )
    assert count_parameters(sizes, "direct") == of(
        DirectNetwork(first, hidden, last, bias=False)
    )
    chain = [(i + 1, i) for i in range(1, len(sizes))]
    assert count_parameters(sizes, "direct", skips=False) == of(
        DirectNetwork(first, hidden, last, bias=False, links=chain)
    )


def test_bad_input():
    with pytest.raises(ValueError, match="two layers"):
        count_parameters([3])
    with pytest.raises(ValueError, match="'dual'"):
        count_parameters([3, 4], "dual")


@pytest.mark.parametrize("gated", [False, True])
def test_direct_form_of_a_network_is_the_same_function(gated):
    generator = torch.Generator().manual_seed(0)
    net = SpectralNetwork(3, (6, 5), 2, gated=gated, generator=generator).double()
    x = torch.randn(9, 3, generator=generator, dtype=torch.float64)
    linear = net.to_direct()
    assert linear.sizes == [3, 2]
    assert_allclose(linear(x).detach(), net(x).detach(), atol=1e-12)
    with torch.no_grad():
        net.lam[1][:2] = torch.tensor([0.5, -0.7])
    one = net.to_direct()
    assert one.sizes == [3, 2, 2]
    assert_allclose(one(x).detach(), net(x).detach(), atol=1e-12)
    with torch.no_grad():
        net.lam[0][3] = 0.4
    two = net.to_direct()
    # Without gates, whatever hears a live neuron passes it on to the output.
    assert two.sizes == ([3, 1, 2, 2] if gated else [3, 1, 5, 2])
    assert_allclose(two(x).detach(), net(x).detach(), atol=1e-12)


def test_no_direct_form_of_self_loops():
    with pytest.raises(ValueError, match="self-loops"):
        SpectralNetwork(2, (3,), 1, repeated=True).to_direct()
