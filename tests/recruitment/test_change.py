"""Neurons enter a network, and leave it: parameters, moments and indices alike."""

import pytest
import torch
from helpers.networks import random_network
from numpy.testing import assert_allclose

from sklearn_sparcs._recruitment.candidates import Recruits
from sklearn_sparcs._recruitment.change import Change

BETAS = (0.8, 0.6)


def two_recruits(net, layer):
    """Neurons 7 and 8 of a hidden layer, with random eigenvectors."""
    generator = torch.Generator().manual_seed(1)
    draw = {"generator": generator, "dtype": torch.float64}
    later = [len(q) for q in net.Q[layer + 1 :]]
    return Recruits(
        layer,
        torch.tensor([7, 8]),
        torch.randn(2, net.Q[layer].shape[1], **draw),
        [torch.randn(n, 2, **draw) for n in later],
        torch.tensor([0.5, 0.25], dtype=torch.float64),
    )


@pytest.mark.parametrize("layer", [0, 1])
def test_who_enters_and_leaves_again_changes_nothing(layer):
    net, x = random_network((9, 9), (3, 2))
    before, neurons, output = net.structure(), net.neurons, net(x)
    change = Change.insertion(net, two_recruits(net, layer), 10)
    net.restructure(change.values(before), change.neurons)
    assert net.neurons[layer][-2:].tolist() == [7, 8]
    assert (net(x) - output).abs().max() > 1e-3
    keep = [torch.arange(len(n)) for n in neurons]
    back = Change.removal(net, keep)
    net.restructure(back.values(net.structure()), back.neurons)
    assert all(map(torch.equal, net.neurons, neurons))
    for found, expected in zip(net.structure(), before, strict=True):
        assert_allclose(found, expected, atol=0)


def test_moments_are_those_of_rates_met_all_along():
    net, _ = random_network((9, 9), (3, 2))
    change = Change.insertion(net, two_recruits(net, 0), 3, BETAS)
    ones = [torch.ones_like(p) for p in net.structure()]
    first, second = change.first(ones), change.second(ones)
    rates = torch.tensor([0.5, 0.25], dtype=torch.float64)
    # of two hidden layers, the first wakes at a positive eigenvalue, which falls
    assert_allclose(first[3][-2:], -rates * (1 - 0.8**3))
    assert_allclose(second[3][-2:], rates**2 * (1 - 0.6**3))
    assert float(change.values(net.structure())[3][-1]) > 0
    for moments in (first, second):  # eigenvectors start at rest
        assert_allclose(moments[0][:3], 1)
        assert_allclose(moments[0][3:], 0)
        assert_allclose(moments[1][:, 7:9], 0)
        assert_allclose(moments[4], 1)


def test_later_layers_may_have_grown_since_the_survey():
    net, _ = random_network((9, 9), (3, 2))
    early, late = two_recruits(net, 0), two_recruits(net, 1)
    change = Change.insertion(net, late, 1)
    net.restructure(change.values(net.structure()), change.neurons)
    change = Change.insertion(net, early, 1)
    net.restructure(change.values(net.structure()), change.neurons)
    assert net.n_live == [5, 4]
    to_newest = net.Q[1][2:, 7:9]
    assert_allclose(to_newest, 0)
    assert_allclose(net.Q[1][:2, 7:9], net.waking.length * early.outgoing[0])


def test_where_everyone_stays_nothing_changes():
    net, _ = random_network((9, 9), (3, 2))
    assert Change.removal(net, [torch.arange(3), torch.arange(2)]) is None
    change = Change.removal(net, [torch.tensor([0, 2]), torch.arange(2)])
    assert change.neurons[0].tolist() == net.neurons[0][[0, 2]].tolist()
