"""Temperatures against a grid, and by samples that networks were not trained on."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from sklearn_sparcs._growth.holdout import HeldOut
from sklearn_sparcs._growth.temperature import (
    cooled,
    is_better_than_linear,
    refitted,
    temperature,
)
from sklearn_sparcs._losses import curvature
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._second_order.levenberg_marquardt import optimize
from sklearn_sparcs._second_order.objective import Objective

SOFTMAX = SoftmaxCrossEntropy(0.1)


def network(n_outputs=3, n_hidden=4):
    """Random weights of two features, a constant and some neurons."""
    rng = torch.Generator().manual_seed(0)
    weights = (
        torch.randn(n_hidden, 3, generator=rng, dtype=torch.float64),
        2 * torch.randn(n_outputs, 3 + n_hidden, generator=rng, dtype=torch.float64),
    )
    return LiveNetwork(weights, "relu", True, (torch.arange(n_hidden),))


def sampled(net, at, n=2000, weight=None):
    """Classes drawn from the network's probabilities at a temperature."""
    rng = torch.Generator().manual_seed(1)
    x = torch.randn(n, 2, generator=rng, dtype=torch.float64)
    inputs = F.pad(x, (0, 1), value=1.0)
    output = net(inputs) / at
    if output.shape[1] == 1:
        uniform = torch.rand(output.shape, generator=rng, dtype=torch.float64)
        y = (uniform < output.sigmoid()).double()
    else:
        y = torch.multinomial(output.softmax(dim=1), 1, generator=rng)[:, 0]
    return Observations(inputs, y, weight)


@pytest.mark.parametrize("at", [0.3, 2.5])
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_the_temperature_that_labels_were_drawn_at(n_outputs, at):
    net = network(n_outputs)
    loss = BinaryCrossEntropy(0.1) if n_outputs == 1 else SOFTMAX
    found = temperature([HeldOut(net, sampled(net, at))], loss)
    assert found == pytest.approx(at, rel=0.15)


def test_the_least_of_a_grid_with_weights_and_a_prior():
    net = network()
    weight = torch.linspace(0.0, 2.0, 60, dtype=torch.float64)
    data = sampled(net, 2.5, n=60, weight=weight)
    output, grid = net(data.inputs), np.linspace(-3, 3, 6001)

    def deviance(logarithm):
        each = F.cross_entropy(output / math.exp(logarithm), data.y, reduction="none")
        return float(weight @ each) + logarithm**2 / 2

    expected = math.exp(min(grid, key=deviance))
    parts = [HeldOut(net, data.rows(rows)) for rows in (slice(20), slice(20, None))]
    assert temperature(parts, SOFTMAX) == pytest.approx(expected, rel=2e-3)


def test_whole_weights_count_repeated_samples():
    """In the cross-entropies, the standard error, and against the linear model."""
    net, linear = network(), network(n_hidden=0)
    weight = torch.arange(40, dtype=torch.float64) % 4 + 1
    answers = set()
    for at in (1.1, 1.3, 1.6, 2.5):
        data = sampled(net, at, n=40)
        mean = float(weight.mean())
        counted = replace(data, weight=weight / mean, mean_count=mean)
        repeated = data.taken(torch.arange(40).repeat_interleave(weight.long()))
        pair = [[HeldOut(net, each, linear)] for each in (counted, repeated)]
        found, expected = (temperature(each, SOFTMAX) for each in pair)
        assert found == pytest.approx(expected, rel=1e-5)
        answers.add(expected == 1.0)
        for hot in (0.1, 1.0, 5.0):
            better = [is_better_than_linear(each, SOFTMAX, hot) for each in pair]
            assert better[0] == better[1]
    assert answers == {True, False}


def test_one_sample_says_nothing_of_chance():
    """Its standard deviation would be undefined, of which torch warns."""
    net = network()
    data = sampled(net, 1.0)
    right = net(data.inputs).argmax(dim=1) == data.y
    one = data.taken(right.nonzero()[0])
    assert temperature([HeldOut(net, one)], SOFTMAX) == 1.0


