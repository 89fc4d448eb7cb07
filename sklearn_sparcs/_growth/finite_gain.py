"""Second-order gain of sleeping neurons: the fall of the loss by a finite step.

A neuron that hears w · h and sends t f(w · h) to the outputs costs 2 alpha √(|w| |t|)
(`BridgePenalty`), whose slope at zero is infinite: so no neuron wakes by its rate, and
a candidate is judged by what it gains at its best t. With a its output on each sample,
E what the loss asks of the outputs there (minus its gradient), V the curvature, and H
the signals that the output layer hears already, free to be refitted meanwhile,

    M = H'VH/n + ridge,   x = M⁻¹ H'Va/n,
    s = a'Va/n − (H'Va/n)' x,   r = a'E/n − x' (H'E/n − ridge W),
    t = r/s,   gain = |r|²/2s,

the fall of loss and ridge to second order, which is exact for squared error. Several
outputs are taken in coordinates where the curvature of all is the same
(`QuadraticModel`). A candidate pays if its gain exceeds the rise of the penalty
(`Price`).

Candidates begin at random (`directions`) and climb on some of the samples (`Ascent`);
the best are judged on all.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from .._networks.live import LiveNetwork
from .._second_order.objective import Objective
from .ascent import Ascent
from .directions import directions
from .price import Price
from .quadratic_model import QuadraticModel, QuadraticRows
from .refit import Refit
from .scored_candidates import ScoredCandidates, score_candidates

#: Directions that are tried in a layer, and the best of them that all samples judge.
N_DIRECTIONS, N_JUDGED = 200, 60

#: Samples that the ascent looks at, and the precision that it computes in.
ASCENT_ROWS, ASCENT_DTYPE = 1000, torch.float32

#: Steps of the ascent.
N_STEPS = 3


@torch.no_grad()
def gain_survey(
    objective: Objective,
    network: LiveNetwork,
    price: Price,
    layers: Sequence[int],
    generator: torch.Generator,
    n_steps: int = N_STEPS,
    n_judged: int = N_JUDGED,
) -> ScoredCandidates:
    """Draw candidates for some hidden layers, let them climb, and judge the best.

    Those of a network without neurons climb by the alpha up to which they would pay,
    so that they are the same whatever alpha is.
    """
    model = QuadraticModel.of(objective, network)
    quadratic = model.sample(ASCENT_ROWS, generator).to(ASCENT_DTYPE)
    ridge, outputs = (x.to(ASCENT_DTYPE) for x in (model.ridge, model.outputs))
    refit = Refit.on(quadratic, outputs, ridge)
    found = [
        _climbed(model, quadratic, refit, price, k, generator, n_steps)[:n_judged]
        for k in layers
    ]
    layer = torch.tensor(layers).repeat_interleave(
        torch.tensor([len(w) for w in found])
    )
    return score_candidates(model, layer.to(network.device), torch.cat(found))


def _climbed(
    model: QuadraticModel,
    quadratic: QuadraticRows,
    refit: Refit,
    price: Price,
    layer: int,
    generator: torch.Generator,
    n_steps: int,
) -> Tensor:
    """Candidates (k, signals) of a layer, the best first."""
    network = model.network
    hear, n_bias = _heard(network, layer), int(network.bias)
    heard = network.heard(quadratic.signals)[:, hear]
    alone = heard[:, : len(hear) - n_bias]
    start = directions(N_DIRECTIONS, alone, quadratic.weight, network.bias, generator)
    height = price.height(layer, first=not any(network.n_live))
    to_common = model.to_common.to(heard)
    ground = Ascent(
        quadratic, heard, n_bias, refit, network.activation, to_common, height
    )
    found = ground.climbed(start, n_steps)
    best = found.height.argsort(descending=True, stable=True)
    w = network.weights[-1].new_zeros(len(best), network.n_signals)
    w[:, hear] = found.w[best].to(w)
    return w


def _heard(network: LiveNetwork, layer: int) -> Tensor:
    """Indices of the signals before a layer, the constant put last."""
    n, constant = network.places[layer].start, network.n_features
    order = [i for i in range(n) if i != constant or not network.bias]
    if network.bias:
        order.append(constant)
    return torch.tensor(order, device=network.device)
