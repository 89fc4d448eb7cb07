"""What the regressor and the classifier share: the stages of ``fit``."""

import warnings
from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data
from skorch.callbacks import EpochTimer, PrintLog
from skorch.history import History

from .._activations import TORCH
from .._data.features import X_FORMAT, as_rows
from .._data.samples import validation_split, without_weightless
from .._direct.architecture import Architecture
from .._direct.form import DirectForm
from .._growth.pruning import prune
from .._growth.relax import relax
from .._growth.rounds import search
from .._growth.solver import GrowthSolver
from .._networks.checks import checked_layer_sizes
from .._networks.growing import GrowingNetwork
from .._networks.spectral import SpectralNetwork
from .._sklearn import Interval, StrOptions
from .._training.device import resolve_device
from .._training.epochs import evaluate
from .._training.penalty import SparseGroupPenalty
from .._training.problem import Problem
from .._training.randomness import own_random_state, seeds
from .._training.run import Outcome, train
from .._training.solvers import PaperSolver, Solver
from .._training.step_sizes import eigenvalue_rate, learning_rate, quietness

_STOPPED_BECAUSE = {
    "max_iter": "max_iter={max_iter} epochs were run before the loss settled; raise "
    "max_iter, tol or alpha.",
    "diverged": "The loss stopped being finite, and the best iterate before that was "
    "kept; lower learning_rate_init, or set standardize=True if it is not.",
    "interrupted": "Training was interrupted by the user; the best iterate was kept.",
}

