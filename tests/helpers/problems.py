"""Training problems of arrays, without an estimator."""

import torch

from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._problems.problem import Problem, Units
from sklearn_sparcs._problems.task import Task


def regression_problem(X, y, weight=None, **units):
    """Standardised least squares of y (n,) on X, at the linear model."""
    task = Task(X, y[:, None], weight, SquaredError(), 1)
    return Problem.of(task, Units(torch.device("cpu"), **units))
