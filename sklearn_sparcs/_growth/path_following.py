"""Second-order growth along falling alphas: survey, wake, train, go on.

At each alpha the network first takes in the neurons that pay (`finite_gain`,
`waking`), then a few iterations of Levenberg and Marquardt's method train all weights
that there are. A network without neurons stays the linear model that it started as.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import torch

from .._losses.bridge import BridgePenalty
from .._losses.curvature import Curvature
from .._losses.losses import Loss
from .._losses.observations import Sums
from .._networks.live import LiveNetwork
from .._problems.problem import Problem
from .._second_order.levenberg_marquardt import optimize
from .._second_order.objective import Objective
from .._second_order.output_layer import outputs_solved
from .finite_gain import N_DIRECTIONS, gain_survey
from .noise import FREE, TEAM
from .price import Price
from .prior import EVEN
from .scored_candidates import ScoredCandidates
from .waking import Room, chosen, woken

#: Least ridge of the linear part: it makes the matrix definite.
_DEFINITE = 1e-8

#: Newton's steps that take the ridge off the linear part: each is damped a little.
_UNSHRINKING = 3
#: Samples that a network on its way is trained on where there are more than twice as
#: many: so many, and so many for each weight of an output.
_ROWS, _ROWS_A_WEIGHT = 2**13, 20
#: Samples that the linear model's candidates are judged on, and that a network which
#: is kept is trained on before all of many.
_FIRST_ROWS = 2**16

#: Damping that training begins with, and neurons that may wake at any time.
_DAMPING, _FEWEST = 1e-3, 2

#: Iterations that train a network that is kept until its weights settle.
_LAST_ITERATIONS = 20

#: Times that a few steps refit the output layer to other samples.
_REFITS = 4

#: Steps that candidates climb from the linear model: they decide alpha_max.
_FIRST_STEPS = 5

#: What draws the candidates that decide whether a linear model suffices: always the
#: same, so that alpha_max says something of the data alone.
_FIRST_SEED = 0


@dataclass(frozen=True)
class GrowthOptions:
    """Hyperparameters of growth.

    Attributes
    ----------
    sizes : tuple of int
        Most neurons of each hidden layer.
    layers : tuple of int
        Those that are open to neurons, from 0.
    penalty : BridgePenalty
        Whatever its alpha and prior are.
    loss : Loss
    min_significance : float
        Standard errors that the first neurons' gains must lie above noise. At zero
        any will do, and how many they are is not looked for.
    prior : float
        Ridge of the neurons' weights, in units of the noise of a sample.
    rate : float
        Neurons that wake at a time, as a share of those awake.
    n_iter : int
        Training iterations at each alpha.
    tol : float
        Relative progress of the objective that counts as none.
    sampled : bool
        Whether networks on the way are trained on some of many samples, drawn anew at
        each alpha: whoever keeps one trains it on all.
    """

    sizes: tuple[int, ...]
    layers: tuple[int, ...]
    penalty: BridgePenalty
    loss: Loss
    min_significance: float = 2.5
    prior: float = EVEN
    rate: float = 0.5
    n_iter: int = 3
    tol: float = 1e-4
    sampled: bool = False

    def seen(
        self, objective: Objective, network: LiveNetwork, generator: torch.Generator
    ) -> Objective:
        """The objective that a network is trained on along the path."""
        p = network.n_hidden_weights + network.n_signals
        return self._some(objective, max(_ROWS, _ROWS_A_WEIGHT * p), generator)

    def seen_first(self, objective: Objective) -> Objective:
        """The objective that candidates of the linear model are scored on."""
        return self._some(objective, _FIRST_ROWS, _first_draw())

    def _some(
        self, objective: Objective, n: int, generator: torch.Generator
    ) -> Objective:
        """A sample of n, if it is at most half of all; else all."""
        if not self.sampled or len(objective.data) < 2 * n:
            return objective
        return objective.sample(n, generator)

    def noise(self, data_loss: float, n_outputs: int) -> float:
        """Noise of one sample's loss in an output."""
        squared = self.loss.linear_model == "least squares"
        return (2 * data_loss if squared else 1.0) / self.loss.n_averaged(n_outputs)

    def explained(self, objective: Objective, network: LiveNetwork) -> bool:
        """Whether the residuals are no more than rounding errors."""
        if self.loss.linear_model != "least squares":
            return False
        square, n = objective.total(_square_of_targets)
        rounding: float = torch.finfo(square.dtype).eps ** 0.75
        return objective.data_loss(network) <= rounding * float(square / n)

    def under(
        self,
        alpha: float,
        objective: Objective,
        network: LiveNetwork,
        seen: Objective | None = None,
    ) -> BridgePenalty:
        """The penalty at some alpha, its prior in units of the noise left.

        That noise is looked for in all samples of the objective, or in some.
        """
        noise = self.noise((seen or objective).data_loss(network), network.n_outputs)
        prior = self.prior * noise / objective.data.n_counted
        return replace(self.penalty, alpha=float(alpha), prior=prior)


