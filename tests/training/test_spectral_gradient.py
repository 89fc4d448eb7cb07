"""The hand-written gradient of the paper's network, held against autograd."""

import pytest
import torch
from helpers.networks import LOSSES, spectral_network, targets
from numpy.testing import assert_allclose

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._networks.flat import pack
from sklearn_sparcs._training.arrays import NUMPY, TORCH
from sklearn_sparcs._training.spectral_gradient import SpectralGradient


@pytest.mark.parametrize("input_eigenvalues", [False, True])
@pytest.mark.parametrize("arrays", [NUMPY, TORCH], ids=["numpy", "torch"])
@pytest.mark.parametrize(("bias", "weighted"), [(True, False), (False, True)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize("hidden", [(), (4,), (2,), (5, 3), (2, 4, 2), (3, 1, 2, 4)])
def test_equals_autograd(
    hidden, loss, activation, bias, weighted, arrays, input_eigenvalues
):
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
