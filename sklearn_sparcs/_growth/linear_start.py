"""The linear model that growth starts at, as a network without neurons."""

import torch

from .._networks.live import LiveNetwork
from .._problems.problem import Problem

#: Least ridge of the linear part: it makes the matrix definite.
DEFINITE = 1e-8


def linear_start(
    problem: Problem, n_hidden_layers: int, activation: str
) -> LiveNetwork:
    """The problem's linear model as a network without neurons."""
    assert problem.linear_map is not None  # second-order growth always asks for it
    return _linear(problem, problem.linear_map, n_hidden_layers, activation)


def grown_from(problem: Problem, n_hidden_layers: int, activation: str) -> LiveNetwork:
    """The linear model in which the problem's neurons wake."""
    assert problem.grown_from is not None
    return _linear(problem, problem.grown_from, n_hidden_layers, activation)


def _linear(
    problem: Problem, W: torch.Tensor, n_hidden_layers: int, activation: str
) -> LiveNetwork:
    options = activation, problem.bias, problem.reach
    return LiveNetwork.linear(W.to(**problem.options), n_hidden_layers, *options)


def linear_ridge(problem: Problem) -> float:
    """The ridge under which the problem's linear model is optimal."""
    n_averaged = problem.loss.n_averaged(problem.n_outputs)
    return max(problem.linear_alpha / n_averaged, DEFINITE)
