"""The minimum of a linear model's cross-entropy under a ridge.

Quasi-Newton steps (L-BFGS) are taken in coordinates in which the matrix of second
derivatives is nearly the identity (`output_blocks`): a few are then enough. Values of
the loss have eight digits of the weights at their minimum; slopes have all, and so the
last steps of small models are Newton's, by the whole matrix.
"""

from typing import Protocol

import numpy as np
from scipy.optimize import minimize

from .output_blocks import NoBlocks, OutputBlocks
from .ridge import Linear

#: Features up to which second derivatives are factored.
LARGEST = 500
#: Iterations in one set of coordinates, and how often new ones are taken; and
#: iterations in the features' own.
_N_ITER, _N_COORDINATES, _N_PLAIN = 30, 20, 1000
#: SciPy's word for iterations used up.
_MORE_ITERATIONS = 1
#: Slope at which a model is optimal.
_TOL = 1e-6
#: Weights up to which the optimum is found to the last digits, in so many steps.
_SMALL, _N_NEWTON = 100, 4


class Convex(Protocol):
    """Mean cross-entropy under a ridge of strength linear_alpha, and derivatives."""

    @property
    def n_features(self) -> int:
        """Columns of X."""

    @property
    def n_outputs(self) -> int:
        """Outputs of the model."""

    def evaluate(self, linear: Linear, linear_alpha: float) -> tuple[float, Linear]:
        """Value and slopes."""

    def coordinates(self, linear: Linear, linear_alpha: float) -> OutputBlocks:
        """Those in which second derivatives at a model are nearly the identity."""

    def second_derivatives(self, linear: Linear, linear_alpha: float) -> np.ndarray:
        """All of them, an output's weights and then its constant, and so on."""


def optimum(objective: Convex, linear: Linear, linear_alpha: float) -> Linear:
    """The model of least value, from another one on."""
    linear = minimised(objective, linear, linear_alpha, _TOL)
    small = (objective.n_features + 1) * objective.n_outputs <= _SMALL
    for _ in range(_N_NEWTON if small else 0):
        linear = newton_step(objective, linear, linear_alpha)
    return linear


def minimised(
    objective: Convex, linear: Linear, linear_alpha: float, tol: float
) -> Linear:
    """The model at which the slope, in the coordinates used, is ``tol`` or less."""
    given = linear_alpha, tol
    if objective.n_features > LARGEST:
        plain = NoBlocks((objective.n_outputs, objective.n_features))
        return _descended(objective, linear, plain, *given, _N_PLAIN)[0]
    for _ in range(_N_COORDINATES):
        blocks = objective.coordinates(linear, linear_alpha)
        linear, settled = _descended(objective, linear, blocks, *given, _N_ITER)
        if settled:
            break
    return linear


def _descended(
    objective: Convex,
    linear: Linear,
    blocks: OutputBlocks | NoBlocks,
    linear_alpha: float,
    tol: float,
    n_iter: int,
) -> tuple[Linear, bool]:
    """So many steps, or fewer if it settles; and whether it has."""

    def evaluate(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = objective.evaluate(blocks.linear(flat), linear_alpha)
        return value, blocks.slope(slope)

    found = minimize(
        evaluate,
        blocks.of_linear(linear),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": n_iter, "gtol": tol, "ftol": 0.0},
    )
    return blocks.linear(found.x), found.status != _MORE_ITERATIONS


def newton_step(objective: Convex, linear: Linear, linear_alpha: float) -> Linear:
    """The model after a step of Newton's, if its slope is less than before."""
    (W, b), (c, p) = linear, linear[0].shape
    _, slope = objective.evaluate(linear, linear_alpha)
    g = np.column_stack(slope)
    matrix = objective.second_derivatives(linear, linear_alpha)
    step = np.linalg.lstsq(matrix, g.ravel())[0].reshape(c, p + 1)
    new = W - step[:, :p], b - step[:, p]
    _, left = objective.evaluate(new, linear_alpha)
    better = np.linalg.norm(np.column_stack(left)) < np.linalg.norm(g)
    return new if better else linear
