"""A given wiring: where it begins, and what its training comes to."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.live import gradient, plain_output, present
from helpers.problems import regression_problem
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._growth.given_wiring import GivenWiring
from sklearn_sparcs._growth.linear_start import linear_start
from sklearn_sparcs._networks.wiring import Wiring
from sklearn_sparcs._numerics.status import Status

LINKS = [(2, 1), (3, 2), (4, 1), (4, 3)]


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


def posed(X, y, links=LINKS, sizes=(3, 2), **units):
    """A wiring on some data, its linear model and a fresh network."""
    problem = regression_problem(X, y, **units)
    shape = (problem.n_features, *sizes, 1)
    like = torch.empty(0, **problem.options)
    given = GivenWiring.of(problem, Wiring.of(links, shape, problem.bias, like))
    linear = linear_start(problem, len(sizes), "tanh")
    return given, linear, given.begun(linear, sizes, drawn())


@pytest.mark.parametrize("bias", [True, False])
def test_it_begins_at_least_squares_or_below(kinked, bias):
    given, linear, net = posed(*kinked, bias=bias)
    plain = replace(given.objective, wiring=None)
    assert given.objective.data_loss(net) < plain.data_loss(linear)
    assert torch.all(net.flat()[~present(given.wiring, net)] == 0)
    assert net.n_live == [3, 2]


def test_without_the_link_it_begins_without_the_linear_model(kinked):
    given, _, net = posed(*kinked, links=[(2, 1), (3, 2)], sizes=(3,))
    assert torch.all(net.weights[-1][:, :3] == 0)
    assert given.objective.data_loss(net) < 1  # the targets' variance


def test_neurons_bend_at_samples_and_hear_what_varies(kinked):
    X, y = kinked
    X = np.c_[X, np.full(len(X), 1.7e9)]
    given, _, net = posed(X, y, links=[(2, 1), (3, 2), (3, 1)], sizes=(5,))
    weight = net.weights[0]
    assert torch.all(weight[:, 3] == 0)
    assert torch.any(weight[:, :3] != 0, dim=1).all()
    z = given.objective.data.inputs @ weight.T
    assert_allclose(z.abs().amin(dim=0), 0, atol=1e-12)


def test_training_ends_at_a_minimum_of_loss_and_prior(kinked):
    """Of the loss and the prior of the last estimate, by scipy from there on."""
    given, _, net = posed(*kinked)
    found = given.trained(net, 500, 1e-7, drawn())
    assert found.status == Status.CONVERGED
    penalty = given.growth.under(0.0, given.objective, found.network)
    noise = 2 * given.objective.data_loss(found.network)
    prior = 0.1 * 4 * noise / len(given.objective.data)  # three features, a constant
    assert penalty.prior == pytest.approx(prior)
    goal = replace(given.objective, penalty=penalty)
    there = present(given.wiring, net)
    flat = found.network.flat()

    def objective(values):
        moved = flat.clone()
        moved[there] = torch.from_numpy(values)

        def value(net):
            data = goal.data
            error = plain_output(net, data.inputs) - data.y
            return error.square().mean() + penalty.value(net)

        value, slope = gradient(value, found.network.with_flat(moved))
        return float(value), slope[there].numpy()

    better = minimize(objective, flat[there].numpy(), jac=True, method="L-BFGS-B")
    assert goal.value(found.network) <= better.fun * (1 + 1e-4)


def test_values_fall_and_are_one_an_iteration(kinked):
    given, _, net = posed(*kinked)
    told = []
    found = given.trained(net, 25, 0.0, drawn(), told.append)
    assert found.status == Status.MAX_ITER
    assert len(found.values) == 25 == told[-1]["iteration"]
    assert np.all(np.diff(found.values) <= 1e-12)
    assert told[-1]["objective"] == found.values[-1]


def test_a_loss_that_is_not_finite_ends_it(kinked):
    given, _, net = posed(*kinked)
    lost = net.with_output(net.weights[-1] * np.nan)
    assert given.trained(lost, 25, 0.0, drawn()).status == Status.DIVERGED
