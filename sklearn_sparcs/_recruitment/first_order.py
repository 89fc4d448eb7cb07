"""Training by epochs of one problem, once for each set of open layers."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .._data.batches import TrainingData
from .._first_order.checkpoint import Checkpoint
from .._first_order.run import Schedule, train
from .._first_order.solver import Solver
from .._problems.problem import Problem
from .first_order_result import FirstOrderResult
from .recipe import Recipe


@dataclass(frozen=True)
class FirstOrder:
    """What every run on a problem has in common.

    Attributes
    ----------
    problem : Problem
    recipe : Recipe
    schedule : Schedule
    checkpoint : Checkpoint or None
        Where the network starts; None is the recipe's own start.
    shuffling, drawing, starting : torch.Generator
        Of the order of samples; of candidates, and of a random start that grows; of the
        start of a full network.
    """

    problem: Problem
    recipe: Recipe
    schedule: Schedule
    checkpoint: Checkpoint | None
    shuffling: torch.Generator
    drawing: torch.Generator
    starting: torch.Generator

    def grown(
        self, layers: Sequence[int], looks_in: TrainingData | None = None
    ) -> FirstOrderResult:
        """A network that grows in ``layers``, by neurons looked for in ``looks_in``."""
        start = self.problem, layers, self.drawing, self.checkpoint
        return self._trained(self.recipe.growth_solver(*start, looks_in))

    def full(self) -> FirstOrderResult:
        """The paper's network, which has all its neurons from the start."""
        start = self.problem, self.starting, self.checkpoint
        return self._trained(self.recipe.paper_solver(*start))

    def _trained(self, solver: Solver) -> FirstOrderResult:
        outcome = train(solver, self.problem, self.schedule, self.shuffling)
        return FirstOrderResult.of(outcome, self.problem)
