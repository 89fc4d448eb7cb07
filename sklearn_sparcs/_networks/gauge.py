r"""Eigenvectors and eigenvalues of least penalty for given weights.

Weights do not fix the eigenvalues. With one hidden layer, weights w into a live neuron
and t out of it are (`structure.weights_of`)

    w = −λ q,   t = (λ − 1) T,

its incoming eigenvector q and its outgoing one T, for any λ other than 0 and 1: a
choice without consequence for the function, a gauge. What tells one from another is
the price

    Ω = Σ_n c_n ( |λ_n| + ½ |q_n|² + ½ |T_n|² ),   c_n = depth_factor^(B−i)

of the live neurons, and we take the λ at which it is least. q_n is all that neuron n
hears, save the constant, which has no price; T_n is its column of every later Q. λ has
the sign (−1)^{B+1−i}: links between neighbouring layers are T (λ_{i−1} − λ_i), and
would vanish where two eigenvalues of one sign meet.

With one hidden layer every neuron is on its own, and Ω is convex in |λ|:

    |λ| + ½ |w|² / |λ|² + ½ |t|² / (1 + |λ|)².

In deeper networks the neurons depend on each other, or their links skip a layer: L-BFGS
on log |λ| begins where each would be alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from .flat import pack, unpack
from .growing import GrowingNetwork
from .live import LiveNetwork
from .structure import Structure, parts

#: Where the search for |λ| starts at least: that of a neuron that hears the constant
#: alone would be zero, and the neuron asleep.
_SMALLEST = 1e-8

#: Newton's steps for neurons on their own: more than reach rounding from any start.
_NEWTON_STEPS = 12

#: Steps of L-BFGS at most. It ends long before, where nothing changes any more.
_LBFGS_STEPS = 500


def structure_of(network: LiveNetwork, depth_factor: float = 1.0) -> list[Tensor]:
    """Eigenvectors and eigenvalues of least penalty for the network's weights.

    Parameters
    ----------
    network : LiveNetwork
    depth_factor : float, default=1.0
        Price of a neuron relative to one of the next layer.

    Returns
    -------
    list of Tensor
        [Q, λ] (`structure`) in the network's dtype, whose `weights_of` are the
        network's. It is worked out in float64.
    """
    weights = [w.detach().double() for w in network.weights]

    def cost(logs: Sequence[Tensor]) -> Tensor:
        structure = _structure(weights, [x.exp() for x in logs])
        return _price(structure, network, depth_factor)

    alone = [_alone(w, t) for w, t in _lengths(weights, network)]
    if any(network.n_live[:-1]):
        logs = [x.log() for x in alone]
        found = _minimised(cost, logs, _curvatures(alone, depth_factor))
        alone = [x.exp() for x in found]
    structure = _structure(weights, alone)
    return [tensor.to(network.weights[0]) for tensor in structure]


def growing_network(
    network: LiveNetwork,
    hidden_layer_sizes: Sequence[int],
    depth_factor: float = 1.0,
) -> GrowingNetwork:
    """The network in spectral space, at most ``hidden_layer_sizes`` neurons wide.

    Parameters
    ----------
    network : LiveNetwork
    hidden_layer_sizes : sequence of int
        Of the largest network, in which ``network.neurons`` are counted.
    depth_factor : float, default=1.0
        Price of a neuron relative to one of the next layer.

    Returns
    -------
    GrowingNetwork
    """
    like = network.weights[-1]
    spectral = GrowingNetwork(
        network.n_features,
        hidden_layer_sizes,
        network.n_outputs,
        activation=network.activation,
        bias=network.bias,
        dtype=like.dtype,
        device=like.device,
    )
    spectral.restructure(structure_of(network, depth_factor), network.neurons)
    return spectral


def _price(structure: Structure, network: LiveNetwork, depth_factor: float) -> Tensor:
    """Penalty Ω of a structure of the network."""
    Q, lam = parts(structure)
    strengths = [*_strengths(len(lam), depth_factor), 0.0]
    sizes = [network.n_inputs, *map(len, lam)]
    sending = torch.cat(
        [
            Q[-1].new_full((n,), c)
            for n, c in zip(sizes, [0.0, *strengths[:-1]], strict=True)
        ]
    )
    total = Q[-1].new_zeros(())
    for q, hearing in zip(Q, strengths, strict=True):
        prices = sending[: q.shape[1]] + hearing
        prices[_constant(network)] = 0
        total = total + (q.square() @ prices).sum() / 2
    for x, strength in zip(lam, strengths, strict=False):
        total = total + strength * x.abs().sum()
    return total


def _strengths(n_layers: int, depth_factor: float) -> list[float]:
    """Penalty coefficient c of a neuron of each hidden layer."""
    return [depth_factor ** (n_layers - 1 - k) for k in range(n_layers)]


def _constant(network: LiveNetwork) -> slice:
    """Index of the constant among the signals, if there is one."""
    return slice(network.n_features, network.n_inputs)


def _lengths(
    weights: Sequence[Tensor], network: LiveNetwork
) -> list[tuple[Tensor, Tensor]]:
    """|w_n|, without the constant, and |t_n| of each hidden layer's neurons."""
    heard, sent = replace(network, weights=tuple(weights)).norms()
    split = (x.split(network.n_live) if network.n_live else () for x in (heard, sent))
    return list(zip(*split, strict=True))


