"""Which Gauss-Newton matrix is formed, and of how many samples: by what it costs.

A dense matrix of p hidden weights takes about n p² operations. Beyond a budget it is
formed of some of the samples, drawn anew each time, twenty a weight at least. Where it
only measures steps that the gradients of all samples correct (`quasi_newton`), fewer
will do. A network of too many weights even for that has a block of its own for each
neuron.
"""

from typing import Protocol

import torch
from torch import Tensor

from .._networks.live import LiveNetwork
from .gauss_newton import Factor, GaussNewtonMatrix
from .neuron_blocks import NeuronBlocks
from .objective import Evaluation, Objective
from .one_layer_factor import OneLayerFactor

#: Operations that a matrix may cost before samples are left out.
_BUDGET = 2 * 10**10
#: Samples a weight, at least, that are taken.
_ROWS_A_WEIGHT = 20
#: The same, a weight and in all, where the matrix is a metric that gradients correct.
_METRIC_ROWS_A_WEIGHT, _METRIC_ROWS = 5, 2**12
#: Hidden weights, or signals, up to which a dense matrix is formed.
_LARGEST = 2000


class Metric(Protocol):
    """A positive definite matrix, factored."""

    def solve(self, right: Tensor) -> Tensor:
        """The solution for a right-hand side (weights,)."""


def is_dense(network: LiveNetwork) -> bool:
    """Whether the dense matrix of all weights can be afforded."""
    return max(network.n_hidden_weights, network.n_signals) <= _LARGEST


def n_rows(n_samples: int, n_weights: int, n_columns: int) -> int:
    """Number of samples for a matrix that costs n_weights · n_columns each."""
    cheap = _BUDGET // max(n_weights * n_columns, 1)
    return min(n_samples, max(_ROWS_A_WEIGHT * n_columns, cheap))


def dense_matrix(
    objective: Objective, at: Evaluation, generator: torch.Generator
) -> GaussNewtonMatrix:
    """Gauss-Newton's matrix, of all samples or of some."""
    p = at.network.n_hidden_weights + at.network.n_signals
    n = n_rows(len(objective.data), p, p)
    return GaussNewtonMatrix.of(*_sampled(objective, at, n, generator))


def metric(
    objective: Objective, at: Evaluation, damping: float, generator: torch.Generator
) -> Metric:
    """The matrix with the penalty's ridge and damping, dense or a block a neuron."""
    ridge = objective.penalty.ridge(at.network)
    if is_dense(at.network):
        p = at.network.n_hidden_weights + at.network.n_signals
        n = max(_METRIC_ROWS, _METRIC_ROWS_A_WEIGHT * p)
        matrix = GaussNewtonMatrix.of(*_sampled(objective, at, n, generator))
        return factored(matrix, ridge, damping)
    widest = at.network.n_signals
    n_samples = len(objective.data)
    n = n_rows(n_samples, at.network.n_hidden_weights + widest, widest)
    return NeuronBlocks.of(*_sampled(objective, at, n, generator), ridge, damping)


def factored(matrix: GaussNewtonMatrix, ridge: Tensor, damping: float) -> Metric:
    """The factors of matrix + ridge + a share of its own diagonal that are quicker.

    Raises
    ------
    numpy.linalg.LinAlgError
        If that is not positive definite.
    """
    if matrix.sent is None or len(matrix.sent) == 1 or not len(matrix.hidden):
        return Factor.of(matrix, ridge, damping)
    return OneLayerFactor.of(matrix, ridge, damping)


def _sampled(
    objective: Objective, at: Evaluation, n: int, generator: torch.Generator
) -> tuple[Objective, Evaluation]:
    """Objective and network on n of the samples, none twice, where these are."""
    some = objective.some(n, generator)
    if some is objective or some.data.here is None:
        return some, at
    return some, some.evaluate(at.network, keep=True)
