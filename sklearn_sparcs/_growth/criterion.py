"""What a single fit judges itself by: likelihood, and how many weights it took.

    −log likelihood/n + factor · k/n,

in nats a sample. k is the effective number of weights, tr (M + R)⁻¹ M for the matrix M
of the data's curvature and the ridge R that touches the penalty: those that the data
decide. A factor of one is Akaike's criterion, ½ log n Schwarz's.
"""

import math

from .._networks.live import LiveNetwork
from .._training.losses import Loss
from .._training.metric import is_dense
from .._training.normal import Factor, NormalMatrix
from .._training.objective import Evaluation, Objective


def effective_weights(objective: Objective, at: Evaluation) -> float:
    """How many weights the data decide, not the penalty.

    All count where there are too many for the matrix.
    """
    if not is_dense(at.network):
        return float(len(at.network.flat()))
    ridge = objective.penalty.ridge(at.network)
    factor = Factor.of(NormalMatrix.of(objective, at), ridge, 0.0)
    return float((1 - ridge * factor.inverse_diagonal()).sum())


def negative_log_likelihood(loss: Loss, data_loss: float, n_outputs: int) -> float:
    """Of a sample, in nats; a constant is left out.

    Squared errors are taken to be normal, with the variance that they have.
    """
    if loss.linear_model == "least squares":
        return n_outputs * math.log(max(data_loss, 1e-300)) / 2
    return loss.n_averaged(n_outputs) * data_loss


def criterion(
    objective: Objective, loss: Loss, network: LiveNetwork, factor: float
) -> float:
    """What a network costs by likelihood, and by weights times a factor."""
    at = objective.evaluate(network, keep=True)
    n = float(objective.data.count.sum())
    k = effective_weights(objective, at)
    return negative_log_likelihood(loss, at.loss, network.n_outputs) + factor * k / n


def schwarz(objective: Objective, loss: Loss, network: LiveNetwork) -> float:
    """Schwarz's criterion, a sample."""
    n = float(objective.data.count.sum())
    return criterion(objective, loss, network, math.log(n) / 2)
