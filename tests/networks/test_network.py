"""What every network has, and how it becomes another kind of network."""

import copy
import re

import numpy as np
import pytest
import torch
from helpers.networks import random_network, spectral_network
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs._networks.export import to_torch
from sklearn_sparcs._networks.growing import GrowingNetwork
from sklearn_sparcs.nn import DirectNetwork, GrowingSpectralNetwork, SpectralNetwork


def growing(hidden, live):
    return random_network(hidden, live)[0]


def growing_module(hidden, live):
    net = GrowingSpectralNetwork(3, hidden, 2, dtype=torch.float64)
    twin = growing(hidden, live)
    net.restructure([t.clone() for t in twin.structure()], twin.neurons)
    return net


def gated(hidden, live):
    net = SpectralNetwork(3, hidden, 2, gated=True, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    for lam, n in zip(net.lam, live, strict=False):
        lam.data[:n] = torch.randn(n, generator=generator).double()
    return net


def ungated(hidden, live):
    return spectral_network(hidden, "tanh", True, torch.Generator().manual_seed(0))


def with_input_eigenvalues(hidden, live):
    draw = torch.Generator().manual_seed(0)
    return spectral_network(hidden, "relu", False, draw, input_eigenvalues=True)


def direct(hidden, live):
    generator = torch.Generator().manual_seed(0)
    return DirectNetwork(3, hidden, 2, generator=generator, dtype=torch.float64)


KINDS = [growing, growing_module, gated, ungated, with_input_eigenvalues, direct]
EVERY = pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
SIZES = pytest.mark.parametrize(
    ("hidden", "live"), [((), ()), ((6,), (3,)), ((6, 5), (3, 2))]
)


@pytest.fixture
def x():
    draw = {"generator": torch.Generator().manual_seed(1), "dtype": torch.float64}
    return torch.randn(9, 3, **draw)


@EVERY
@SIZES
def test_its_form_is_the_same_function(make, hidden, live, x):
    net = make(hidden, live)
    assert_allclose(net.form()(x.numpy()), net(x).detach(), rtol=1e-9, atol=1e-12)


@EVERY
@SIZES
def test_what_is_penalised_and_who_fires(make, hidden, live):
    net = make(hidden, live)
    sizes = [len(lam) for lam in net.penalized_eigenvalues()]
    fires = [len(n) for n in net.neurons]
    if make is direct:
        assert (sizes, fires) == ([], list(hidden))
    elif make in (growing, growing_module):
        assert sizes == fires == list(live)
    else:
        first = [3] if make is with_input_eigenvalues else []
        assert sizes == first + list(hidden)
        assert fires == list(live if make is gated else hidden)
    for lam in net.penalized_eigenvalues():
        memory = {p.untyped_storage().data_ptr() for p in net.parameters()}
        assert lam.untyped_storage().data_ptr() in memory or len(lam) == 0


@EVERY
@SIZES
def test_a_form_as_a_network_and_back(make, hidden, live, x):
    form = make(hidden, live).form()
    net = DirectNetwork.of(form, dtype=torch.float64)
    assert_allclose(net(x).detach(), form(x.numpy()), rtol=1e-12)
    back = net.form(form.layers, form.neurons)
    assert sorted(back.coefs) == sorted(form.coefs)
    for link, coef in form.coefs.items():
        assert_array_equal(back.coefs[link], coef)
    for i, intercept in form.intercepts.items():
        assert_array_equal(back.intercepts[i], intercept)
    assert (back.layers, back.activation) == (form.layers, form.activation)
    single = DirectNetwork.of(form)
    assert {p.dtype for p in single.parameters()} == {torch.float32}
    assert_allclose(single(x.float()).detach(), form(x.numpy()), rtol=1e-3, atol=1e-4)


@EVERY
@SIZES
def test_a_form_as_a_module_of_torchs_own(make, hidden, live, x):
    form = make(hidden, live).form()
    assert_allclose(to_torch(form)(x).detach(), form(x.numpy()), rtol=1e-12)


@pytest.mark.parametrize("make", [growing_module, gated])
def test_to_direct_leaves_the_global_generator_alone(make):
    net = make((6,), (3,))
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    small = net.to_direct()
    assert_array_equal(torch.rand(3), expected)
    assert {p.dtype for p in small.parameters()} == {torch.float64}


def test_without_intercepts_a_direct_networks_form_has_zeros(x):
    net = DirectNetwork(3, (4,), 2, bias=False, dtype=torch.float64)
    form = net.form()
    assert [b.tolist() for b in form.intercepts.values()] == [[0] * 4, [0] * 2]
    again = DirectNetwork.of(form, bias=False, dtype=torch.float64)
    assert not again.intercepts
    assert_allclose(again(x).detach(), net(x).detach())


@pytest.mark.parametrize("bias", [True, False])
def test_a_direct_network_starts_at_a_linear_map(bias, x):
    links = [(2, 1), (3, 1), (3, 2), (4, 3), (4, 1)]
    net = DirectNetwork(3, (4, 2), 2, links=links, bias=bias, dtype=torch.float64)
    linear = torch.randn(2, 3 + bias, dtype=torch.float64)
    net.start_at(linear)
    expected = x @ linear[:, :3].T + (linear[:, 3] if bias else 0)
    assert_allclose(net(x).detach(), expected, atol=1e-12)
    net(x).square().sum().backward()
    assert bool(net.coefs["4_3"].grad.any())  # a gradient to leave by


def test_no_linear_start_without_the_direct_link():
    net = DirectNetwork(3, (4,), 2, links=[(2, 1), (3, 2)])
    with pytest.raises(ValueError, match=r"start_at needs the link \(3, 1\)"):
        net.start_at(torch.zeros(2, 4))


@pytest.mark.parametrize(
    "make", [GrowingSpectralNetwork, SpectralNetwork, DirectNetwork]
)
@pytest.mark.parametrize("shape", [(2, 3), (1, 4), (), (5, 5)])
def test_a_linear_map_of_another_shape_is_refused(make, shape):
    """Torch would repeat some of them, or take a weight for the constant."""
    net = make(3, (5,), 2)
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(ValueError, match=re.escape("(2, 4), a row an output")):
        net.start_at(torch.zeros(shape))
    with pytest.raises(TypeError, match=r"torch\.Tensor; got ndarray"):
        net.start_at(np.zeros((2, 4)))
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_network_that_has_grown_does_not_begin_anew():
    net = GrowingSpectralNetwork(3, (5,), 2)
    net.restructure(
        [torch.ones(1, 4), torch.ones(2, 5), torch.ones(1)], [torch.arange(1)]
    )
    with pytest.raises(ValueError, match="make another network"):
        net.start_at(torch.zeros(2, 4))


def test_a_growing_module_starts_at_a_linear_map(x):
    net = GrowingSpectralNetwork(3, (5,), 2, dtype=torch.float64)
    linear = torch.randn(2, 4, dtype=torch.float64)
    net.start_at(linear)
    expected = x @ linear[:, :3].T + linear[:, 3]
    assert_allclose(net(x).detach(), expected, atol=1e-12)


def test_detached_is_unshared_and_the_same(x):
    net = growing_module((6, 5), (3, 2))
    copy = net.detached()
    assert isinstance(copy, GrowingNetwork)
    assert copy.waking == net.waking
    assert_allclose(copy(x), net(x).detach())
    assert_allclose(copy.live_eigenvalues, torch.cat(list(net.lam)).detach())
    with torch.no_grad():
        before = net(x)
        copy.flat.zero_()
        assert_array_equal(net(x), before)
