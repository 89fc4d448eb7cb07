"""Networks of live neurons, and what autograd says of them."""

from dataclasses import replace

import torch

from helpers.networks import targets
from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._losses import curvature
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._networks.wiring import Wiring
from sklearn_sparcs._second_order.objective import Objective

#: Live neurons of each hidden layer.
LIVE = [(), (0,), (4,), (3, 2), (0, 2), (3, 0), (2, 1, 3), (1, 2, 0, 3)]


def live_network(
    live,
    seed=0,
    n_features=4,
    n_outputs=2,
    activation="tanh",
    bias=True,
    bounded=False,
    **options,
):
    """Random weights on every link; ``bounded``, hidden neurons hear within bounds."""
    options = {"dtype": torch.float64} | options
    draw = {"generator": torch.Generator().manual_seed(seed)} | options
    n_inputs = n_features + bias
    linear = torch.zeros(n_outputs, n_inputs, **options)
    high = torch.linspace(0.1, 1.0, n_features, **options)
    reach = (-high.flip(0), high) if bounded else None
    net = LiveNetwork.linear(linear, len(live), activation, bias, reach)
    for k, n in enumerate(live):
        heard = torch.zeros(n, n_inputs + sum(live[:k]), **options)
        sent = torch.zeros(n_outputs, n, **options)
        net = net.with_neurons(k, torch.arange(n) + 10 * k, heard, sent)
    return net.with_flat(torch.randn(len(net.flat()), **draw))


def samples(loss, n, n_outputs, seed=1, n_features=4, bias=True, weighted=False):
    """Random inputs with the constant, targets, and weights of mean one."""
    draw = {"generator": torch.Generator().manual_seed(seed), "dtype": torch.float64}
    inputs = torch.randn(n, n_features + bias, **draw)
    if bias:
        inputs[:, -1] = 1
    weight = torch.rand(n, **draw) if weighted else None
    y = targets(loss, n, n_outputs, draw["generator"])
    return Observations(inputs, y, None if weight is None else weight / weight.mean())


def objective(loss, data, **penalty):
    """Loss and bridge penalty, by default of strength 0.1."""
    penalty = BridgePenalty(**{"alpha": 0.1} | penalty)
    return Objective(data, curvature.of(loss), penalty)


def plain_output(network, inputs):
    """The network in a way that autograd follows."""
    f, signals = ACTIVATIONS[network.activation].tensor, inputs
    if network.reach is not None:
        low, high = network.reach
        within = inputs[:, : len(low)].clamp(low, high)
        signals = torch.cat([within, inputs[:, len(low) :]], dim=1)
    for weight in network.weights[:-1]:
        signals = torch.cat([signals, f(signals @ weight.T)], dim=1)
    hidden = signals[:, inputs.shape[1] :]
    return torch.cat([inputs, hidden], dim=1) @ network.weights[-1].T


def gradient(function, network):
    """Value and flat gradient of a function of a network."""
    weights = tuple(w.clone().requires_grad_() for w in network.weights)
    value = function(replace(network, weights=weights))
    grads = torch.autograd.grad(
        value, weights, allow_unused=True, materialize_grads=True
    )
    return value.detach(), torch.cat([g.reshape(-1) for g in grads])


def value_and_gradient(objective, network):
    """The package's own loss and penalty, and their gradient in the flat weights."""
    at = objective.evaluate(network, keep=True)
    return at.value, objective.gradient(at)


def jacobians(network, inputs):
    """∂output/∂weights of every sample, shape (n, outputs, weights)."""

    def output(flat, x):
        return plain_output(network.with_flat(flat), x[None])[0]

    flat = network.flat()
    return torch.stack(
        [
            torch.autograd.functional.jacobian(lambda v, x=x: output(v, x), flat)
            for x in inputs
        ]
    )


def wired(network, links):
    """The network without the weights of absent links, and its wiring."""
    sizes = (network.n_features, *network.n_live, network.n_outputs)
    wiring = Wiring.of(links, sizes, network.bias, network.weights[0])
    pairs = zip(network.weights, wiring.heard, strict=True)
    weights = tuple(weight * heard for weight, heard in pairs)
    return replace(network, weights=weights), wiring


def present(wiring, network):
    """Which weights there are, in the order of ``flat()``."""
    last = wiring.heard[-1].repeat(network.n_outputs)
    return torch.cat([wiring.hidden(network), last]).bool()
