"""What a single fit goes by: how many weights there are, and what they are worth."""

import math
from dataclasses import replace

import pytest
import torch
from helpers.growth import REGRESSION, bent_table, grown_objective, growth
from helpers.live import live_network, objective, samples
from helpers.networks import LOSSES

from sklearn_sparcs._growth import growth_options, path_following
from sklearn_sparcs._growth import information_criterion as module
from sklearn_sparcs._growth.alpha_search import AlphaSearch, _past, by_criterion
from sklearn_sparcs._growth.first_survey import FirstSurvey
from sklearn_sparcs._growth.information_criterion import (
    criterion,
    effective_weights,
)
from sklearn_sparcs._second_order.levenberg_marquardt import optimize


def n_weights(goal, net):
    return effective_weights(goal, goal.evaluate(net, keep=True))


@pytest.mark.parametrize("linear", [1e-8, 0.3])
def test_effective_weights_of_a_ridge_regression(linear):
    x, y = bent_table(REGRESSION, n_features=5, n_outputs=2)
    goal, net = grown_objective(REGRESSION, x, y, linear=linear)
    inputs, n = goal.data.inputs, len(x)
    gram = inputs.T @ inputs / n  # times 2 / c = 1
    ridge = torch.diag(torch.tensor([linear] * 5 + [0.0]).double())
    expected = 2 * torch.linalg.solve(gram + ridge, gram).trace()
    assert n_weights(goal, net) == pytest.approx(float(expected), rel=1e-6)


def test_effective_weights_of_neurons_lie_between():
    net = live_network((3,), n_outputs=1)
    data = samples(REGRESSION, 200, 1)
    free = objective(REGRESSION, data, alpha=0.0)
    tight = objective(REGRESSION, data, alpha=10.0)
    assert n_weights(free, net) == pytest.approx(len(net.flat()), rel=1e-3)
    linear = net.n_inputs + 3  # the constant of each neuron is free
    assert linear - 1 < n_weights(tight, net) < linear + 2


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_criterion_is_likelihood_and_weights(loss):
    x, y = bent_table(loss)
    goal, net = grown_objective(loss, x, y)
    k, n, value = n_weights(goal, net), len(x), goal.data_loss(net)
    nats = math.log(value) / 2 if loss.scales_targets else value
    found = criterion(goal, loss, net, 2.0)
    assert found == pytest.approx(nats + 2 * k / n, rel=1e-9)
    bic = criterion(goal, loss, net, math.log(n) / 2)  # Schwarz's
    assert bic == pytest.approx(nats + math.log(n) / 2 * k / n)


def single(loss, x, y, **options):
    goal, net = grown_objective(loss, x, y)
    plan = growth(loss, goal, **options)
    first = FirstSurvey.of(goal, net, plan)
    generator = torch.Generator().manual_seed(0)
    search = AlphaSearch(goal, first, plan, loss, None, generator, id)
    return goal, by_criterion(search).point


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_a_few_neurons_where_it_bends(loss):
    x, y = bent_table(loss, n=800)
    goal, point = single(loss, x[:400], y[:400])
    held, linear = grown_objective(loss, x[400:], y[400:])
    held = replace(held, penalty=goal.penalty)
    assert sum(point.network.n_live) in range(1, 15)
    assert held.data_loss(point.network) < 0.6 * held.data_loss(linear)


def test_none_where_it_does_not():
    x, _ = bent_table(REGRESSION)
    noise = torch.randn(200, 1, generator=torch.Generator().manual_seed(1)).double()
    _, point = single(REGRESSION, x, x[:, :1] + noise)
    assert point.network.n_live == [0]


def test_none_where_nothing_is_left_to_explain():
    x, _ = bent_table(REGRESSION)
    _, point = single(REGRESSION, x, x[:, :1].clone())
    assert point.network.n_live == [0]


def test_a_path_ends_where_values_rise_or_nothing_gets_better():
    assert _past([3.0, 1.0, 2.0, 4.0], 2.0)
    assert not _past([3.0, 1.0, 2.0, 2.9], 2.0)
    assert not _past([3.0, 1.0, 4.0, 3.9], 2.0)
    assert not _past([3.0, 1.0, 4.0], 2.0)
    assert _past([3.0, 1.0, 4.0, 3.0, 4.0, 3.0], 9.0)
    assert not _past([3.0, 1.0, 4.0, 3.0, 4.0], 9.0)


def test_some_of_the_samples_on_the_way_and_all_of_them_at_the_end(monkeypatch):
    x, y = bent_table(REGRESSION, n=1500, noise=0.1)
    _, whole = single(REGRESSION, x, y)
    monkeypatch.setattr(growth_options, "_ROWS", 300)
    for module_of in (growth_options, path_following):
        monkeypatch.setattr(module_of, "ROWS_A_WEIGHT", 1)
    monkeypatch.setattr(path_following, "FIRST_ROWS", 400)
    seen = []
    kept = path_following.optimize

    def noted(goal, *args):
        seen.append(len(goal.data))
        return kept(goal, *args)

    monkeypatch.setattr(path_following, "optimize", noted)
    goal, found = single(REGRESSION, x, y, sampled=True)
    *on_the_way, before, last = seen
    assert set(on_the_way) == {300}
    assert (before, last) == (400, 1500)
    assert goal.data_loss(found.network) < 1.05 * goal.data_loss(whole.network)
    under = replace(goal, penalty=found.penalty)
    at, best = under.evaluate(found.network), optimize(under, found.network, 50)
    assert at.value == pytest.approx(best.value, rel=2e-3)


def test_weights_are_counted_on_some_of_many_samples(monkeypatch):
    x, y = bent_table(REGRESSION, n=2000)
    goal, _ = grown_objective(REGRESSION, x, y)
    net = live_network((3,), n_features=3, n_outputs=1)
    whole = criterion(goal, REGRESSION, net, 2.0)
    told = criterion(goal, REGRESSION, net, 2.0, goal.data_loss(net) * math.e**2)
    assert told == pytest.approx(whole + 1, rel=1e-9)
    monkeypatch.setattr(module, "_FEWEST_ROWS", 500)
    some = criterion(goal, REGRESSION, net, 2.0)
    assert some != whole
    assert some == pytest.approx(whole, abs=2e-3)


def test_weights_that_take_the_noise_away_are_no_likelihood(monkeypatch):
    goal, net = grown_objective(REGRESSION, *bent_table(REGRESSION))
    monkeypatch.setattr(module, "_MOST_WEIGHTS", n_weights(goal, net) / 200 - 1e-3)
    x, _ = bent_table(REGRESSION)
    assert len(x) == 200
    assert criterion(goal, REGRESSION, net, 2.0) == math.inf
