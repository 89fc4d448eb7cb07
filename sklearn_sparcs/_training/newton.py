"""Newton's step of a logistic regression, by the whole matrix of second derivatives.

Values of the loss have eight digits of the weights at their minimum; slopes have all.
"""

import numpy as np

from .logistic_objective import LogisticObjective
from .ridge import Linear


def newton_step(
    objective: LogisticObjective, linear: Linear, linear_alpha: float
) -> Linear:
    """The model after a step, if its slope is less than before."""
    (W, b), (c, p) = linear, linear[0].shape
    _, slope = objective.evaluate(linear, linear_alpha)
    g = np.column_stack(slope)
    H = second_derivatives(objective, objective.outputs(linear), linear_alpha)
    step = np.linalg.lstsq(H, g.ravel())[0]
    step = step.reshape(c, p + 1)
    new = W - step[:, :p], b - step[:, p]
    _, left = objective.evaluate(new, linear_alpha)
    better = np.linalg.norm(np.column_stack(left)) < np.linalg.norm(g)
    return new if better else linear


def second_derivatives(
    objective: LogisticObjective, outputs: np.ndarray, linear_alpha: float
) -> np.ndarray:
    """Second derivatives, an output's weights and then its constant, and so on.

    Where samples have such outputs (n, outputs); the ridge is among them.
    """
    p, c = objective.n_features, objective.n_outputs
    constant = np.full((len(outputs), 1), float(objective.intercept))
    x = np.hstack([objective.dense, constant])
    H = np.empty((c, p + 1, c, p + 1))
    curvatures = objective.joint_curvatures(outputs) / len(x)
    for k in range(c):
        for other in range(c):
            H[k, :, other] = (x * curvatures[:, k, other, None]).T @ x
    ridge = np.tile(np.append(np.full(p, objective.ridge(linear_alpha)), 0.0), c)
    return H.reshape(c * (p + 1), -1) + np.diag(ridge)
