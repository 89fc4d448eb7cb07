"""The loss of a fitted estimator as its hidden neurons are pruned."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch

from .._data.batches import TrainingData
from .._first_order.adam_solver import AdamSolver
from .._first_order.epochs import evaluate
from .._losses.penalty import SparseGroupPenalty
from .._problems.task import Task
from .._recruitment.eigenvalue_pruning import eigenvalue_sizes, prune
from .result import Result


class PruningCurve(NamedTuple):
    """Relative rise of the loss by the number of neurons kept.

    Attributes
    ----------
    n_neurons : ndarray of shape (n_sizes,)
        Neurons left, the fewest first.
    loss_rise : ndarray of shape (n_sizes,)
        Relative rise of the loss with so many.
    n_kept : int
        Neurons left when as many are pruned as the tolerance allows.
    """

    n_neurons: np.ndarray
    loss_rise: np.ndarray
    n_kept: int


def pruning_curve(
    result: Result, task: Task, *, tol: float, max_points: int
) -> PruningCurve:
    """Loss as neurons are pruned, the smallest |λ| first (figure 10).

    Where there are more sizes than ``max_points``, those that are looked at lie the
    closer the fewer neurons are left.
    """
    samples = replace(task, X=task.X.astype(np.float64)).samples()
    scaling = result.scaling.for_hidden_neurons
    data = TrainingData.of(samples, scaling, torch.device("cpu"))
    nothing = SparseGroupPenalty(0.0)
    solver = AdamSolver(result.network(), task.loss, nothing, learning_rate=0.0)
    loss = evaluate(solver, data)
    sizes, original = eigenvalue_sizes(solver.network).numpy(), solver.snapshot()
    n_kept = int((sizes > prune(solver, lambda: evaluate(solver, data), tol)).sum())
    solver.restore(original)
    thresholds = _thresholds(sizes, n_kept, max_points)
    losses = []
    for threshold in thresholds:
        solver.prune(threshold)
        losses.append(evaluate(solver, data))
    rise = (np.array(losses) - loss) / max(loss, np.finfo(float).tiny)
    n_neurons = len(sizes) - np.searchsorted(sizes, thresholds, side="right")
    return PruningCurve(n_neurons[::-1], rise[::-1], n_kept)


def _thresholds(sizes: np.ndarray, n_kept: int, max_points: int) -> np.ndarray:
    """Thresholds in rising order; neurons of equal |λ| are pruned together."""
    left = np.geomspace(1, len(sizes) + 1, max_points - 1).round().astype(int) - 1
    if len(sizes) < max_points:
        left = np.arange(len(sizes) + 1)
    return np.unique(np.r_[0.0, sizes][len(sizes) - np.union1d(left, n_kept)])
