"""Optimisation of the output layer, the hidden neurons being fixed.

Under a ridge that touches the penalty from above the problem is convex: one step of
Newton's method where the loss's curvature is known exactly, and solves squared error;
quasi-Newton's method elsewhere.
"""

from dataclasses import dataclass

from torch import Tensor

from .._networks.live import LiveNetwork
from .._networks.wiring import Wiring
from .gauss_newton import Factor, GaussNewtonMatrix
from .objective import Evaluation, Objective
from .quasi_newton import minimised

#: Damping of Newton's steps, relative to the curvature.
_DAMPING = 1e-6
#: Shares of a step that are tried, one after the other.
_SIZES = (1.0, 0.5, 0.25, 0.1)
#: Iterations of quasi-Newton's method.
_N_ITERATIONS = 6


def outputs_solved(
    objective: Objective,
    at: Evaluation,
    start: Tensor | None = None,
    n_iter: int = 1,
) -> Evaluation:
    """The network with a better output layer; hidden layers stay.

    Parameters
    ----------
    objective : Objective
    at : Evaluation
        The network on the objective's samples.
    start : Tensor of shape (outputs, n_signals), optional
        Weights to begin at. The first ridge is still the one at the network's own: so
        a neuron that sends nothing yet can be given the ridge of what it promises.
    n_iter : int, default=1
        Newton's steps.

    Returns
    -------
    Evaluation
        Its value is no larger than at the start.
    """
    ridge = _ridge(objective, at)
    if start is not None:
        at = objective.with_output(at, start)
    if not objective.loss.exact(at.network.n_outputs):
        return _by_quasi_newton(objective, at, ridge)
    at = _newton_step(objective, at, ridge)
    for _ in range(n_iter - 1):
        at = _newton_step(objective, at, _ridge(objective, at))
    return at


def _ridge(objective: Objective, at: Evaluation) -> Tensor:
    """The ridge of the output layer's weights, flat."""
    return objective.penalty.ridge(at.network)[-at.network.weights[-1].numel() :]


def _newton_step(objective: Objective, at: Evaluation, ridge: Tensor) -> Evaluation:
    """The first of the step's shares that makes loss and penalty fall, or ``at``."""
    weight = at.network.weights[-1]
    matrix, gradient = GaussNewtonMatrix.of_outputs(objective, at)
    gradient = gradient.reshape(-1) + ridge * weight.reshape(-1)
    factor = Factor.of(matrix, ridge, _DAMPING)
    step = -factor.solve(gradient).reshape(weight.shape)
    moved = objective.along(at, step)
    for size in _SIZES:
        new = moved(size)
        if new.value < at.value:
            return new
    return at


def _by_quasi_newton(objective: Objective, at: Evaluation, ridge: Tensor) -> Evaluation:
    """Signals become the inputs of a network without neurons, under a fixed ridge."""
    data = objective.of_signals(at)
    wiring = objective.wiring and Wiring(objective.wiring.heard[-1:])
    alone = Objective(data, objective.loss, FixedRidge(ridge), wiring)
    network = LiveNetwork((at.network.weights[-1],), at.network.activation, False, ())
    found = minimised(alone, alone.evaluate(network, keep=True), n_iter=_N_ITERATIONS)
    new = objective.with_output(at, found.at.network.weights[-1])
    return new if new.value < at.value else at


@dataclass(frozen=True)
class FixedRidge:
    """½ Σ r w², with strengths (weights,) that do not depend on the network."""

    strengths: Tensor

    def value(self, network: LiveNetwork) -> Tensor:
        """The penalty."""
        return (self.strengths * network.flat().square()).sum() / 2

    def ridge(self, network: LiveNetwork) -> Tensor:
        """The strengths."""
        return self.strengths
