"""The alphas of a path without folds, and what a deeper network must gain."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.problems import regression_problem
from numpy.testing import assert_allclose

from sklearn_sparcs._growth.alpha_search import FACTOR, descending
from sklearn_sparcs._growth.information_criterion import criterion
from sklearn_sparcs._growth.search_result import DEPTH_GAIN
from sklearn_sparcs._growth.second_order import SecondOrder
from sklearn_sparcs._losses.bridge import BridgePenalty


def found(X, y, alpha=None, layers=(0,)):
    growth = SecondOrder((6,) * len(layers), alpha, BridgePenalty(0.0))
    return growth.found(regression_problem(X, y), layers, 0)


def test_alphas_fall_in_equal_shares_to_the_last():
    alphas = descending(2.0, 2e-3)
    assert_allclose(alphas, 2 * np.geomspace(1, 1e-3, 13))
    assert descending(2.0, 1.9) == [2.0, 1.9]
    assert descending(2.0, 2.0) == [2.0]
    assert descending(2.0, 3.0) == [3.0]
    assert descending(0.0, 1e-9) == [1e-9]
    assert descending(0.0, 0.0) == [0.0]


def test_far_below_the_path_an_alpha_is_reached_at_once():
    alphas = descending(2.0, 1e-9)
    assert_allclose(alphas[:-1], 2 * np.geomspace(1, 1e-4, 17))
    assert alphas[-1] == 1e-9
    assert descending(2.0, 0.0)[-1] == 0.0


def test_the_criterion_has_its_least_value_at_the_point_that_is_kept(kinked):
    kept = found(*kinked)
    at = kept.fit.growth.under(kept.alpha, kept.fit.objective, kept.live)
    objective = replace(kept.fit.objective, penalty=at)
    value = criterion(objective, kept.problem.loss, kept.live, FACTOR)
    assert kept.value == pytest.approx(value, rel=1e-3)
    linear = kept.fit.first.network
    penalty = kept.fit.growth.under(kept.alpha_max, objective, linear)
    objective = replace(objective, penalty=penalty)
    assert kept.value < criterion(objective, kept.problem.loss, linear, FACTOR)


def test_depth_has_to_gain_two_nats_of_the_whole_likelihood(kinked):
    X, y = kinked
    by_criterion, by_objective = found(X, y), found(X, y, alpha=0.01)
    assert by_criterion.to_beat == pytest.approx(by_criterion.value - 2 / len(y))
    least = (1 - DEPTH_GAIN) * by_objective.history[-1]["objective"]
    assert by_objective.to_beat == pytest.approx(least)


def test_a_snapshot_is_the_network(kinked):
    kept = found(*kinked, alpha=0.01)
    snapshot = kept.snapshot()
    assert sum(map(len, snapshot.neurons)) == kept.n_live > 0
    for tensor, own in zip(snapshot.parameters, kept.network.structure(), strict=True):
        assert_allclose(tensor, own, atol=0)
    assert not snapshot.first.any()
    assert snapshot.n_steps == 0


def test_without_hidden_layers_there_is_nothing_to_wake(kinked):
    kept = found(*kinked, layers=())
    assert (kept.alpha, kept.alpha_max, kept.n_live) == (0.0, 0.0, 0)
