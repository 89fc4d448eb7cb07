"""Data losses, each with the output it stands on.

Every loss is a mean over samples, weighted, and over outputs where there are
several targets, as in the paper's experiments; it has no factor one half.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from scipy.special import expit, softmax
from torch import Tensor
from torch.nn import functional as F

from .arrays import ArrayLibrary


@dataclass(frozen=True)
class SquaredError:
    """Mean squared error of ``output`` and ``target``, both (n, outputs)."""

    #: Whether targets have units, and are standardised.
    scales_targets: ClassVar[bool] = True

    def __call__(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        if weight is None:
            return F.mse_loss(output, target)
        return _mean((output - target).square().mean(dim=1), weight)

    def gradient(
        self, arrays: ArrayLibrary, output: Any, target: Any, weight: Any, out: Any
    ) -> None:
        """Write ∂loss/∂output, shape (outputs, n) as ``output`` here is."""
        arrays.xp.subtract(output, target.T, out=out)
        _scale(arrays, out, 2 / (out.shape[0] * out.shape[1]), weight)

    def score(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """R², the mean over outputs."""
        w = torch.ones_like(target[:, :1]) if weight is None else weight[:, None]
        centre = (w * target).sum(dim=0) / w.sum()
        residual = (w * (target - output).square()).sum(dim=0)
        total = (w * (target - centre).square()).sum(dim=0)
        perfect = (residual == 0).to(total)
        return torch.where(total > 0, 1 - residual / total, perfect).mean()


@dataclass(frozen=True)
class SoftmaxCrossEntropy:
    """Cross-entropy of scores (n, classes) and class indices (n,)."""

    #: Whether targets have units, and are standardised.
    scales_targets: ClassVar[bool] = False

    def __call__(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        # over the first axis: several times quicker than over a short last one
        log_p = F.log_softmax(output.T, dim=0).gather(0, target[None])[0]
        return _mean(-log_p, weight)

    def gradient(
        self, arrays: ArrayLibrary, output: Any, target: Any, weight: Any, out: Any
    ) -> None:
        """Write ∂loss/∂output, shape (classes, n): probabilities less the truth."""
        xp = arrays.xp
        xp.subtract(output, xp.amax(output, axis=0), out=out)
        xp.exp(out, out=out)
        xp.divide(out, xp.sum(out, axis=0), out=out)
        out[target, xp.arange(len(target), device=target.device)] -= 1
        _scale(arrays, out, 1 / out.shape[1], weight)

    def score(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """Accuracy."""
        return _share(output.argmax(dim=1) == target, weight)

    def probabilities(self, output: np.ndarray) -> np.ndarray:
        """P(class | x), shape (n, classes)."""
        return softmax(output, axis=1)


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """Cross-entropy of independent yes-or-no outputs (n, outputs)."""

    #: Whether targets have units, and are standardised.
    scales_targets: ClassVar[bool] = False

    def __call__(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        loss = F.binary_cross_entropy_with_logits(output, target, reduction="none")
        return _mean(loss.mean(dim=1), weight)

    def gradient(
        self, arrays: ArrayLibrary, output: Any, target: Any, weight: Any, out: Any
    ) -> None:
        """Write ∂loss/∂output, shape (outputs, n): probabilities less the truth."""
        arrays.expit(output, out=out)
        arrays.xp.subtract(out, target.T, out=out)
        _scale(arrays, out, 1 / (out.shape[0] * out.shape[1]), weight)

    def score(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """Share of samples with every output right."""
        return _share(((output > 0) == (target > 0)).all(dim=1), weight)

    def probabilities(self, output: np.ndarray) -> np.ndarray:
        """P(yes | x) of each output, shape (n, outputs)."""
        return expit(output)


Loss = SquaredError | SoftmaxCrossEntropy | BinaryCrossEntropy


def _mean(loss: Tensor, weight: Tensor | None) -> Tensor:
    """Mean of a loss a sample (n,); the weights have mean one over all samples."""
    return loss.mean() if weight is None else torch.dot(loss, weight) / len(loss)


def _scale(arrays: ArrayLibrary, error: Any, factor: float, weight: Any) -> None:
    """Multiply an error (outputs, n) by a factor and the samples' weights, in place."""
    arrays.xp.multiply(error, factor, out=error)
    if weight is not None:
        arrays.xp.multiply(error, weight, out=error)


def _share(right: Tensor, weight: Tensor | None) -> Tensor:
    """Weighted share of the samples that are right (n,)."""
    if weight is None:
        return right.double().mean()
    return torch.dot(right.to(weight), weight) / weight.sum()
