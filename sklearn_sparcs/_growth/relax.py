"""Training without epochs' bookkeeping: along a path, and on without a penalty."""

from math import ceil

import numpy as np
import torch

from .._data.batches import TrainingData
from .._training.threads import threads_that_suit
from .solver import GrowthSolver

#: Steps that a wiring is trained on without a penalty.
RELAXED_STEPS = 1000


def run_steps(
    solver: GrowthSolver,
    data: TrainingData,
    n_steps: int,
    *,
    batch_size: int,
    generator: torch.Generator | None,
    most_epochs: int | None = None,
) -> None:
    """So many steps, or an epoch if that is more; no more than ``most_epochs``.

    ``generator`` shuffles; without one the samples keep their order.
    """
    n_epochs = max(1, ceil(n_steps / ceil(len(data) / batch_size)))
    widest = max(data.x.shape[1], *(len(p) for p in solver.parameters()))
    with (
        torch.no_grad(),
        np.errstate(all="ignore"),
        threads_that_suit(batch_size * widest),
    ):
        for _ in range(min(n_epochs, most_epochs or n_epochs)):
            solver.grow(data)
            if solver.idle:
                break
            for batch in data.batches(batch_size, _order(data, generator)):
                solver.step(*batch)
                solver.grow(data)
            solver.end_epoch()


def relax(
    solver: GrowthSolver,
    data: TrainingData,
    *,
    batch_size: int,
    generator: torch.Generator | None,
) -> None:
    """Train the present wiring on without a penalty, and leave its running mean.

    The relaxed lasso's idea: what the penalty shrank is estimated afresh.
    """
    solver.growing = False
    solver.set_alpha(0.0)
    solver.keep_average()
    run_steps(solver, data, RELAXED_STEPS, batch_size=batch_size, generator=generator)
    solver.settle()


def _order(
    data: TrainingData, generator: torch.Generator | None
) -> torch.Tensor | None:
    if generator is None:
        return None
    order = torch.randperm(len(data), generator=generator)
    return order.to(data.y.device)
