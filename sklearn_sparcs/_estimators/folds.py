"""A fold of a cross-validation: its own path, and its judgement of what was chosen."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from .._direct.architecture import Architecture
from .._growth.path import PathFit
from .._training.randomness import own_random_state
from .._training.solvers import Snapshot


class FoldPath(NamedTuple):
    """One fold's path: scores on the part left out, and what was found."""

    scores: list[float]
    architectures: list[Architecture]
    snapshots: list[Snapshot]


class Fold(NamedTuple):
    """One split of the data, and how to fit and judge on it."""

    estimator: Any
    data: tuple[Any, Any, Any]
    train: np.ndarray
    test: np.ndarray
    seed: int
    scorer: Callable

    def part(self, rows: np.ndarray) -> tuple[Any, Any, Any]:
        """X, y and weights of these rows."""
        X, y, weight = self.data
        return X[rows], y[rows], None if weight is None else weight[rows]

    def fit(self, layers: Sequence[int]) -> PathFit:
        """A path fit to its training rows."""
        state = own_random_state(self.seed)
        return PathFit(clone(self.estimator), *self.part(self.train), state, layers)

    def score(self, model) -> float:
        """Of a model on the rows left out."""
        X, y, weight = self.part(self.test)
        routed = {} if weight is None else {"sample_weight": weight}
        return float(self.scorer(model, X, y, **routed))


def follow_fold(fold: Fold, alphas: np.ndarray, layers: Sequence[int]) -> FoldPath:
    """Lead one fold along the alphas."""
    fit, found = fold.fit(layers), FoldPath([], [], [])
    for _ in fit.follow(alphas):
        model = fit.compact()
        found.scores.append(fold.score(model))
        found.architectures.append(model.active_architecture_)
        with fit.solver.averaged():
            found.snapshots.append(fit.solver.snapshot())
    return found


def examine(fold: Fold, snapshot: Snapshot, layers: Sequence[int]):
    """One fold's network at the choice, and what relaxing it adds to its score."""
    fit = fold.fit(layers)
    fit.solver.restore(snapshot)
    model = fit.compact()
    if model.active_architecture_.is_linear:
        return model, 0.0
    fit.relax()
    return model, fold.score(fit.compact()) - fold.score(model)
