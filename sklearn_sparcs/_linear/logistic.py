"""Logistic regression under a ridge, whose strength leave-one-out chooses.

With A_k the second derivatives by the weights of output k, which are taken to be
blocks (`output_blocks`), let h_ik = x_i' A_k⁻¹ x_i / n. Left out, sample i has the
outputs f_ik + h_ik g_ik / (1 − h_ik v_ik), g and v being its slope and curvature: one
Newton step from the model fitted to all. The mean loss at such outputs is the score of
a strength (Rad and Maleki, "A scalable estimate of the out-of-sample prediction error
via approximate leave-one-out cross-validation", 2020).
"""

import numpy as np

from .._data.batches import TrainingData
from .._losses.losses import ClassificationLoss
from .logistic_descent import LARGEST, minimised
from .logistic_objective import LogisticObjective
from .ridge import Linear, Rotated
from .subspace import directions_of, only_features, optimum_of_signals

#: The strength where samples are so many a weight that it matters little.
FIXED, MANY_ROWS = 1e-4, 200
#: Strengths tried, from the strongest on, until the score has worsened so often.
_STRENGTHS, _WORSE = np.geomspace(1, 1e-6, 13), 2
#: Slope at which a model is good enough to be judged.
_TOL_JUDGED = 1e-3


def logistic(
    data: TrainingData,
    loss: ClassificationLoss,
    n_outputs: int,
    intercept: bool,
    linear_alpha: float | None,
) -> tuple[Linear, float]:
    """Logistic regression under a ridge.

    Parameters
    ----------
    data : TrainingData
    loss : ClassificationLoss
        Cross-entropy; every class occurs.
    n_outputs : int
    intercept : bool
    linear_alpha : float or None
        None chooses it.

    Returns
    -------
    linear : coefficients (outputs, features), intercepts (outputs,)
    linear_alpha : float
    """
    n, p = data.x.shape
    if p > n and n <= LARGEST and linear_alpha != 0:
        rotated = Rotated.of(data, intercept)
        found, linear_alpha = logistic(
            rotated.data, loss, n_outputs, intercept, linear_alpha
        )
        return rotated.undo(found), linear_alpha
    if linear_alpha is None and data.n_counted >= MANY_ROWS * (p + 1):
        linear_alpha = FIXED
    objective = LogisticObjective.of(data, loss, n_outputs, intercept)
    linear = objective.zero
    if linear_alpha is None and objective.seen is not objective:
        some = objective.seen.data
        linear_alpha = logistic(some, loss, n_outputs, intercept, None)[1]
        linear_alpha *= len(some) / n
    elif linear_alpha is None:
        linear, linear_alpha = _chosen(objective)
    return _optimum(objective, linear, linear_alpha), linear_alpha


def _optimum(
    objective: LogisticObjective, linear: Linear, linear_alpha: float
) -> Linear:
    """The model of least value, from another one on."""
    data, intercept = objective.data, objective.intercept

    def directions() -> np.ndarray:
        features = only_features(data, intercept)
        return directions_of(features, intercept, data.offset)

    return optimum_of_signals(objective, linear, linear_alpha, directions)


def _chosen(objective: LogisticObjective) -> tuple[Linear, float]:
    """The model and the strength of least loss on samples left out."""
    linear, worse = objective.zero, 0
    best, least = (linear, float(_STRENGTHS[0])), np.inf
    for linear_alpha in _STRENGTHS.tolist():
        linear = minimised(objective, linear, linear_alpha, _TOL_JUDGED)
        score = left_out_loss(objective, linear, linear_alpha)
        if score < least:
            best, least = (linear, linear_alpha), score
        else:
            worse += 1
        if worse == _WORSE:
            break
    return best


def left_out_loss(
    objective: LogisticObjective, linear: Linear, linear_alpha: float
) -> float:
    """Mean loss of samples by models fitted without them, to one Newton step."""
    outputs = objective.outputs(linear)
    blocks = objective.blocks(outputs, linear_alpha)
    h = blocks.leverage(objective.dense, objective.intercept)
    h /= objective.count[:, None]  # of a row for several samples one is left out
    rest = np.maximum(1 - h * objective.curvatures(outputs), np.finfo(float).tiny)
    return objective.loss(outputs + h * objective.slope(outputs) / rest)
