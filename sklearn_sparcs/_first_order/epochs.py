"""An epoch over batches, and the loss over all the data."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from .._data.batches import Batch, TrainingData
from .._numerics.threads import suitable_threads
from .solver import Solver

#: Signals at a time where a CPU takes the loss of all the data: what leaves its cache
#: costs several times as much.
_CACHED_SIZE = 2**17
#: Rows at least that are taken at a time there.
_FEWEST_ROWS = 1024


@torch.no_grad()
def evaluate(solver: Solver, data: TrainingData) -> float:
    """The loss of a solver's network over all the data."""
    n_rows = data.slice_size
    if data.y.device.type == "cpu":
        n_signals = data.x.shape[1] + solver.n_live()
        n_rows = min(n_rows, max(_FEWEST_ROWS, _CACHED_SIZE // n_signals))
    total = sum(
        solver.loss(solver.output(x), y, weight) * (len(x) / len(data))
        for x, y, weight in data.slices(n_rows)
    )
    return float(total)


@contextmanager
def training_conditions(
    solver: Solver, data: TrainingData, batch_size: int
) -> Iterator[None]:
    """Context for training: a suitable number of threads, no warnings of NumPy's.

    A loss that is not finite is no accident there: it ends training.
    """
    widest = max([data.x.shape[1], *(len(p) for p in solver.parameters())])
    with np.errstate(all="ignore"), suitable_threads(batch_size * widest):
        yield


def shuffled(data: TrainingData, generator: torch.Generator | None) -> Tensor | None:
    """A random order of the samples on their device; None without a generator."""
    if generator is None:
        return None
    dtype = torch.int32 if len(data) < 2**31 else torch.int64
    order = torch.randperm(len(data), generator=generator, dtype=dtype)
    return order.to(data.y.device)


def epoch(
    solver: Solver, data: TrainingData, batch_size: int, order: Tensor | None
) -> Iterator[tuple[Batch, Tensor]]:
    """Train on every sample once, growing in between.

    Yields each batch after the step on it, and the output that the step started from,
    which the next step may write over.
    """
    for batch in data.batches(batch_size, order):
        yield batch, solver.step(*batch)
        solver.grow(data)
    solver.retire()
