"""A problem led along alphas."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.problems import regression_problem
from numpy.testing import assert_allclose
from sklearn.datasets import make_friedman1
from sklearn.linear_model import LinearRegression

from sklearn_sparcs._data.scaling import Scaling
from sklearn_sparcs._growth.path import PathOptions, path_alphas
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._problems.problem import Units
from sklearn_sparcs._second_order.levenberg_marquardt import optimize


def begun(X, y, sizes=(5,), activation="relu"):
    units = Units(torch.device("cpu"))
    options = PathOptions(sizes, BridgePenalty(np.inf), units)
    return options.begun(regression_problem(X, y), activation, options.layers, 0)


def test_at_alpha_max_it_is_linear_and_below_it_is_not(kinked):
    X, y = kinked
    fit = begun(X, y).advanced([1.0])
    fit = fit.advanced(fit.alpha_max * np.array([1, 0.9]))
    *linear, below = fit.points
    expected = LinearRegression().fit(X, y).predict(X)
    for point in linear:
        assert_allclose(fit.form(point.network)(X)[:, 0], expected)
    assert below.network.n_live[0] > 0
    assert below.alpha == 0.9 * fit.alpha_max


def test_the_loss_falls_as_alpha_does(kinked):
    fit = begun(*kinked)
    fit = fit.advanced(path_alphas(fit.alpha_max, 8, 1e-3))
    losses = [fit.loss(point.network) for point in fit.points]
    assert (np.diff(losses) <= 1e-9).all()
    assert losses[-1] < 0.02 * losses[0]
    assert fit.loss(fit.points[-1].network, fit.problem.train) == losses[-1]


def test_a_path_goes_on_from_where_it_stands_in_another_process_too(kinked):
    fit = begun(*kinked).advanced([0.01])
    one = fit.advanced([0.003])
    two = pickle.loads(pickle.dumps(fit)).advanced([0.003])
    assert len(fit.points) == 1 and len(one.points) == 2
    for a, b in zip(
        one.points[1].network.weights, two.points[1].network.weights, strict=True
    ):
        assert_allclose(a, b, atol=0)


def test_grown_out_it_is_surveyed_while_neurons_wake():
    X = np.random.default_rng(0).uniform(-1, 1, size=(300, 2))
    y = np.sin(5 * X[:, 0]) * np.cos(4 * X[:, 1])
    fit = begun(X, y, sizes=(40,)).advanced([0.01, 0.003, 1e-3])
    found = fit.grown_out(1)
    slow, counts = replace(fit, points=fit.points[:2]), [fit.points[1].n_live]
    for _ in range(4):
        slow = slow.advanced([0.003])
        counts.append(slow.points[-1].n_live)
        if counts[-1] <= counts[-2]:
            break
    assert len(counts) > 2  # woke some more
    assert found.alpha == 0.003 and found.n_live == counts[-1]
    assert_allclose(found.network.flat(), slow.points[-1].network.flat())


def test_a_linear_network_is_grown_out_already(kinked):
    fit = begun(*kinked)
    fit = fit.advanced([2 * fit.alpha_max, 1e-3])
    assert fit.points[1].n_live > 0
    assert fit.grown_out(0) is fit.points[0]


def test_trained_out_it_is_at_its_optimum():
    X, y = make_friedman1(200, 5, noise=1.0, random_state=0)
    alphas = np.geomspace(0.3, 3e-4, 8)
    fit = begun(X, y, sizes=(30,), activation="tanh").advanced(alphas)
    point = fit.points[-1]
    penalty = fit.growth.under(point.alpha, fit.objective, point.network)
    goal = replace(fit.objective, penalty=penalty)
    settled = goal.value(fit.trained_out(point).network)
    optimum = optimize(goal, point.network, 500, tol=0).value
    assert settled < 0.98 * goal.value(point.network)
    assert settled == pytest.approx(optimum, rel=5e-3)


def test_a_linear_network_is_trained_out_already(kinked):
    fit = begun(*kinked).advanced([1.0])
    (point,) = fit.points
    assert fit.trained_out(point).network is point.network


def test_eigenvalues_are_those_of_the_neurons_that_live(kinked):
    fit = begun(*kinked, sizes=(9,)).advanced([0.01, 0.003])
    network = fit.points[-1].network
    (values,) = fit.eigenvalues(network)
    assert values.shape == (9,)
    assert np.flatnonzero(values).tolist() == sorted(network.neurons[0].tolist())


def test_pruning_keeps_to_its_tolerance(kinked):
    fit = begun(*kinked, sizes=(20,)).advanced([0.01, 0.003, 1e-3, 1e-4, 1e-5])
    point = fit.points[-1]
    small = fit.pruned(point, 0.5)
    assert 0 < sum(small.n_live) < sum(point.network.n_live)
    assert fit.loss(small) <= 1.5 * fit.loss(point.network)
    assert fit.pruned(point, 0.0).n_live == point.network.n_live


def test_without_hidden_layers_there_is_nothing_to_wake(kinked):
    fit = begun(*kinked, sizes=())
    assert fit.alpha_max == 0.0
    (point,) = fit.advanced([1e-9]).points
    assert point.network.n_live == []
    assert fit.eigenvalues(point.network) == []


def test_a_grid_is_geometric():
    assert_allclose(path_alphas(2.0, 3, 1e-2), [2.0, 0.2, 0.02])
    assert (path_alphas(0.0, 3, 1e-2) > 0).all()


def test_scaling_is_that_of_the_problem(kinked):
    X, y = kinked
    fit = begun(X, y).advanced([0.01])
    assert isinstance(fit.problem.scaling, Scaling)
    assert fit.form(fit.points[0].network)(X).shape == (300, 1)
    assert fit.form(fit.points[0].network).feature_scale == pytest.approx(X.std(axis=0))
