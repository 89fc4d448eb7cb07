"""Heads of a thousand signals: found on one half, judged on the other."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.networks import random_network
from numpy.testing import assert_allclose
from torch.nn import functional as F

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._networks.structure import with_recruits
from sklearn_sparcs._recruitment.sample_splitting import survey_by_halves
from sklearn_sparcs._recruitment.survey import sensitivities
from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth


def halves(y_of, n=400, n_features=3, seed=0):
    """Two halves of samples, whose two targets are a function of x and of noise."""
    draw = {"generator": torch.Generator().manual_seed(seed), "dtype": torch.float64}
    x, noise = torch.randn(n, n_features, **draw), torch.randn(n, 2, **draw)
    y = y_of(x, noise)
    return [TrainingData(x[i], y[i], None) for i in (slice(n // 2), slice(n // 2, n))]


def bent(x, noise):
    return 3 * x[:, :2].abs() + noise


def surveyed(net, data, layer=0, seed=0):
    draw = torch.Generator().manual_seed(seed)
    (found,) = survey_by_halves(net, data, SquaredError(), [layer], draw)
    return found


def left_by(h, rows):
    """Residual (n, rows) of least squares on signals (n, signals)."""
    return rows - h @ torch.linalg.lstsq(h, rows).solution


@pytest.mark.parametrize(
    ("hidden", "live", "layer"),
    [((20,), (0,), 0), ((20,), (3,), 0), ((9, 9), (2, 0), 0), ((9, 9), (2, 3), 1)],
)
def test_what_the_other_half_says(hidden, live, layer):
    """By small steps of the neurons that wake, the links refitted meanwhile."""
    net, _ = random_network(hidden, live)
    data, step = halves(bent), 1e-7
    found, waking = surveyed(net, data, layer), net.waking
    signals, deltas = sensitivities(net, data[1], SquaredError())
    h, delta, x = signals.T, left_by(signals.T, deltas[-1].T), data[1].x
    before, structure, neurons = net(x), net.structure(), list(net.neurons)
    sign = (-1.0) ** (len(hidden) - layer)
    each = []
    for k in range(len(found.rates)):
        lam = torch.tensor([sign * waking.eigenvalue]).double()
        sent = list((step * found.outgoing[:, [k]]).split([*live[layer + 1 :], 2]))
        net.restructure(
            with_recruits(structure, layer, found.incoming[[k]], lam, sent), neurons
        )
        moved = (net(x) - before) / step
        net.restructure(structure, neurons)
        each.append(left_by(h, moved) / (waking.eigenvalue * waking.norm))
        rate = -(delta * each[-1]).sum()
        assert_allclose(found.rates[k], rate, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_noise_has_standard_errors_of_one(slope):
    """Whatever the links, which are at zero, have still to learn."""
    net, _ = random_network((20,), (0,), n_features=20)
    net.start_at(torch.zeros(2, 21, dtype=torch.float64))

    def linear(x, noise):
        return slope * x[:, :2] + noise

    found = [
        surveyed(net, halves(linear, 100, 20, seed), seed=seed).n_errors
        for seed in range(150)
    ]
    assert abs(np.mean(found)) < 0.3
    assert 0.85 < np.std(found) < 1.15


def test_nobody_wakes_while_links_have_more_to_learn():
    net, _ = random_network((20,), (0,), n_features=3)

    def mostly_linear(x, noise):
        return bent(x, noise) + 100 * x[:, 1:]

    data, penalty = halves(mostly_linear), SparseGroupPenalty(1e-3)
    x = torch.cat([F.pad(half.x, (0, 1), value=1.0) for half in data])
    y = torch.cat([half.y for half in data])
    net.start_at(torch.zeros(2, 4, dtype=torch.float64))
    found = surveyed(net, data)
    assert found.n_errors > 5 and found.gain < 0.1 * found.by_links
    assert found.best(penalty, 2.5, 5) is None
    net.start_at(torch.linalg.lstsq(x, y).solution.T)
    found = surveyed(net, data)
    assert found.gain > 100 * found.by_links
    assert len(found.best(penalty, 2.5, 5).indices) == 5


def test_the_best_wake_if_they_pay_and_there_is_room():
    net, _ = random_network((6,), (3,))
    found = replace(surveyed(net, halves(bent)), by_links=0.0)
    best = found.best(SparseGroupPenalty(1e-3), 2.5, 5)
    assert set(best.indices.tolist()) == set(range(6)) - set(net.neurons[0].tolist())
    assert_allclose(best.rates, found.rates.sort(descending=True).values[:3])
    assert_allclose(torch.cat(best.outgoing).norm(dim=0), 1)
    least = float(best.rates[1])
    assert len(found.best(SparseGroupPenalty(least), 2.5, 5).indices) == 1
    assert found.best(SparseGroupPenalty(1e9), 2.5, 5) is None
    assert found.best(SparseGroupPenalty(1e-3), found.n_errors, 5) is None


class Head:
    """A head that is trained on labels of its signals.

    The signals are ReLU features of 64 numbers, each sample's times a size of its own.
    """

    def __init__(self, n_signals, labels, n_steps, seed=0, **growth):
        self.draw = {"generator": torch.Generator().manual_seed(seed)}
        self.mix = torch.randn(64, n_signals, **self.draw) / 8
        self.shift = torch.randn(n_signals, **self.draw)
        self.linear = 4 * torch.randn(n_signals, 10, **self.draw) / n_signals**0.5
        self.labels = labels
        self.net = GrowingSpectralNetwork(n_signals, (100,), 10, **self.draw)
        optimizer = torch.optim.Adam(self.net.parameters(), lr=1e-3)
        with Growth(self.net, optimizer, **self.draw, **growth) as growth:
            for _ in range(n_steps):
                h, y = self.batch(128)
                optimizer.zero_grad()
                F.cross_entropy(self.net(h), y).backward()
                optimizer.step()
                growth.step()

    def batch(self, n):
        size = 0.5 + torch.rand(n, 1, **self.draw)
        h = size * torch.relu(torch.randn(n, 64, **self.draw) @ self.mix + self.shift)
        return h, self.labels(h, size, self.linear, self.draw)

    @torch.no_grad()
    def accuracy(self):
        """On samples that it has not met."""
        h, y = self.batch(4000)
        return float((self.net(h).argmax(dim=1) == y).double().mean())

    @property
    def n_live(self):
        return self.net.n_live[0]


def linear_labels(h, size, linear, draw):
    return (h @ linear + torch.randn(len(h), 10, **draw)).argmax(dim=1)


def noise_labels(h, size, linear, draw):
    return torch.randint(10, (len(h),), **draw)


def bent_labels(h, size, linear, draw):
    """How far the size is from its mean: what no linear map says of the signals."""
    return (20 * (size[:, 0] - 1).abs()).long()


def taught_labels(h, size, linear, draw):
    """Of a teacher with eight hidden neurons over all signals."""
    z = h @ linear[:, :8]
    hidden = torch.relu((z - z.mean(dim=0)) / z.std(dim=0))
    return (hidden - hidden.mean(dim=0)).argmax(dim=1)


@pytest.mark.parametrize("labels", [linear_labels, noise_labels])
def test_neurons_get_no_credit_for_what_links_have_still_to_learn(labels):
    assert Head(1100, labels, 130).n_live == 0


def test_neurons_wake_where_a_thousand_links_do_not_suffice():
    assert Head(1100, bent_labels, 200).n_live > 0


def test_batches_that_come_again_prove_nothing():
    """What is learnt of noise on some samples would be held out on the same."""
    draw = {"generator": torch.Generator().manual_seed(0)}
    x, y = torch.randn(1500, 1100, **draw), torch.randn(1500, 1, **draw)
    net = GrowingSpectralNetwork(1100, (20,), 1, **draw)
    net.start_at(torch.linalg.lstsq(F.pad(x, (0, 1), value=1.0), y).solution.T)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-9)
    with Growth(net, optimizer, **draw, interval=4) as growth:
        for _ in range(4):
            optimizer.zero_grad()
            F.mse_loss(net(x), y).backward()
            optimizer.step()
            growth.step()
    assert net.n_live == [0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_signals", "labels", "n_steps"),
    [
        (1280, linear_labels, 500),
        (2048, linear_labels, 400),
        (2048, noise_labels, 400),
        (4096, linear_labels, 200),
        (4096, noise_labels, 200),
    ],
)
def test_wide_heads_stay_linear(n_signals, labels, n_steps):
    assert Head(n_signals, labels, n_steps).n_live == 0


@pytest.mark.slow
def test_wide_heads_grow_where_it_pays():
    """Nobody wakes at a forbidding price."""
    grown, linear = (Head(1100, taught_labels, 800, alpha=a) for a in (1e-4, 1e9))
    assert linear.n_live == 0
    assert grown.n_live >= 8
    assert grown.accuracy() > linear.accuracy() + 0.02
