"""Stages of ``fit`` that `SparcsRegressor` and `SparcsClassifier` share."""

import math
from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
from scipy import sparse
from skorch.history import History

from .._data.batches import TrainingData
from .._data.samples import Samples
from .._data.scaling import Scaling
from .._data.shared_samples import SharedSamples
from .._direct.form import DirectForm
from .._growth.depth_search import search
from .._growth.first_order_result import FirstOrderResult
from .._growth.linear_test import linear_p_value
from .._growth.recipe import Recipe
from .._growth.search_result import SearchResult
from .._growth.second_order import SecondOrder, SecondOrderResult
from .._networks.checks import checked_layer_sizes
from .._sklearn import Interval, StrOptions
from .._training.bridge import BridgePenalty
from .._training.checkpoint import Checkpoint, refuse_changed
from .._training.device import resolve_device
from .._training.penalty import SparseGroupPenalty
from .._training.problem import Problem, Units, Validation
from .._training.randomness import generators, own_random_state, seeds
from .._training.recent import Recent
from .._training.run import train
from .._training.solver import Solver
from .._training.status import Status
from .._training.task import Task
from .._training.torch_defaults import torch_defaults
from .chosen_clip import cross_validated_clip
from .epochs import TRAINING_CONSTRAINTS, TrainsByEpochs
from .full_layers import warn_of_full_layers
from .leverage import warn_of_leverage
from .lost_rows import warn_of_lost_rows
from .out_of_scale import warn_of_scale
from .result import Result
from .solvers import Solver as SolverName
from .solvers import chosen_solver
from .spectral import Spectral, given_strength
from .transaction import at_once
from .warm_start import agreed


class Learnt(NamedTuple):
    """What a fit was of, how it ended, and whether the network grew.

    Attributes
    ----------
    task : Task
        What was trained on.
    scaling : Scaling
    status : Status
    grown : bool
    earlier, recent : Recent or None
        A stream before its last piece, and with it.
    """

    task: Task
    scaling: Scaling
    status: Status
    grown: bool
    earlier: Recent | None
    recent: Recent | None


