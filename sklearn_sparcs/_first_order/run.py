"""A run of training: its schedule, and its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .._numerics.status import Status
from .._problems.problem import Problem
from .epochs import training_conditions
from .skorch_net import SparcsNet
from .solver import Solver


@dataclass(frozen=True)
class Schedule:
    """Limits of a run, and callbacks.

    Attributes
    ----------
    batch_size : int
        Samples a step.
    max_iter : int
        Most epochs.
    tol : float
        Progress less than this counts as none.
    n_iter_no_change : int or inf
        Epochs without progress before the learning rate is halved.
    shuffle : bool
        Whether each epoch has an order of its own.
    callbacks : sequence of skorch callbacks
    verbose : int
    keeps_best : bool
        Whether the best iterate is kept, or the last that is finite.
    """

    batch_size: int
    max_iter: int
    tol: float
    n_iter_no_change: float
    shuffle: bool = True
    callbacks: Sequence[Any] = ()
    verbose: int = 0
    keeps_best: bool = True


@dataclass(frozen=True)
class Outcome:
    """A trained network, its history and its status.

    Attributes
    ----------
    solver : Solver
        Its network is the iterate that is kept.
    history : list of dict
        What was recorded, a row an epoch.
    status : Status
        Why training ended.
    best_score : float
        The objective, or validation loss, of that iterate.
    alpha_max : float or None
        Where the solver grows: the smallest alpha at which nothing would have woken.
    """

    solver: Solver
    history: list[dict[str, Any]]
    status: Status
    best_score: float
    alpha_max: float | None = None


def train(
    solver: Solver, problem: Problem, schedule: Schedule, generator: torch.Generator
) -> Outcome:
    """Run epochs until the schedule or progress ends; ``generator`` shuffles."""
    net = SparcsNet(
        solver.network,
        solver=solver,
        generator=generator,
        max_epochs=schedule.max_iter,
        batch_size=schedule.batch_size,
        tol=schedule.tol,
        n_iter_no_change=schedule.n_iter_no_change,
        shuffle=schedule.shuffle,
        keeps_best=schedule.keeps_best,
        callbacks=list(schedule.callbacks),
        verbose=schedule.verbose,
        output_scale=problem.scaling.y_scale,
        output_mean=problem.scaling.y_mean,
        device=str(problem.options["device"]),
    )
    with training_conditions(solver, problem.train, schedule.batch_size):
        net.fit((problem.train, problem.valid))
    history = [
        {key: value for key, value in row.items() if key != "batches"}
        for row in net.history.to_list()
        if "objective" in row  # an epoch that was interrupted has none
    ]
    return Outcome(solver, history, net.status_, net.best_score_, solver.alpha_max)
