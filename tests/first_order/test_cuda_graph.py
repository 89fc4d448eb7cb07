"""A gradient that is replayed from a recording."""

import pytest
import torch
from helpers.networks import random_network
from numpy.testing import assert_allclose

from sklearn_sparcs._first_order.cuda_graph import N_EAGER_STEPS, ReplayedGradient
from sklearn_sparcs._first_order.growing_gradient import GrowingGradient
from sklearn_sparcs._losses.losses import SquaredError


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_replayed_gradient_is_the_gradient():
    net, x = random_network((9, 9), (3, 2))
    net.to("cuda")
    net.restructure([p.cuda() for p in net.structure()], net.neurons)
    grad, expected = (torch.empty_like(net.flat.data) for _ in range(2))
    replayed = ReplayedGradient(GrowingGradient(net, grad, len(x)))
    eager = GrowingGradient(net, expected, len(x))
    y = torch.zeros(8, 2, dtype=torch.float64, device="cuda")
    for step in range(N_EAGER_STEPS + 5):
        batch = x.cuda() + step
        with torch.no_grad():
            output = replayed(batch, y, None, SquaredError()).clone()
            assert_allclose(output.cpu(), eager(batch, y, None, SquaredError()).cpu())
        assert_allclose(grad.cpu(), expected.cpu(), rtol=1e-9)
