"""A significance test of the linear model, against random neurons.

Random neurons ask: a being what one sends, a' what is new in it beyond the signals H
that the linear model has, and E the model's residuals,

    T = |Σ a' E|² / Σ a'² |E|²,

whose largest, and whose sum over all neurons, are compared with those of residuals
drawn as if the linear model were true. The largest sees what one neuron can say, the
sum what only many can; the smaller of both p-values is ranked in its turn, so that
having looked twice is paid for.

Each residual of a regression might as well have had the other sign (the wild
bootstrap; Liu, 1988): no noise need be normal, nor alike everywhere. As a' has nothing
of H, fitting the linear model again changes no pull. Answers of classes are drawn from
the model, which is fitted again to each draw (`parametric_bootstrap`). Where classes
are nearly separate, T rests on a few samples, and says little; so a share of the mean
of the divisor over all draws is added to it (as by Tusher, Tibshirani and Chu, 2001).

The first steps of growth are not asked, which would climb on every draw: with weaker
neurons the test misses more, but it does not claim more than it promises. A sample of
weight two is one sample that counts twice, whose sign or answer is drawn once.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .._data.batches import TrainingData
from .._losses import curvature
from .._losses.bridge import BridgePenalty
from .._losses.losses import ClassificationLoss
from .._losses.observations import Observations
from .._networks.live import LiveNetwork
from .._problems.problem import Problem
from .._second_order.objective import Objective
from .ascent import FEWEST, NEW, fired, spread_over
from .directions import directions
from .parametric_bootstrap import BootstrapModel
from .quadratic_model import QuadraticModel, QuadraticRows
from .refit import Refit

#: Neurons that are asked, draws, and samples and outputs at most.
_N_NEURONS, _N_DRAWS, _ROWS = 200, 499, 2**12
#: Draws of the answers of several classes or labels.
_N_DEAR = 199
#: Samples that are asked whatever they cost.
_FEWEST_ROWS = 500
#: Samples, at least, that are left when a linear model is fitted, and most weights
#: that are solved for at once.
_FEWEST_LEFT, _MOST_WEIGHTS = 10, 2000
#: The least that is left of a sample that the linear model has learnt by heart.
_LEAST_LEFT = 1e-2
#: Share of its mean over draws that is added to the divisor of T.
_SHARE = 0.1
#: Numbers that some draws hold.
_NUMBERS = 2**21
#: What draws neurons and signs: always the same, so that the data alone decide.
_SEED = 0


@dataclass(frozen=True)
class Draws:
    """Residuals of the linear model: those of the data, or drawn under it.

    Attributes
    ----------
    residuals : Tensor of shape (outputs, n, draws)
    squares : Tensor of shape (n, draws) or (n, 1)
        Each sample's |E|², or what is expected of it.
    """

    residuals: Tensor
    squares: Tensor


@torch.no_grad()
def linear_p_value(problem: Problem) -> float:
    """Probability of no less evidence against the problem's linear model if it is true.

    It is nan where samples are hardly more than inputs, or weights of the linear model
    are too many, or there is no linear model; and one where that leaves nothing to
    explain.
    """
    n, n_inputs = problem.n_samples, problem.n_features + problem.bias
    rows = min(n, max(_FEWEST_ROWS, _ROWS // problem.n_outputs))
    if problem.linear_map is None or _n_together(problem) > _MOST_WEIGHTS:
        return math.nan
    if rows < n_inputs + _FEWEST_LEFT:
        return math.nan
    generator = torch.Generator().manual_seed(_SEED)
    some = problem.drawn(rows, generator)
    model = _outlook(problem, some)
    quadratic = model.at(slice(None))
    new = _new(quadratic, _neurons(quadratic, model.network, generator))
    if isinstance(problem.loss, ClassificationLoss):
        return _p_value(new, _answers(problem, some, model.to_common, generator))
    return _p_value(new, _signs(quadratic, generator))


def _n_together(problem: Problem) -> int:
    """Weights that are solved for at once: those of one output, or of all classes."""
    n_inputs = problem.n_features + problem.bias
    classes = isinstance(problem.loss, ClassificationLoss)
    return n_inputs * (problem.n_outputs if classes else 1)


def _outlook(problem: Problem, some: TrainingData) -> QuadraticModel:
    """The linear model on some samples, whose labels are not smoothed."""
    loss, W = problem.loss, problem.linear_map
    assert W is not None
    if isinstance(loss, ClassificationLoss):
        loss = loss.smoothed(0.0)
    data = Observations.of(some, problem.bias)
    weight = None if data.weight is None else data.weight.double()
    y = data.y.double() if data.y.is_floating_point() else data.y
    data = replace(data, inputs=data.inputs.double(), y=y, weight=weight)
    network = LiveNetwork.linear(
        W.to(data.inputs), 0, "relu", problem.bias, problem.reach
    )
    objective = Objective(data, curvature.of(loss), BridgePenalty(0.0))
    return QuadraticModel.of(objective, network)


def _answers(
    problem: Problem, some: TrainingData, to_common: Tensor, generator: torch.Generator
) -> Iterator[Draws]:
    """The data's own answers, as one draw; then others drawn from the linear model."""
    loss, W = problem.loss, problem.linear_map
    assert isinstance(loss, ClassificationLoss)
    assert W is not None
    model = BootstrapModel.of(
        some, loss.smoothed(0.0), W.cpu().numpy(), problem.bias, problem.linear_alpha
    )
    n_draws = _N_DRAWS if problem.n_outputs == 1 else _N_DEAR
    for left in model.residuals(n_draws, generator):
        E = torch.einsum("onm,oc->cnm", left.to(to_common), to_common)
        yield Draws(E, E.square().sum(dim=0))


