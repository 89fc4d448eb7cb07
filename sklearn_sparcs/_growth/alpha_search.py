"""The choice of alpha without folds: by a criterion, by validation, or as given.

The path is that of `path_following.follow`. Where alpha is not given, the path ends
where new neurons no longer pay, by an information criterion or by the loss on
validation samples. Where alpha is given, the path leads there, and all weights are
trained until they settle. Whether there is to be any neuron at all was decided before
(`noise`). An interrupt ends the path; the result is then the best network so far, if
there is one.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from .._losses.losses import Loss
from .._losses.observations import LocalData
from .._networks.live import LiveNetwork
from .._numerics.status import Status
from .._second_order.levenberg_marquardt import optimize
from .._second_order.objective import Objective
from .first_survey import FirstSurvey
from .growth_options import GrowthOptions
from .information_criterion import criterion
from .path_following import Point, follow, settled, trained_on_some, trained_out

#: What is known of a point: numbers, by name.
Row = dict[str, Any]

#: What an effective weight has to be worth, in nats of the whole likelihood.
FACTOR = 2.0

#: An alpha of the path in the one before it: twelve steps to a thousandth.
_RATIO = 1e-3 ** (1 / 12)
#: Smallest alphas of the path in the largest: where the criterion chooses, where
#: samples set aside do, and where it is passed on the search to a smaller one.
_END, _VALIDATED_END, _PASSED = 1e-3, 1e-4, 1e-4

#: Alphas in a row without any improvement that end a path.
_PATIENCE = 4
#: Nats of the whole likelihood above the least criterion at which rising values end it.
_MARGIN = 10.0
#: Surveys more at the alpha that was asked for, while neurons wake.
MORE_SURVEYS = 4
#: Iterations at most that train all weights there.
_MOST_ITERATIONS = 20


@dataclass(frozen=True)
class AlphaSearch:
    """Settings of a search along a path: objective, linear start, validation samples.

    Attributes
    ----------
    objective : Objective
        The data and the loss, whatever its penalty is.
    first : FirstSurvey
        The linear model, and what may wake in it.
    growth : GrowthOptions
    loss : Loss
    valid : LocalData or None
        Samples set aside.
    generator : torch.Generator
        Draws candidates.
    told : callable
        Is told of every row.
    """

    objective: Objective
    first: FirstSurvey
    growth: GrowthOptions
    loss: Loss
    valid: LocalData | None
    generator: torch.Generator
    told: Callable[[Row], object]

    def follow(
        self, alphas: Sequence[float], network: LiveNetwork | None = None
    ) -> Iterator[tuple[Point, Row]]:
        """Yield the network at each alpha with its row of the history.

        Where no neuron may wake, all alphas give the same network: one is enough.
        """
        if network is None and not self.may_grow:
            alphas = alphas[:1]
        args = self.objective, self.first, alphas, self.growth, self.generator
        for point in follow(*args, network):
            yield point, self.row(point)

    def row(self, point: Point) -> Row:
        """The row of the history for a point; callbacks are told of it."""
        network = self.first.judged(point.network)
        at = self.under(point).evaluate(network)
        row: Row = {
            "alpha": point.penalty.alpha,
            "train_loss": at.loss,
            "objective": at.value,
            "n_live": sum(point.network.n_live),
        }
        if self.valid is not None:
            there = replace(self.objective, data=self.valid).evaluate(network)
            told = there.output, self.valid.y, self.valid.weight
            row["valid_loss"] = float(self.loss(*told))
            row["valid_score"] = float(self.loss.score(*told))
        self.told(row)
        return row

    def with_prior(self, prior: float) -> "AlphaSearch":
        """The search under another prior of the hidden weights."""
        return replace(self, growth=replace(self.growth, prior=prior))

    def under(self, point: Point) -> Objective:
        """The objective that a point was trained for."""
        return replace(self.objective, penalty=point.penalty)

    @property
    def margin(self) -> float:
        """Rise above the least criterion, per sample, that may end the path."""
        return _MARGIN / self.objective.data.n_counted

    @property
    def may_grow(self) -> bool:
        """Whether the linear model leaves more than noise."""
        return self.first.wakes(self.growth)


@dataclass(frozen=True)
class Selected:
    """The selected point, its value (less is better), and the history."""

    point: Point
    value: float
    history: list[Row]
    status: Status = Status.CONVERGED


def descending(largest: float, smallest: float) -> list[float]:
    """Alphas from the largest down to exactly the smallest, each a share of the last.

    Below `_PASSED` of the largest there are no steps: the smallest follows at once.
    """
    if not smallest < largest:
        return [smallest]
    end = max(smallest, _PASSED * largest)
    n = math.ceil(math.log(end / largest) / math.log(_RATIO) - 1e-6)
    steps = [largest * (end / largest) ** (i / n) for i in range(n)]
    return [*steps, end] if end == smallest else [*steps, end, smallest]


def automatic_alphas(largest: float) -> list[float]:
    """The path that is followed if no alpha is given."""
    return descending(largest, _END * largest)


def by_criterion(search: AlphaSearch) -> Selected:
    """The point of the path that the criterion prefers, the linear model among them."""
    largest = search.first.alpha_max

    def value(point: Point, row: Row) -> float:
        given = search.under(point), search.loss, point.network, FACTOR
        return criterion(*given, row["train_loss"])

    return _best(search, automatic_alphas(largest), value, margin=search.margin)


def by_validation(
    search: AlphaSearch, smallest: float | None, network: LiveNetwork | None = None
) -> Selected:
    """The point with the lowest loss on samples set aside, down to some alpha.

    From a network that there is already, it goes on at that alpha.
    """
    if smallest is None:
        smallest = _VALIDATED_END * search.first.alpha_max
    alphas = descending(search.first.alpha_max, smallest)
    if network is not None:
        alphas = [smallest] * MORE_SURVEYS
    return _best(search, alphas, lambda _, row: float(row["valid_loss"]), network)


def at_alpha(
    search: AlphaSearch,
    alpha: float,
    max_iter: int,
    tol: float,
    network: LiveNetwork | None,
) -> Selected:
    """The optimum at an alpha, reached along the path, or from a network."""
    grown = _grown(search, alpha, network)
    n_live = sum(grown.point.network.n_live)
    if grown.status == Status.INTERRUPTED or not n_live:
        return grown
    n_iter, point = min(max_iter, _MOST_ITERATIONS), grown.point
    try:
        objective = search.under(point)
        network = trained_on_some(objective, point.network, n_iter, tol)
        found = optimize(objective, network, n_iter, tol)
        point = replace(point, network=settled(found.network, search.first))
        row = search.row(point)
    except KeyboardInterrupt:
        return replace(grown, status=Status.INTERRUPTED)
    status = _asking_for_more(found.status, n_iter == max_iter)
    return Selected(point, row["objective"], [*grown.history, row], status)


def continued_at(search: AlphaSearch, alpha: float, network: LiveNetwork) -> Selected:
    """A network, grown by one survey at an alpha and trained to convergence there."""
    ((point, row),) = search.follow([alpha], network)
    selected = Selected(point, row["objective"], [row])
    return _finished(search, selected, lambda _, row: float(row["objective"]))


def _grown(search: AlphaSearch, alpha: float, network: LiveNetwork | None) -> Selected:
    """The network at an alpha after as many surveys as wake more neurons."""
    alphas, n_live = [alpha], 0
    if network is not None:
        n_live = sum(network.n_live)
    elif search.may_grow:
        alphas = descending(search.first.alpha_max, alpha)
    seen: list[tuple[Point, Row]] = []
    status = Status.CONVERGED
    try:
        for point, row in search.follow([*alphas, *[alpha] * MORE_SURVEYS], network):
            seen.append((point, row))
            n_before, n_live = n_live, row["n_live"]
            if len(seen) >= len(alphas) and n_live <= n_before:
                break
    except KeyboardInterrupt:
        if not seen:
            raise
        status = Status.INTERRUPTED
    point, row = seen[-1]
    return Selected(point, row["objective"], [row for _, row in seen], status)


def _asking_for_more(status: Status, users_limit: bool) -> Status:
    """The status to report: a limit that was not the user's counts as convergence."""
    if status == Status.MAX_ITER and not users_limit:
        return Status.CONVERGED
    return status


