"""Whether a linear model suffices: a p-value, by signs that residuals might have had.

If it does, each sample's residual might as well have had the other sign. Random neurons
ask for it: a being what one sends, a' what is new in it beyond the signals H that the
linear model has, r = Σ a' E its pull and D = Σ a'² |E|² the variance that this has
under random signs,

    T = |r|² / D,

whose largest, and whose sum over all neurons, are compared with those of the same
residuals under signs drawn at random (the wild bootstrap; Liu, 1988). The largest sees
what one neuron can say, the sum what only many can; the smaller of both p-values is
ranked in its turn, so that having looked twice is paid for. No noise need be normal,
nor alike everywhere. As a' has nothing of H, fitting the linear model again changes no
pull.

The first steps of growth are not asked, which would climb on every draw: with weaker
neurons the test misses more, but it does not claim more than it promises. A sample of
weight two is one sample that counts twice, whose sign is drawn once.
"""

import math
from dataclasses import replace

import torch
from torch import Tensor

from .._networks.live import LiveNetwork
from .._training import curvature
from .._training.bridge import BridgePenalty
from .._training.losses import ClassificationLoss
from .._training.objective import Objective
from .._training.observations import Observations
from .._training.problem import Problem
from .._training.start import linear_start
from .ascent import FEWEST, fired, spread_over
from .directions import directions
from .refit import Refit
from .sight import Outlook, Sight

#: Neurons that are asked, draws of signs, and samples and outputs at most.
_N_NEURONS, _N_DRAWS, _ROWS = 200, 499, 2**12
#: Samples that are asked whatever they cost.
_FEWEST_ROWS = 500
#: Samples, at least, that are left when a linear model is fitted, and most inputs.
_FEWEST_LEFT, _MOST_INPUTS = 10, 2000
#: Ridge of the linear model of classes: without one there may be no optimum.
_RIDGE = 1e-4
#: The least that is left of a sample that the linear model has learnt by heart.
_LEAST_LEFT = 1e-2
#: Share of a signal's square below which what is new in it is rounding.
_NEW = 1e-6
#: What draws neurons and signs: always the same, so that the data alone decide.
_SEED = 0


@torch.no_grad()
def linear_p_value(problem: Problem) -> float:
    """Probability of no less evidence against the problem's linear model if it is true.

    It is nan where samples are hardly more than inputs, or inputs more than 2000, or
    there is no linear model; and one where that leaves nothing to explain.
    """
    n, n_inputs = problem.n_samples, problem.n_features + problem.bias
    rows = min(n, max(_FEWEST_ROWS, _ROWS // problem.n_outputs))
    if problem.linear_map is None or n_inputs > _MOST_INPUTS:
        return math.nan
    if rows < n_inputs + _FEWEST_LEFT:
        return math.nan
    generator = torch.Generator().manual_seed(_SEED)
    sight, network = _linear(problem, rows, generator)
    left = _refitted(sight)
    if left is None:
        return 1.0
    sent = _neurons(sight, network, generator)
    return _p_value(*_new(sight, sent, left), generator)


def _linear(
    problem: Problem, rows: int, generator: torch.Generator
) -> tuple[Sight, LiveNetwork]:
    """The linear model on some samples, whose labels are not smoothed.

    Of classes it is fitted again, nearly without a ridge: a step would not be enough.
    """
    loss, some = problem.loss, problem.drawn(rows, generator)
    assert problem.linear_map is not None
    W = problem.linear_map
    if isinstance(loss, ClassificationLoss):
        loss, shape = loss.smoothed(0.0), (problem.n_outputs, problem.bias)
        W = torch.from_numpy(linear_start(some, loss, *shape, _RIDGE).weights)
    data = Observations.of(some, problem.bias)
    weight = None if data.weight is None else data.weight.double()
    y = data.y.double() if data.y.is_floating_point() else data.y
    data = replace(data, inputs=data.inputs.double(), y=y, weight=weight)
    network = LiveNetwork.linear(
        W.to(data.inputs), 0, "relu", problem.bias, problem.reach
    )
    objective = Objective(data, curvature.of(loss), BridgePenalty(0.0))
    return Outlook.of(objective, network).at(slice(None)), network


def _refitted(sight: Sight) -> Tensor | None:
    """Residuals E (n, c) after a step to the model's optimum without a ridge.

    None if they are rounding.
    """
    H, E = sight.signals, sight.asked
    x = _projection(sight)(H.T @ E / len(H))
    left = E - sight.curvature[:, None] * (H @ x)
    scale = E.abs().max() + sight.curvature.max()
    return left if left.abs().max() > 1e-9 * scale else None


def _projection(sight: Sight) -> Refit:
    """What solves H'VH/n x = b."""
    H, V = sight.signals, sight.curvature[:, None]
    return Refit.of((V * H).T @ H / len(H), H[0], torch.zeros_like(H[0]))


def _neurons(sight: Sight, network: LiveNetwork, generator: torch.Generator) -> Tensor:
    """What random neurons (n, k) send."""
    heard = network.heard(sight.signals)
    alone = heard[:, : network.n_features]
    given = _N_NEURONS, alone, sight.weight, network.bias, generator
    sent, _ = fired(network.activation, heard @ directions(*given).T)
    return sent


def _new(sight: Sight, sent: Tensor, left: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What is new in neurons' signals (n, k); residuals (n, c); and those before a fit.

    A fit has learnt a share of each sample's, its leverage, which is given back.
    """
    H, V, n = sight.signals, sight.curvature[:, None], len(left)
    solve = _projection(sight)
    new = sent - H @ solve(H.T @ (V * sent) / n)
    counts = spread_over(new, torch.ones_like(V[:, 0])) >= FEWEST
    counts &= new.square().sum(dim=0) > _NEW * sent.square().sum(dim=0)
    new = new[:, counts]
    leverage = V * (H * solve(H.T / n).T).sum(dim=1, keepdim=True)
    return new, left, left / (1 - leverage).clamp_min(_LEAST_LEFT).sqrt()


def _p_value(
    new: Tensor, left: Tensor, each: Tensor, generator: torch.Generator
) -> float:
    """That of both statistics together, the data's own signs first among the draws."""
    variance = new.square().T @ each.square().sum(dim=1)
    kept = variance > 0
    new, variance = new[:, kept].float(), variance[kept].float()
    if not len(variance):
        return 1.0
    signs = torch.randint(0, 2, (len(left), _N_DRAWS), generator=generator)
    signs = signs.to(new) * 2 - 1
    total = new.new_zeros(len(variance), 1 + _N_DRAWS)
    for own, drawn in zip(left.float().T, each.float().T, strict=True):
        pulls = torch.cat([own[:, None], signs * drawn[:, None]], dim=1)
        total += (new.T @ pulls).square()
    T = total / variance[:, None]
    first = torch.minimum(_ranked(T.amax(dim=0)), _ranked(T.sum(dim=0)))
    return float((first <= first[0]).double().mean())


def _ranked(statistic: Tensor) -> Tensor:
    """Share of all draws in which it is no smaller."""
    ordered = statistic.sort().values
    below = torch.searchsorted(ordered, statistic)
    return (len(statistic) - below).double() / len(statistic)
