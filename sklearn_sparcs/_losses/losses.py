"""Data losses.

Every loss is a mean over samples, weighted, and over outputs where there are
several targets, as in the paper's experiments; it has no factor one half.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
import torch
from scipy.special import entr, expit, log_expit, log_softmax, softmax
from torch import Tensor
from torch.nn import functional as F

from .._numerics.array_library import Array, ArrayLibrary

#: Linear models by the name of what they minimise (`start` fits them).
LinearModel = Literal["least squares", "multinomial", "binary"]


class OutputGradient(Protocol):
    """The gradient of a loss in the outputs, where backpropagation begins."""

    def gradient(
        self,
        arrays: ArrayLibrary,
        output: Array,
        target: Array,
        weight: Array | None,
        out: Array,
    ) -> None:
        """Write ∂loss/∂output to ``out``, shape (outputs, n) as ``output`` here is."""


class Loss(OutputGradient, Protocol):
    """A data loss of outputs (n, outputs), targets, and weights (n,) or None."""

    #: Whether targets are scaled, and outputs with them, to mean 0 and variance 1.
    scales_targets: ClassVar[bool]
    #: The linear model that is best under the loss.
    linear_model: ClassVar[LinearModel]

    def __call__(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """The mean loss."""

    def score(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """R² or accuracy: the larger, the better."""

    def n_averaged(self, n_outputs: int) -> int:
        """Number of outputs, of so many, that the loss averages over."""

    def predictions(self, output: np.ndarray) -> np.ndarray:
        """Predictions: targets, class indices, or indicators."""


@runtime_checkable
class ClassificationLoss(Loss, Protocol):
    """A loss whose outputs stand for probabilities.

    Its labels may be smoothed: ``smoothing`` of their probability is then spread over
    all classes alike, and what no model can remove, their entropy, is taken off, so
    that the loss is a divergence, and zero at its least.
    """

    @property
    def smoothing(self) -> float:
        """The share of a label's probability that is spread, in [0, 1)."""

    def smoothed(self, smoothing: float) -> "ClassificationLoss":
        """The loss with labels smoothed by this share."""

    def probabilities(self, output: np.ndarray) -> np.ndarray:
        """The probability of each class or label, of the shape of ``output``."""

    def log_probabilities(self, output: np.ndarray) -> np.ndarray:
        """Log-probabilities, finite even where a probability rounds to zero."""


