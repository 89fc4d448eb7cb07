"""Second-order growth along falling alphas: survey, wake, train, go on.

At each alpha the network first takes in the neurons that pay (`finite_gain`,
`waking`), then a few iterations of Levenberg and Marquardt's method train all weights
that there are. A network without neurons stays the linear model that it started as.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import torch

from .._losses.bridge import BridgePenalty
from .._networks.live import LiveNetwork
from .._second_order.levenberg_marquardt import optimize
from .._second_order.objective import Objective
from .finite_gain import gain_survey
from .first_survey import FirstSurvey
from .growth_options import FIRST_ROWS, ROWS_A_WEIGHT, GrowthOptions
from .price import Price
from .scored_candidates import ScoredCandidates
from .waking import Room, chosen, woken

#: Damping that training begins with, and neurons that may wake at any time.
_DAMPING, _FEWEST = 1e-3, 2

#: Iterations that train a network that is kept until its weights settle.
_LAST_ITERATIONS = 20


@dataclass(frozen=True)
class Point:
    """A network at an alpha, and the penalty that it was trained under."""

    penalty: BridgePenalty
    network: LiveNetwork


def follow(
    objective: Objective,
    first: FirstSurvey,
    alphas: Iterable[float],
    growth: GrowthOptions,
    generator: torch.Generator,
    network: LiveNetwork | None = None,
) -> Iterator[Point]:
    """Yield the network at each alpha, from the linear model on.

    Parameters
    ----------
    objective : Objective
        The data and the loss; its penalty is replaced.
    first : FirstSurvey
    alphas : iterable of float
        Falling.
    growth : GrowthOptions
    generator : torch.Generator
        Draws the candidates of networks that have neurons.
    network : LiveNetwork, optional
        Where to go on from; the linear model by default.

    Yields
    ------
    Point
    """
    network, damping = network or first.network, _DAMPING
    for alpha in alphas:
        network = first.judged(network)
        seen = growth.seen(objective, network, generator)
        penalty = growth.under(alpha, objective, network, seen)
        here = replace(seen, penalty=penalty)
        network = _grown(here, penalty, network, first, growth, generator)
        if any(network.n_live):
            found = optimize(
                here, network, growth.n_iter, growth.tol, damping, generator
            )
            network, damping = found.network, found.damping
        network = settled(network, first)
        yield Point(penalty, network)


def trained_out(
    objective: Objective, network: LiveNetwork, first: FirstSurvey
) -> LiveNetwork:
    """The network trained to convergence, which on the path it is not."""
    if not any(network.n_live):
        return network
    network = trained_on_some(objective, network, _LAST_ITERATIONS)
    return settled(optimize(objective, network, _LAST_ITERATIONS).network, first)


def trained_on_some(
    objective: Objective, network: LiveNetwork, n_iter: int, tol: float = 1e-4
) -> LiveNetwork:
    """The network trained on some of many samples, so that all are seen less often.

    It is as it was where these would not spare half of the samples at least.
    """
    p = network.n_hidden_weights + network.n_signals
    n = max(FIRST_ROWS, ROWS_A_WEIGHT * p)
    if len(objective.data) < 2 * n:
        return network
    some = objective.sample(n, torch.Generator())
    return optimize(some, network, n_iter, tol).network


def settled(network: LiveNetwork, first: FirstSurvey) -> LiveNetwork:
    """The network; without neurons, exactly the linear model."""
    return network if any(network.n_live) else first.network


def _grown(
    objective: Objective,
    penalty: BridgePenalty,
    network: LiveNetwork,
    first: FirstSurvey,
    growth: GrowthOptions,
    generator: torch.Generator,
) -> LiveNetwork:
    """The network with the neurons that pay under a penalty, if any do."""
    room = Room(growth.sizes)
    left = room.left(network)
    layers = [k for k in growth.layers if left[k] > 0]
    if not layers:
        return network
    price, n_live = Price.of(penalty, network), sum(network.n_live)
    if n_live:
        found = gain_survey(objective, network, price, layers, generator)
        most = max(_FEWEST, int(n_live * growth.rate))
        taken = chosen(found, price, left, most)
        return woken(objective, network, found, taken, room) or network
    if first.candidates is None or not first.wakes(growth):
        return network
    return _first_woken(objective, network, first.candidates, price, room)


def _first_woken(
    objective: Objective,
    network: LiveNetwork,
    candidates: ScoredCandidates,
    price: Price,
    room: Room,
) -> LiveNetwork:
    """The linear model with the best neurons that help, if any do.

    Its candidates are the same at every alpha. So where gains to second order are far
    off, as of classes where samples are sure and wrong, the next best are tried.
    """
    left = room.left(network)
    while taken := chosen(candidates, price, left, _FEWEST):
        new = woken(objective, network, candidates, taken, room)
        if new is not None:
            return new
        candidates = candidates.without(taken[0])
    return network
