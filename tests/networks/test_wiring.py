"""A given wiring: what layers hear, and the way to plain arrays and back."""

import pytest
import torch
from helpers.live import live_network, wired
from numpy.testing import assert_allclose

from sklearn_sparcs._networks.direct import DirectNetwork
from sklearn_sparcs._networks.wiring import Wiring

#: Of a network 4 → 3 → 2 → 2.
LINKS = [(2, 1), (3, 2), (4, 1), (4, 3)]


def test_every_layer_hears_its_senders_and_the_constant():
    like = torch.zeros(1, dtype=torch.float64)
    heard = Wiring.of(LINKS, (2, 3, 1, 2), True, like).heard
    assert [h.tolist() for h in heard] == [
        [1, 1, 1],
        [0, 0, 1, 1, 1, 1],
        [1, 1, 1, 0, 0, 0, 1],
    ]
    bare = Wiring.of(LINKS, (2, 3, 1, 2), False, like).heard
    assert bare[1].tolist() == [0, 0, 1, 1, 1]
    assert heard[0].dtype == torch.float64


@pytest.mark.parametrize("bias", [True, False])
def test_there_and_back(bias):
    net, wiring = wired(live_network((3, 2), bias=bias), LINKS)
    form = net.form(LINKS)
    assert sorted(form.coefs) == LINKS
    assert form.layer_sizes == (4, 3, 2, 2)
    again = wiring.network(form, bias)
    assert_allclose(again.flat(), net.flat(), atol=0)
    assert [n.tolist() for n in again.neurons] == [n.tolist() for n in net.neurons]
    direct = DirectNetwork.of(form, bias=bias, dtype=torch.float64)
    x = torch.randn(9, 4, dtype=torch.float64)
    inputs = torch.nn.functional.pad(x, (0, int(bias)), value=1.0)
    assert_allclose(net(inputs), direct(x).detach(), rtol=1e-12)


def test_a_wiring_keeps_neurons_that_do_nothing():
    net, _ = wired(live_network((3, 2)), LINKS)
    silent = net.with_output(torch.zeros_like(net.weights[-1]))
    assert silent.form(LINKS).layer_sizes == (4, 3, 2, 2)
    assert silent.form().layer_sizes == (4, 2)
