"""Hold-out validation of the criterion's choice of alpha.

The criterion charges every effective weight the same. That is right for neurons that
noise could have produced, and too much where there is more structure to be found; the
training samples cannot tell these cases apart. So a fifth of the samples is held out,
and the others follow a path of their own, from the alpha that the criterion chose down
to the one at which the held-out samples are predicted best. If they are predicted
better there, by more than the standard error of the difference, the network found there
is grown and trained further on all samples, and replaces the criterion's choice.

The others follow such a path under other priors of the hidden weights (`prior`), too;
a network found there has to be better still.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from .._losses.observations import Observations, Sums
from .._networks.live import LiveNetwork
from .._second_order.objective import Objective
from .alpha_search import AlphaSearch, Selected, automatic_alphas, continued_at
from .first_survey import FirstSurvey, refitted_outputs
from .path_following import Point, follow

#: Share of the samples that is held out.
_SHARE = 0.2
#: Fewest samples for which this is informative, and most for which it is affordable.
_FEWEST, _MOST = 500, 10**5
#: Standard errors by which the held-out loss must be lower.
_STANDARD_ERRORS = 1.0
#: Alphas in a row without a lower held-out loss that end the path.
_PATIENCE = 2
#: Most held-out samples that are kept with their predictions.
MOST_HELD_OUT = 2**12


@dataclass(frozen=True)
class HeldOut:
    """Held-out samples, and a network of the path that the others followed.

    Attributes
    ----------
    network : LiveNetwork
        Trained on the other samples.
    samples : Observations
    linear : LiveNetwork or None
        The linear model of the other samples, if it is known.
    """

    network: LiveNetwork
    samples: Observations
    linear: LiveNetwork | None = None

    def errors(self) -> Observations:
        """The samples with the network's errors, y − f(x), as targets."""
        left = self.samples.y - self.network(self.samples.inputs)
        return replace(self.samples, y=left)


@dataclass(frozen=True)
class Validated:
    """The result of a validation.

    Attributes
    ----------
    selected : Selected or None
        A network at a smaller alpha than the criterion's choice; None if that stands.
        The value is that of the objective.
    held_out : HeldOut
        With the path's network at the alpha that was preferred.
    prior : float
        Of the hidden weights, as it was preferred.
    """

    selected: Selected | None
    held_out: HeldOut
    prior: float


def validated(
    search: AlphaSearch, chosen: Point, seed: int, priors: Sequence[float] = ()
) -> Validated | None:
    """Whether the criterion's choice stands, or another alpha or prior predicts better.

    Parameters
    ----------
    search : AlphaSearch
        On all samples.
    chosen : Point
        The criterion's choice.
    seed : int
        Draws the samples that are held out.
    priors : sequence of float
        Other precisions of the hidden weights' prior to try.

    Returns
    -------
    Validated or None
        None where there is nothing to validate, or too few samples or too many.
    """
    if not search.may_grow or not _FEWEST <= len(search.objective.data) <= _MOST:
        return None
    holdout = Holdout.of(search, torch.Generator().manual_seed(seed))
    point, is_better = holdout.preferred_to(chosen)
    for prior in priors:
        other = holdout.with_prior(prior).best()
        if other is not None and holdout.prefers(other, point):
            search, point, is_better = search.with_prior(prior), other, True
    selected = None
    if is_better:
        selected = continued_at(search, point.penalty.alpha, point.network)
    return Validated(selected, holdout.at(point), search.growth.prior)