def _signs(quadratic: QuadraticRows, generator: torch.Generator) -> Iterator[Draws]:
    """The data's own residuals, as one draw; then under random signs.

    None at all if they are rounding.
    """
    left = _refitted(quadratic)
    if left is None:
        return
    each = _unlearnt(quadratic, left)
    squares = each.square().sum(dim=1, keepdim=True)
    yield Draws(left.T[:, :, None], squares)
    step = max(1, _NUMBERS // each.numel())
    for start in range(0, _N_DRAWS, step):
        m = min(step, _N_DRAWS - start)
        signs = torch.randint(0, 2, (len(left), m), generator=generator)
        yield Draws((signs.to(each) * 2 - 1) * each.T[:, :, None], squares)


def _refitted(quadratic: QuadraticRows) -> Tensor | None:
    """Residuals E (n, c) after a step to the model's optimum without a ridge.

    None if they are rounding.
    """
    H, E = quadratic.signals, quadratic.residual
    x = _projection(quadratic)(H.T @ E / len(H))
    left = E - quadratic.curvature[:, None] * (H @ x)
    scale = E.abs().max() + quadratic.curvature.max()
    return left if left.abs().max() > 1e-9 * scale else None


def _projection(quadratic: QuadraticRows) -> Refit:
    """A solver of H'VH/n x = b."""
    H, V = quadratic.signals, quadratic.curvature[:, None]
    return Refit.of((V * H).T @ H / len(H), H[0], torch.zeros_like(H[0]))


def _neurons(
    quadratic: QuadraticRows, network: LiveNetwork, generator: torch.Generator
) -> Tensor:
    """Outputs (n, k) of random neurons."""
    heard = network.heard(quadratic.signals)
    alone = heard[:, : network.n_features]
    given = _N_NEURONS, alone, quadratic.weight, network.bias, generator
    sent, _ = fired(network.activation, heard @ directions(*given).T)
    return sent


def _new(quadratic: QuadraticRows, sent: Tensor) -> Tensor:
    """Parts of neurons' signals (n, k) that the model lacks, if spread over samples."""
    H, V = quadratic.signals, quadratic.curvature[:, None]
    new = sent - H @ _projection(quadratic)(H.T @ (V * sent) / len(H))
    counts = spread_over(new, torch.ones_like(V[:, 0])) >= FEWEST
    counts &= new.square().sum(dim=0) > NEW * sent.square().sum(dim=0)
    return new[:, counts]


def _unlearnt(quadratic: QuadraticRows, left: Tensor) -> Tensor:
    """Residuals (n, c) corrected for leverage, which fitting has shrunk."""
    H, V = quadratic.signals, quadratic.curvature[:, None]
    solved = _projection(quadratic)(H.T / len(H))
    leverage = V * (H * solved.T).sum(dim=1, keepdim=True)
    return left / (1 - leverage).clamp_min(_LEAST_LEFT).sqrt()


def _p_value(new: Tensor, draws: Iterable[Draws]) -> float:
    """The p-value of both statistics together; the data are the first of the draws."""
    pulls, variance = [], []
    for drawn in draws:
        E = drawn.residuals.float()
        each = [(new.float().T @ of_one).square() for of_one in E]
        pulls.append(torch.stack(each).sum(dim=0))
        squares = new.square().T @ drawn.squares.to(new)
        variance.append(squares.float().expand(-1, E.shape[2]))
    if not pulls:
        return 1.0
    r, D = torch.cat(pulls, dim=1), torch.cat(variance, dim=1)
    D = D + _SHARE * D.mean(dim=1, keepdim=True)
    T = r[D[:, 0] > 0] / D[D[:, 0] > 0]
    if not len(T):
        return 1.0
    first = torch.minimum(_ranked(T.amax(dim=0)), _ranked(T.sum(dim=0)))
    return float((first <= first[0]).double().mean())


def _ranked(statistic: Tensor) -> Tensor:
    """Share of all draws with a statistic no smaller."""
    ordered = statistic.sort().values
    below = torch.searchsorted(ordered, statistic)
    return (len(statistic) - below).double() / len(statistic)
