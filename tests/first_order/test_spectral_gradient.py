"""The hand-written gradient of the paper's network, held against autograd."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from helpers.networks import LOSSES, spectral_network, targets
from numpy.testing import assert_allclose

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._first_order import spectral_gradient
from sklearn_sparcs._first_order.spectral_gradient import SpectralGradient
from sklearn_sparcs._first_order.spectral_layers import (
    DirectHidden,
    Hidden,
    Input,
    LastHidden,
    Output,
    ScaledHidden,
)
from sklearn_sparcs._networks.flat import pack
from sklearn_sparcs._numerics.array_library import NUMPY, TORCH, ArrayLibrary


@pytest.mark.parametrize("input_eigenvalues", [False, True])
@pytest.mark.parametrize("arrays", [NUMPY, TORCH], ids=["numpy", "torch"])
@pytest.mark.parametrize(("bias", "weighted"), [(True, False), (False, True)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize("hidden", [(), (4,), (2,), (5, 3), (2, 4, 2), (3, 1, 2, 4)])
def test_equals_autograd(
    hidden, loss, activation, bias, weighted, arrays, input_eigenvalues
):
    assert_equals_autograd(
        hidden, loss, activation, bias, weighted, arrays, input_eigenvalues
    )


@pytest.mark.parametrize("input_eigenvalues", [False, True])
@pytest.mark.parametrize("arrays", [NUMPY, TORCH], ids=["numpy", "torch"])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("hidden", [(2,), (5, 3), (2, 4, 2)])
def test_of_many_inputs_equals_autograd(
    hidden, activation, arrays, input_eigenvalues, monkeypatch
):
    monkeypatch.setattr(spectral_gradient, "FEW_INPUTS", 3)  # there are 4 with the bias
    assert_equals_autograd(
        hidden, LOSSES[0], activation, True, True, arrays, input_eigenvalues
    )


def assert_equals_autograd(
    hidden, loss, activation, bias, weighted, arrays, input_eigenvalues
):
    """Output and gradient of a random batch of 8."""
    generator = torch.Generator().manual_seed(0)
    net = spectral_network(hidden, activation, bias, generator, input_eigenvalues)
    draw = {"generator": generator, "dtype": torch.float64}
    x, weight = torch.randn(8, 3, **draw), None
    y = targets(loss, 8, 2, generator)
    if weighted:
        weight = torch.rand(8, **draw)
    parameters = list(net.parameters())
    grad = torch.full_like(pack(parameters), torch.nan)
    with torch.no_grad():
        output = SpectralGradient(net, grad, 8, arrays)(x, y, weight, loss)
    expected_output = net(x)
    expected = pack(torch.autograd.grad(loss(expected_output, y, weight), parameters))
    assert_allclose(output, expected_output.detach(), rtol=1e-10, atol=1e-10)
    assert_allclose(grad, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("input_eigenvalues", [False, True])
@pytest.mark.parametrize("hidden", [(), (4,), (5, 3)])
def test_buffers_can_be_used_again(hidden, input_eigenvalues):
    generator = torch.Generator().manual_seed(0)
    net = spectral_network(hidden, "tanh", True, generator, input_eigenvalues)
    x = torch.randn(8, 3, generator=generator, dtype=torch.float64)
    y = targets(LOSSES[0], 8, 2, generator)
    grad, fresh = (torch.empty_like(pack(list(net.parameters()))) for _ in range(2))
    gradient = SpectralGradient(net, grad, 8)
    with torch.no_grad():
        gradient(2 * x, y, None, LOSSES[0])
        gradient(-x, y, None, LOSSES[0])
        SpectralGradient(net, fresh, 8)(-x, y, None, LOSSES[0])
    assert torch.equal(grad, fresh)


def kinds_of_layers(n_features, hidden, n_outputs, n_rows):
    """Classes of the layers by which such a network is taken."""
    sizes = pairwise([n_features, *hidden, n_outputs])
    layers = [
        ((np.ones((n, m)), np.ones((n, 1))), (np.ones((n, m)), np.ones(n)))
        for m, n in sizes
    ]
    source = Input(np.ones((n_features, n_rows)), None, None)
    y = np.empty((n_outputs, n_rows))
    inner, last = spectral_gradient.linked(NUMPY, "relu", source, layers, y)
    return [type(layer) for layer in [*inner, last]]


def test_v_is_taken_only_where_that_is_cheaper():
    assert kinds_of_layers(20, (200, 200), 20, 1024) == [DirectHidden, LastHidden]
    assert kinds_of_layers(20, (30, 30), 200, 1024) == [DirectHidden, Hidden, Output]
    assert kinds_of_layers(300, (30, 30), 2, 1024) == [ScaledHidden, LastHidden]


@pytest.mark.parametrize(("n_signals", "quickest"), [(2**17, TORCH), (40_000, NUMPY)])
def test_large_batches_are_torch_s(n_signals, quickest):
    assert ArrayLibrary.suiting(torch.device("cpu"), n_signals) is quickest