def _square_of_targets(objective: Objective) -> Sums:
    """Sum of squares of targets that are here, and how many they are."""
    y = objective.here.y
    return y.square().sum(), y.new_tensor(y.numel())


@dataclass(frozen=True)
class Point:
    """A network at an alpha, and the penalty that it was trained under."""

    penalty: BridgePenalty
    network: LiveNetwork


def linear_start(
    problem: Problem, n_hidden_layers: int, activation: str
) -> LiveNetwork:
    """The problem's linear model as a network without neurons."""
    assert problem.linear_map is not None  # second-order growth always asks for it
    return _linear(problem, problem.linear_map, n_hidden_layers, activation)


def grown_from(problem: Problem, n_hidden_layers: int, activation: str) -> LiveNetwork:
    """The linear model in which the problem's neurons wake."""
    assert problem.grown_from is not None
    return _linear(problem, problem.grown_from, n_hidden_layers, activation)


def _linear(
    problem: Problem, W: torch.Tensor, n_hidden_layers: int, activation: str
) -> LiveNetwork:
    options = activation, problem.bias, problem.reach
    return LiveNetwork.linear(W.to(**problem.options), n_hidden_layers, *options)


def linear_ridge(problem: Problem) -> float:
    """The ridge under which the problem's linear model is optimal."""
    n_averaged = problem.loss.n_averaged(problem.n_outputs)
    return max(problem.linear_alpha / n_averaged, _DEFINITE)


@dataclass(frozen=True)
class First:
    """The linear start of a path: the model, and the first survey's candidates.

    Attributes
    ----------
    network : LiveNetwork
        The linear model.
    linear_loss : Curvature
        What the linear model minimises.
    grown_from : LiveNetwork
        The one that neurons wake in: another where labels are smoothed for them.
    candidates : ScoredCandidates or None
        None without hidden layers.
    alpha_max : float
        Smallest alpha at which none of them pays.
    significance : float
        Standard errors that the best gain lies above noise; zero if nobody asks.
    """

    network: LiveNetwork
    linear_loss: Curvature
    grown_from: LiveNetwork
    candidates: ScoredCandidates | None
    alpha_max: float
    significance: float

    @classmethod
    def of(
        cls,
        objective: Objective,
        linear: LiveNetwork,
        growth: GrowthOptions,
        grown_from: LiveNetwork | None = None,
        linear_loss: Curvature | None = None,
    ) -> "First":
        """Survey a network without neurons. The objective's alpha plays no part.

        Neurons may improve on a linear model of smoothed labels though the truth is
        linear, so that its significance is tested by ``linear_loss``: the objective's
        by default.
        """
        network, own = grown_from or linear, linear_loss or objective.loss
        if not growth.layers:
            return cls(linear, own, network, None, 0.0, 0.0)
        seen = growth.seen_first(objective)
        penalty = growth.under(0.0, objective, network, seen)
        objective = replace(seen, penalty=penalty)
        price = Price.of(penalty, network)
        climbed = _climbed(objective, network, price, growth)
        if growth.explained(objective, network):
            return cls(linear, own, network, climbed, 0.0, 0.0)
        significance = 0.0
        if growth.min_significance and own != objective.loss:
            of_labels = replace(objective, loss=own)
            significance = _significance_of(of_labels, penalty, linear, growth)
        elif growth.min_significance and _is_shrunk(growth):
            significance = _significance_unshrunk(objective, penalty, network, growth)
        elif growth.min_significance:
            significance = _significance(objective, network, price, growth, climbed)
        alphas = price.threshold(
            climbed.layer, climbed.gain, climbed.length, climbed.size
        )
        alpha_max = max(float(alphas.max()), 0.0)
        return cls(linear, own, network, climbed, alpha_max, significance)

    def judged(self, network: LiveNetwork) -> LiveNetwork:
        """The network to compare losses with.

        Without neurons it is the linear model that is optimal under the loss.
        """
        return network if any(network.n_live) else self.grown_from

    def refitted(self, objective: Objective) -> LiveNetwork:
        """The linear model of an objective's samples."""
        own = replace(objective, loss=self.linear_loss)
        return refitted_outputs(own, self.network)

    def wakes(self, growth: GrowthOptions) -> bool:
        """Whether neurons would explain more than noise."""
        return self.significance >= growth.min_significance and self.alpha_max > 0


