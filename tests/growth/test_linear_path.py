"""A path that stays linear, held against one that might have grown."""

import numpy as np
import pytest
import torch
from helpers.problems import regression_problem
from numpy.testing import assert_allclose
from scipy import sparse

from sklearn_sparcs._growth.linear_path import LinearPath
from sklearn_sparcs._growth.path import PathOptions
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._problems.problem import Units

ALPHAS = np.array([0.3, 0.1])


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_it_is_the_path_above_alpha_max(kinked, bias, weighted):
    X, y = kinked
    weight = np.random.default_rng(0).random(len(y)) if weighted else None
    problem = regression_problem(X, y, weight, bias=bias)
    units = Units(torch.device("cpu"), bias)
    options = PathOptions((5, 4), BridgePenalty(np.inf), units, grows=False)
    linear = options.begun(problem, "relu", (0, 1), 0)
    assert isinstance(linear, LinearPath)
    grown = PathOptions((5, 4), BridgePenalty(np.inf), units).begun(
        problem, "relu", (0, 1), 0
    )
    alphas = ALPHAS * 0 + grown.alpha_max * np.array([2.0, 1.0])
    linear, grown = linear.advanced(alphas[:1]), grown.advanced(alphas)
    linear = linear.advanced(alphas[1:])
    assert linear.alpha_max == 0
    for one, other in zip(linear.points, grown.points, strict=True):
        assert one.alpha == other.alpha
        assert torch.equal(one.network.flat(), other.network.flat())
        loss = linear.loss(one.network)
        assert loss == pytest.approx(grown.loss(other.network), rel=1e-12)
        for values, zeros in zip(
            linear.eigenvalues(one.network),
            grown.eigenvalues(other.network),
            strict=True,
        ):
            assert_allclose(values, zeros, atol=0)
        form = linear.form(linear.pruned(one, 0.1))
        assert_allclose(form(X), grown.form(other.network)(X), atol=0)


def test_its_loss_leaves_the_samples_sparse(kinked):
    X, y = kinked
    X = np.where(np.abs(X) > 1, X, 0)
    problem = regression_problem(sparse.csr_array(X), y)
    options = PathOptions(
        (5,), BridgePenalty(np.inf), Units(torch.device("cpu")), grows=False
    )
    path = options.begun(problem, "relu", (0,), 0)
    assert path.problem.train.is_sparse
    error = path.form(path.network)(X)[:, 0] - y
    assert path.loss(path.network) == pytest.approx(np.mean(error**2) / y.var())
    assert path.loss(path.network, problem.train) == path.loss(path.network)
