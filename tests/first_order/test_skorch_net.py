"""What scoring callbacks see of a net in training."""

import numpy as np
import pytest
import torch
from helpers.networks import LOSSES, targets
from numpy.testing import assert_allclose

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._first_order.adam_solver import AdamSolver
from sklearn_sparcs._first_order.skorch_net import SparcsNet
from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._networks.direct import DirectNetwork

SQUARED, SOFTMAX, BINARY = LOSSES


def net_of(loss):
    """A net of three outputs, its data, and the network's raw output."""
    generator = torch.Generator().manual_seed(0)
    network = DirectNetwork(2, (4,), 3, generator=generator, dtype=torch.float64)
    x = torch.randn(9, 2, generator=generator, dtype=torch.float64)
    data = TrainingData(x, targets(loss, 9, 3, generator), None)
    net = SparcsNet(
        network,
        solver=AdamSolver(network, loss, SparseGroupPenalty(0.0), 0.01),
        generator=generator,
        tol=0.0,
        n_iter_no_change=5,
        output_scale=np.array([2.0, 3.0, 4.0]),
        output_mean=np.array([1.0, 0.0, -1.0]),
    ).initialize()
    return net, data, network(x).detach().numpy()


def test_targets_are_in_the_users_units():
    net, data, output = net_of(SQUARED)
    assert_allclose(net.predict(data), output * [2, 3, 4] + [1, 0, -1], rtol=1e-12)


@pytest.mark.parametrize("loss", [SOFTMAX, BINARY], ids=["softmax", "binary"])
def test_probabilities_and_classes(loss):
    net, data, output = net_of(loss)
    probability = loss.probabilities(output)
    assert_allclose(net.predict_proba(data), probability, rtol=1e-12)
    expected = probability.argmax(axis=1) if loss is SOFTMAX else probability > 0.5
    assert net.predict(data).tolist() == expected.tolist()


def test_a_regression_has_no_probabilities():
    net, data, _ = net_of(SQUARED)
    with pytest.raises(AttributeError, match="SquaredError has no probabilities"):
        net.predict_proba(data)
