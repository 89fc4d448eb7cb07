"""The hand-written gradient, held against autograd's of the same network."""

import pytest
import torch
from helpers.networks import LOSSES, NETWORKS, random_network, targets
from numpy.testing import assert_allclose

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._first_order.growing_gradient import GrowingGradient
from sklearn_sparcs._losses.losses import (
    SquaredError,
)
from sklearn_sparcs._networks.flat import pack
from sklearn_sparcs._numerics.array_library import NUMPY, TORCH


def by_autograd(net, x, y, weight, loss):
    """Output and gradient in the order of ``net.flat``."""
    structure = [p.clone().requires_grad_() for p in net.structure()]
    n = len(net.Q)
    net.Q, net.lam = structure[:n], structure[n:]
    output = net(x)
    grads = torch.autograd.grad(
        loss(output, y, weight), structure, materialize_grads=True, allow_unused=True
    )
    return output.detach(), pack(grads)


@pytest.mark.parametrize("arrays", [NUMPY, TORCH], ids=["numpy", "torch"])
@pytest.mark.parametrize(("bias", "weighted"), [(True, False), (False, True)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize(("hidden", "live"), NETWORKS)
def test_equals_autograd(hidden, live, loss, activation, bias, weighted, arrays):
    net, x = random_network(hidden, live, activation=activation, bias=bias)
    generator = torch.Generator().manual_seed(1)
    y = targets(loss, len(x), 2, generator)
    weight = None
    if weighted:
        weight = torch.rand(len(x), generator=generator, dtype=torch.float64)
    grad = torch.full_like(net.flat.data, torch.nan)
    output = GrowingGradient(net, grad, len(x), arrays)(x, y, weight, loss)
    expected_output, expected = by_autograd(net, x, y, weight, loss)
    assert_allclose(output, expected_output, rtol=1e-10, atol=1e-10)
    assert_allclose(grad, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_a_zero_eigenvalue_silences_its_neuron(activation):
    """Until the neuron retires: its own λ aside, which the proximal step holds at 0."""
    net, x = random_network((9, 9, 9), (3, 2, 4), activation=activation)
    for lam in net.lam:
        lam[1] = 0
    y = targets(SquaredError(), len(x), 2, torch.Generator().manual_seed(1))
    grad = torch.empty_like(net.flat.data)
    gradient = GrowingGradient(net, grad, len(x))
    output = gradient(x, y, None, SquaredError())
    asleep = torch.zeros_like(grad, dtype=torch.bool)
    asleep[-9:] = net.live_eigenvalues == 0
    expected_output, expected = by_autograd(net, x, y, None, SquaredError())
    assert asleep.sum() == 3
    assert_allclose(output, expected_output, atol=1e-12)
    assert_allclose(grad[~asleep], expected[~asleep], atol=1e-12)


def test_buffers_can_be_used_again():
    net, x = random_network((9, 9), (3, 2))
    y = targets(SquaredError(), len(x), 2, torch.Generator().manual_seed(1))
    grad = torch.empty_like(net.flat.data)
    gradient = GrowingGradient(net, grad, len(x))
    gradient(2 * x, y, None, SquaredError())
    gradient(-x, y, None, SquaredError())
    fresh = torch.empty_like(grad)
    GrowingGradient(net, fresh, len(x))(-x, y, None, SquaredError())
    assert torch.equal(grad, fresh)