@dataclass(frozen=True)
class Holdout:
    """A path on most of the samples, evaluated on the others.

    Attributes
    ----------
    search : AlphaSearch
        On the samples that follow the path.
    held_out : Objective
        On the others.
    largest : float
        The alpha at which the path begins: ``alpha_max`` of all samples.
    linear : LiveNetwork
        The linear model of the samples that follow the path.
    """

    search: AlphaSearch
    held_out: Objective
    largest: float
    linear: LiveNetwork

    @classmethod
    def of(cls, search: AlphaSearch, generator: torch.Generator) -> "Holdout":
        """Split the samples at random; the path starts at a linear model of its own."""
        data, first = search.objective.data, search.first
        order = torch.randperm(len(data), generator=generator)
        aside, others = order.tensor_split([int(_SHARE * len(data))])
        objective = replace(search.objective, data=data.some(others))
        # that there is something to be found has been tested on all samples
        growth = replace(search.growth, min_significance=0.0)
        linear = refitted_outputs(objective, first.grown_from)
        own = AlphaSearch(
            objective,
            FirstSurvey.of(objective, linear, growth),
            growth,
            search.loss,
            None,
            generator,
            told=id,
        )
        held_out = replace(search.objective, data=data.some(aside))
        return cls(own, held_out, first.alpha_max, first.refitted(objective))

    def preferred_to(self, chosen: Point) -> tuple[Point, bool]:
        """The best point of the path, if it is significantly better than the choice.

        Else the point at the chosen alpha. Whether it is better is said, too.
        """
        points = self._from(chosen)
        before = next(points)
        best = self._best(before, points)
        is_better = self.prefers(best, before)
        return (best if is_better else before), is_better

    def with_prior(self, prior: float) -> "Holdout":
        """The same samples, with a path under another prior of the hidden weights."""
        return replace(self, search=self.search.with_prior(prior))

    def best(self) -> Point | None:
        """The best point of the whole path; None if no neuron wakes on it."""
        awake = (point for point in self._path() if any(point.network.n_live))
        first = next(awake, None)
        return None if first is None else self._best(first, awake)

    def prefers(self, one: Point, other: Point) -> bool:
        """Whether held-out samples are predicted significantly better at one point."""
        return self._lead(one, other) > _STANDARD_ERRORS

    def at(self, point: Point) -> HeldOut:
        """Held-out samples with a network of the path, and the linear model."""
        data = self.held_out.data
        some = data.taken(torch.arange(min(len(data), MOST_HELD_OUT)))
        return HeldOut(point.network, some, self.linear)

    def _from(self, chosen: Point) -> Iterator[Point]:
        """The points of the path from the chosen alpha on, the linear model included.

        The latter is the first of them if the criterion has chosen it.
        """
        search = self.search
        if not any(chosen.network.n_live):
            yield replace(chosen, network=search.first.network)
        for point in self._path():
            if point.penalty.alpha <= chosen.penalty.alpha:
                yield point

    def _path(self) -> Iterator[Point]:
        """The points of the path."""
        search, alphas = self.search, automatic_alphas(self.largest)
        given = search.objective, search.first, alphas, search.growth, search.generator
        return follow(*given)

    def _best(self, first: Point, others: Iterator[Point]) -> Point:
        """The point of least held-out loss, until `_PATIENCE` in a row are worse."""
        best, least, since = first, self._loss(first), 0
        for point in others:
            loss = self._loss(point)
            since = 0 if loss < least else since + 1
            least, best = (least, best) if since else (loss, point)
            if since == _PATIENCE:
                break
        return best

    def _loss(self, point: Point) -> float:
        """The mean loss of the held-out samples."""
        return self.held_out.data_loss(point.network)

    def _lead(self, one: Point, other: Point) -> float:
        """Standard errors by which the first point's held-out loss is lower.

        Zero for equal losses.
        """
        networks = one.network, other.network
        total, square, n = self.held_out.total(_differences, *networks)
        variance = square - total.square() / n
        return float(total / variance.clamp_min(1e-300).sqrt())


def _differences(objective: Objective, one: LiveNetwork, other: LiveNetwork) -> Sums:
    """Sums over samples here of d = ℓ_other − ℓ_one and d², and the number of samples.

    Losses are multiplied by the samples' weights.
    """
    y, weight = objective.here.y, objective.here.weight
    of_one, of_other = (
        objective.loss.value(objective.evaluate(network).output, y).double()
        for network in (one, other)
    )
    lead = of_other - of_one
    lead = lead if weight is None else lead * weight
    return lead.sum(), lead.square().sum(), lead.new_tensor(len(lead))