TRAINING_CONSTRAINTS: dict[str, list] = {
    "activation": [StrOptions(set(TORCH))],
    "fit_intercept": ["boolean"],
    "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "tol": [Interval(Real, 0, None, closed="left")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
    "warm_start": ["boolean"],
    "device": [str],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


class Trained(BaseEstimator):
    """An estimator that predicts with a `DirectForm`. Not for use by itself."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _is_trained(self) -> bool:
        """Whether there are weights to go on from."""
        return hasattr(self, "active_architecture_")

    def _html_repr(self) -> str:
        """scikit-learn's diagram, and below it what was found, once there is something.

        The hook of its `ReprHTMLMixin`, for notebooks.
        """
        diagram = super()._html_repr()
        if not self._is_trained():
            return diagram
        return diagram + self.active_architecture_._repr_html_()

    def _outputs(self, X) -> np.ndarray:
        check_is_fitted(self)
        X = as_rows(validate_data(self, X, reset=False, **X_FORMAT))
        return self._form()(X).astype(X.dtype, copy=False)

    def _run_options(self, problem: Problem) -> dict[str, Any]:
        """What `search.train` is told, the generator aside."""
        batch_size = 200 if self.batch_size == "auto" else self.batch_size
        return {
            "tol": self.tol,
            "n_iter_no_change": self.n_iter_no_change,
            "shuffle": self.shuffle,
            "batch_size": min(batch_size, len(problem.train)),
            "output_scale": problem.scaling.y_scale,
            "output_mean": problem.scaling.y_mean,
            "device": str(problem.options["device"]),
            "verbose": int(self.verbose),
        }

    def _warn(self, status: str) -> None:
        if status in _STOPPED_BECAUSE:
            message = _STOPPED_BECAUSE[status].format(max_iter=self.max_iter)
            warnings.warn(message, ConvergenceWarning, stacklevel=3)


class BaseSparcs(Trained):
    """Stages of ``fit``, shared. Not for use by itself."""

    _asked: dict[str, Any]  # what a fit that goes on must not change
    _parameter_constraints: dict = {
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

    def _fit(self, X, y, weight, *, resume: bool, single_epoch: bool = False):
        """From checked X, encoded y and weights to the fitted attributes."""
        sizes = checked_layer_sizes(self.hidden_layer_sizes)
        self._check_input_eigenvalues()
        self._check_same_network(sizes, resume)
        random_state = own_random_state(self.random_state)
        problem = self._problem(X, y, weight, random_state, resume)
        outcome = self._search(problem, sizes, random_state, resume, single_epoch)
        self._keep(problem, outcome, random_state, resume)
        if not (single_epoch and outcome.status == "max_iter"):
            self._warn(outcome.status)
        return self

    def _check_input_eigenvalues(self) -> None:
        if self.input_eigenvalues and self.solver != "adam":
            raise ValueError(
                'input_eigenvalues=True needs solver="adam"; got '
                f"solver={self.solver!r}, whose neurons fire by their own eigenvalues "
                "alone, the input's being zero."
            )

    def _check_same_network(self, sizes: tuple[int, ...], resume: bool) -> None:
        """A fit that goes on needs the network of the last one."""
        asked = {
            "hidden_layer_sizes": sizes,
            "solver": self.solver,
            "fit_intercept": self.fit_intercept,
            "input_eigenvalues": self.input_eigenvalues,
        }
        changed = [n for n in asked if resume and asked[n] != self._asked[n]]
        if changed:
            raise ValueError(
                f"{changed[0]} was {self._asked[changed[0]]!r} in the last fit and is "
                f"{asked[changed[0]]!r} now; keep it to go on from that fit, or set "
                "warm_start=False to begin anew."
            )
        self._asked = asked

    def _problem(self, X, y, weight, random_state, resume: bool) -> Problem:
        loss, n_outputs = self._loss(y)
        split = None
        if self.early_stopping:
            split = partial(
                validation_split,
                fraction=self.validation_fraction,
                labels=self._strata(y),
                random_state=random_state,
            )
        return Problem.of(
            without_weightless(as_rows(X), y, weight),
            loss,
            n_outputs,
            device=resolve_device(self.device),
            bias=self.fit_intercept,
            standardize=self.standardize,
            clip=self.clip,
            scaling=self._scaling if resume else None,
            split=split,
            start_linear=self.init == "least_squares" and not resume,
        )

    def _search(
        self, problem: Problem, sizes, random_state, resume: bool, single_epoch: bool
    ) -> Outcome:
        shuffling, drawing, starting = seeds(random_state, 3)
        options = self._run_options(problem)
        timing = [EpochTimer(), PrintLog()] if self.verbose else []
        options["callbacks"] = [*timing, *(self.callbacks or [])]
        max_iter = 1 if single_epoch else self.max_iter

        def run(solver: Solver) -> Outcome:
            return train(
                solver,
                (problem.train, problem.valid),
                max_iter,
                generator=shuffling,
                **options,
            )

        if self.solver == "adam":
            return run(self._adam_solver(problem, sizes, starting, resume))
        if resume or single_epoch:
            return run(self._growth_solver(problem, sizes, drawing, resume))
        return search(
            lambda layers: self._growth_solver(problem, sizes, drawing, False, layers),
            len(sizes),
            run,
            self.tol,
        )

    def _growth_solver(
        self, problem: Problem, sizes, generator, resume: bool, layers=None
    ) -> GrowthSolver:
        network = GrowingNetwork(
            problem.n_features,
            sizes,
            problem.n_outputs,
            activation=self.activation,
            bias=self.fit_intercept,
            **problem.options,
        )
        if problem.linear_map is not None:
            network.start_at(problem.linear_map)
        elif not resume:
            network.start_at_random(generator)
        else:
            network.restructure(*self._stored_network(problem))
        if layers is None:  # those that were open before: from the first live one on
            live = [k for k, n in enumerate(network.n_live) if n]
            layers = range(min([*live, len(sizes) - 1]), len(sizes)) if sizes else []
        quiet = self._quietness(problem)
        solver = GrowthSolver(
            network,
            problem.loss,
            self._penalty(),
            learning_rate(self.learning_rate_init, quiet),
            layers,
            generator,
            linear_is_optimal=problem.linear_map is not None,
            min_significance=self.min_significance,
            eigenvalue_rate=eigenvalue_rate(quiet),
        )
        self._restore_moments(solver, problem, resume)
        return solver

    def _adam_solver(
        self, problem: Problem, sizes, generator, resume: bool
    ) -> PaperSolver:
        network = SpectralNetwork(
            problem.n_features,
            sizes,
            problem.n_outputs,
            activation=self.activation,
            bias=self.fit_intercept,
            input_eigenvalues=self.input_eigenvalues,
            generator=generator,
            **problem.options,
        )
        if problem.linear_map is not None:
            network.start_at(problem.linear_map)
        if resume:
            stored, _ = self._stored_network(problem)
            for parameter, value in zip(network.parameters(), stored, strict=True):
                parameter.data.copy_(value)
        step = learning_rate(self.learning_rate_init, self._quietness(problem))
        solver = PaperSolver(network, problem.loss, self._penalty(), step)
        self._restore_moments(solver, problem, resume)
        return solver

    def _quietness(self, problem: Problem) -> float:
        batch_size = self._run_options(problem)["batch_size"]
        return quietness(len(problem.train), batch_size)

    def _penalty(self) -> SparseGroupPenalty:
        return SparseGroupPenalty(self.alpha, self.l1_ratio, self.depth_factor)

    # -- fitted state: arrays only ---------------------------------------------------

    def _keep(self, problem: Problem, outcome: Outcome, random_state, resume) -> None:
        """Turn a trained network into fitted attributes."""
        solver, network = outcome.solver, outcome.network
        self._scaling = problem.scaling
        state = solver.snapshot()
        self._parameters = [_array(p) for p in state.parameters]
        self._neurons = [_array(n) for n in state.neurons]
        self._moments = (_array(state.first), _array(state.second), state.n_steps)
        self.eigenvalues_, self.eigenvectors_ = network.spectrum(random_state)
        self.n_outputs_ = problem.n_outputs
        if outcome.alpha_max is not None and not resume:
            self.alpha_max_ = outcome.alpha_max
        earlier = getattr(self, "history_", []) if resume else []
        self.history_ = History([*earlier, *outcome.history])
        self.n_iter_ = len(self.history_)
        self.loss_curve_ = [row["objective"] for row in self.history_]
        self.validation_scores_ = None
        if problem.valid is not None:
            self.validation_scores_ = [row["valid_score"] for row in self.history_]
        self._full_form = self._direct_form(problem, network)
        self.active_architecture_ = Architecture.of(self._full_form)
        data = problem.train if problem.valid is None else problem.valid
        prune(solver, lambda: evaluate(solver, data), self.prune_tol)
        relaxed = self._relax_if_it_pays(problem, solver, random_state)
        self.pruned_estimator_ = self._compact(self._direct_form(problem, network))
        self.pruned_estimator_.relaxed_ = relaxed

    def _relax_if_it_pays(self, problem: Problem, solver: Solver, random_state) -> bool:
        """Train the pruned wiring on without a penalty, if validation data say so."""
        if problem.valid is None or not isinstance(solver, GrowthSolver):
            return False
        if solver.n_live() == 0:
            return False
        before, pruned = evaluate(solver, problem.valid), solver.snapshot()
        relax(
            solver,
            problem.train,
            batch_size=self._run_options(problem)["batch_size"],
            generator=seeds(random_state, 1)[0] if self.shuffle else None,
        )
        if evaluate(solver, problem.valid) < before:
            return True
        solver.restore(pruned)
        return False

    def _direct_form(self, problem: Problem, network) -> DirectForm:
        form = DirectForm.from_weights(
            [_array(w).astype(np.float64) for w in network.weights()],
            problem.n_features,
            problem.bias,
            self.activation,
            [_array(n) for n in network.neurons],
        )
        return problem.in_raw_units(form)

    def _form(self) -> DirectForm:
        return self._full_form

    def _stored_network(self, problem: Problem):
        """The parameters, and neurons, of the last fit, as tensors."""
        neurons = [
            torch.from_numpy(n).to(problem.options["device"]) for n in self._neurons
        ]
        return _tensors(self._parameters, problem), neurons

    def _restore_moments(self, solver: Solver, problem: Problem, resume: bool) -> None:
        """Let Adam go on as it stopped, unless a pickle lies between."""
        if resume and self._moments is not None:
            first, second = _tensors(list(self._moments[:2]), problem)
            solver.optimizer.resume(first, second, self._moments[2])

    def __getstate__(self):
        """Without the optimiser's state: a pickle holds what predicts."""
        state = super().__getstate__().copy()
        if "_moments" in state:
            state["_moments"] = None
        return state


def _tensors(arrays: list[np.ndarray], problem: Problem) -> list[torch.Tensor]:
    """Arrays where and as what the problem computes."""
    return [torch.from_numpy(a).to(**problem.options) for a in arrays]


def _array(tensor: torch.Tensor) -> np.ndarray:
    """A copy of a tensor as an array."""
    return tensor.detach().cpu().numpy().copy()