def test_one_where_it_does_not_matter():
    net = network()
    data = sampled(net, 1.0)
    assert temperature([HeldOut(net, data)], SOFTMAX) == 1.0
    sharp = [HeldOut(net, sampled(net, 3.0))]
    assert temperature(sharp, SOFTMAX) != 1.0
    assert temperature(sharp, SquaredError()) == 1.0
    assert temperature([], SOFTMAX) == 1.0
    linear = LiveNetwork.linear(network(n_hidden=0).weights[-1], 1, "relu", True)
    assert temperature([HeldOut(linear, sampled(linear, 3.0))], SOFTMAX) == 1.0
    assert cooled(linear, 3.0) is linear


def test_samples_without_an_error_leave_it_finite():
    net = network()
    data = sampled(net, 1.0, n=50)
    data = replace(data, y=net(data.inputs).argmax(dim=1))
    assert 0.05 < temperature([HeldOut(net, data)], SOFTMAX) < 0.6


def test_a_temperature_divides_the_outputs():
    net = network()
    inputs = sampled(net, 1.0, n=10).inputs
    torch.testing.assert_close(cooled(net, 4.0)(inputs), net(inputs) / 4)


def test_what_left_out_labels_prefer():
    """Weighted cross-entropies of labels as they are, at the temperature."""
    net, linear = network(), network(n_hidden=0)
    weight = torch.linspace(0.0, 2.0, 300, dtype=torch.float64)
    data = sampled(net, 1.5, n=300, weight=weight)
    parts = [data.rows(rows) for rows in (slice(100), slice(100, None))]

    def loss_of(model, at):
        output = model(data.inputs) / at
        return float(weight @ F.cross_entropy(output, data.y, reduction="none"))

    answers = set()
    for at in (0.05, 0.2, 1.5, 6.0, 50.0):
        held_out = [HeldOut(net, part, linear) for part in parts]
        expected = loss_of(net, at) < loss_of(linear, 1.0)
        assert is_better_than_linear(held_out, SOFTMAX, at) == expected
        answers.add(expected)
    assert answers == {True, False}
    assert is_better_than_linear([HeldOut(net, data)], SOFTMAX, 50.0)
    assert is_better_than_linear([], SOFTMAX, 50.0)
    assert is_better_than_linear([HeldOut(net, data, linear)], SquaredError(), 50.0)


def test_refits_have_not_seen_what_is_left_out():
    """Each is what training on the other samples alone makes of the network."""
    net, data = network(), sampled(network(), 1.0, n=150)
    penalty = BridgePenalty(0.0, linear=1e-2, prior=1e-2)
    objective = Objective(data, curvature.of(SOFTMAX), penalty)
    parts = list(refitted(objective, net, seed=3))
    assert [len(part.samples) for part in parts] == [30] * 5
    rows = torch.cat([part.samples.inputs for part in parts])
    torch.testing.assert_close(rows.sort(dim=0)[0], data.inputs.sort(dim=0)[0])
    for part in parts:
        left_out = (data.inputs[:, None] == part.samples.inputs).all(dim=2).any(dim=1)
        others = replace(objective, data=data.rows(~left_out))
        expected = optimize(others, net, tol=1e-6).network
        values = [others.evaluate(each).value for each in (part.network, expected)]
        assert values[0] == pytest.approx(values[1], rel=1e-3)
        whole = optimize(objective, net).network
        assert not torch.allclose(whole.flat(), part.network.flat(), rtol=1e-3)


def test_many_samples_are_left_out_once():
    net, data = network(), sampled(network(), 1.0, n=2500)
    penalty = BridgePenalty(0.0, linear=1e-2, prior=1e-2)
    objective = Objective(data, curvature.of(SOFTMAX), penalty)
    (part,) = refitted(objective, net, seed=0)
    assert len(part.samples) == 500
    none = refitted(objective, replace(network(n_hidden=0)), seed=0)
    assert list(none) == []
