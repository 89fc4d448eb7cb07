"""Quasi-Newton's method (L-BFGS) in the metric of Gauss-Newton's matrix.

For losses whose curvature the matrix has but in part, and for networks too large for
more than a part of it: the matrix, with the penalty's ridge, is the Hessian that the
method begins with, and the latest gradients correct it. It is formed anew every few
iterations (Nocedal and Wright, *Numerical Optimization*, algorithm 7.4).
"""

import torch
from torch import Tensor

from .._numerics.status import Status
from .inverse_hessian import InverseHessian
from .metric import metric
from .objective import Evaluation, Objective
from .optimization_result import OptimizationResult
from .weak_neurons import without_weak

#: Iterations after which the matrix is formed anew.
_FRESH = 12
#: Sizes of a step that are tried, each a third of the one before.
_N_SIZES = 10
#: Share of the fall that the slope promises, at least, that a step must bring (Armijo).
_SHARE = 1e-4


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
    inverse: InverseHessian | None = None
    scale = 1.0
    for _ in range(n_iter):
        if inverse is None or inverse.n_steps >= _FRESH:
            at, gradient = _without_weak(objective, at, gradient)
            formed = metric(objective, at, damping, generator)
            inverse = InverseHessian(formed, gradient, scale)
        new = _line_search(objective, at, gradient, inverse.direction())
        if new is at and inverse.n_steps:
            inverse = None  # stored gradients may mislead: begin with a new matrix
            continue
        values.append(new.value)
        if values[-2] - values[-1] < tol * abs(values[-2]):
            at, status = new, Status.CONVERGED
            break
        new_gradient = objective.gradient(new)
        inverse.move(new.network.flat() - at.network.flat(), new_gradient)
        at, gradient, scale = new, new_gradient, inverse.scale
    return OptimizationResult(at, damping, status, tuple(values))


def _without_weak(
    objective: Objective, at: Evaluation, gradient: Tensor
) -> tuple[Evaluation, Tensor]:
    """Network and gradient after weak neurons have gone, if there were any."""
    smaller = without_weak(objective, at)
    return (at, gradient) if smaller is at else (smaller, objective.gradient(smaller))


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
