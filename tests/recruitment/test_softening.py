"""Neurons that woke speak as loudly as helps, by quarters."""

import pytest
import torch
from helpers.networks import random_network
from numpy.testing import assert_allclose

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._recruitment.candidates import Recruits
from sklearn_sparcs._recruitment.softening import soften


@pytest.mark.parametrize(
    ("wanted", "length"), [(1.0, 1.0), (0.3, 0.25), (0.1, 1 / 16), (-1.0, 4.0**-4)]
)
def test_the_first_quarter_that_lowers_the_loss(wanted, length):
    """What is wanted of the newest neuron is that much of what it sends."""
    net, x = random_network((9,), (3,))
    before = net.Q[1].clone()
    loud = net(x)
    net.scale_outgoing(0, 1, 0.0)
    silent = net(x)
    data = TrainingData(x, (silent + wanted * (loud - silent)).detach(), None)
    net.Q[1].copy_(before)
    nothing = torch.zeros(0, dtype=torch.float64)
    newest = Recruits(0, torch.tensor([0]), nothing, [nothing], nothing)
    soften(net, [newest], SquaredError(), data)
    assert_allclose(net.Q[1][:, -1], length * before[:, -1], rtol=1e-12)
    assert_allclose(net.Q[1][:, :-1], before[:, :-1], atol=0)
