"""First-order solvers, made from an estimator's hyperparameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .._data.batches import TrainingData
from .._first_order.checkpoint import Checkpoint
from .._first_order.paper_solver import PaperSolver
from .._first_order.step_sizes import eigenvalue_rate, learning_rate, quietness
from .._losses.penalty import SparseGroupPenalty
from .._networks.growing import GrowingNetwork
from .._networks.spectral import SpectralNetwork
from .._problems.problem import Problem
from .solver import GrowthSolver

#: Samples a step where the user leaves it open.
_BATCH_SIZE = 200


@dataclass(frozen=True)
class Recipe:
    """Hyperparameters of training by epochs, under the estimators' names.

    Attributes
    ----------
    hidden_layer_sizes : tuple of int
        Most neurons of each hidden layer.
    penalty : SparseGroupPenalty
    activation : str
    learning_rate_init : float or "auto"
    batch_size : int or "auto"
    min_significance : float
    input_eigenvalues : bool
    """

    hidden_layer_sizes: tuple[int, ...]
    penalty: SparseGroupPenalty
    activation: str = "relu"
    learning_rate_init: float | str = "auto"
    batch_size: int | str = "auto"
    min_significance: float = 2.5
    input_eigenvalues: bool = False

    @property
    def layers(self) -> range:
        """Every hidden layer, counted from 0."""
        return range(len(self.hidden_layer_sizes))

    def growth_solver(
        self,
        problem: Problem,
        layers: Sequence[int],
        generator: torch.Generator,
        checkpoint: Checkpoint | None = None,
        looks_in: TrainingData | None = None,
    ) -> GrowthSolver:
        """A solver whose network grows in ``layers``.

        Neurons are looked for in what it trains on, or in ``looks_in`` if that is more.
        The network starts at the checkpoint, or at the problem's linear model, or at a
        random one. ``generator`` draws it, and then the candidates.
        """
        quiet = self._quietness(problem)
        solver = GrowthSolver(
            self._started(problem, generator, checkpoint),
            problem.loss,
            self.penalty,
            learning_rate(self.learning_rate_init, quiet),
            layers,
            generator,
            linear_is_optimal=problem.linear_map is not None,
            min_significance=self.min_significance,
            eigenvalue_rate=eigenvalue_rate(quiet),
            looks_in=looks_in,
        )
        if checkpoint is not None:
            solver.restore(checkpoint.snapshot(problem))
        return solver

    def _started(
        self,
        problem: Problem,
        generator: torch.Generator,
        checkpoint: Checkpoint | None,
    ) -> GrowingNetwork:
        """A network at the linear model, or at random unless a checkpoint follows."""
        network = GrowingNetwork(
            problem.n_features,
            self.hidden_layer_sizes,
            problem.n_outputs,
            activation=self.activation,
            bias=problem.bias,
            **problem.options,
        )
        if problem.linear_map is not None:
            network.start_at(problem.linear_map)
        elif checkpoint is None:
            network.start_at_random(generator)
        return network

    def paper_solver(
        self,
        problem: Problem,
        generator: torch.Generator,
        checkpoint: Checkpoint | None = None,
    ) -> PaperSolver:
        """A solver of the paper's network, every neuron live from the start.

        The eigenvectors, drawn by ``generator``, are changed least so that the network
        starts at the problem's linear model, if there is one.
        """
        network = SpectralNetwork(
            problem.n_features,
            self.hidden_layer_sizes,
            problem.n_outputs,
            activation=self.activation,
            bias=problem.bias,
            input_eigenvalues=self.input_eigenvalues,
            generator=generator,
            **problem.options,
        )
        if problem.linear_map is not None:
            network.start_at(problem.linear_map)
        step = learning_rate(self.learning_rate_init, self._quietness(problem))
        solver = PaperSolver(network, problem.loss, self.penalty, step)
        if checkpoint is not None:
            solver.restore(checkpoint.snapshot(problem))
        return solver

    def _quietness(self, problem: Problem) -> float:
        n_samples = len(problem.train)
        return quietness(n_samples, batch_size_for(self.batch_size, n_samples))


def batch_size_for(asked: int | str, n_samples: int) -> int:
    """Samples a step: "auto" is 200, and never more than there are."""
    size = _BATCH_SIZE if isinstance(asked, str) else asked
    return int(min(size, n_samples))  # torch takes no whole number of NumPy's
