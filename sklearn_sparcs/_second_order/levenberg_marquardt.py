"""The Levenberg-Marquardt method for networks of live neurons.

A step solves (J' h J / n + R + μ D) Δ = −∇, R being the ridge that touches the penalty
from above, D the matrix's own diagonal, and ∇ the gradient of loss and penalty. Then
the output layer is solved by itself (variable projection). The step is taken if loss
and penalty have fallen; else μ becomes six times as large, and the step is tried again.
After a step, μ becomes smaller by what part of the fall that the quadratic model
promised has come true (Nielsen, "Damping parameter in Marquardt's method", 1999), a
fifth at least. After it, weak neurons go.
"""

import math
import sys

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from .._networks.live import LiveNetwork
from .._numerics.status import Status
from .gauss_newton import GaussNewtonMatrix
from .metric import dense_matrix, factored, is_dense
from .objective import Evaluation, Objective
from .optimization_result import OptimizationResult
from .output_layer import outputs_solved
from .quasi_newton import minimised
from .weak_neurons import without_weak

#: Dampings that are tried at a point before no step is said to help.
_N_TRIALS = 12
#: What a step that kept its promise, and one that did not help, do to the damping.
_LESS, _MORE = 1 / 5, 6.0
#: Between these the damping stays, and between those the next training begins.
_DAMPINGS, _STARTS = (1e-9, 1e9), (1e-6, 1.0)
#: Quasi-Newton's iterations for one of Levenberg-Marquardt's.
_CHEAPER = 4


def optimize(
    objective: Objective,
    network: LiveNetwork,
    n_iter: int = 20,
    tol: float = 1e-4,
    damping: float = 1e-3,
    generator: torch.Generator | None = None,
) -> OptimizationResult:
    """Make loss and penalty fall, until they settle or for so many iterations.

    Where the loss's curvature is known in part only, or the matrix is too large, it is
    quasi-Newton's method that does it (`quasi_newton`).

    Parameters
    ----------
    objective : Objective
    network : LiveNetwork
    n_iter : int, default=20
        Iterations; quasi-Newton's method, whose iterations are cheaper, has four times
        as many.
    tol : float, default=1e-4
        The relative fall in an iteration at which they end.
    damping : float, default=1e-3
        μ at the start, relative to the curvature.
    generator : torch.Generator, optional
        Draws samples where a matrix of all would be too dear (`metric`).

    Returns
    -------
    OptimizationResult
        With a value no larger than the network's.
    """
    at = objective.evaluate(network, keep=True)
    if not math.isfinite(at.value):
        return OptimizationResult(at, damping, Status.DIVERGED, (at.value,))
    generator = generator or torch.Generator()
    if objective.loss.exact(network.n_outputs) and is_dense(network):
        return _levenberg_marquardt(objective, at, n_iter, tol, damping, generator)
    found = minimised(
        objective, at, n_iter=_CHEAPER * n_iter, tol=tol, generator=generator
    )
    at = without_weak(objective, found.at)
    return OptimizationResult(at, damping, found.status, (*found.values, at.value))


def _levenberg_marquardt(
    objective: Objective,
    at: Evaluation,
    n_iter: int,
    tol: float,
    damping: float,
    generator: torch.Generator,
) -> OptimizationResult:
    values, status = [at.value], Status.MAX_ITER
    for _ in range(n_iter):
        matrix = dense_matrix(objective, at, generator)
        new, damping = _step(objective, at, matrix, damping)
        fell = at.value - new.value
        at = without_weak(objective, new)
        values.append(at.value)
        if fell <= tol * abs(values[-2]):
            status = Status.CONVERGED
            break
    return OptimizationResult(at, _within(damping, _STARTS), status, tuple(values))


def _step(
    objective: Objective, at: Evaluation, matrix: GaussNewtonMatrix, damping: float
) -> tuple[Evaluation, float]:
    """The first damping's step that helps, and the next damping; else ``at``."""
    ridge = objective.penalty.ridge(at.network)
    gradient = objective.data_gradient(at) + ridge * at.network.flat()
    for _ in range(_N_TRIALS):
        new, share = _trial(objective, at, matrix, ridge, gradient, damping)
        if new.value < at.value:
            return new, _within(damping * _less(share), _DAMPINGS)
        damping = _within(damping * _MORE, _DAMPINGS)
    return at, damping


def _trial(
    objective: Objective,
    at: Evaluation,
    matrix: GaussNewtonMatrix,
    ridge: Tensor,
    gradient: Tensor,
    damping: float,
) -> tuple[Evaluation, float]:
    """The network after a step, its outputs solved; ``at`` if there is no such.

    And what share has come of the fall that the quadratic model promised, which is half
    of -∇'Δ at least.
    """
    try:
        step = factored(matrix, ridge, damping).solve(-gradient)
        network = at.network.with_flat(at.network.flat() + step)
        new = objective.evaluate(network, keep=True)
        if not math.isfinite(new.value):
            return at, 0.0
        new = outputs_solved(objective, new)
        promised = max(-float(gradient @ step) / 2, sys.float_info.min)
        return new, (at.value - new.value) / promised
    except LinAlgError:
        return at, 0.0


def _less(share: float) -> float:
    """The next damping in the last, after a step that brought a share of its promise.

    It is twice as large at most.
    """
    return max(_LESS, 1 - (2 * max(share, 0.0) - 1) ** 3)


def _within(damping: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return min(max(damping, low), high)
