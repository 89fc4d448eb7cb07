"""What no network can be is refused when it is made."""

import re

import pytest

from sklearn_sparcs.nn import (
    DirectNetwork,
    GrowingSpectralNetwork,
    SpectralLinear,
    SpectralNetwork,
)

NETWORKS = [DirectNetwork, GrowingSpectralNetwork, SpectralNetwork]


@pytest.mark.parametrize("kind", [DirectNetwork, SpectralNetwork])
def test_unknown_activations(kind):
    with pytest.raises(ValueError, match=r"one of 'gelu', .*; got 'sine'\."):
        kind(3, (4,), 1, activation="sine")


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((0, (4,), 1), "in_features must be a positive whole number; got 0."),
        ((3, (4,), -1), "out_features must be a positive whole number; got -1."),
        ((3, (4,), 1.5), "out_features must be a positive whole number; got 1.5."),
        ((3, (4, 0), 1), "hidden_features must be positive whole numbers"),
        ((3, (2.5,), 1), "one for each hidden layer; got (2.5,)."),
        ((3, None, 1), "one for each hidden layer; got None."),
    ],
)
def test_sizes(kind, sizes, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        kind(*sizes)


@pytest.mark.parametrize("sizes", [(0, 2), (2, 0), (2.0, 2)])
def test_sizes_of_a_layer(sizes):
    with pytest.raises(ValueError, match="_features must be a positive whole number"):
        SpectralLinear(*sizes)


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_number_is_one_hidden_layer(kind):
    shapes = [p.shape for p in kind(3, 4, 1).parameters()]
    assert shapes == [p.shape for p in kind(3, (4,), 1).parameters()]


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ([(1, 2)], "links [(1, 2)] do not lead to a later layer"),
        ([(2, 1), (3, 3)], "links [(3, 3)] do not lead"),
        ([(2, 1), (3, 2), (4, 1)], "1 <= sender < receiver <= 3"),
        ([(2, 1)], "links leave layers [3] without a sender."),
        ([], "links leave layers [2, 3] without a sender."),
        ([(2, 1, 1)], "must be pairs of layer numbers"),
        ([2, 1], "got [2, 1]."),
        ([(2.5, 1), (3, 1)], "such as [(2, 1), (3, 2)]"),
        ("ab", "got 'ab'."),
    ],
)
def test_links(links, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        DirectNetwork(3, (4,), 1, links=links)


def test_links_are_a_set():
    net = DirectNetwork(3, (4,), 1, links=[(3, 2), (2, 1), (3, 2)])
    assert net.links == [(2, 1), (3, 2)]
    assert sorted(net.coefs) == ["2_1", "3_2"]
