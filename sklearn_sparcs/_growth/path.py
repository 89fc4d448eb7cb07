"""A problem led along falling alphas, each going on from the last."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

import numpy as np

from .._data.batches import TrainingData
from .._networks.checks import checked_layer_sizes
from .._training.epochs import evaluate
from .._training.problem import Problem
from .._training.randomness import seeds
from .._training.step_sizes import SLOWEST
from .relax import relax, run_steps
from .solver import GrowthSolver

#: Steps at each alpha, unless an epoch has more.
STEPS = 100


class PathFit:
    """An estimator's problem and solver, led along alphas.

    Parameters
    ----------
    estimator : SparcsRegressor or SparcsClassifier
        Says how; is given what validation finds (``classes_`` and such).
    X, y, sample_weight
        As in its ``fit``.
    random_state : RandomState
    layers : sequence of int, optional
        Hidden layers that may grow; all by default.
    """

    solver: GrowthSolver

    def __init__(
        self,
        estimator: Any,
        X,
        y,
        sample_weight,
        random_state: np.random.RandomState,
        layers: Sequence[int] | None = None,
    ):
        self.estimator = estimator
        data = estimator._checked(X, y, sample_weight, resume=False)
        self.problem: Problem = estimator._problem(*data, random_state, resume=False)
        estimator.n_outputs_ = self.problem.n_outputs
        self.sizes = checked_layer_sizes(estimator.hidden_layer_sizes)
        self.shuffling, self._drawing = seeds(random_state, 2)
        self.restart(range(len(self.sizes)) if layers is None else layers)

    def restart(self, layers: Sequence[int]) -> None:
        """Begin at the linear model, with these layers open."""
        self.solver = self.estimator._growth_solver(
            self.problem, self.sizes, self._drawing, False, list(layers)
        )
        self.solver.eigenvalue_rate = SLOWEST
        self.solver.keep_average()

    @property
    def alpha_max(self) -> float:
        """Smallest alpha at which the first survey wakes no neuron."""
        if self.solver.alpha_max is None:
            self.solver.set_alpha(inf)
            self.solver.grow(self.problem.train)
        found = self.solver.alpha_max
        return 0.0 if found is None else found

    def follow(self, alphas: Sequence[float] | np.ndarray) -> Iterator[float]:
        """Train at one alpha after another; yield each when its network is there."""
        solver, start = self.solver, self.alpha_max
        for alpha in alphas:
            solver.set_alpha(alpha)
            if alpha < start or solver.n_live():
                solver.look_soon()
                self.train()
            yield alpha

    def train(self) -> None:
        """Train at the present alpha."""
        run_steps(
            self.solver,
            self.problem.train,
            STEPS,
            most_epochs=self.estimator.max_iter,
            **self._batches(),
        )

    def _batches(self) -> dict[str, Any]:
        return {
            "batch_size": self.estimator._run_options(self.problem)["batch_size"],
            "generator": self.shuffling if self.estimator.shuffle else None,
        }

    def compact(self):
        """The present network, its running mean, as an estimator."""
        with self.solver.averaged():
            form = self.estimator._direct_form(self.problem, self.solver.network)
        return self.estimator._compact(form)

    def losses(self, valid: TrainingData | None) -> tuple[float, float | None]:
        """Of the running mean on training and validation data."""
        with self.solver.averaged():
            train = evaluate(self.solver, self.problem.train)
            return train, None if valid is None else evaluate(self.solver, valid)

    def relax(self) -> None:
        """Train the present wiring on without a penalty."""
        relax(self.solver, self.problem.train, **self._batches())