def refitted_outputs(objective: Objective, network: LiveNetwork) -> LiveNetwork:
    """A network with its output layer refitted to an objective's samples."""
    at = objective.evaluate(network, keep=True)
    for _ in range(_REFITS):
        at = outputs_solved(objective, at)
    return at.network


def _climbed(
    objective: Objective, network: LiveNetwork, price: Price, growth: GrowthOptions
) -> ScoredCandidates:
    """The first survey's candidates."""
    given = objective, network, price, growth.layers
    return gain_survey(*given, _first_draw(), n_steps=_FIRST_STEPS)


def _is_shrunk(growth: GrowthOptions) -> bool:
    """Whether a ridge leaves linear structure in the residuals."""
    squared = growth.loss.linear_model == "least squares"
    return squared and growth.penalty.linear > _DEFINITE


def _significance_unshrunk(
    objective: Objective,
    penalty: BridgePenalty,
    network: LiveNetwork,
    growth: GrowthOptions,
) -> float:
    """Significance beside a linear model without a ridge."""
    penalty = replace(penalty, linear=_DEFINITE)
    free = replace(objective, penalty=penalty)
    at = outputs_solved(free, free.evaluate(network, keep=True), n_iter=_UNSHRINKING)
    if growth.explained(free, at.network):
        return 0.0
    return _significance_of(free, penalty, at.network, growth)


def _significance_of(
    objective: Objective,
    penalty: BridgePenalty,
    network: LiveNetwork,
    growth: GrowthOptions,
) -> float:
    """Significance of what candidates of a survey of its own gain."""
    price = Price.of(penalty, network)
    climbed = _climbed(objective, network, price, growth)
    return _significance(objective, network, price, growth, climbed)


def _significance(
    objective: Objective,
    network: LiveNetwork,
    price: Price,
    growth: GrowthOptions,
    climbed: ScoredCandidates,
) -> float:
    """Standard errors that a table's best gain lies above noise: see `noise`.

    The price is that at an alpha of zero.
    """
    given = objective, network, price, growth.layers
    drawn = gain_survey(*given, _first_draw(), n_steps=0, n_judged=N_DIRECTIONS)
    enough = torch.full_like(price.awake, TEAM, dtype=torch.long)
    team = chosen(drawn, price, enough, TEAM)
    return max(
        drawn.significance(0.0),
        climbed.significance(FREE * (climbed.n_free - 1)),
        drawn.joint_significance(team) if team else 0.0,
    )


def _first_draw() -> torch.Generator:
    return torch.Generator().manual_seed(_FIRST_SEED)


def follow(
    objective: Objective,
    first: First,
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
    first : First
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
    objective: Objective, network: LiveNetwork, first: First
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
    n = max(_FIRST_ROWS, _ROWS_A_WEIGHT * p)
    if len(objective.data) < 2 * n:
        return network
    some = objective.sample(n, torch.Generator())
    return optimize(some, network, n_iter, tol).network


def settled(network: LiveNetwork, first: First) -> LiveNetwork:
    """The network; without neurons, exactly the linear model."""
    return network if any(network.n_live) else first.network


def _grown(
    objective: Objective,
    penalty: BridgePenalty,
    network: LiveNetwork,
    first: First,
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
    elif first.candidates is not None and first.wakes(growth):
        found = first.candidates
    else:
        return network
    most = max(_FEWEST, int(n_live * growth.rate))
    taken = chosen(found, price, left, most)
    return woken(objective, network, found, taken, room) or network
