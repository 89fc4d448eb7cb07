"""Stages of ``fit`` that `SparcsRegressor` and `SparcsClassifier` share."""

from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
from scipy import sparse
from skorch.history import History

from .._checks.full_layers import warn_of_full_layers
from .._checks.leverage import warn_of_leverage
from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .._direct.form import DirectForm
from .._first_order.checkpoint import Checkpoint, refuse_changed
from .._fitted.result import Result
from .._growth.depth_search import search
from .._growth.linear_test import linear_p_value
from .._growth.prior import EVEN
from .._growth.search_result import SearchResult
from .._growth.second_order import SecondOrder, SecondOrderResult
from .._losses.bridge import BridgePenalty
from .._losses.penalty import SparseGroupPenalty
from .._networks.checks import checked_layer_sizes
from .._numerics.device import resolve_device
from .._numerics.library_defaults import library_defaults
from .._numerics.randomness import generators, own_random_state, seeds
from .._numerics.status import Status
from .._numerics.threads import suitable_threads
from .._problems.problem import Problem, Units, Validation
from .._problems.stream_state import StreamState
from .._problems.task import Task
from .._recruitment.first_order import FirstOrder
from .._recruitment.recipe import Recipe
from .._selection.chosen_clip import cross_validated_clip
from .._sklearn import Interval, StrOptions
from .epochs import TRAINING_CONSTRAINTS, TrainsByEpochs
from .solvers import Solver, chosen_solver
from .spectral import Spectral, given_strength
from .transaction import atomic
from .warm_start import agreed


class FitOutcome(NamedTuple):
    """What a fit was of, how it ended, and whether the network grew."""

    task: Task
    status: Status
    grown: bool


class Continuation(NamedTuple):
    """What a fit continues, and what may continue it.

    Attributes
    ----------
    checkpoint : Checkpoint or None
        Where the network starts; None begins anew.
    history : sequence of dict
        Rows of the fits before.
    stream : StreamState or None
        What is known of the stream that this is a part of, or of one that may come.
    """

    checkpoint: Checkpoint | None = None
    history: Sequence[Any] = ()
    stream: StreamState | None = None