class BaseSparcs(TrainsByEpochs, Spectral):
    """Stages of ``fit``, shared. Not for use by itself."""

    history_: History
    alpha_: float
    linear_alpha_: float
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

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, *, stream: bool, classes: Any = None
    ) -> Any:
        """Fit to the user's data; in a stream, for one epoch."""
        learnt = self._learn(X, y, sample_weight, stream, classes)
        if stream:
            self._warn_of_stream(learnt)
        if not (stream and learnt.status == Status.MAX_ITER):
            self._warn(learnt.status)
        if not stream:
            self._warn_of_data(learnt.task, learnt.grown)
        return self

    # -- stages ------------------------------------------------------------------------

    @at_once
    def _learn(
        self, X: Any, y: Any, sample_weight: Any, stream: bool, classes: Any
    ) -> Learnt:
        """Fit without warnings, and return what they depend on."""
        with torch_defaults():
            self._refuse_contradictions()
            last = self._last_checkpoint(stream)
            earlier = (last.stream if last else Recent()) if stream else None
            before = None if earlier is None else earlier.targets
            task = self._task(
                X, y, sample_weight, fresh=last is None, classes=classes, before=before
            )
            self.encoding_ = self._encoding_of(task.y, task.weight)
            known = last.scaling if last and self.standardize else None
            recent = None if earlier is None else earlier.followed_by(task, known)
            checkpoint = self._gone_on_from(last, recent)
            task = task if recent is None else recent.to_train_on(task)
            solver = self._solver(task, stream)
            task = task.dense() if solver == "second_order" else task
            state = own_random_state(self.random_state)
            problem = self._problem(task, solver, checkpoint, state)
            found = self._search(problem, solver, checkpoint, state, recent)
            self._pass_interrupt_on(found.status)
            status = self._take_over(
                problem,
                found,
                task.samples(),
                state,
                solver=solver,
                checkpoint=checkpoint,
                earlier=[] if last is None else self.history_,
                stream=stream,
                recent=recent if stream else Recent.of_fit(task),
            )
        grown = found.network.gated
        return Learnt(task, problem.scaling, status, grown, earlier, recent)

    def _take_over(
        self,
        problem: Problem,
        found: SearchResult,
        samples: Samples | SharedSamples,
        state: np.random.RandomState,
        *,
        solver: SolverName = "second_order",
        checkpoint: Checkpoint | None = None,
        earlier: Sequence[Any] = (),
        stream: bool = False,
        recent: Recent | None = None,
    ) -> Status:
        """Set the fitted attributes from a result, and return how the fit ended.

        ``earlier`` are rows of the history before what it went on from, ``stream`` says
        whether the samples are a part of one, and ``recent`` what is known of it, or of
        one that may come.
        """
        self._adopt(Result.of(problem, found.network, state), samples)
        self._record(found, checkpoint, earlier)
        penalty = None if stream else self._priced(solver)
        self._record_spread(problem, penalty, found.held_out)
        self.linear_p_value_ = math.nan if stream else linear_p_value(problem)
        self._checkpoint = Checkpoint.of(
            found.snapshot(), problem.scaling, self._agreed(), recent
        )
        smaller, status = self._pruned(found)
        self.pruned_estimator_ = self._as_compact(smaller, samples=samples)
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

    def _solver(self, task: Task, stream: bool) -> SolverName:
        """Which solver fits these data."""
        return chosen_solver(
            self.solver,
            n_samples=task.X.shape[0],
            n_inputs=task.X.shape[1] + self.fit_intercept,
            in_place=not sparse.issparse(task.X),
            in_epochs=stream or self._in_epochs,
        )

    def _last_checkpoint(self, stream: bool) -> Checkpoint | None:
        """The last fit, if this one is to continue from it."""
        if not (self.__sklearn_is_fitted__() and (stream or self.warm_start)):
            return None
        refuse_changed(self._checkpoint.agreed, self._agreed())
        return self._checkpoint

    def _gone_on_from(
        self, last: Checkpoint | None, recent: Recent | None
    ) -> Checkpoint | None:
        """The last fit, if it says anything of what has come since."""
        anew = last is not None and last.is_of_one_value
        anew = anew if recent is None else recent.is_short
        return None if anew else last

    def _checked_sizes(self) -> tuple[int, ...]:
        return checked_layer_sizes(self.hidden_layer_sizes)

    def _agreed(self) -> dict[str, Any]:
        sizes = self._checked_sizes()
        return agreed(self.get_params(deep=False), sizes)

    def _problem(
        self,
        task: Task,
        solver: SolverName,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
    ) -> Problem:
        units = Units(
            resolve_device(self.device),
            self.fit_intercept,
            self.standardize,
            None if self.clip == "auto" else self.clip,
            self.hidden_clip if solver == "second_order" else None,
        )
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

    def _chosen_clip(
        self, task: Task, units: Units, solver: SolverName
    ) -> float | None:
        """The clipping bound; None where nothing is clipped."""
        if not self.standardize:
            return None
        if self.clip != "auto" or solver != "second_order":
            return units.clip
        return cross_validated_clip(task, units, given_strength(self.linear_alpha))

    def _search(
        self,
        problem: Problem,
        solver: SolverName,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
        recent: Recent | None,
    ) -> SearchResult:
        """Train: the paper's network, or growth in rounds, or growth of open layers.

        Only a fit from the start searches for the depth, and a stream looks for neurons
        in its last rows.
        """
        if solver == "second_order":
            return self._on_path(problem, checkpoint, state)
        training, drawing, starting = generators(state, 3)
        recipe = self._recipe()
        n_samples = len(problem.train)
        schedule = self._schedule(n_samples, stream=recent is not None)

        def run(solver: Solver) -> FirstOrderResult:
            return FirstOrderResult.of(
                train(solver, problem, schedule, training), problem
            )

        def growing(
            layers: Sequence[int], looks_in: TrainingData | None = None
        ) -> FirstOrderResult:
            start = problem, layers, drawing, checkpoint
            return run(recipe.growth_solver(*start, looks_in))

        if solver == "adam":
            return run(recipe.paper_solver(problem, starting, checkpoint))
        if recent is not None:
            last, rows = recipe.layers[-1:], problem.data_of(recent.whole())
            layers = last if checkpoint is None else checkpoint.open_layers
            return growing(layers if recent.due else (), rows)
        if checkpoint is not None:
            return growing(checkpoint.open_layers)
        return search(growing, len(recipe.layers), self.tol)

    def _on_path(
        self,
        problem: Problem,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
    ) -> SearchResult:
        """Follow a path of alphas in rounds, or continue from the last network."""
        growth, (seed,) = self._second_order(checkpoint is not None), seeds(state, 1)
        if checkpoint is not None:
            return growth.found(problem, checkpoint.open_layers, seed, checkpoint)

        def growing(layers: Sequence[int]) -> SecondOrderResult:
            return growth.found(problem, layers, seed)

        found = search(growing, len(growth.hidden_layer_sizes), self.tol)
        return found if self.alpha == "criterion" else growth.validated(found, seed)

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

    def _warn_of_stream(self, learnt: Learnt) -> None:
        """Say what a stream misses, and where it has left its scale."""
        before, now = learnt.earlier, learnt.recent
        assert before is not None and now is not None
        warn_of_lost_rows(before, now)
        if self.standardize and not now.is_short:
            names = getattr(self, "feature_names_in_", None)
            warn_of_scale(now.whole(), learnt.scaling, names)

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
        """For growth on a path; what goes on keeps the alpha that was found."""
        alpha = None if self._has_auto_alpha else float(self.alpha)
        return SecondOrder(
            self._checked_sizes(),
            self.alpha_ if goes_on and alpha is None else alpha,
            BridgePenalty(0.0, self.l1_ratio, self.depth_factor),
            self.activation,
            self.min_significance,
            self.max_iter,
            self.tol,
            self._told(),
        )

    def _priced(self, solver: SolverName) -> BridgePenalty:
        """The penalty of the final network; alpha is zero after training by epochs."""
        alpha = self.alpha_ if solver == "second_order" else 0.0
        return BridgePenalty(alpha, self.l1_ratio, self.depth_factor)

    @property
    def _has_auto_alpha(self) -> bool:
        return isinstance(self.alpha, str)

    # -- fitted state: arrays only -----------------------------------------------------

    def _record(
        self, found: SearchResult, checkpoint: Checkpoint | None, earlier: Sequence[Any]
    ) -> None:
        """Record the history and losses, after the rows of an earlier fit."""
        self.alpha_ = found.alpha
        if found.problem.linear_map is not None or checkpoint is None:
            self.linear_alpha_ = found.problem.linear_alpha
        self._record_loss(found.problem.loss)
        if found.alpha_max is not None and checkpoint is None:
            self.alpha_max_ = found.alpha_max
        self.history_ = History([*earlier, *found.history])
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
