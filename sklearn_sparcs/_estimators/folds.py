"""A fold of a cross-validation: its own path, and its judgement of what was chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .._direct.architecture import Architecture
from .._direct.form import DirectForm
from .._growth.path import Leader, PathFit
from .._training.randomness import own_random_state
from .._training.solver import Snapshot
from .._training.task import Task


class FoldPath(NamedTuple):
    """One fold's path: scores on the part left out, and what was found."""

    scores: list[float]
    architectures: list[Architecture]
    snapshots: list[Snapshot]


@dataclass(frozen=True)
class Judge:
    """What scores networks on rows that they have not seen.

    Attributes
    ----------
    scorer : callable
        As scikit-learn's, of an estimator, X and y.
    as_compact : callable
        Makes an estimator of a `DirectForm`.
    X, y, weight : arrays
        The user's own; ``weight`` may be None.
    """

    scorer: Callable[..., float]
    as_compact: Callable[[DirectForm], Any]
    X: Any
    y: Any
    weight: np.ndarray | None

    def score(self, form: DirectForm, rows: np.ndarray) -> float:
        """The score of a network on some of the rows."""
        routed = {} if self.weight is None else {"sample_weight": self.weight[rows]}
        model = self.as_compact(form)
        return float(self.scorer(model, self.X[rows], self.y[rows], **routed))


@dataclass(frozen=True)
class Fold:
    """One split of a task, and how to fit and judge on it.

    Attributes
    ----------
    task : Task
        Whole.
    train, test : ndarrays of int
        Rows.
    seed : int
        Of its own draws.
    leader : Leader
    judge : Judge
    """

    task: Task
    train: np.ndarray
    test: np.ndarray
    seed: int
    leader: Leader
    judge: Judge

    def begun(self, layers: Sequence[int]) -> PathFit:
        """A path on the training rows, at its beginning."""
        problem = self.leader.problem(self.task.taken(self.train))
        return self.leader.begun(problem, layers, own_random_state(self.seed))

    def score(self, form: DirectForm) -> float:
        """The score of a network on the rows left out."""
        return self.judge.score(form, self.test)


def follow_fold(fold: Fold, alphas: np.ndarray, layers: Sequence[int]) -> FoldPath:
    """Lead one fold along the alphas."""
    found = FoldPath([], [], [])
    for point in fold.begun(layers).follow(alphas):
        found.scores.append(fold.score(point.form))
        found.architectures.append(Architecture.of(point.form))
        found.snapshots.append(point.snapshot)
    return found


def examine(
    fold: Fold, snapshot: Snapshot, layers: Sequence[int]
) -> tuple[DirectForm, float]:
    """One fold's network at the choice, and what relaxing it adds to its score."""
    fit = fold.begun(layers)
    fit.restore(snapshot)
    form = fit.form()
    if Architecture.of(form).is_linear:
        return form, 0.0
    fit.relax()
    return form, fold.score(fit.form()) - fold.score(form)
