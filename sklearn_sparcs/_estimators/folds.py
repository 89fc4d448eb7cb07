"""A fold of a cross-validation: its own path, and its judgement of what it finds."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._direct.architecture import Architecture
from .._direct.form import DirectForm
from .._growth.path import Leader, Path
from .._training.task import Task
from .encoding import Encoding


@dataclass(frozen=True)
class FoldPath:
    """One fold's path, as far as it has come.

    Attributes
    ----------
    fit : Path
    scores : tuple of float
        Of the network at each alpha, on the part left out.
    architectures : tuple of Architecture
        What was found at each alpha.
    """

    fit: Path
    scores: tuple[float, ...] = ()
    architectures: tuple[Architecture, ...] = ()


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

    def linear_score(self, leader: Leader) -> float:
        """The score of the linear model, in the units of a leader."""
        problem = leader.problem(self.task.taken(self.train))
        return self.judge.score(problem.linear_form(), self.test)

    def constant_score(self, encoding: Encoding) -> float:
        """The score of one and the same answer for all rows."""
        task = self.task.taken(self.train)
        outputs = encoding.constant(task.y, task.weight)
        form = DirectForm.constant(outputs, task.X.shape[1])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scores that a constant leaves undefined
            return self.judge.score(form, self.test)

    def begun(self, activation: str, layers: Sequence[int]) -> FoldPath:
        """A path on the training rows, at its beginning."""
        problem = self.leader.problem(self.task.taken(self.train))
        return FoldPath(self.leader.begun(problem, activation, layers, self.seed))

    def advanced(self, path: FoldPath, alphas: np.ndarray) -> FoldPath:
        """The path a few alphas further on."""
        fit = path.fit.advanced(alphas)
        forms = [fit.form(point.network) for point in fit.points[len(path.scores) :]]
        return FoldPath(
            fit,
            (*path.scores, *(self.judge.score(form, self.test) for form in forms)),
            (*path.architectures, *map(Architecture.of, forms)),
        )
