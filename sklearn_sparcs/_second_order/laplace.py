"""Laplace's approximation of the posterior of the weights.

Near the optimum a network is linear in its weights, as Gauss-Newton's method takes it,
and its posterior is normal. With M = J'J/n in units of the loss, and the ridge R that
touches the penalty there, an output's variance at a sample whose gradient is g is

    σ² (1 + h),    h = 2 g' (M + R)⁻¹ g / (c n)

(MacKay, "A practical Bayesian framework for backpropagation networks", 1992), c being
the outputs that the loss is averaged over: h σ² because the weights are not known, σ²
because a new sample has noise of its own. For least squares that is the textbook's
prediction interval, and h of a training sample is its leverage.

A residual of a training sample has the variance σ² (1 − h), so that |e| / √(1 − h) are
what left-out samples would show, and σ is taken from nine tenths of them: such that a
normal variable would stay below as often. Errors have heavier tails than normal ones
nearly always, and intervals of nine tenths then hold what they promise; of normal
errors σ is the standard deviation.

A network with about as many weights as there are samples has taken most of their noise
away, and what is left of it says little of σ. Samples that it was not trained on, if
there are any, then say more: their errors have the variance σ² (1 + h).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from .._networks.live import LiveNetwork
from .._networks.wiring import Wiring
from .gauss_newton import Factor, GaussNewtonMatrix
from .objective import SLICE, Objective

#: Share of the residuals that σ is read off, and the normal quantile that it is of.
_SHARE, _QUANTILE = 0.9, 1.6448536269514722
#: Damping of the matrix, as a share of each weight's curvature, against rounding.
_DAMPING = 1e-8
#: Most numbers of the factors, zeros aside: 16 MiB.
_LARGEST = 2**21
#: The least that is left of a training sample by a network that has learnt it by heart.
_LEAST_LEFT = 1e-2
#: Mean leverage from which on residuals say nothing of the noise.
_TAKEN_AWAY = 0.9


@dataclass(frozen=True)
class Laplace:
    """Gaussian approximation of the weights' posterior.

    Attributes
    ----------
    network : LiveNetwork
    wiring : Wiring
        The links that there are.
    factor : Factor or None
        Of M + R; None where there are too many weights.
    n_samples : float
    """

    network: LiveNetwork
    wiring: Wiring
    factor: Factor | None
    n_samples: float

    @classmethod
    def of(cls, objective: Objective, network: LiveNetwork, n: float) -> "Laplace":
        """At a network of a given wiring, trained on n samples like the objective's."""
        assert objective.wiring is not None
        return cls(network, objective.wiring, _factor(objective, network), n)

    def leverage(self, inputs: Tensor) -> Tensor:
        """The h (n, outputs) of some inputs (n, n_inputs).

        Without the factor, the mean that it has over training samples if the data
        decide all weights: so many for each output, and sample.
        """
        network = self.network
        if self.factor is None:
            share = network.n_hidden_weights / network.n_outputs + network.n_signals
            share = min(share / self.n_samples, 1 - _LEAST_LEFT)
            return inputs.new_full((len(inputs), network.n_outputs), share)
        parts = [self._quadratic(self.factor, x) for x in self._slices(inputs)]
        return torch.cat(parts) * (2 / (network.n_outputs * self.n_samples))

    def leverage_left_out(self, inputs: Tensor) -> Tensor:
        """The h (n, outputs) of samples that are in the matrix, were they not.

        h / (1 − h), by the formula of Sherman and Morrison; a mean stays as it is.
        """
        h = self.leverage(inputs)
        return h if self.factor is None else h / (1 - h).clamp_min(_LEAST_LEFT)

    def _slices(self, inputs: Tensor) -> Iterator[Tensor]:
        width = self.network.n_hidden_weights + 2 * self.network.n_signals
        yield from inputs.split(max(1, SLICE // width))

    def _quadratic(self, factor: Factor, inputs: Tensor) -> Tensor:
        """g' (M + R)⁻¹ g (rows, outputs)."""
        network, hears = self.network, self.wiring.heard[-1]
        signals, slopes = network.signals(inputs, slopes=True)
        outgoing = network.weights[-1][:, network.n_inputs :]
        jacobians = (self._jacobian(signals, slopes, sent).T for sent in outgoing)
        return factor.quadratics(jacobians, (signals * hears).T)

    def _jacobian(self, signals: Tensor, slopes: list[Tensor], sent: Tensor) -> Tensor:
        """Derivatives (rows, p) of an output in the weights that neurons hear by."""
        network = self.network
        deltas = network.deltas(sent.repeat(len(signals), 1), slopes)
        heard = network.heard(signals)
        blocks = [
            (delta[:, :, None] * heard[:, None, : w.shape[1]]).flatten(1)
            for delta, w in zip(deltas, network.weights[:-1], strict=True)
        ]
        return torch.cat([signals[:, :0], *blocks], dim=1) * self.wiring.hidden(network)


def noise(residuals: Tensor, leverage: Tensor, weight: Tensor | None) -> Tensor:
    """σ (outputs,) of residuals (n, outputs) of training samples of such leverage.

    Residuals e have the variance σ² (1 − h). Where nearly as many weights as samples
    have taken them away, what is left says nothing of σ, and errors at samples left
    out, e / (1 − h), stand for it.
    """
    if float(leverage.mean()) > _TAKEN_AWAY:
        scale = (1 - leverage).clamp_min(torch.finfo(leverage.dtype).eps)
    else:
        scale = (1 - leverage).clamp_min(_LEAST_LEFT).sqrt()
    return _noise(residuals / scale, weight)


def noise_of_left_out(
    errors: Tensor, leverage: Tensor, weight: Tensor | None
) -> Tensor:
    """σ (outputs,) of errors (n, outputs) of samples that were not trained on.

    They have the variance σ² (1 + h). The share of n that stays below is (n + 1) / n
    times nine tenths, so that intervals hold nine tenths of new samples on average over
    draws of these few (Papadopoulos et al., "Inductive confidence machines for
    regression", 2002).
    """
    share = min(_SHARE * (1 + 1 / len(errors)), 1.0)
    return _noise(errors / (1 + leverage).sqrt(), weight, share)


def _noise(errors: Tensor, weight: Tensor | None, share: float = _SHARE) -> Tensor:
    """σ (outputs,) by which a share of the errors (n, outputs) is below 1.645 σ."""
    size, order = errors.abs().sort(dim=0)
    counts = torch.ones_like(order[:, 0], dtype=size.dtype)
    counts = (counts if weight is None else weight)[order].cumsum(dim=0)
    reached: Tensor = (counts >= share * counts[-1]).to(torch.uint8)
    first = reached.argmax(dim=0, keepdim=True)
    return size.gather(0, first)[0] / _QUANTILE


def deviation(residuals: Tensor, leverage: Tensor, weight: Tensor | None) -> Tensor:
    """√(Σ e² / (n − degrees of freedom)) (outputs,) of residuals (n, outputs)."""
    square, left = residuals.square(), (1 - leverage).clamp_min(_LEAST_LEFT)
    if weight is not None:
        square, left = square * weight[:, None], left * weight[:, None]
    return (square.sum(dim=0) / left.sum(dim=0)).sqrt()


def _factor(objective: Objective, network: LiveNetwork) -> Factor | None:
    """Factors of the matrix, if they can be kept."""
    p, s, c = network.n_hidden_weights, network.n_signals, network.n_outputs
    if p * p / 2 + c * s * (p + s / 2) > _LARGEST:
        return None
    at = objective.evaluate(network, keep=True)
    ridge = objective.penalty.ridge(network)
    return Factor.of(GaussNewtonMatrix.of(objective, at), ridge, _DAMPING)