@dataclass(frozen=True)
class SquaredError:
    """Mean squared error of ``output`` and ``target``, both (n, outputs)."""

    scales_targets: ClassVar[bool] = True
    linear_model: ClassVar[LinearModel] = "least squares"

    def __call__(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        if weight is None:
            return F.mse_loss(output, target)
        return _mean((output - target).square().mean(dim=1), weight)

    def gradient(
        self,
        arrays: ArrayLibrary,
        output: Array,
        target: Array,
        weight: Array | None,
        out: Array,
    ) -> None:
        """Write ∂loss/∂output, shape (outputs, n): twice the error, averaged."""
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

    def n_averaged(self, n_outputs: int) -> int:
        """Every output has its share in the mean."""
        return n_outputs

    def predictions(self, output: np.ndarray) -> np.ndarray:
        """The outputs themselves."""
        return output


@dataclass(frozen=True)
class SoftmaxCrossEntropy:
    """Cross-entropy of scores (n, classes) and class indices (n,)."""

    smoothing: float = 0.0
    scales_targets: ClassVar[bool] = False
    linear_model: ClassVar[LinearModel] = "multinomial"

    def __call__(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        # over the first axis: several times quicker than over a short last one
        log_p = F.log_softmax(output.T, dim=0)
        loss = -log_p.gather(0, target[None])[0]
        if self.smoothing:
            spread = -log_p.mean(dim=0)
            loss = torch.lerp(loss, spread, self.smoothing) - self.entropy(len(log_p))
        return _mean(loss, weight)

    def smoothed(self, smoothing: float) -> "SoftmaxCrossEntropy":
        """The loss with labels smoothed by this share."""
        return SoftmaxCrossEntropy(smoothing)

    def entropy(self, n_classes: int) -> float:
        """Entropy of a smoothed label, of so many classes."""
        other = self.smoothing / n_classes
        own = 1 - self.smoothing + other
        return float(entr(own) + (n_classes - 1) * entr(other))

    def gradient(
        self,
        arrays: ArrayLibrary,
        output: Array,
        target: Array,
        weight: Array | None,
        out: Array,
    ) -> None:
        """Write ∂loss/∂output, shape (classes, n): probabilities less the truth."""
        xp = arrays.xp
        xp.subtract(output, xp.amax(output, axis=0), out=out)
        xp.exp(out, out=out)
        xp.divide(out, xp.sum(out, axis=0), out=out)
        if self.smoothing:
            xp.subtract(out, self.smoothing / len(out), out=out)
        columns = xp.arange(len(target), device=target.device)
        out[target, columns] -= 1 - self.smoothing
        _scale(arrays, out, 1 / out.shape[1], weight)

    def score(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """Accuracy."""
        return _share(output.argmax(dim=1) == target, weight)

    def n_averaged(self, n_outputs: int) -> int:
        """One: the classes are no outputs of their own."""
        return 1

    def predictions(self, output: np.ndarray) -> np.ndarray:
        """Indices (n,) of the likeliest class."""
        return self.probabilities(output).argmax(axis=1)

    @np.errstate(under="ignore")  # of a class that cannot be, to zero
    def probabilities(self, output: np.ndarray) -> np.ndarray:
        """P(class | x), shape (n, classes)."""
        return softmax(output, axis=1)

    @np.errstate(under="ignore")
    def log_probabilities(self, output: np.ndarray) -> np.ndarray:
        """log P(class | x), shape (n, classes)."""
        return log_softmax(output, axis=1)


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """Cross-entropy of independent yes-or-no outputs (n, outputs)."""

    smoothing: float = 0.0
    scales_targets: ClassVar[bool] = False
    linear_model: ClassVar[LinearModel] = "binary"

    def __call__(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        target = self.spread(target)
        loss = F.binary_cross_entropy_with_logits(output, target, reduction="none")
        return _mean(loss.mean(dim=1) - self.entropy(), weight)

    def smoothed(self, smoothing: float) -> "BinaryCrossEntropy":
        """The loss with labels smoothed by this share."""
        return BinaryCrossEntropy(smoothing)

    def spread(self, target: Array) -> Array:
        """Probabilities of yes, of answers that are zero or one."""
        return target * (1 - self.smoothing) + self.smoothing / 2

    def entropy(self) -> float:
        """Entropy of a smoothed answer."""
        other = self.smoothing / 2
        return float(entr(1 - other) + entr(other))

    def gradient(
        self,
        arrays: ArrayLibrary,
        output: Array,
        target: Array,
        weight: Array | None,
        out: Array,
    ) -> None:
        """Write ∂loss/∂output, shape (outputs, n): probabilities less the truth."""
        arrays.expit(output, out=out)
        arrays.xp.subtract(out, self.spread(target).T, out=out)
        _scale(arrays, out, 1 / (out.shape[0] * out.shape[1]), weight)

    def score(self, output: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        """Share of samples with every output right."""
        return _share(((output > 0) == (target > 0)).all(dim=1), weight)

    def n_averaged(self, n_outputs: int) -> int:
        """Every output has its share in the mean."""
        return n_outputs

    def predictions(self, output: np.ndarray) -> np.ndarray:
        """Indicators (n, outputs)."""
        return self.probabilities(output) > 0.5

    def probabilities(self, output: np.ndarray) -> np.ndarray:
        """P(yes | x) of each output, shape (n, outputs)."""
        return expit(output)

    def log_probabilities(self, output: np.ndarray) -> np.ndarray:
        """log P(yes | x) of each output, shape (n, outputs)."""
        return log_expit(output)


def _mean(loss: Tensor, weight: Tensor | None) -> Tensor:
    """Mean of a loss a sample (n,); the weights have mean one over all samples."""
    return loss.mean() if weight is None else torch.dot(loss, weight) / len(loss)


def _scale(
    arrays: ArrayLibrary, error: Array, factor: float, weight: Array | None
) -> None:
    """Multiply an error (outputs, n) by a factor and the samples' weights, in place."""
    arrays.xp.multiply(error, factor, out=error)
    if weight is not None:
        arrays.xp.multiply(error, weight, out=error)


def _share(right: Tensor, weight: Tensor | None) -> Tensor:
    """Weighted share of the samples that are right (n,)."""
    if weight is None:
        return right.double().mean()
    return torch.dot(right.to(weight), weight) / weight.sum()
