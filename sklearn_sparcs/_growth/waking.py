"""Greedy selection of the candidates that wake, with the output layer solved.

Candidates of one survey often see the same thing. So each is judged by what it gains
beyond those that are taken already: Gram and Schmidt's method on their outputs, which
are known by their inner products alone.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .._activations import ACTIVATIONS
from .._networks.live import LiveNetwork
from .._networks.structure import first_asleep
from .._second_order.objective import Objective
from .._second_order.output_layer import outputs_solved
from .price import Price
from .scored_candidates import ScoredCandidates

#: Share of a candidate's output that is left beyond those taken: with less, it is left
#: to the next survey, which sees a network that has learnt from them.
_OWN = 0.5

#: Steps that solve the output layer with the neurons that wake.
_N_STEPS = 2

#: Share of a gain that may be rounding: at alpha_max nothing wakes.
_ROUNDING = 1e-9


def chosen(
    candidates: ScoredCandidates, price: Price, room: Tensor, most: int
) -> list[int]:
    """Indices of the candidates that pay, best first.

    Parameters
    ----------
    candidates : ScoredCandidates
    price : Price
    room : Tensor of int of shape (hidden layers,)
        Neurons that each layer has left.
    most : int
        Most to take.
    """
    gram, pull = candidates.gram.clone(), candidates.pull.clone()
    whole = gram.diagonal().clone()
    awake, room = price.awake.double().clone(), room.clone()
    taken: list[int] = []
    while len(taken) < min(most, len(candidates)):
        own = gram.diagonal()
        t = pull / own.clamp_min(1e-300)[:, None]
        size = (t @ candidates.to_outputs.T).norm(dim=1)
        rise = price.rise(
            candidates.layer, candidates.length, size, awake[candidates.layer]
        )
        net = (pull * t).sum(dim=1) / 2 * (1 - _ROUNDING) - rise
        open_ = (own > _OWN * whole) & (room[candidates.layer] > 0)
        net = net.where(open_, -torch.inf)
        best = int(net.argmax())
        if not net[best] > 0:
            break
        taken.append(best)
        k = candidates.layer[best]
        room[k] -= 1
        awake[k] += 4 * candidates.length[best] * size[best]
        share = gram[:, best] / gram[best, best]
        pull = pull - share[:, None] * pull[best]
        gram = gram - share[:, None] * gram[best]
    return taken


@dataclass(frozen=True)
class Room:
    """The neurons of the largest network that are not live yet.

    Attributes
    ----------
    sizes : tuple of int
        Most neurons of each hidden layer.
    """

    sizes: tuple[int, ...]

    def left(self, network: LiveNetwork) -> Tensor:
        """Number of neurons that each layer may gain."""
        pairs = zip(self.sizes, network.n_live, strict=True)
        return torch.tensor([most - n for most, n in pairs], device=network.device)

    def free(self, network: LiveNetwork, layer: int, n: int) -> Tensor:
        """The first ``n`` indices of a layer that no neuron has."""
        return first_asleep(network.neurons[layer], self.sizes[layer], n)


@torch.no_grad()
def woken(
    objective: Objective,
    network: LiveNetwork,
    candidates: ScoredCandidates,
    taken: list[int],
    room: Room,
) -> LiveNetwork | None:
    """The network with the candidates, or half of them, if its objective falls.

    Returns
    -------
    LiveNetwork or None
        None if none of them helps.
    """
    before = objective.value(network) if taken else 0.0
    while taken:
        new, asleep = _grown(network, candidates, taken, room)
        solved = outputs_solved(
            objective, objective.evaluate(new, keep=True), asleep.weights[-1], _N_STEPS
        )
        if solved.value < before:
            return solved.network
        taken = taken[: len(taken) // 2]
    return None


def _grown(
    network: LiveNetwork, candidates: ScoredCandidates, taken: list[int], room: Room
) -> tuple[LiveNetwork, LiveNetwork]:
    """The network with the candidates, and the same with outgoing weights of zero.

    The last layer's are added first, and get no links from earlier new ones.
    """
    picked = torch.tensor(taken, device=network.device)
    w, t = _weights(candidates, picked, network)
    new = asleep = network
    for layer in reversed(range(len(network.n_live))):
        here = candidates.layer[picked] == layer
        n_heard = network.places[layer].start
        indices = room.free(network, layer, int(here.sum()))
        new = new.with_neurons(layer, indices, w[here, :n_heard], t[:, here])
        silent = torch.zeros_like(t[:, here])
        asleep = asleep.with_neurons(layer, indices, w[here, :n_heard], silent)
    return new, asleep


def _weights(
    candidates: ScoredCandidates, picked: Tensor, network: LiveNetwork
) -> tuple[Tensor, Tensor]:
    """w (k, signals) and t (outputs, k) at which those taken gain most together.

    Where only |w| |t| counts, both are made equal: the penalty's ridge then treats
    them alike.
    """
    gram = candidates.gram[picked][:, picked]
    t = torch.linalg.solve(gram, candidates.pull[picked]) @ candidates.to_outputs.T
    w = candidates.incoming[picked]
    if ACTIVATIONS[network.activation].homogeneous:
        r = (t.norm(dim=1) / candidates.length[picked]).sqrt()
        w, t = w * r[:, None], t / r[:, None]
    like = network.weights[-1]
    return w.to(like), t.T.to(like)
