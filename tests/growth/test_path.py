"""A problem led along alphas."""

import numpy as np
import torch
from helpers.problems import regression_problem
from numpy.testing import assert_allclose

from sklearn_sparcs._growth.path import PathFit
from sklearn_sparcs._growth.recipe import Recipe
from sklearn_sparcs._growth.running_mean import DECAY
from sklearn_sparcs._training.penalty import SparseGroupPenalty


def begun(X, y, sizes=(5,)):
    recipe = Recipe(sizes, SparseGroupPenalty(0.0), min_significance=0)
    drawing, shuffling = (torch.Generator().manual_seed(k) for k in range(2))
    layers = range(len(sizes))
    return PathFit(regression_problem(X, y), recipe, layers, drawing, shuffling, 100)


def test_a_point_is_the_running_mean_of_the_steps(kinked):
    fit = begun(*kinked)
    solver, data = fit.solver, fit.problem.train
    solver.set_alpha(1e-3)
    solver.look_soon()
    solver.grow(data)
    expected = solver.network.flat.data.clone()
    assert solver.n_live() > 0
    for _ in range(5):
        solver.step(*data.rows(slice(100)))
        expected += (1 - DECAY) * (solver.network.flat.data - expected)
    assert_allclose(solver.average.value, expected)
    present = solver.network.flat.data.clone()
    with solver.averaged():
        assert_allclose(solver.network.flat.data, expected)
    assert_allclose(solver.network.flat.data, present, atol=0)
    mean = solver.average.value.clone()
    size = float(solver.network.live_eigenvalues.abs().min())
    solver.prune(size)
    assert len(solver.average.value) == len(solver.network.flat)
    assert len(solver.average.value) < len(mean)
    assert torch.isin(solver.average.value, mean).all()  # what is left is what it was


def test_at_alpha_max_it_is_linear_and_below_it_is_not(kinked):
    fit = begun(*kinked)
    at, below = fit.follow([fit.alpha_max, 0.5 * fit.alpha_max])
    assert at.form.layer_sizes == (3, 1)
    assert not at.eigenvalues[0].any()
    assert below.form.layer_sizes[1] == np.count_nonzero(below.eigenvalues[0]) > 0


def test_a_point_can_be_gone_back_to(kinked):
    X, y = kinked
    fit = begun(X, y)
    points = list(fit.follow(fit.alpha_max * np.array([1, 0.3, 0.1])))
    fit.restore(points[1].snapshot)
    assert_allclose(fit.form()(X), points[1].form(X), atol=0)


def test_without_hidden_layers_there_is_nothing_to_wake(kinked):
    fit = begun(*kinked, sizes=())
    assert fit.alpha_max == 0.0
    (point,) = fit.follow([1e-9])
    assert point.form.layer_sizes == (3, 1)
