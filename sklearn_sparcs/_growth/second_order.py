"""Second-order growth of one network, without cross-validation.

The alpha is given, or a criterion chooses it, or samples that were set aside do
(`alpha_search`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch

from .._direct.form import DirectForm
from .._first_order.checkpoint import Checkpoint
from .._first_order.solver import Snapshot
from .._linear.ridge import some_rows
from .._losses.bridge import BridgePenalty
from .._losses.losses import ClassificationLoss
from .._losses.observations import Observations
from .._losses.raw_observations import observed
from .._networks.gauge import growing_network
from .._networks.growing import GrowingNetwork
from .._networks.live import LiveNetwork
from .._networks.structure import weights_of
from .._numerics.status import Status
from .._problems.problem import Problem
from .alpha_search import (
    AlphaSearch,
    Row,
    Selected,
    at_alpha,
    by_criterion,
    by_validation,
)
from .growth_options import GrowthOptions
from .holdout import MOST_HELD_OUT, HeldOut, validated
from .linear_start import linear_ridge
from .path import PathFit
from .path_following import Point
from .path_point import PathPoint
from .prior import EVEN, others
from .search_result import SearchResult
from .temperature import cooled, is_better_than_linear, refitted, temperature

#: Nats of the whole likelihood that a deeper network must gain on the criterion.
_DEPTH_NATS = 2.0


@dataclass(frozen=True)
class SecondOrderResult(SearchResult):
    """A point of a path as the result of a search.

    Attributes
    ----------
    fit : PathFit
        The path at its beginning.
    live : LiveNetwork
        The network in direct space, its outputs not yet divided by the temperature.
    judged_by_criterion : bool
        Whether ``value`` is the criterion's.
    """

    fit: PathFit = field(repr=False)
    live: LiveNetwork = field(repr=False)
    judged_by_criterion: bool

    @cached_property
    def network(self) -> GrowingNetwork:
        """The network in spectral space."""
        return self._in_spectral_space(cooled(self.live, self.temperature))

    @property
    def prior(self) -> float:
        """Precision of the hidden weights' prior."""
        return self.fit.growth.prior

    @property
    def to_beat(self) -> float:
        """The value that a deeper network must be below to be worth its depth."""
        if not self.judged_by_criterion:
            return super().to_beat
        n = self.fit.objective.data.n_counted
        return self.value - _DEPTH_NATS / n

    def snapshot(self) -> Snapshot:
        """The network as it was trained, of which no optimiser remembers anything."""
        network = self._in_spectral_space(self.live)
        nothing = torch.zeros_like(network.flat.data)
        tensors = [tensor.clone() for tensor in network.structure()]
        return Snapshot(tensors, nothing, nothing, 0, list(self.live.neurons))

    def left_out(self, seed: int) -> Iterator[HeldOut]:
        """Samples of classes that networks as this one were not trained on.

        Those held out, or set aside for validation; else, left out of refits, which
        ``seed`` draws.
        """
        problem, live, fit = self.problem, self.live, self.fit
        if not isinstance(problem.loss, ClassificationLoss) or not any(live.n_live):
            return
        if self.held_out:
            yield from self.held_out
        elif problem.valid is not None:
            valid = some_rows(problem.valid, MOST_HELD_OUT)
            aside = Observations.of(valid, problem.bias)
            yield HeldOut(live, aside, fit.first.network)
        else:
            penalty = fit.growth.under(self.alpha, fit.objective, live)
            objective = replace(fit.objective, penalty=penalty)
            yield from refitted(objective, live, seed, fit.first)

    def _in_spectral_space(self, live: LiveNetwork) -> GrowingNetwork:
        growth = self.fit.growth
        return growing_network(live, growth.sizes, growth.penalty.depth_factor)

    def pruned(self, tol: float) -> DirectForm:
        """Without the neurons that are worth least, the others trained again."""
        point = PathPoint(self.alpha, self.live)
        smaller = self.fit.pruned(point, tol, self.problem.valid)
        return self.problem.form_of(cooled(smaller, self.temperature))


