"""Whether samples held out overrule the criterion."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.growth import REGRESSION, bent_table, grown_objective, growth
from helpers.live import live_network
from helpers.networks import LOSSES
from helpers.problems import regression_problem
from numpy.testing import assert_allclose

from sklearn_sparcs._growth import holdout as module
from sklearn_sparcs._growth import second_order
from sklearn_sparcs._growth.alpha_search import AlphaSearch, Selected, by_criterion
from sklearn_sparcs._growth.first_survey import FirstSurvey
from sklearn_sparcs._growth.holdout import HeldOut, Holdout, Validated, validated
from sklearn_sparcs._growth.path_following import Point
from sklearn_sparcs._growth.prior import EVEN
from sklearn_sparcs._growth.second_order import SecondOrder
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._numerics.status import Status

each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda x: type(x).__name__)


def searched(loss, x, y, weight=None):
    """A search on a table, and the linear model as the criterion's choice."""
    goal, net = grown_objective(loss, x, y, weight)
    plan = growth(loss, goal)
    first = FirstSurvey.of(goal, net, plan)
    generator = torch.Generator().manual_seed(0)
    search = AlphaSearch(goal, first, plan, loss, None, generator, id)
    return search, Point(plan.under(first.alpha_max, goal, net), net)


def held(search, seed=0):
    return Holdout.of(search, torch.Generator().manual_seed(seed))


@each_loss
def test_samples_are_split_and_the_linear_model_is_that_of_those_that_follow(loss):
    x, y = bent_table(loss, n=600)
    weight = torch.rand(600, generator=torch.Generator().manual_seed(0)).double() + 0.5
    search, _ = searched(loss, x, y, weight)
    holdout = held(search)
    order = torch.randperm(600, generator=torch.Generator().manual_seed(0))
    kept = order[120:]
    assert_allclose(holdout.held_out.data.inputs[:, :-1], x[order[:120]])
    assert_allclose(holdout.search.objective.data.inputs[:, :-1], x[kept])
    goal, linear = grown_objective(loss, x[kept], y[kept], weight[kept])
    at = goal.evaluate(holdout.search.first.network)
    assert at.value == pytest.approx(goal.value(linear), rel=1e-5)
    assert at.value < goal.value(search.first.network)


def test_standard_errors_are_those_of_the_mean_of_paired_differences():
    x, y = bent_table(REGRESSION, n=600, n_features=4)
    weight = torch.arange(1.0, 601).double() / 300
    search, chosen = searched(REGRESSION, x, y, weight)
    holdout = held(search)
    one, other = live_network((3,), n_outputs=1), search.first.network
    data = holdout.held_out.data
    losses = [(net(data.inputs) - data.y).square()[:, 0] for net in (one, other)]
    d = ((losses[1] - losses[0]) * data.weight).numpy()
    expected = d.sum() / np.sqrt(((d - d.mean()) ** 2).sum())
    found = holdout._lead(replace(chosen, network=one), chosen)
    assert found == pytest.approx(expected, rel=1e-9)
    assert holdout._lead(chosen, chosen) == 0


@each_loss
def test_neurons_that_predict_better_replace_the_choice(loss):
    x, y = bent_table(loss, n=1200)
    search, linear = searched(loss, x[:600], y[:600])
    checked = validated(search, linear, 0)
    selected, held_out = checked.selected, checked.held_out
    penalty = selected.point.penalty
    assert 0 < penalty.alpha < linear.penalty.alpha
    goal = replace(search.objective, penalty=penalty)
    assert selected.value == pytest.approx(goal.value(selected.point.network))
    rows = [row["alpha"] for row in selected.history]
    assert rows == [penalty.alpha] * 2  # a survey, and training to convergence
    fresh, _ = grown_objective(loss, x[600:], y[600:])
    losses = [fresh.data_loss(p.network) for p in (selected.point, linear)]
    assert losses[0] < 0.7 * losses[1]
    holdout = held(search)
    best, is_better = holdout.preferred_to(linear)
    assert is_better
    assert_allclose(held_out.samples.inputs, holdout.held_out.data.inputs)
    assert_allclose(held_out.network.flat(), best.network.flat())


def test_errors_of_samples_held_out():
    x, y = bent_table(REGRESSION, n=600)
    search, linear = searched(REGRESSION, x, y)
    holdout = held(search)
    held_out = holdout.at(linear)
    errors, data = held_out.errors(), holdout.held_out.data
    assert len(errors) == 120
    assert_allclose(errors.y + linear.network(data.inputs), data.y)
    assert_allclose(errors.inputs, data.inputs)


def test_the_choice_stands_where_nothing_predicts_better():
    x, y = bent_table(REGRESSION, n=600, noise=1.0)
    search, _ = searched(REGRESSION, x, y)
    chosen = by_criterion(search).point
    assert any(chosen.network.n_live)
    checked = validated(search, chosen, 0)
    assert checked.selected is None
    same, is_better = held(search).preferred_to(chosen)
    assert not is_better
    assert same.penalty.alpha <= chosen.penalty.alpha
    assert_allclose(checked.held_out.network.flat(), same.network.flat())


