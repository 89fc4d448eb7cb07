"""The survey of the linear model: would neurons explain more than noise?"""

from dataclasses import dataclass, replace

import torch

from .._losses.bridge import BridgePenalty
from .._losses.curvature import Curvature
from .._networks.live import LiveNetwork
from .._second_order.objective import Objective
from .._second_order.output_layer import outputs_solved
from .finite_gain import N_DIRECTIONS, gain_survey
from .growth_options import GrowthOptions, first_draw
from .linear_start import DEFINITE
from .noise import FREE, TEAM
from .price import Price
from .scored_candidates import ScoredCandidates
from .waking import chosen

#: Newton's steps that take the ridge off the linear part: each is damped a little.
_UNSHRINKING = 3

#: Times that a few steps refit the output layer to other samples.
_REFITS = 4

#: Steps that candidates climb from the linear model: they decide alpha_max.
_FIRST_STEPS = 5


@dataclass(frozen=True)
class FirstSurvey:
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
    ) -> "FirstSurvey":
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
    return gain_survey(*given, first_draw(), n_steps=_FIRST_STEPS)


def _is_shrunk(growth: GrowthOptions) -> bool:
    """Whether a ridge leaves linear structure in the residuals."""
    squared = growth.loss.linear_model == "least squares"
    return squared and growth.penalty.linear > DEFINITE


def _significance_unshrunk(
    objective: Objective,
    penalty: BridgePenalty,
    network: LiveNetwork,
    growth: GrowthOptions,
) -> float:
    """Significance beside a linear model without a ridge."""
    penalty = replace(penalty, linear=DEFINITE)
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
    drawn = gain_survey(*given, first_draw(), n_steps=0, n_judged=N_DIRECTIONS)
    enough = torch.full_like(price.awake, TEAM, dtype=torch.long)
    team = chosen(drawn, price, enough, TEAM)
    return max(
        drawn.significance(0.0),
        climbed.significance(FREE * (climbed.n_free - 1)),
        drawn.joint_significance(team) if team else 0.0,
    )
