"""The path of second-order growth: where it begins, and what it repeats."""

import numpy as np
import pytest
import torch
from helpers.growth import REGRESSION, bent_table, grown_objective, growth
from helpers.live import value_and_gradient
from helpers.networks import LOSSES
from helpers.problems import regression_problem
from numpy.testing import assert_allclose

from sklearn_sparcs import SparcsClassifier
from sklearn_sparcs._growth.first_survey import FirstSurvey
from sklearn_sparcs._growth.linear_start import linear_start
from sklearn_sparcs._growth.path import PathOptions
from sklearn_sparcs._growth.path_following import follow
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._problems.problem import Problem, Units
from sklearn_sparcs._problems.task import Task


def walked(goal, net, plan, shares, seed=0):
    first = FirstSurvey.of(goal, net, plan)
    alphas = [first.alpha_max * share for share in shares]
    generator = torch.Generator().manual_seed(seed)
    return first, list(follow(goal, first, alphas, plan, generator))


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(("bias", "depth"), [(True, 1), (False, 1), (True, 2)])
def test_alpha_max(loss, activation, bias, depth):
    x, y = bent_table(loss, n_outputs=1 + (loss is REGRESSION), n=1500)
    goal, net = grown_objective(
        loss, x, y, bias=bias, activation=activation, depth=depth
    )
    plan = growth(loss, goal, (9,) * depth)
    first, points = walked(goal, net, plan, [2.0, 1.0, 1 - 1e-6])
    assert first.significance > 5
    for point in points[:2]:
        assert point.network is net
    assert sum(points[2].network.n_live) == 1


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_deterministic(loss):
    x, y = bent_table(loss)
    goal, net = grown_objective(loss, x, y)
    plan, shares = growth(loss, goal), np.geomspace(0.9, 0.03, 4)
    torch.manual_seed(0)
    state = torch.random.get_rng_state()
    _, once = walked(goal, net, plan, shares)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    _, again = walked(goal, net, plan, shares)
    torch.set_default_dtype(torch.float32)
    for a, b in zip(once, again, strict=True):
        assert_allclose(a.network.flat(), b.network.flat(), rtol=0, atol=0)
    assert sum(once[-1].network.n_live) > 2


def test_candidates_that_second_order_misjudges_stand_in_no_ones_way():
    """Where samples are sure and wrong the curvature is small, and gains look large."""
    rng = np.random.default_rng(1)
    log = 1.5 * rng.normal(size=(1000, 3))
    y = log[:, 0] + log[:, 1] + rng.normal(size=1000) > 0
    net = SparcsClassifier(activation="relu", alpha=1e-3, random_state=0)
    net.fit(np.exp(log), y)
    assert not net.active_architecture_.is_linear


def test_alpha_max_depends_on_the_data_alone():
    x, y = bent_table(REGRESSION)
    goal, net = grown_objective(REGRESSION, x, y)
    firsts = []
    for alpha in (0.0, 1.0):
        goal, _ = grown_objective(REGRESSION, x, y, alpha=alpha)
        firsts.append(FirstSurvey.of(goal, net, growth(REGRESSION, goal)).alpha_max)
    assert firsts[0] == firsts[1]


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_table_that_bends_is_learnt(activation):
    x, y = bent_table(REGRESSION, n=600, noise=0.1)
    goal, net = grown_objective(REGRESSION, x[:400], y[:400], activation=activation)
    held, _ = grown_objective(REGRESSION, x[400:], y[400:])
    _, points = walked(goal, net, growth(REGRESSION, goal), np.geomspace(0.9, 0.01, 9))
    assert held.data_loss(net) > 0.4
    assert held.data_loss(points[-1].network) < 0.05


def test_losses_fall_along_the_path():
    x, y = bent_table(REGRESSION)
    goal, net = grown_objective(REGRESSION, x, y)
    _, points = walked(goal, net, growth(REGRESSION, goal), np.geomspace(0.9, 0.01, 8))
    losses = [goal.data_loss(point.network) for point in points]
    assert (np.diff(losses) < 0).all()


def test_no_more_neurons_than_there_is_room_for():
    x, y = bent_table(REGRESSION)
    goal, net = grown_objective(REGRESSION, x, y, depth=2)
    plan = growth(REGRESSION, goal, (2, 3))
    _, points = walked(goal, net, plan, np.geomspace(0.9, 1e-4, 6))
    assert points[-1].network.n_live == [2, 3]


def test_layers_that_are_closed_stay_empty():
    x, y = bent_table(REGRESSION)
    goal, net = grown_objective(REGRESSION, x, y, depth=2)
    plan = growth(REGRESSION, goal, (9, 9))
    plan = type(plan)(plan.sizes, (1,), plan.penalty, plan.loss)
    _, points = walked(goal, net, plan, [0.5, 0.1])
    assert points[-1].network.n_live[0] == 0
    assert points[-1].network.n_live[1] > 0