@dataclass(frozen=True)
class SecondOrder:
    """Hyperparameters of second-order growth, under the estimators' names.

    Attributes
    ----------
    hidden_layer_sizes : tuple of int
        Most neurons of each hidden layer.
    alpha : float or None
        None leaves it to the criterion, or to the samples set aside.
    penalty : BridgePenalty
        Whatever its alpha is.
    activation : str
    min_significance : float
    prior : float or None
        Precision of the hidden weights' prior; None lets held-out samples choose.
    max_iter : int
        Most iterations at ``alpha``.
    tol : float
        Relative progress in an iteration that counts as none.
    told : callable
        Is told of every row of the history.
    """

    hidden_layer_sizes: tuple[int, ...]
    alpha: float | None
    penalty: BridgePenalty
    activation: str = "relu"
    min_significance: float = 2.5
    prior: float | None = None
    max_iter: int = 20
    tol: float = 3e-4
    told: Callable[[Row], object] = id

    def found(
        self,
        problem: Problem,
        layers: Sequence[int],
        seed: int,
        checkpoint: Checkpoint | None = None,
    ) -> SecondOrderResult:
        """Grow a network in ``layers``, from the linear model or from a checkpoint.

        From a checkpoint, alpha is given. ``seed`` draws the candidates.
        """
        fit = self._begun(problem, layers, seed)
        search = self._search(fit, seed)
        network = None
        if checkpoint is not None:
            network = self._resumed(problem, checkpoint)
            network = network if any(network.n_live) else None
        selected = self._led(search, network)
        return SecondOrderResult(
            problem,
            selected.history,
            selected.status,
            selected.value,
            selected.point.penalty.alpha,
            fit.alpha_max,
            fit,
            selected.point.network,
            self.alpha is None and problem.valid is None,
        )

    def validated(self, found: SecondOrderResult, seed: int) -> SecondOrderResult:
        """The criterion's choice, or what samples held out prefer (`holdout`).

        ``seed`` draws these samples, and candidates. A result stays as it is if no
        criterion has chosen it, if an interrupt has ended it, or if its loss is below
        ``tol``, so that nothing is left to explain.
        """
        ended = found.status == Status.INTERRUPTED
        explained = found.history[-1]["train_loss"] <= self.tol
        if ended or explained or not found.judged_by_criterion:
            return found
        fit = found.fit
        penalty = fit.growth.under(found.alpha, fit.objective, found.live)
        search, chosen = self._search(fit, seed), Point(penalty, found.live)
        priors = others(found.problem.n_inputs) if self.prior is None else ()
        try:
            checked = validated(search, chosen, seed, priors)
        except KeyboardInterrupt:
            return replace(found, status=Status.INTERRUPTED)
        if checked is None:
            return found
        found, selected = replace(found, held_out=(checked.held_out,)), checked.selected
        if selected is None:
            return found
        depth = {"depth": len(fit.growth.layers)}
        return replace(
            found,
            fit=replace(fit, growth=replace(fit.growth, prior=checked.prior)),
            history=[*found.history, *({**row, **depth} for row in selected.history)],
            alpha=selected.point.penalty.alpha,
            live=selected.point.network,
        )

    def calibrated(self, found: SecondOrderResult, seed: int) -> SecondOrderResult:
        """A result at the temperature that samples tell which were not trained on.

        If these prefer the linear model, and no alpha was given, that is the result.
        ``seed`` draws what is left out of refits.
        """
        loss = found.problem.loss
        if found.status == Status.INTERRUPTED:
            return found
        try:
            held_out = list(found.left_out(seed))
            at = temperature(held_out, loss)
            kept = self.alpha is not None or is_better_than_linear(held_out, loss, at)
            return replace(found, temperature=at) if kept else self._linear(found, seed)
        except KeyboardInterrupt:
            return replace(found, status=Status.INTERRUPTED)

    def _linear(self, found: SecondOrderResult, seed: int) -> SecondOrderResult:
        """The linear model instead of what was found."""
        search, first = self._search(found.fit, seed), found.fit.first
        given = first.alpha_max, search.objective, first.judged(first.network)
        row = search.row(Point(found.fit.growth.under(*given), first.network))
        return replace(
            found,
            history=[*found.history, {**row, "depth": len(found.fit.growth.layers)}],
            alpha=first.alpha_max,
            live=first.network,
            held_out=(),
        )

    def _search(self, fit: PathFit, seed: int) -> AlphaSearch:
        """The search for an alpha on the path of a fit."""
        problem, valid = fit.problem, fit.problem.valid
        return AlphaSearch(
            fit.objective,
            fit.first,
            fit.growth,
            problem.loss,
            None if valid is None else observed(valid, problem.bias),
            torch.Generator().manual_seed(seed),
            self.told,
        )

    def _begun(self, problem: Problem, layers: Sequence[int], seed: int) -> PathFit:
        """A path at the linear model."""
        growth = GrowthOptions(
            self.hidden_layer_sizes,
            tuple(layers),
            replace(self.penalty, linear=linear_ridge(problem)),
            problem.loss,
            min_significance=self.min_significance,
            prior=EVEN if self.prior is None else self.prior,
            sampled=True,
        )
        return PathFit.begun(problem, self.activation, growth, seed)

    def _led(self, search: AlphaSearch, network: LiveNetwork | None) -> Selected:
        if search.valid is not None:
            return by_validation(search, self.alpha, network)
        if self.alpha is None:
            return by_criterion(search)
        return at_alpha(search, self.alpha, self.max_iter, self.tol, network)

    def _resumed(self, problem: Problem, checkpoint: Checkpoint) -> LiveNetwork:
        """The network of a checkpoint in direct space."""
        snapshot = checkpoint.snapshot(problem)
        weights = tuple(weights_of(snapshot.parameters))
        neurons = tuple(snapshot.neurons)
        options = self.activation, problem.bias, neurons, problem.reach
        return LiveNetwork(weights, *options)
