"""A wiring that was found, trained on without a penalty."""

import torch

from .._data.batches import TrainingData
from .._training.epochs import run_steps
from .solver import GrowthSolver

#: Steps that a wiring is trained on without a penalty.
RELAXED_STEPS = 1000


def relax(
    solver: GrowthSolver,
    data: TrainingData,
    *,
    batch_size: int,
    generator: torch.Generator | None,
) -> None:
    """Train the present wiring on without a penalty, and leave its running mean.

    The relaxed lasso's idea: what the penalty shrank is estimated afresh.
    ``generator`` shuffles; without one the samples keep their order.
    """
    solver.stop_growing()
    solver.set_alpha(0.0)
    solver.keep_average()
    run_steps(solver, data, RELAXED_STEPS, batch_size=batch_size, generator=generator)
    solver.settle()