def test_it_is_asked_of_some_sizes_alone_and_where_there_is_something(monkeypatch):
    x, y = bent_table(REGRESSION, n=600)
    few, linear = searched(REGRESSION, x[:499], y[:499])
    assert validated(few, linear, 0) is None
    noise, _ = searched(REGRESSION, x, torch.randn_like(y))
    monkeypatch.setattr(Holdout, "of", None)
    assert validated(noise, linear, 0) is None
    many, _ = searched(REGRESSION, x, y)
    monkeypatch.setattr(module, "_MOST", 599)
    assert validated(many, linear, 0) is None


def regression(n=600):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(n, 5))
    return X, np.abs(X @ [1.0, 2.0, 0.5, 0.0, 0.0]) + 0.3 * rng.normal(size=n)


def found(alpha=None):
    grows = SecondOrder((8,), alpha, BridgePenalty(0.0))
    return grows, grows.found(regression_problem(*regression()), (0,), 0)


def test_a_replaced_result_keeps_the_value_of_the_criterion(monkeypatch):
    grows, result = found()
    other = result.fit.first.network
    held_out = HeldOut(other, result.fit.objective.data)
    monkeypatch.setattr(
        second_order,
        "validated",
        lambda search, chosen, seed, priors: Validated(
            Selected(
                Point(replace(chosen.penalty, alpha=0.5), other), -1.0, [{"alpha": 0.5}]
            ),
            held_out,
            prior=priors[0],
        ),
    )
    replaced = grows.validated(result, 0)
    assert replaced.alpha == 0.5
    assert replaced.live is other
    assert replaced.held_out == (held_out,)
    assert replaced.value == result.value
    assert (result.prior, replaced.prior) == (EVEN, 0.6)
    assert replaced.history == [*result.history, {"alpha": 0.5, "depth": 1}]


def test_a_prior_of_ones_own_is_kept(monkeypatch):
    X, y = regression()
    grows = SecondOrder((8,), None, BridgePenalty(0.0), prior=2.0)
    result = grows.found(regression_problem(X, y), (0,), 0)
    assert result.fit.growth.prior == result.prior == 2.0
    asked = []
    monkeypatch.setattr(second_order, "validated", lambda *args: asked.append(args[-1]))
    grows.validated(result, 0)
    assert asked == [()]


def test_another_prior_has_to_be_better_on_held_out_samples(monkeypatch):
    x, y = bent_table(REGRESSION, n=600)
    search, linear = searched(REGRESSION, x, y)
    monkeypatch.setattr(Holdout, "prefers", lambda self, one, other: False)
    assert validated(search, linear, 0, [3.0]).prior == EVEN
    monkeypatch.setattr(Holdout, "prefers", lambda self, one, other: True)
    assert validated(search, linear, 0, [1e6]).prior == EVEN  # where no neuron wakes
    taken = validated(search, linear, 0, [3.0])
    assert taken.prior == 3.0
    n, network = len(search.objective.data), taken.selected.point.network
    noise = search.growth.noise(search.objective.data_loss(network), 1)
    assert taken.selected.point.penalty.prior == pytest.approx(3 * noise / n, rel=0.3)


def test_it_is_not_asked_where_there_is_nothing_to_ask(monkeypatch):
    grows, result = found(alpha=0.1)
    monkeypatch.setattr(second_order, "validated", None)
    assert grows.validated(result, 0) is result
    grows, result = found()
    ended = replace(result, status=Status.INTERRUPTED)
    assert grows.validated(ended, 0) is ended
    *before, last = result.history
    explained = replace(result, history=[*before, last | {"train_loss": grows.tol}])
    assert grows.validated(explained, 0) is explained


def test_an_interrupt_leaves_the_choice_of_the_criterion(monkeypatch):
    grows, result = found()

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "continued_at", interrupted)
    kind = module.Holdout
    monkeypatch.setattr(kind, "preferred_to", lambda self, chosen: (chosen, True))
    ended = grows.validated(result, 0)
    assert ended.status == Status.INTERRUPTED
    assert ended.live is result.live


def test_the_linear_model_comes_first_where_the_criterion_has_chosen_it():
    x, y = bent_table(REGRESSION, n=600)
    search, linear = searched(REGRESSION, x, y)
    halved = replace(linear.penalty, alpha=0.5 * search.first.alpha_max)
    points = held(search)._from(replace(linear, penalty=halved))
    first, second = next(points), next(points)
    assert not any(first.network.n_live)
    assert any(second.network.n_live)
    assert second.penalty.alpha <= halved.alpha


def test_two_alphas_without_a_lower_loss_end_the_path(monkeypatch):
    x, y = bent_table(REGRESSION, n=600)
    search, linear = searched(REGRESSION, x, y)
    losses = [1.0, 0.5, 0.6, 0.4, 0.7, 0.8, 0.1]
    points = [replace(linear, network=live_network((1,))) for _ in losses]
    monkeypatch.setattr(Holdout, "_from", lambda self, chosen: iter(points))
    monkeypatch.setattr(Holdout, "_loss", lambda self, p: losses[index(points, p)])
    monkeypatch.setattr(Holdout, "_lead", lambda self, one, other: 2.0)
    best, is_better = held(search).preferred_to(linear)
    assert best is points[3] and is_better


def index(points, point):
    return [p is point for p in points].index(True)
