"""Second-order training of a given wiring: what is absent stays absent."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.live import (
    jacobians,
    live_network,
    objective,
    present,
    samples,
    value_and_gradient,
    wired,
)
from helpers.networks import LOSSES
from numpy.testing import assert_allclose

from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._second_order import metric
from sklearn_sparcs._second_order.gauss_newton import Factor, GaussNewtonMatrix
from sklearn_sparcs._second_order.levenberg_marquardt import optimize
from sklearn_sparcs._second_order.neuron_blocks import NeuronBlocks
from sklearn_sparcs._second_order.output_layer import outputs_solved

LINKS = [(2, 1), (3, 2), (4, 1), (4, 3)]


def given(loss=LOSSES[0], n_outputs=2, links=LINKS, live=(3, 2), **options):
    """A wired network, and its objective on random samples."""
    net, wiring = wired(live_network(live, n_outputs=n_outputs), links)
    data = samples(loss, 50, n_outputs, **options)
    goal = objective(loss, data, alpha=0.0, linear=0.01, prior=0.02)
    return replace(goal, wiring=wiring), net, present(wiring, net)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_the_gradient_is_that_of_the_weights_there_are(loss):
    goal, net, there = given(loss)
    plain = replace(goal, wiring=None)
    _, found = value_and_gradient(goal, net)
    _, all_links = value_and_gradient(plain, net)
    assert_allclose(found[there], all_links[there], rtol=1e-12)
    assert torch.all(found[~there] == 0)
    assert torch.any(all_links[~there] != 0)


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_the_step_solves_the_system_of_the_weights_there_are(n_outputs):
    goal, net, there = given(n_outputs=n_outputs)
    at, n = goal.evaluate(net, keep=True), len(goal.data)
    J = jacobians(net, goal.data.inputs).reshape(n * n_outputs, -1)[:, there]
    ridge, gradient = goal.penalty.ridge(net), goal.gradient(at)
    system = 2 / n_outputs / n * J.T @ J + torch.diag(ridge[there])
    expected = np.linalg.solve(system.numpy(), gradient[there].numpy())
    found = Factor.of(GaussNewtonMatrix.of(goal, at), ridge, 0.0).solve(gradient)
    assert_allclose(found[there], expected, rtol=1e-5, atol=1e-9)
    assert torch.all(found[~there] == 0)


def test_blocks_are_those_of_the_weights_there_are():
    goal, net, there = given()
    at, n = goal.evaluate(net, keep=True), len(goal.data)
    J = jacobians(net, goal.data.inputs)
    system = torch.einsum("nca,ncb->ab", J, J) / n  # squared error of two outputs
    of, start = torch.empty(len(there)), 0
    for k, row in enumerate(row for w in net.weights[:-1] for row in w):
        of[start : start + len(row)] = k
        start += len(row)
    of[start:] = torch.arange(-net.n_outputs, 0.0).repeat_interleave(net.n_signals)
    system *= of[:, None] == of
    ridge, gradient = goal.penalty.ridge(net), goal.gradient(at)
    system = (system + torch.diag(ridge))[there][:, there]
    expected = np.linalg.solve(system.numpy(), gradient[there].numpy())
    found = NeuronBlocks.of(goal, at, ridge, 0.0).solve(gradient)
    assert_allclose(found[there], expected, rtol=1e-5, atol=1e-9)
    assert torch.all(found[~there] == 0)


@pytest.mark.parametrize("largest", [2000, 0], ids=["dense", "blocks"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_absent_links_stay_absent_and_neurons_stay(loss, largest, monkeypatch):
    monkeypatch.setattr(metric, "_LARGEST", largest)
    goal, net, there = given(loss, weighted=True)
    weak = net.with_output(net.weights[-1] * (torch.arange(net.n_signals) != 8))
    found = optimize(goal, weak, n_iter=6)
    assert found.values[-1] < found.values[0]
    assert np.all(np.diff(found.values) <= 0)
    assert torch.all(found.network.flat()[~there] == 0)
    assert found.network.n_live == [3, 2]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_outputs_are_solved_on_what_they_hear(loss):
    goal, net, there = given(loss)
    silent = net.with_output(torch.zeros_like(net.weights[-1]))
    found = outputs_solved(goal, goal.evaluate(silent, keep=True), n_iter=4)
    assert found.value < goal.value(silent)
    assert torch.all(found.network.flat()[~there] == 0)
    if isinstance(loss, SquaredError):
        gradient = goal.gradient(found)[-silent.weights[-1].numel() :]
        assert_allclose(gradient, 0, atol=1e-7)
