"""One run of training, and what came of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._data.batches import TrainingData
from .epochs import SparcsNet
from .solvers import Solver
from .threads import threads_that_suit

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
