"""What growth is given and cannot go with: said before, or where it shows."""

import copy
import pickle

import numpy as np
import pytest
import torch
from skorch import NeuralNetRegressor
from torch import nn
from torch.nn.utils import parametrizations, prune

from sklearn_sparcs.nn import (
    DirectNetwork,
    GrowingSpectralNetwork,
    Growth,
    GrowthCallback,
    SpectralLinear,
    SpectralNetwork,
)


def growing():
    return GrowingSpectralNetwork(3, (4,), 1)


def grow(net, of=None, **options):
    """Growth of a network, or of what is made of it, beside an optimiser."""
    return Growth(of or net, torch.optim.SGD(net.parameters(), lr=0.1), **options)


def compiled(net):
    return torch.compile(net, backend="eager")


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: compiled(growing()), "OptimizedModule"),
        (lambda: nn.DataParallel(growing()), "DataParallel"),
        (lambda: nn.Sequential(growing()), "Sequential"),
        (lambda: nn.Linear(3, 1), "Linear"),
        (lambda: SpectralLinear(3, 1), "SpectralLinear"),
        (lambda: DirectNetwork(3, (4,), 1), "DirectNetwork"),
    ],
)
def test_another_module_is_refused(make, name):
    """Some of which nothing would ever wake in."""
    with pytest.raises(TypeError, match=rf"such as net\.head.*got {name}\."):
        grow(make())


@pytest.mark.parametrize(
    "make", [lambda p: None, lambda p: torch.optim.SGD, lambda p: list(p)]
)
def test_what_is_no_optimizer_is_refused(make):
    net = growing()
    with pytest.raises(TypeError, match=r"must be a torch\.optim\.Optimizer"):
        Growth(net, make(net.parameters()))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": "auto"}, "alpha must be at least 0; got 'auto'"),
        ({"min_significance": None}, "min_significance must be at least 0; got None"),
        ({"depth_factor": -1}, "depth_factor must be at least 0; got -1"),
        ({"interval": 2.5}, "interval must be a whole number; got 2.5"),
        ({"max_recruits": 1.5}, "max_recruits must be a whole number; got 1.5"),
        ({"l1_ratio": 2.0}, "l1_ratio must lie between 0 and 1; got 2.0"),
    ],
)
def test_what_is_no_such_number_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        grow(growing(), **options)


@pytest.mark.parametrize(
    "generator", [0, 42, np.random.default_rng(0), np.random.RandomState(0)]
)
def test_what_does_not_draw_on_the_cpu_is_refused(generator):
    """A seed of zero counted as none, and others ended in the first survey."""
    with pytest.raises(TypeError, match=r"must be a torch\.Generator of the CPU"):
        grow(growing(), generator=generator)


def test_a_state_of_something_else_is_refused():
    net = growing()
    growth = grow(net)
    with pytest.raises(ValueError, match=r"Growth\.state_dict.*'param_groups'"):
        growth.load_state_dict(growth.optimizer.state_dict())


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_growth_is_not_copied(copied):
    """No neuron would wake beside a copy."""
    net = growing()
    with pytest.raises(TypeError, match="Growth cannot be copied or pickled"):
        copied([net, grow(net)][1])


#: Ways by which a parameter is computed from others.
computed_by = pytest.mark.parametrize(
    "computed",
    [
        lambda net: prune.l1_unstructured(net.Q, "1", 2),
        lambda net: parametrizations.weight_norm(net.Q, "1"),
    ],
)


@computed_by
def test_parameters_computed_from_others_are_refused(computed):
    net = growing()
    computed(net)
    with pytest.raises(ValueError, match="computed from others"):
        grow(net)


@computed_by
def test_parameters_that_come_to_be_computed_from_others_are_refused(computed):
    net = growing()
    growth = grow(net)
    growth.step()
    computed(net)
    with pytest.raises(ValueError, match="computed from others"):
        growth.step()


def test_a_network_is_frozen_as_a_whole_and_later():
    net = growing()
    growth = grow(net)
    net.Q[0].requires_grad_(False)
    with pytest.raises(ValueError, match=r"1 of the network's 3 parameters .* frozen"):
        growth.step()
    with pytest.raises(ValueError, match=r"1 of the network's 3 parameters .* frozen"):
        grow(net)
    net.requires_grad_(False)
    growth.step()
    with pytest.raises(ValueError, match=r"call network.requires_grad_\(True\)"):
        grow(net)


def test_frozen_eigenvectors_are_no_frozen_network():
    """The eigenvalues, which are trained, shrink; the optimiser has them alone."""
    net = SpectralNetwork(3, (4,), 1, bias=False, frozen_eigenvectors=True)
    net.lam[0].data.fill_(0.05)
    trained = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.1)
    with Growth(net, optimizer, alpha=0.2) as growth:
        net(torch.zeros(2, 3)).sum().backward()
        optimizer.step()
        growth.step()
    torch.testing.assert_close(net.lam[0].data, torch.full((4,), 0.03))


@pytest.mark.parametrize(
    "path_by",
    [
        lambda net, x: net.forward,
        lambda net, x: torch.export.export(net, (x,)).module(),
    ],
)
def test_batches_that_growth_cannot_see_are_told_of(path_by):
    x, net = torch.ones(8, 3), growing()
    passes = path_by(net, x)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    growth = Growth(net, optimizer, interval=2)

    def step():
        passes(x).sum().backward()
        optimizer.step()
        growth.step()

    step()
    with pytest.warns(UserWarning, match="no batch has passed through it") as caught:
        step()
    assert caught[0].filename == __file__


def test_another_optimizer_is_told_of_once():
    x, net = torch.ones(8, 3), growing()
    first, other = (torch.optim.SGD(net.parameters(), lr=0.1) for _ in range(2))
    growth = Growth(net, first, interval=10**9)

    def step(optimizer):
        optimizer.zero_grad()
        net(x).sum().backward()
        optimizer.step()
        growth.step()

    step(first)
    for _ in range(32):
        step(other)
    with pytest.warns(UserWarning, match="without a step of the SGD that") as caught:
        step(other)
    assert caught[0].filename == __file__
    step(other)


def test_a_network_that_is_not_trained_yet_is_not_told_of():
    body, net = nn.Linear(3, 3), growing()
    optimizer = torch.optim.SGD([*body.parameters(), *net.parameters()], lr=0.1)
    growth = Growth(net, optimizer, interval=1)
    body(torch.ones(8, 3)).sum().backward()
    optimizer.step()
    growth.step()


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # torch's, of its own tracing
def test_a_network_that_skorch_compiles_grows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3)).astype("float32")
    y = np.abs(X[:, :1])
    net = NeuralNetRegressor(
        GrowingSpectralNetwork(3, (4,), 1),
        compile=True,
        compile__backend="eager",
        optimizer=torch.optim.Adam,
        lr=0.01,
        max_epochs=10,
        batch_size=30,
        train_split=None,
        callbacks=[GrowthCallback("_orig_mod", alpha=1e-3, random_state=0)],
        verbose=0,
    ).fit(X, y)
    assert net.history[-1, "n_live"] > 0
