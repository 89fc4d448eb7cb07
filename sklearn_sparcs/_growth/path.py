"""A problem led along falling alphas, each going on from the last.

At the largest alpha, `alpha_max`, the network is the linear model. Each smaller alpha
goes on from the network of the last: its neurons, their eigenvalues and eigenvectors,
and the optimiser's moments. So fifty alphas cost as much as a few fits.

Steps are short and the learning rate stays, since the objective moves all the time; a
point of the path is the running mean of the last steps, where their noise cancels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
import torch

from .._data.batches import TrainingData
from .._direct.form import DirectForm
from .._training.epochs import evaluate, run_steps
from .._training.problem import Problem, Units
from .._training.randomness import generators
from .._training.solver import Snapshot
from .._training.step_sizes import SLOWEST
from .._training.task import Task
from .recipe import Recipe
from .relax import relax

#: Steps at each alpha, unless an epoch has more.
STEPS = 100


@dataclass(frozen=True)
class PathPoint:
    """The network found at one alpha.

    Attributes
    ----------
    alpha : float
    form : DirectForm
        Its function, in raw units.
    eigenvalues : list of ndarrays of shape (N_k,)
        Of each hidden layer's neurons; zero while they sleep.
    snapshot : Snapshot
        What to go on from.
    """

    alpha: float
    form: DirectForm
    eigenvalues: list[np.ndarray]
    snapshot: Snapshot


class PathFit:
    """A solver at the linear model, to be led along alphas.

    Parameters
    ----------
    problem : Problem
    recipe : Recipe
        Its alpha does not matter.
    layers : sequence of int
        Hidden layers that may grow.
    drawing, shuffling : torch.Generator
        For candidates, and for the order of the samples.
    max_iter : int
        Most epochs at each alpha.

    Attributes
    ----------
    solver : GrowthSolver
    alpha_max : float
        Smallest alpha at which the first survey wakes no neuron.
    """

    def __init__(
        self,
        problem: Problem,
        recipe: Recipe,
        layers: Sequence[int],
        drawing: torch.Generator,
        shuffling: torch.Generator,
        max_iter: int,
    ):
        self.problem, self.max_iter = problem, max_iter
        self.sizes = recipe.hidden_layer_sizes
        self._batches: dict[str, Any] = {
            "batch_size": recipe.batch_size_for(len(problem.train)),
            "generator": shuffling if recipe.shuffle else None,
        }
        slow = replace(recipe.at(inf), eigenvalue_rate=SLOWEST)
        self.solver = slow.growth_solver(problem, list(layers), drawing)
        self.solver.keep_average()
        self.solver.grow(problem.train)  # nothing pays; the survey finds alpha_max
        self.alpha_max = self.solver.alpha_max or 0.0

    def follow(self, alphas: Sequence[float] | np.ndarray) -> Iterator[PathPoint]:
        """Train at one alpha after another; yield each network when it is there."""
        for alpha in alphas:
            self.solver.set_alpha(alpha)
            if alpha < self.alpha_max or self.solver.n_live():
                self.solver.look_soon()
                self._train()
            yield self._point(float(alpha))

    def _train(self) -> None:
        run_steps(
            self.solver,
            self.problem.train,
            STEPS,
            most_epochs=self.max_iter,
            **self._batches,
        )

    def _point(self, alpha: float) -> PathPoint:
        """The running mean of the steps, in every form that is asked for."""
        with self.solver.averaged():
            return PathPoint(
                alpha, self.form(), self._eigenvalues(), self.solver.snapshot()
            )

    def _eigenvalues(self) -> list[np.ndarray]:
        network, layers = self.solver.network, []
        for size, neurons, lam in zip(
            self.sizes, network.neurons, network.lam, strict=True
        ):
            values = np.zeros(size)
            values[neurons.cpu().numpy()] = lam.cpu().numpy()
            layers.append(values)
        return layers

    def restore(self, snapshot: Snapshot) -> None:
        """Take the network of a point, wherever the path has led since."""
        self.solver.restore(snapshot)

    def settle(self) -> None:
        """Put the running mean in the network's place, and keep none any more."""
        self.solver.settle()

    def relax(self) -> None:
        """Train the present wiring on without a penalty."""
        relax(self.solver, self.problem.train, **self._batches)

    def form(self) -> DirectForm:
        """The present network's function, in raw units."""
        return self.problem.form_of(self.solver.network)

    def loss(self, data: TrainingData) -> float:
        """The present running mean's loss on samples in the units of the problem."""
        with self.solver.averaged():
            return evaluate(self.solver, data)


@dataclass(frozen=True)
class Leader:
    """Leads problems along paths.

    Attributes
    ----------
    recipe : Recipe
    units : Units
    max_iter : int
        Most epochs at each alpha.
    """

    recipe: Recipe
    units: Units
    max_iter: int

    def problem(self, task: Task) -> Problem:
        """The problem that a task poses, begun at the linear model."""
        return Problem.of(task, self.units)

    def begun(
        self,
        problem: Problem,
        layers: Sequence[int],
        random_state: np.random.RandomState,
    ) -> PathFit:
        """A path at its beginning, with these layers open."""
        shuffling, drawing = generators(random_state, 2)
        return PathFit(problem, self.recipe, layers, drawing, shuffling, self.max_iter)


def path_alphas(alpha_max: float, n_alphas: int, eps: float) -> np.ndarray:
    """A geometric grid from ``alpha_max`` down to ``eps`` times it."""
    largest = max(alpha_max, np.finfo(float).tiny / eps)  # no neuron may ever pay
    return np.geomspace(largest, largest * eps, n_alphas)
