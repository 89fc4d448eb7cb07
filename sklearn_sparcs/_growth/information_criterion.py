"""An information criterion: likelihood, and the effective number of weights.

    −log likelihood/n + factor · k/n,

in nats a sample. k is the effective number of weights, tr (M + R)⁻¹ M for the matrix M
of the data's curvature and the ridge R that touches the penalty: those that the data
decide. A factor of one is Akaike's criterion, ½ log n Schwarz's.
"""

import math

import torch

from .._losses.losses import Loss
from .._networks.live import LiveNetwork
from .._second_order.gauss_newton import Factor, GaussNewtonMatrix
from .._second_order.metric import is_dense
from .._second_order.objective import Evaluation, Objective

#: Samples that weights are counted on, at least, and for each of an output's matrix.
_FEWEST_ROWS, _ROWS_A_WEIGHT = 2**13, 8
#: Weights that the data may decide, as a share of the samples: squared errors that more
#: weights than that have taken away say little of the noise, and their logarithm falls
#: faster than two nats a weight make up for.
_MOST_WEIGHTS = 0.5


def effective_weights(objective: Objective, at: Evaluation) -> float:
    """Effective number of weights: those that data rather than the penalty determine.

    All count where there are too many for the matrix.
    """
    if not is_dense(at.network):
        return float(len(at.network.flat()))
    ridge = objective.penalty.ridge(at.network)
    factor = Factor.of(GaussNewtonMatrix.of(objective, at), ridge, 0.0)
    return float((1 - ridge * factor.inverse_diagonal()).sum())


def negative_log_likelihood(loss: Loss, data_loss: float, n_outputs: int) -> float:
    """Negative log-likelihood of a sample in nats, up to a constant.

    Squared errors are taken to be normal, with the variance that they have.
    """
    if loss.linear_model == "least squares":
        return n_outputs * math.log(max(data_loss, 1e-300)) / 2
    return loss.n_averaged(n_outputs) * data_loss


def criterion(
    objective: Objective,
    loss: Loss,
    network: LiveNetwork,
    factor: float,
    data_loss: float | None = None,
) -> float:
    """Negative log-likelihood plus a factor times effective weights, per sample.

    Of many samples some serve to count the weights. ``data_loss`` is that of all, where
    it is known.
    """
    n = objective.data.n_counted
    p = network.n_hidden_weights + network.n_signals
    n_rows = max(_FEWEST_ROWS, _ROWS_A_WEIGHT * p)
    some = objective.sample(n_rows, torch.Generator())
    at = some.evaluate(network, keep=True)
    if data_loss is None:
        data_loss = at.loss if some is objective else objective.data_loss(network)
    k = effective_weights(some, at)
    if loss.linear_model == "least squares" and k > _MOST_WEIGHTS * n:
        return math.inf
    return negative_log_likelihood(loss, data_loss, network.n_outputs) + factor * k / n