def test_noise_wakes_nothing():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(200, 5, generator=generator, dtype=torch.float64)
    y = torch.randn(200, 1, generator=generator, dtype=torch.float64)
    goal, net = grown_objective(REGRESSION, x, y)
    plan = growth(REGRESSION, goal)
    first, points = walked(goal, net, plan, [0.5, 0.01])
    assert first.significance < plan.min_significance
    assert points[-1].network is net
    plan = growth(REGRESSION, goal, min_significance=0.0)
    unasked, points = walked(goal, net, plan, [0.5, 0.01])
    assert sum(points[-1].network.n_live) > 0
    assert unasked.significance == 0 and unasked.alpha_max == first.alpha_max


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_integer_weights_are_repeats(loss):
    x, y = bent_table(loss, n=150)
    times = torch.arange(150) % 3 + 1
    mean = float(times.double().mean())
    index = torch.arange(150).repeat_interleave(times)
    a, net = grown_objective(loss, x, y, times.double() / mean, mean)
    b, same = grown_objective(loss, x[index], y[index])
    assert_allclose(net.flat(), same.flat(), rtol=1e-5, atol=1e-7)
    shares = [0.9, 0.5, 0.3]
    one, points = walked(a, net, growth(loss, a), shares)
    other, repeated = walked(b, net, growth(loss, b), shares)
    assert one.significance == pytest.approx(other.significance, rel=1e-3)
    assert one.alpha_max == pytest.approx(other.alpha_max, rel=1e-3)
    for p, q in zip(points, repeated, strict=True):
        assert p.network.n_live == q.network.n_live
        assert a.data_loss(p.network) == pytest.approx(b.data_loss(q.network), rel=0.05)


def test_float32():
    x, y = bent_table(REGRESSION)
    goal, net = grown_objective(REGRESSION, x.float(), y.float())
    _, points = walked(goal, net, growth(REGRESSION, goal), np.geomspace(0.9, 0.05, 5))
    assert points[-1].network.flat().dtype == torch.float32
    assert goal.data_loss(points[-1].network) < 0.5 * goal.data_loss(net)


def test_linear_start_is_the_problems():
    x, y = bent_table(REGRESSION)
    problem = regression_problem(x.numpy(), y[:, 0].numpy())
    net = linear_start(problem, 2, "tanh")
    assert net.n_live == [0, 0]
    assert_allclose(net.weights[-1], problem.linear_map)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_the_linear_start_is_optimal(loss):
    x, y = bent_table(loss)
    goal, net = grown_objective(loss, x, y)
    _, gradient = value_and_gradient(goal, net)
    assert_allclose(gradient, torch.zeros_like(gradient), atol=1e-6)


def test_nothing_wakes_where_nothing_is_left_to_explain():
    x, _ = bent_table(REGRESSION)
    goal, net = grown_objective(REGRESSION, x, x[:, :1] - 2 * x[:, 1:2])
    plan = growth(REGRESSION, goal, min_significance=0.0)
    first, points = walked(goal, net, plan, [1.0])
    assert first.alpha_max == 0
    assert points[0].network is net


@pytest.mark.parametrize("kind", ["regression", "two classes", "several classes"])
def test_the_linear_model_is_an_optimum_under_the_ridge_chosen(kind):
    """No slope of loss and ridge is left where growth begins."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 12)), rng.normal(size=80)
    task = Task(X, y[:, None], None, SquaredError(), 1)
    if kind == "two classes":
        answers = (y > 0).astype(float)[:, None]
        task = Task(X, answers, None, BinaryCrossEntropy(), 1)
    elif kind == "several classes":
        task = Task(X, np.digitize(y, [-0.5, 0.5]), None, SoftmaxCrossEntropy(), 3)
    problem = Problem.of(task, Units(torch.device("cpu")))
    options = PathOptions((4,), BridgePenalty(0.0), Units(torch.device("cpu")))
    fit = options.begun(problem, "relu", (0,), 0)
    assert problem.linear_alpha > 0.01
    network = fit.first.network
    W = network.weights[-1].clone().requires_grad_()
    objective, penalty = fit.objective, fit.growth.penalty
    output = objective.data.inputs @ W.T
    loss = problem.loss(output, objective.data.y, None)
    (loss + penalty.value(network.with_output(W))).backward()
    assert_allclose(W.grad, 0, atol=1e-5)


@pytest.mark.parametrize("n_features", [50, 200])
def test_what_a_ridge_leaves_of_a_linear_table_wakes_nothing(n_features):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, n_features))
    y = X @ rng.normal(size=n_features) / np.sqrt(n_features) + rng.normal(size=100)
    task = Task(X, y[:, None], None, SquaredError(), 1)
    problem = Problem.of(task, Units(torch.device("cpu")))
    options = PathOptions((4,), BridgePenalty(0.0), Units(torch.device("cpu")))
    first = options.begun(problem, "relu", (0,), 0).first
    assert problem.linear_alpha > 0.1
    assert first.significance < 2.5
