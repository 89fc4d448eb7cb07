"""Quasi-Newton's method (L-BFGS) in the metric of Gauss-Newton's matrix.

For losses whose curvature the matrix has but in part, and for networks too large for
more than a part of it: the matrix, with the penalty's ridge, is the Hessian that the
method begins with, and the latest gradients correct it. It is formed anew every few
iterations (Nocedal and Wright, *Numerical Optimization*, algorithm 7.4).
"""

from collections import deque

import torch
from torch import Tensor

from .metric import Metric, metric
from .objective import Evaluation, Objective
from .optimization_result import OptimizationResult
from .status import Status
from .weak_neurons import without_weak

#: Steps, and changes of the gradient, that are remembered.
_MEMORY = 10
#: Iterations after which the matrix is formed anew.
_FRESH = 12
#: Sizes of a step that are tried, each a third of the one before.
_N_SIZES = 10
#: Share of the fall that the slope promises, at least, that a step must bring (Armijo).
_SHARE = 1e-4
#: Smallest cosine of step and change of gradient that is remembered.
_LEAST_COSINE = 1e-12

#: A step, and how the gradient changed.
Pair = tuple[Tensor, Tensor]


def minimised(
    objective: Objective,
    at: Evaluation,
    *,
    n_iter: int,
    tol: float = 1e-4,
    damping: float = 1e-3,
    generator: torch.Generator | None = None,
) -> OptimizationResult:
    """Iterate until the value falls by less than ``tol``, relatively, or cannot fall.

    ``generator`` draws samples where the matrix is formed of some of them.
    """
    generator = generator or torch.Generator()
    gradient, values, status = objective.gradient(at), [at.value], Status.MAX_ITER
    pairs: deque[Pair] = deque(maxlen=_MEMORY)
    age, scale = _FRESH, 1.0
    for _ in range(n_iter):
        if age >= _FRESH:
            pairs.clear()
            at, gradient = _without_weak(objective, at, gradient)
            by, age = metric(objective, at, damping, generator), 0
        step = direction(gradient, by, pairs, scale)
        new = _line_search(objective, at, gradient, step)
        if new is at and age:
            age = _FRESH  # stored gradients may mislead: begin with a new matrix
            continue
        age += 1
        values.append(new.value)
        if values[-2] - values[-1] < tol * abs(values[-2]):
            at, status = new, Status.CONVERGED
            break
        new_gradient = objective.gradient(new)
        step = new.network.flat() - at.network.flat()
        if _remember(pairs, step, new_gradient - gradient):
            scale = _scale(by, *pairs[-1])
        at, gradient = new, new_gradient
    return OptimizationResult(at, damping, status, tuple(values))


def _without_weak(
    objective: Objective, at: Evaluation, gradient: Tensor
) -> tuple[Evaluation, Tensor]:
    """Network and gradient after weak neurons have gone, if there were any."""
    smaller = without_weak(objective, at)
    return (at, gradient) if smaller is at else (smaller, objective.gradient(smaller))


def direction(
    gradient: Tensor, by: Metric, pairs: deque[Pair], scale: float = 1.0
) -> Tensor:
    """Minus the inverse Hessian, as far as it is known, times the gradient.

    Where no pair says otherwise, that is ``scale`` times the metric's inverse.
    """
    r, shares = gradient.clone(), []
    for step, change in reversed(pairs):
        share = (step @ r) / (step @ change)
        shares.append(share)
        r -= share * change
    r = scale * by.solve(r)
    for (step, change), share in zip(pairs, reversed(shares), strict=True):
        r += step * (share - (change @ r) / (step @ change))
    return -r


def _line_search(
    objective: Objective, at: Evaluation, gradient: Tensor, direction: Tensor
) -> Evaluation:
    """The largest step that falls as the slope promises; ``at`` if there is none."""
    flat, slope = at.network.flat(), float(gradient @ direction)
    for k in range(_N_SIZES):
        size = 3.0**-k
        network = at.network.with_flat(flat + size * direction)
        new = objective.evaluate(network, keep=True)
        if new.value < at.value + _SHARE * size * slope:
            return new
    return at


def _remember(pairs: deque[Pair], step: Tensor, change: Tensor) -> bool:
    """Append the pair, if along the step the gradient grew, and say whether."""
    grew = float(step @ change) > _LEAST_COSINE * float(step.norm() * change.norm())
    if grew:
        pairs.append((step, change))
    return grew


def _scale(by: Metric, step: Tensor, change: Tensor) -> float:
    """The multiple of the metric's inverse that best makes the step of the change.

    Of classes, a metric that has one shape for all samples may see too flat.
    """
    return float(step @ change) / float(change @ by.solve(change))
