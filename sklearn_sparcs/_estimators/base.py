"""What the regressor and the classifier share: the stages of ``fit``."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from skorch.history import History

from .._growth.pruning import prune
from .._growth.recipe import Recipe
from .._growth.relax import relax
from .._growth.rounds import search
from .._growth.solver import GrowthSolver
from .._networks.checks import checked_layer_sizes
from .._sklearn import Interval, StrOptions
from .._training.checkpoint import Checkpoint, refuse_changed
from .._training.device import resolve_device
from .._training.epochs import evaluate
from .._training.penalty import SparseGroupPenalty
from .._training.problem import Problem, Units, Validation
from .._training.randomness import generators, own_random_state
from .._training.run import Outcome, train
from .._training.solver import Solver
from .._training.status import Status
from .._training.task import Task
from .epochs import TRAINING_CONSTRAINTS, TrainsByEpochs
from .result import Result
from .spectral import Spectral
from .transaction import unchanged_on_failure
from .warm_start import agreed


class BaseSparcs(TrainsByEpochs, Spectral):
    """Stages of ``fit``, shared. Not for use by itself."""

    history_: History
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
        "alpha": [Interval(Real, 0, None, closed="left")],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "depth_factor": [Interval(Real, 0, None, closed="neither")],
        "min_significance": [Interval(Real, 0, None, closed="left")],
        "solver": [StrOptions({"growth", "adam"})],
        "input_eigenvalues": ["boolean"],
        "init": [StrOptions({"least_squares", "xavier"})],
        "standardize": ["boolean"],
        "clip": [Interval(Real, 0, None, closed="neither"), None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "prune_tol": [Interval(Real, 0, None, closed="left")],
        "callbacks": [list, None],
    }

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, *, stream: bool, classes: Any = None
    ) -> Any:
        """From the user's data to fitted attributes; one epoch of it in a stream."""
        with unchanged_on_failure(self):
            recipe, checkpoint = self._recipe(), self._last_checkpoint(stream)
            task = self._task(
                X, y, sample_weight, fresh=checkpoint is None, classes=classes
            )
            state = own_random_state(self.random_state)
            problem = self._problem(task, checkpoint, state)
            outcome = self._search(problem, recipe, checkpoint, state, stream)
            self._adopt(Result.of(problem, outcome.solver.network, state))
            self._record(outcome, checkpoint, validated=problem.valid is not None)
            self._checkpoint = Checkpoint.of(
                outcome.solver.snapshot(), problem.scaling, self._agreed()
            )
            self.pruned_estimator_ = self._pruned(outcome.solver, problem, state)
        if not (stream and outcome.status == Status.MAX_ITER):
            self._warn(outcome.status)
        return self

    # -- stages ------------------------------------------------------------------------

    def _recipe(self) -> Recipe:
        """What the parameters mean.

        Raises
        ------
        ValueError
            If two of them exclude each other.
        """
        if self.input_eigenvalues and self.solver != "adam":
            raise ValueError(
                'input_eigenvalues=True needs solver="adam"; got '
                f"solver={self.solver!r}, whose neurons fire by their own eigenvalues "
                "alone, the input's being zero."
            )
        return Recipe(
            checked_layer_sizes(self.hidden_layer_sizes),
            SparseGroupPenalty(self.alpha, self.l1_ratio, self.depth_factor),
            self.activation,
            self.learning_rate_init,
            self.batch_size,
            self.shuffle,
            self.min_significance,
            self.input_eigenvalues,
        )

    def _last_checkpoint(self, stream: bool) -> Checkpoint | None:
        """What to go on from: the last fit, in a stream or where asked to."""
        if not (self.__sklearn_is_fitted__() and (stream or self.warm_start)):
            return None
        refuse_changed(self._checkpoint.agreed, self._agreed())
        return self._checkpoint

    def _agreed(self) -> dict[str, Any]:
        sizes = checked_layer_sizes(self.hidden_layer_sizes)
        return agreed(self.get_params(deep=False), sizes)

    def _problem(
        self,
        task: Task,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
    ) -> Problem:
        return Problem.of(
            task,
            Units(
                resolve_device(self.device),
                self.fit_intercept,
                self.standardize,
                self.clip,
            ),
            scaling=None if checkpoint is None else checkpoint.scaling,
            validation=Validation(self.validation_fraction, state)
            if self.early_stopping
            else None,
            start_linear=self.init == "least_squares" and checkpoint is None,
        )

    def _search(
        self,
        problem: Problem,
        recipe: Recipe,
        checkpoint: Checkpoint | None,
        state: np.random.RandomState,
        stream: bool,
    ) -> Outcome:
        """Train: the paper's network, or rounds of growth, or growth of what is open.

        Only a fit from the start searches for the depth.
        """
        shuffling, drawing, starting = generators(state, 3)
        schedule = self._schedule(len(problem.train), 1 if stream else None)

        def run(solver: Solver) -> Outcome:
            return train(solver, problem, schedule, shuffling)

        def growing(layers: Any) -> GrowthSolver:
            return recipe.growth_solver(problem, layers, drawing, checkpoint)

        if self.solver == "adam":
            return run(recipe.paper_solver(problem, starting, checkpoint))
        if checkpoint is not None:
            return run(growing(checkpoint.open_layers))
        if stream:
            return run(growing(recipe.layers[-1:]))
        return search(growing, len(recipe.layers), run, self.tol)

    # -- fitted state: arrays only -----------------------------------------------------

    def _record(
        self, outcome: Outcome, checkpoint: Checkpoint | None, validated: bool
    ) -> None:
        """Take over how it went, after what went before."""
        if outcome.alpha_max is not None and checkpoint is None:
            self.alpha_max_ = outcome.alpha_max
        earlier = [] if checkpoint is None else self.history_
        self.history_ = History([*earlier, *outcome.history])
        self.n_iter_ = len(self.history_)
        self.loss_curve_ = [row["objective"] for row in self.history_]
        self.validation_scores_ = None
        if validated:
            self.validation_scores_ = [row.get("valid_score") for row in self.history_]

    def _pruned(
        self, solver: Solver, problem: Problem, state: np.random.RandomState
    ) -> Any:
        """The smaller network that ``prune_tol`` allows, as an estimator."""
        data = problem.train if problem.valid is None else problem.valid
        prune(solver, lambda: evaluate(solver, data), self.prune_tol)
        relaxed = self._relax_if_it_pays(solver, problem, state)
        return self._as_compact(problem.form_of(solver.network), relaxed)

    def _relax_if_it_pays(
        self, solver: Solver, problem: Problem, state: np.random.RandomState
    ) -> bool:
        """Train the pruned wiring on without a penalty, if validation data say so."""
        if problem.valid is None or not isinstance(solver, GrowthSolver):
            return False
        if solver.n_live() == 0:
            return False
        before, pruned = evaluate(solver, problem.valid), solver.snapshot()
        relax(
            solver,
            problem.train,
            batch_size=self._schedule(len(problem.train)).batch_size,
            generator=generators(state, 1)[0] if self.shuffle else None,
        )
        if evaluate(solver, problem.valid) < before:
            return True
        solver.restore(pruned)
        return False

    def __getstate__(self) -> dict[str, Any]:
        """Leave the optimiser's moments behind: a pickle holds what predicts."""
        state = super().__getstate__()
        if "_checkpoint" in state:
            state["_checkpoint"] = state["_checkpoint"].without_moments()
        return state
