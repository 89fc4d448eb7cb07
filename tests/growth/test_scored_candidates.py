"""The gain of a candidate, against refits of the output layer with and without it."""

import pytest
import torch
from helpers.growth import REGRESSION, bent_table, grown_objective, refitted
from helpers.live import live_network, objective, samples
from helpers.networks import LOSSES
from numpy.testing import assert_allclose

from sklearn_sparcs._growth import quadratic_model as module
from sklearn_sparcs._growth import scored_candidates
from sklearn_sparcs._growth.ascent import fired
from sklearn_sparcs._growth.quadratic_model import QuadraticModel
from sklearn_sparcs._growth.scored_candidates import score_candidates
from sklearn_sparcs._losses.observations import Observations


def candidates(network, k=5, seed=3):
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn(k, network.n_signals, generator=generator, dtype=torch.float64)
    w[:, network.places[-1].start :] = 0
    return w


def verdict(goal, network, w):
    layer = torch.full((len(w),), len(network.n_live) - 1)
    return score_candidates(QuadraticModel.of(goal, network), layer, w)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(("bias", "weighted"), [(True, False), (False, True)])
@pytest.mark.parametrize(("live", "c"), [((0,), 1), ((3,), 2), ((2, 3), 2)])
def test_gains_are_those_of_a_refit(live, c, bias, weighted, activation, monkeypatch):
    monkeypatch.setattr(scored_candidates, "FEWEST", 0.0)
    options = {"bias": bias, "activation": activation, "bounded": weighted}
    net = live_network(live, n_outputs=c, **options)
    data = samples(REGRESSION, 80, c, bias=bias, weighted=weighted)
    goal = objective(REGRESSION, data, alpha=0.05, linear=1e-3, prior=1e-3)
    w = candidates(net)
    found = verdict(goal, net, w)
    a, _ = fired(activation, net.heard(net.signals(data.inputs)) @ w.T)
    alone, _ = refitted(goal, net, a[:, :0])
    for k in range(len(w)):
        together, weights = refitted(goal, net, a[:, k : k + 1])
        assert float(found.gain[k]) == pytest.approx(alone - together, rel=1e-5)
        t = found.t[k] @ found.to_outputs.T
        assert_allclose(t, weights[-1], rtol=1e-5, atol=1e-9)
    both, weights = refitted(goal, net, a[:, :2])
    t = torch.linalg.solve(found.gram[:2, :2], found.pull[:2])
    assert float((found.pull[:2] * t).sum() / 2) == pytest.approx(
        alone - both, rel=1e-5
    )
    assert_allclose(t @ found.to_outputs.T, weights[-2:], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_integer_weights_are_repeats(loss):
    c = 3 if loss is LOSSES[1] else 1
    net = live_network((2,), n_outputs=c)
    once = samples(loss, 60, c)
    times = torch.arange(60) % 3 + 1
    mean = float(times.double().mean())
    weighted = Observations(once.inputs, once.y, times.double() / mean, mean)
    repeated = once.rows(torch.arange(60).repeat_interleave(times))
    w = candidates(net)
    a, b = (verdict(objective(loss, x), net, w) for x in (weighted, repeated))
    assert_allclose(a.gain, b.gain, rtol=1e-9)
    assert_allclose(a.gram, b.gram, rtol=1e-9, atol=1e-12)
    assert_allclose(a.variance.chi2(a.pull), b.variance.chi2(b.pull), rtol=1e-9)


def test_slices_are_one_whole(monkeypatch):
    net = live_network((2,))
    goal = objective(REGRESSION, samples(REGRESSION, 700, 2))
    w = candidates(net)
    whole = verdict(goal, net, w)
    monkeypatch.setattr(module, "_SLICE", 1)
    sliced = verdict(goal, net, w)
    assert_allclose(sliced.gram, whole.gram, rtol=1e-9, atol=1e-12)
    assert_allclose(sliced.pull, whole.pull, rtol=1e-9, atol=1e-12)
    for v in ("robust", "alike"):
        found, expected = getattr(sliced.variance, v), getattr(whole.variance, v)
        assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_an_output_that_rests_on_few_samples_gains_nothing():
    x, y = bent_table(REGRESSION)
    y[0] += 50
    goal, net = grown_objective(REGRESSION, x, y)
    ends = x[:, 0].sort().values
    few = torch.tensor([[1.0, 0, 0, -float(ends[-5])], [1.0, 0, 0, -float(ends[-90])]])
    found = verdict(goal, net, few.double())
    assert float(found.gain[0]) == 0
    assert float(found.gain[1]) > 0


def test_what_is_linear_already_gains_nothing():
    x, y = bent_table(REGRESSION)
    goal, net = grown_objective(REGRESSION, x, y)
    nowhere = torch.tensor([[1.0, -2.0, 0.5, 100.0]]).double()  # no kink in the data
    assert float(verdict(goal, net, nowhere).gain[0]) < 1e-12


def test_without_one_they_are_those_of_the_others():
    net = live_network((3,), n_outputs=2)
    goal = objective(REGRESSION, samples(REGRESSION, 80, 2), alpha=0.05, prior=1e-3)
    w = candidates(net)
    found = verdict(goal, net, w).without(1)
    expected = verdict(goal, net, w[[0, 2, 3, 4]])
    for name in ("layer", "incoming", "length", "gram", "pull", "gain", "size"):
        value = getattr(found, name)
        assert_allclose(value, getattr(expected, name), rtol=1e-9, atol=1e-12)
    significance = found.significance(0.0)
    assert significance == pytest.approx(expected.significance(0.0), rel=1e-9)