class BaseSparcs(TrainsByEpochs, Spectral):
    """Stages of ``fit``, shared. Not for use by itself."""

    history_: History
    alpha_: float
    linear_alpha_: float
    hidden_alpha_: float
    clip_: float | None
    #: What "auto" is where epochs train: there is no path to choose on.
    _alpha_by_epochs: ClassVar[float]
    _checkpoint: Checkpoint

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **TRAINING_CONSTRAINTS,
        "learning_rate_init": [
            StrOptions({"auto"}),
            Interval(Real, 0, None, closed="neither"),
        ],
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "alpha": [
            StrOptions({"auto", "criterion"}),
            Interval(Real, 0, None, closed="left"),
        ],
        "linear_alpha": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")],
        "hidden_alpha": [
            StrOptions({"auto"}),
            Interval(Real, 0, None, closed="neither"),
        ],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "depth_factor": [Interval(Real, 0, None, closed="neither")],
        "min_significance": [Interval(Real, 0, None, closed="left")],
        "solver": [StrOptions({"growth", "second_order", "first_order", "adam"})],
        "input_eigenvalues": ["boolean"],
        "init": [StrOptions({"least_squares", "xavier"})],
        "standardize": ["boolean"],
        "clip": [
            StrOptions({"auto"}),
            Interval(Real, 0, None, closed="neither"),
            None,
        ],
        "hidden_clip": [Interval(Real, 0, None, closed="neither"), None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "prune_tol": [Interval(Real, 0, None, closed="left")],
        "callbacks": [list, None],
    }

    def _fit(self, X: Any, y: Any, sample_weight: Any) -> Any:
        """Fit to the user's data."""
        task, status, grown = self._learn(X, y, sample_weight)
        self._warn(status)
        self._warn_of_data(task, grown)
        return self

    # -- stages ------------------------------------------------------------------------

    @atomic
    def _learn(self, X: Any, y: Any, sample_weight: Any) -> FitOutcome:
        """Fit without warnings, and return what they depend on."""
        with library_defaults():
            self._refuse_contradictions()
            last = self._last_checkpoint() if self.warm_start else None
            task = self._task(X, y, sample_weight, fresh=last is None)
            with suitable_threads(task.n_entries):
                return self._learn_task(task, last)

    def _learn_task(self, task: Task, last: Checkpoint | None) -> FitOutcome:
        """Fit to checked data, from a checkpoint or anew."""
        self.encoding_ = self._encoding_of(task.y, task.weight)
        solver = self._solver(task)
        task = task.dense() if solver == "second_order" else task
        checkpoint = None if last and last.is_of_one_value else last
        state = own_random_state(self.random_state)
        problem = self._problem(task, solver, checkpoint, state)
        found = self._search(problem, solver, checkpoint, state)
        self._pass_interrupt_on(found.status)
        history = self.history_ if last else ()
        continuation = Continuation(checkpoint, history, StreamState.of_fit(task))
        self._take_over(found, task.samples(), state, continuation)
        self._record_uncertainty(found, self._priced(solver))
        status = self._record_pruned(found, task.samples())
        return FitOutcome(task, status, found.network.gated)

    def _take_over(
        self,
        found: SearchResult,
        samples: Samples | SharedSamples,
        state: np.random.RandomState,
        continuation: Continuation,
    ) -> None:
        """Set the fitted attributes from a result."""
        problem = found.problem
        self._adopt(Result.of(problem, found.network, state), samples)
        self._record(found, continuation)
        self._checkpoint = Checkpoint.of(
            found.snapshot(), problem.scaling, self._agreed(), continuation.stream
        )

    def _record_uncertainty(self, found: SearchResult, penalty: BridgePenalty) -> None:
        """Record what is known of errors at the optimum under a penalty."""
        self._record_spread(found.problem, penalty, found.held_out)
        self.linear_p_value_ = linear_p_value(found.problem)

    def _record_pruned(
        self, found: SearchResult, samples: Samples | SharedSamples
    ) -> Status:
        """Record the network that ``prune_tol`` allows; return how the fit ended."""
        smaller, status = self._pruned(found)
        self.pruned_estimator_ = self._as_compact(
            smaller, samples=samples, temperature=found.temperature
        )
        return status

    def _refuse_contradictions(self) -> None:
        """Refuse parameters that exclude each other.

        Raises
        ------
        ValueError
            If two do; the message says which.
        """
        if self.input_eigenvalues and self.solver != "adam":
            raise ValueError(
                'input_eigenvalues=True needs solver="adam"; got '
                f"solver={self.solver!r}, whose neurons fire by their own eigenvalues "
                "alone, the input's being zero."
            )
        if self.solver == "second_order" and self._in_epochs:
            asked = "callbacks" if self.callbacks else 'init="xavier"'
            raise ValueError(
                f'{asked} has no meaning for solver="second_order", which starts at '
                'the linear model and has no epochs; use solver="first_order".'
            )

    @property
    def _in_epochs(self) -> bool:
        """Whether a parameter requires training by epochs."""
        return bool(self.callbacks) or self.init != "least_squares"

    def _solver(self, task: Task) -> Solver:
        """Which solver fits these data."""
        return chosen_solver(
            self.solver,
            n_samples=task.X.shape[0],
            n_inputs=task.X.shape[1] + self.fit_intercept,
            in_place=not sparse.issparse(task.X),
            in_epochs=self._in_epochs,
        )

    def _last_checkpoint(self) -> Checkpoint | None:
        """The last fit, if there is one to continue."""
        if not self.__sklearn_is_fitted__():
            return None
        refuse_changed(self._checkpoint.agreed, self._agreed())
        return self._checkpoint

    def _checked_sizes(self) -> tuple[int, ...]:
        return checked_layer_sizes(self.hidden_layer_sizes)

    def _agreed(self) -> dict[str, Any]:
        sizes = self._checked_sizes()
        return agreed(self.get_params(deep=False), sizes)

    def _problem(
        self,
        task: Task,
        solver: Solver,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
    ) -> Problem:
        units = self._units(solver)
        if checkpoint is None:
            self.clip_ = self._chosen_clip(task, units, solver)
        return Problem.of(
            task,
            replace(units, clip=self.clip_),
            scaling=None if checkpoint is None else checkpoint.scaling,
            validation=Validation(self.validation_fraction, state)
            if self.early_stopping
            else None,
            start_linear=solver == "second_order"
            or (self.init == "least_squares" and checkpoint is None),
            linear_alpha=given_strength(self.linear_alpha),
            smooth=self._smooths
            and solver == "second_order"
            and bool(self._checked_sizes()),
        )

    def _units(self, solver: Solver) -> Units:
        """How data are scaled, before ``clip="auto"`` is decided."""
        return Units(
            resolve_device(self.device),
            self.fit_intercept,
            self.standardize,
            None if self.clip == "auto" else self.clip,
            self.hidden_clip if solver == "second_order" else None,
        )

    def _chosen_clip(self, task: Task, units: Units, solver: Solver) -> float | None:
        """The clipping bound; None where nothing is clipped."""
        if not self.standardize:
            return None
        if self.clip != "auto" or solver != "second_order":
            return units.clip
        return cross_validated_clip(task, units, given_strength(self.linear_alpha))

    def _search(
        self,
        problem: Problem,
        solver: Solver,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
    ) -> SearchResult:
        """Train: the paper's network, or growth in rounds, or growth of open layers.

        Only a fit from the start searches for the depth.
        """
        if solver == "second_order":
            return self._on_path(problem, checkpoint, state)
        by_epochs = self._by_epochs(problem, checkpoint, state)
        if solver == "adam":
            return by_epochs.full()
        if checkpoint is not None:
            return by_epochs.grown(checkpoint.open_layers)
        return search(by_epochs.grown, len(self._checked_sizes()), self.tol)

    def _by_epochs(
        self,
        problem: Problem,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
        *,
        stream: bool = False,
    ) -> FirstOrder:
        """Training by epochs, of which a stream takes one at a time."""
        drawn = generators(state, 3)
        schedule = self._schedule(len(problem.train), stream=stream)
        return FirstOrder(problem, self._recipe(), schedule, checkpoint, *drawn)

    def _on_path(
        self,
        problem: Problem,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
    ) -> SearchResult:
        """Follow a path of alphas in rounds, or continue from the last network."""
        growth, (seed,) = self._second_order(checkpoint is not None), seeds(state, 1)
        if checkpoint is not None:
            found = growth.found(problem, checkpoint.open_layers, seed, checkpoint)
            return growth.calibrated(found, seed)

        def growing(layers: Sequence[int]) -> SecondOrderResult:
            return growth.found(problem, layers, seed)

        found = search(growing, len(growth.hidden_layer_sizes), self.tol)
        if self.alpha != "criterion":
            found = growth.validated(found, seed)
        return growth.calibrated(found, seed)

    def _pruned(self, found: SearchResult) -> tuple[DirectForm, Status]:
        """The network that ``prune_tol`` allows, and how the fit ended.

        Where it was interrupted nothing is pruned: nobody wants to wait.
        """
        if found.status == Status.INTERRUPTED:
            return self.direct_form_, found.status
        try:
            return found.pruned(self.prune_tol), found.status
        except KeyboardInterrupt:
            self._pass_interrupt_on(Status.INTERRUPTED)
            return self.direct_form_, Status.INTERRUPTED

    def _warn_of_data(self, task: Task, grown: bool) -> None:
        """Warn of rows of high leverage, and of layers that are full."""
        given = self.clip if self.standardize else None
        if given in ("auto", None) and self.init == "least_squares":
            names = getattr(self, "feature_names_in_", None)
            warn_of_leverage(task, names, None if given is None else self.clip_)
        self._warn_of_size(grown)

    def _warn_of_size(self, grown: bool) -> None:
        """Say which layers are full, of a network that grew."""
        if grown:
            sizes = self._checked_sizes()
            warn_of_full_layers(self.direct_form_, sizes, or_else=", or raise alpha")

    # -- what the parameters mean ------------------------------------------------------

    def _recipe(self) -> Recipe:
        """For training by epochs."""
        alpha = self._alpha_by_epochs if self._has_auto_alpha else self.alpha
        return Recipe(
            self._checked_sizes(),
            SparseGroupPenalty(alpha, self.l1_ratio, self.depth_factor),
            self.activation,
            self.learning_rate_init,
            self.batch_size,
            self.min_significance,
            self.input_eigenvalues,
        )

    def _second_order(self, goes_on: bool) -> SecondOrder:
        """For growth on a path; what goes on keeps the strengths that were found."""
        alpha = None if self._has_auto_alpha else float(self.alpha)
        prior = given_strength(self.hidden_alpha)
        if goes_on and prior is None:
            prior = self.hidden_alpha_ or None  # epochs have none
        return SecondOrder(
            self._checked_sizes(),
            self.alpha_ if goes_on and alpha is None else alpha,
            BridgePenalty(0.0, self.l1_ratio, self.depth_factor),
            self.activation,
            self.min_significance,
            prior,
            self.max_iter,
            self.tol,
            self._told(),
        )

    def _priced(self, solver: Solver) -> BridgePenalty:
        """The penalty of the final network; alpha is zero after training by epochs."""
        found = self.alpha_, self.hidden_alpha_
        alpha, prior = found if solver == "second_order" else (0.0, EVEN)
        return BridgePenalty(alpha, self.l1_ratio, self.depth_factor, prior=prior)

    @property
    def _has_auto_alpha(self) -> bool:
        return isinstance(self.alpha, str)

    # -- fitted state: arrays only -----------------------------------------------------

    def _record(self, found: SearchResult, continuation: Continuation) -> None:
        """Record the history and losses, after the rows of an earlier fit."""
        anew = continuation.checkpoint is None
        self.alpha_, self.hidden_alpha_ = found.alpha, found.prior
        if found.problem.linear_map is not None or anew:
            self.linear_alpha_ = found.problem.linear_alpha
        self._record_loss(found.problem.loss, found.temperature)
        if found.alpha_max is not None and anew:
            self.alpha_max_ = found.alpha_max
        self.history_ = History([*continuation.history, *found.history])
        self.n_iter_ = len(self.history_)
        self.loss_curve_ = [row["objective"] for row in self.history_]
        self.validation_scores_ = None
        if found.problem.valid is not None:
            self.validation_scores_ = [row.get("valid_score") for row in self.history_]

    def __getstate__(self) -> dict[str, Any]:
        """Leave the optimiser's moments behind: a pickle holds what predicts."""
        state = super().__getstate__()
        if "_checkpoint" in state:
            state["_checkpoint"] = state["_checkpoint"].network_alone()
        return state
