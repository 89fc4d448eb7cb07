"""Value, gradient and Gauss-Newton curvature of a loss, for each sample.

The loss is L = Σ_i w_i ℓ(f_i, y_i) / n as in `losses`, a mean over outputs too where
there are several targets. Its curvature in the outputs, Gauss-Newton's or Fisher's
(c, c) matrix of a sample, is given as a number a sample times one matrix for all,
h_i · S. That is exact for squared error and for one yes-or-no output. Of softmax, and
of several labels, S is the samples' mean and h_i the trace: with that form, one Gram
matrix of the signals serves all outputs (`gauss_newton`), and quasi-Newton's method
corrects what it leaves out (`quasi_newton`).
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from .losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError

#: Share of its mean that is added to the diagonal of the mean Fisher matrix of softmax,
#: which is singular: a constant added to all scores changes no probability.
_FLOOR = 0.1


class Curvature(Protocol):
    """A loss a sample, of outputs (n, c), and its first two derivatives.

    Targets ``y`` are what `TrainingData.y` holds.
    """

    def value(self, output: Tensor, y: Tensor) -> Tensor:
        """The loss ℓ of each sample (n,)."""

    def residual(self, output: Tensor, y: Tensor) -> Tensor:
        """−∂ℓ/∂output (n, c)."""

    def curvature(
        self, output: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Numbers (n,), one a sample, times one matrix (c, c).

        Samples' weights are factors of the numbers, and weigh the mean matrix.
        """

    def exact(self, n_outputs: int) -> bool:
        """Whether the product is the Fisher matrix of every sample."""


def of(loss: Loss) -> Curvature:
    """The curvature of a loss of the package."""
    match loss:
        case SquaredError():
            return SquaredErrorCurvature()
        case BinaryCrossEntropy():
            return BinaryCurvature(loss)
        case SoftmaxCrossEntropy():
            return SoftmaxCurvature(loss)
    raise TypeError(f"No curvature is known of {type(loss).__name__}.")


@dataclass(frozen=True)
class SquaredErrorCurvature:
    """ℓ = ‖f − y‖² / c, whose second derivative is 2 / c."""

    def value(self, output: Tensor, y: Tensor) -> Tensor:
        """The mean square over outputs, of each sample (n,)."""
        return (output - y).square().mean(dim=1)

    def residual(self, output: Tensor, y: Tensor) -> Tensor:
        """Errors (n, c), times 2 / c."""
        return (y - output) * (2 / y.shape[1])

    def curvature(
        self, output: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """The samples' weights, and 2 / c times the identity."""
        c = output.shape[1]
        each = output.new_ones(len(output)) if weight is None else weight
        return each, torch.eye(c, dtype=output.dtype, device=output.device) * (2 / c)

    def exact(self, n_outputs: int) -> bool:
        """Exact, for any number of outputs."""
        return True


@dataclass(frozen=True)
class BinaryCurvature:
    """ℓ = Σ_k log(1 + exp f_k) − y_k f_k, divided by c."""

    loss: BinaryCrossEntropy

    def value(self, output: Tensor, y: Tensor) -> Tensor:
        """Cross-entropy of each sample (n,)."""
        y = self.loss.spread(y)
        each = F.binary_cross_entropy_with_logits(output, y, reduction="none")
        return each.mean(dim=1) - self.loss.entropy()

    def residual(self, output: Tensor, y: Tensor) -> Tensor:
        """Answers less probabilities (n, c), over c."""
        return (self.loss.spread(y) - output.sigmoid()) / y.shape[1]

    def curvature(
        self, output: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Mean variances of the answers (n,), and a diagonal matrix."""
        # 1 - p would be zero where an answer is all but certain, and p would not
        variance = output.sigmoid() * (-output).sigmoid()
        variance = variance if weight is None else variance * weight[:, None]
        each = variance.mean(dim=1)
        shape = variance.mean(dim=0) / (output.shape[1] * _positive(each.mean()))
        return each, torch.diag(shape)

    def exact(self, n_outputs: int) -> bool:
        """Exact if there is one output."""
        return n_outputs == 1


@dataclass(frozen=True)
class SoftmaxCurvature:
    """ℓ = log Σ_k exp f_k − f_y, of class indices y (n,)."""

    loss: SoftmaxCrossEntropy

    def value(self, output: Tensor, y: Tensor) -> Tensor:
        """Cross-entropy of each sample (n,)."""
        true = output.gather(1, y[:, None])[:, 0]
        hoped_for = torch.lerp(true, output.mean(dim=1), self.loss.smoothing)
        entropy = self.loss.entropy(output.shape[1])
        return torch.logsumexp(output, dim=1) - hoped_for - entropy

    def residual(self, output: Tensor, y: Tensor) -> Tensor:
        """The true class less probabilities (n, c)."""
        spread = self.loss.smoothing
        e = spread / output.shape[1] - torch.softmax(output, dim=1)
        return e.scatter_add_(1, y[:, None], torch.full_like(e[:, :1], 1 - spread))

    def curvature(
        self, output: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Traces (n,) of the samples' matrices diag(p) − p p', and the mean of these.

        The mean is scaled to trace one, and has a little added to its diagonal.
        """
        p = torch.softmax(output, dim=1)
        wp = p if weight is None else p * weight[:, None]
        each = (wp * (1 - p)).sum(dim=1)
        fisher = torch.diag(wp.mean(dim=0)) - wp.T @ p / len(p)
        fisher.diagonal().add_(_FLOOR * fisher.diagonal().mean())
        return each, fisher / _positive(each.mean())

    def exact(self, n_outputs: int) -> bool:
        """Approximate, for any number of outputs."""
        return False


def _positive(mean: Tensor) -> Tensor:
    """Not zero, that it can be divided by: all samples may be certain."""
    return mean.clamp_min(torch.finfo(mean.dtype).tiny)
