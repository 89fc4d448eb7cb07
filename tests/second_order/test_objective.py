"""Loss and penalty of a network, and their gradient, against autograd."""

import numpy as np
import pytest
import torch
from helpers.live import (
    LIVE,
    gradient,
    live_network,
    objective,
    plain_output,
    samples,
    value_and_gradient,
)
from helpers.networks import LOSSES
from helpers.problems import regression_problem
from numpy.testing import assert_allclose

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._second_order import objective as module


def expected(goal, loss, network):
    def value(net):
        data = goal.data
        output = plain_output(net, data.inputs)
        return loss(output, data.y, data.weight) + goal.penalty.value(net)

    return gradient(value, network)


@pytest.mark.parametrize(("bias", "weighted"), [(True, False), (False, True)])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize("live", LIVE)
def test_equals_autograd(live, loss, activation, bias, weighted):
    # where there are weights, hidden neurons hear within bounds
    net = live_network(live, activation=activation, bias=bias, bounded=weighted)
    data = samples(loss, 20, 2, bias=bias, weighted=weighted)
    penalty = {"l1_ratio": 0.6, "depth_factor": 2.0, "linear": 0.2, "prior": 0.1}
    goal = objective(loss, data, **penalty)
    value, found = value_and_gradient(goal, net)
    expected_value, expected_gradient = expected(goal, loss, net)
    assert value == pytest.approx(float(expected_value), rel=1e-12)
    assert goal.value(net) == value
    assert goal.data_loss(net) == pytest.approx(
        float(loss(net(data.inputs), data.y, data.weight)), rel=1e-12
    )
    assert_allclose(found, expected_gradient, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_slices_and_forgotten_signals_change_nothing(loss, monkeypatch):
    net = live_network((3, 2))
    goal = objective(loss, samples(loss, 700, 2, weighted=True))
    whole = goal.evaluate(net, keep=True)
    expected_gradient = goal.gradient(whole)
    assert len(whole.signals) == 1
    assert_allclose(goal.gradient(goal.evaluate(net)), expected_gradient, rtol=1e-12)
    monkeypatch.setattr(module, "SLICE", 1)
    sliced = goal.evaluate(net, keep=True)
    assert len(sliced.signals) == 3
    assert sliced.value == pytest.approx(whole.value, rel=1e-12)
    assert_allclose(goal.gradient(sliced), expected_gradient, rtol=1e-9, atol=1e-12)
    monkeypatch.setattr(module, "_KEPT", 1)
    forgotten = goal.evaluate(net, keep=True)
    assert forgotten.signals is None
    assert_allclose(goal.gradient(forgotten), expected_gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_whole_weights_are_repeats(loss):
    net, data = live_network((3,)), samples(loss, 12, 2)
    counts = torch.arange(12) % 3 + 1
    weighted = Observations(data.inputs, data.y, counts / counts.double().mean())
    index = torch.arange(12).repeat_interleave(counts)
    value, grad = value_and_gradient(objective(loss, weighted), net)
    repeated, expected_grad = value_and_gradient(objective(loss, data.rows(index)), net)
    assert value == pytest.approx(repeated, rel=1e-12)
    assert_allclose(grad, expected_grad, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_observations_are_the_problems_samples(bias):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    problem = regression_problem(X, y, weight=np.arange(1.0, 31), bias=bias)
    data = Observations.of(problem.train, bias)
    assert data.inputs.shape == (30, 3 + bias)
    assert_allclose(data.inputs[:, :3], problem.train.x)
    assert_allclose(data.inputs[:, 3:], 1)
    assert_allclose(data.weight.mean(), 1)
    some = data.rows(torch.tensor([4, 2]))
    assert_allclose(some.inputs, data.inputs[[4, 2]])
    assert_allclose(some.weight, data.weight[[4, 2]])
    assert len(some) == 2


def test_single_precision():
    loss, net = SquaredError(), live_network((3, 2))
    data = samples(loss, 50, 2)
    low = Observations(data.inputs.float(), data.y.float())
    value, found = value_and_gradient(
        objective(loss, low), net.with_flat(net.flat().float())
    )
    expected_value, expected_gradient = value_and_gradient(objective(loss, data), net)
    assert found.dtype == torch.float32
    assert value == pytest.approx(expected_value, rel=1e-5)
    assert_allclose(found, expected_gradient, rtol=1e-3, atol=1e-5)


def test_a_sample_has_rows_of_the_whole_and_none_twice():
    data = samples(SquaredError(), 50, 2, weighted=True)
    goal = objective(SquaredError(), data)
    some = goal.sample(20, torch.Generator().manual_seed(0)).data
    rows = torch.cat([data.inputs, data.y, data.weight[:, None]], dim=1).tolist()
    found = torch.cat([some.inputs, some.y, some.weight[:, None]], dim=1).tolist()
    assert len({tuple(row) for row in found} & {tuple(row) for row in rows}) == 20
    assert goal.sample(50, torch.Generator()) is goal
