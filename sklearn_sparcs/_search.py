"""The search for an architecture: which hidden layers open, and when.

The order in which layers open decides the depth that is found. So depth is paid
for in rounds. Round one opens the last hidden layer alone, which is all that a
network with one hidden layer has. Round two starts again from the linear model
with the last two open from the beginning, and so on. A deeper round is kept if it
lowers the objective, loss and penalty together
(the validation loss, where there is validation data), by at least `DEPTH_GAIN`
of it; the first that does not ends the search, and so does a round in which no
neuron woke, or one that leaves a loss below ``tol``: nothing then is left for
depth to explain.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state
from threadpoolctl import ThreadpoolController

from ._batches import TrainingData
from ._solvers import Solver
from ._training import SparcsNet

#: Share of the objective that a deeper round must save to be kept.
DEPTH_GAIN = 0.05

#: Entries of a batch below which one thread trains as quickly as several.
_SMALL_BATCH = 2**17

Split = tuple[TrainingData, TrainingData | None]


@dataclass(frozen=True)
class Outcome:
    """A trained network and how its training went."""

    solver: Solver
    history: list[dict[str, Any]]
    status: str
    best_score: float
    alpha_max: float | None = None

    @property
    def network(self) -> Any:
        """The network, its best iterate."""
        return self.solver.network


def train(solver: Solver, split: Split, max_iter: int, **options: Any) -> Outcome:
    """One run of `SparcsNet` over the data."""
    net = SparcsNet(solver.network, solver=solver, max_epochs=max_iter, **options)
    quiet = np.errstate(all="ignore")  # a loss that is not finite ends training
    widest = max([split[0].x.shape[1], *(len(p) for p in solver.parameters())])
    with quiet, threads_that_suit(options["batch_size"] * widest):
        net.fit(split)
    history = [
        {key: value for key, value in row.items() if key != "batches"}
        for row in net.history.to_list()
    ]
    alpha_max = getattr(solver, "alpha_max", None)
    return Outcome(solver, history, net.status_, net.best_score_, alpha_max)


@contextmanager
def threads_that_suit(size: int) -> Iterator[None]:
    """One thread for small batches, where waking a second costs more than it does.

    The limit is the process's: fits in several threads share it.
    """
    if size >= _SMALL_BATCH:
        yield
        return
    before = torch.get_num_threads()
    with _thread_pools().limit(limits=1, user_api="blas"):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)


@cache
def _thread_pools() -> ThreadpoolController:
    """The libraries that have threads; to find them takes milliseconds."""
    return ThreadpoolController()


def search(
    new_solver: Callable[[list[int]], Solver],
    n_hidden_layers: int,
    run: Callable[[Solver], Outcome],
    tol: float,
) -> Outcome:
    """Rounds of growth, deeper one after another while depth pays.

    Parameters
    ----------
    new_solver : callable
        Makes a solver at the linear start that opens the given hidden layers.
    n_hidden_layers : int
    run : callable
        Trains a solver.
    tol : float
        Loss below which nothing is left to explain.
    """
    layers = list(range(n_hidden_layers))
    best = run(new_solver(layers[-1:]))
    history = [{**row, "depth": 1} for row in best.history]
    for depth in range(2, n_hidden_layers + 1):
        if best.status == "interrupted" or not _could_go_deeper(best, tol):
            break
        deeper = run(new_solver(layers[-depth:]))
        history += [{**row, "depth": depth} for row in deeper.history]
        if deeper.best_score >= (1 - DEPTH_GAIN) * best.best_score:
            break
        best = replace(deeper, alpha_max=best.alpha_max)
    return replace(best, history=history)


def _could_go_deeper(outcome: Outcome, tol: float) -> bool:
    """Whether some neurons woke, and left something to explain."""
    lowest = min(row["train_loss"] for row in outcome.history)
    return outcome.solver.n_live() > 0 and lowest > tol


def own_random_state(random_state: Any) -> np.random.RandomState:
    """A source of randomness that is never NumPy's global one.

    ``None`` is fresh entropy; an int or an instance is what it is everywhere.
    """
    return (
        np.random.RandomState()
        if random_state is None
        else check_random_state(random_state)
    )


def seeds(random_state: np.random.RandomState, n: int) -> list[torch.Generator]:
    """Generators of our own, so that torch's global one is left alone."""
    drawn = random_state.randint(np.iinfo(np.int32).max, size=n)
    return [torch.Generator().manual_seed(int(seed)) for seed in drawn]
