"""Directions as they are drawn, and how candidates climb."""

from itertools import pairwise

import pytest
import torch
from helpers.growth import REGRESSION, bent_table, grown_objective
from helpers.live import live_network, objective, samples
from helpers.networks import LOSSES
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs._growth import ascent
from sklearn_sparcs._growth.ascent import Ascent
from sklearn_sparcs._growth.directions import directions
from sklearn_sparcs._growth.finite_gain import gain_survey
from sklearn_sparcs._growth.price import Price
from sklearn_sparcs._growth.quadratic_model import QuadraticModel
from sklearn_sparcs._growth.refit import Refit


def drawn(n, x, weight=None, bias=True, seed=0):
    return directions(n, x, weight, bias, torch.Generator().manual_seed(seed))


def test_directions_are_wide_and_narrow_and_bend_at_samples():
    x = torch.randn(100, 8, generator=torch.Generator().manual_seed(0)).double()
    w = drawn(400, x)
    widths = (w[:, :-1] != 0).sum(dim=1)
    assert set(widths.tolist()) == set(range(1, 9))
    assert 400 / 5 < int((widths == 1).sum()) < 400 / 2
    z = x @ w[:, :-1].T
    assert ((z + w[:, -1]).abs().min(dim=0).values < 1e-9).all()
    spread = z.std(dim=0, correction=0)
    assert 0.5 <= float(spread.min()) < 0.6
    assert 3.5 < float(spread.max()) <= 4.0 + 1e-9


def test_directions_of_nothing_that_varies_are_the_constants_alone():
    assert_array_equal(drawn(4, torch.zeros(6, 0)), torch.zeros(4, 1))


def test_directions_of_weighted_samples_are_those_of_repeats():
    x = torch.randn(50, 4, generator=torch.Generator().manual_seed(0)).double()
    times = torch.arange(50) % 3 + 1
    weighted = drawn(60, x, times / times.double().mean())
    assert_allclose(weighted, drawn(60, x[torch.arange(50).repeat_interleave(times)]))


def test_no_constant_no_kink():
    x = torch.randn(50, 4, generator=torch.Generator().manual_seed(0)).double()
    assert drawn(10, x, bias=False).shape == (10, 4)


def ground(loss, network, height, weighted=False):
    data = samples(loss, 90, network.n_outputs, weighted=weighted)
    goal = objective(loss, data)
    model = QuadraticModel.of(goal, network)
    quadratic = model.at(slice(None))
    refit = Refit.on(quadratic, model.outputs, model.ridge)
    heard = quadratic.signals[:, : network.n_inputs]
    common = model.to_common
    return Ascent(quadratic, heard, 1, refit, network.activation, common, height)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_steps_follow_the_gradient_of_the_gain(loss, weighted, monkeypatch):
    monkeypatch.setattr(ascent, "FEWEST", 0.0)
    network = live_network((2,), n_outputs=3)
    here = ground(loss, network, lambda gain, length, size: gain, weighted)
    w = drawn(6, here.heard[:, :-1])
    at = here._at(w)
    step = here._step(at, here._wanted(), torch.eye(w.shape[1]).double())
    numeric = torch.zeros_like(w)
    for j in range(w.shape[1]):
        aside = torch.zeros_like(w)
        aside[:, j] = 1e-6
        rise = here._at(w + aside).height - here._at(w - aside).height
        numeric[:, j] = rise / 2e-6
    cosine = torch.cosine_similarity(step, numeric, dim=1)
    assert_allclose(cosine, torch.ones(6).double(), rtol=1e-5)


def test_no_candidate_falls():
    network = live_network((2,), n_outputs=1)
    here = ground(REGRESSION, network, lambda gain, length, size: gain)
    w = drawn(50, here.heard[:, :-1])
    heights = [here.climbed(w, n).height for n in range(5)]
    for lower, higher in pairwise(heights):
        assert (higher >= lower).all()
    assert float(heights[-1].max()) > float(heights[0].max())


def test_a_survey_finds_the_bend():
    x, _ = bent_table(REGRESSION, n=400)
    slope = torch.tensor([[1.0, -1.0, 0.5]]).double()
    y = (x @ slope.T - 0.7).clamp_min(0)
    goal, net = grown_objective(REGRESSION, x, y, alpha=1e-6)
    generator = torch.Generator().manual_seed(0)
    best = gain_survey(goal, net, Price.of(goal.penalty, net), (0,), generator, 20)
    k = int(best.gain.argmax())
    cosine = torch.cosine_similarity(best.incoming[k, :3], slope[0], dim=0)
    assert abs(float(cosine)) > 0.99
    assert float(best.gain[k]) > 0.95 * goal.data_loss(net)