def _curvatures(sizes: Sequence[Tensor], depth_factor: float) -> list[Tensor]:
    """About the second derivative of Ω in each log |λ|: its price itself."""
    strengths = _strengths(len(sizes), depth_factor)
    return [c * x for c, x in zip(strengths, sizes, strict=True)]


def _alone(w: Tensor, t: Tensor) -> Tensor:
    """|λ| of neurons (n,) that feed outputs alone: 1 = w² / |λ|³ + t² / (1 + |λ|)³."""

    def pull(x: Tensor) -> tuple[Tensor, Tensor]:
        incoming, outgoing = w.square() / x**3, t.square() / (1 + x) ** 3
        return incoming + outgoing, 3 * incoming / x + 3 * outgoing / (1 + x)

    return _risen(torch.maximum(w ** (2 / 3), t ** (2 / 3) - 1), pull)


def _risen(x: Tensor, pull: Callable[[Tensor], tuple[Tensor, Tensor]]) -> Tensor:
    """The root of pull(x) = 1, from a bound from below; ``pull`` falls, with -slope.

    It is convex, so Newton's steps rise to the root and never pass it.
    """
    x = x.clamp_min(_SMALLEST)
    for _ in range(_NEWTON_STEPS):
        value, slope = pull(x)
        step = (value - 1).clamp_min(0)
        x = torch.where(step > 0, x + step / slope, x)
    return x


def _structure(weights: Sequence[Tensor], sizes: Sequence[Tensor]) -> list[Tensor]:
    """[Q, λ] with these weights, and eigenvalues of these sizes: [4.3] solved for Q."""
    n = len(sizes)
    lam = [(-1.0) ** (n - k) * x for k, x in enumerate(sizes)]
    rows = [*lam, weights[-1].new_ones(len(weights[-1]))]
    Q = [-weights[0] / rows[0][:, None]]
    for weight, below, here in zip(weights[1:], lam, rows[1:], strict=True):
        end = weight.shape[1] - len(below)
        T = weight[:, end:] / (below - here[:, None])
        rest = weight[:, :end] + (T * below) @ Q[-1]
        Q.append(torch.cat([-rest / here[:, None], T], dim=1))
    return Q + lam


def _minimised(
    cost: Callable[[Sequence[Tensor]], Tensor],
    start: Sequence[Tensor],
    curvatures: Sequence[Tensor],
) -> list[Tensor]:
    """Minimise ``cost`` by L-BFGS, in units of its curvatures at the start."""
    if not sum(map(len, start)):
        return list(start)
    origin, unit = pack(start), pack(curvatures).rsqrt()
    moved = torch.zeros_like(origin, requires_grad=True)
    search = torch.optim.LBFGS(
        [moved],
        max_iter=_LBFGS_STEPS,
        history_size=20,
        tolerance_grad=1e-9,
        tolerance_change=1e-13,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        search.zero_grad()
        value = cost(unpack(origin + unit * moved, start))
        value.backward()
        return value

    search.step(closure)  # which enables gradients in the closure
    return unpack((origin + unit * moved).detach(), start)