def _best(
    search: AlphaSearch,
    alphas: Sequence[float],
    value: Callable[[Point, Row], float],
    network: LiveNetwork | None = None,
    margin: float = math.inf,
) -> Selected:
    """The point of least value, trained to convergence."""
    best: Selected | None = None
    history: list[Row] = []
    values: list[float] = []
    try:
        for point, row in search.follow(alphas, network):
            values.append(value(point, row))
            history.append(row)
            if best is None or values[-1] < best.value:
                best = Selected(point, values[-1], history)
            if _past(values, margin):
                break
    except KeyboardInterrupt:
        if best is None:
            raise
        return replace(best, status=Status.INTERRUPTED)
    assert best is not None  # there is an alpha at least
    return _finished(search, best, value)


def _past(values: Sequence[float], margin: float) -> bool:
    """Whether the minimum of the values seems to have been passed.

    It has after `_PATIENCE` values, or after two rises in a row if the last value lies
    more than ``margin`` above it.
    """
    since = values[::-1].index(min(values))
    rising = since >= 2 and values[-3] < values[-2] < values[-1]
    return since >= _PATIENCE or (rising and values[-1] > min(values) + margin)


def _finished(
    search: AlphaSearch, selected: Selected, value: Callable[[Point, Row], float]
) -> Selected:
    """The selected point, trained on all samples to convergence."""
    network = selected.point.network
    if not any(network.n_live):
        return selected
    network = trained_out(search.under(selected.point), network, search.first)
    point = replace(selected.point, network=network)
    row = search.row(point)
    return replace(
        selected, point=point, value=value(point, row), history=[*selected.history, row]
    )
