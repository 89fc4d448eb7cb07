"""Parametric bootstrap of a linear classifier, which is refitted to every draw.

They are drawn from its probabilities (the parametric bootstrap; Efron, 1979), and the
model is fitted again to each draw as it was to the data's own answers, under the same
ridge, so that what a fit takes from residuals, and what its ridge leaves in them, is
alike in both. All draws take Newton's steps at once: they are as many columns of one
product.

Outputs are moderated by their own uncertainty (MacKay, "The evidence framework applied
to classification networks", 1992): for the second derivatives, as models of draws are
less sure, and curved more, than the data's own; and, by a share of that variance, for
the probabilities, as a model that separates classes is surer than what they came from.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .._data.batches import TrainingData
from .._linear.logistic_objective import LogisticObjective
from .._losses import curvature
from .._losses.losses import ClassificationLoss
from .refit import Refit

#: Newton's steps to the model of other answers.
_N_STEPS = 3
#: Share of the outputs' variance by which probabilities are moderated.
_UNSURE = 0.25
#: What is added to second derivatives, of their mean: a constant added to the scores of
#: all classes changes nothing, and would wander by rounding.
_FLOOR = 1e-5
#: Numbers that the outputs of some draws hold.
_NUMBERS = 2**21


@dataclass(frozen=True)
class BootstrapModel:
    """A linear model of classes on some samples, to be fitted again to other answers.

    Attributes
    ----------
    objective : LogisticObjective
    weights : ndarray of shape (outputs, features + 1)
        Of features and the constant, optimal under the ridge.
    x : Tensor of shape (n, features + 1)
        Features, and the constant: zeros if the model has none. In float32, in which
        the outputs of draws are found; their weights are in float64.
    linear_alpha : float
        Strength of the ridge.
    """

    objective: LogisticObjective
    weights: np.ndarray
    x: Tensor
    linear_alpha: float

    @classmethod
    def of(
        cls,
        data: TrainingData,
        loss: ClassificationLoss,
        weights: np.ndarray,
        intercept: bool,
        linear_alpha: float,
    ) -> "BootstrapModel":
        """The model with these weights (outputs, features + intercept)."""
        objective = LogisticObjective.of(data, loss, len(weights), intercept)
        if not intercept:
            weights = np.column_stack([weights, np.zeros(len(weights))])
        constant = np.full((len(data), 1), float(intercept))
        x = torch.from_numpy(np.hstack([objective.dense, constant])).float()
        return cls(objective, weights, x, linear_alpha)

    def residuals(self, n_draws: int, generator: torch.Generator) -> Iterator[Tensor]:
        """Residuals of the model fitted to the data, and then to each of so many draws.

        They are (outputs, n, draws) each time, some draws at a time: minus the loss's
        gradient in the outputs, times the samples' weights.
        """
        refit, own = self._refit(), self.objective.y
        own = own.float() if own.is_floating_point() else own
        yield self._left(own[:, None], refit)
        moderated = self._moderated(_UNSURE)
        p = torch.from_numpy(self.objective.kind.probabilities(moderated))
        step = max(1, _NUMBERS // p.numel())
        for start in range(0, n_draws, step):
            m = min(step, n_draws - start)
            yield self._left(self._answers(p, m, generator), refit)

    def _answers(self, p: Tensor, m: int, generator: torch.Generator) -> Tensor:
        """Class indices (n, m), or yes and no (n, m, outputs)."""
        if self.objective.kind.linear_model == "multinomial":
            return torch.multinomial(p, m, replacement=True, generator=generator)
        drawn = torch.rand(len(p), m, p.shape[1], generator=generator, dtype=p.dtype)
        return (drawn < p[:, None]).float()

    def _moderated(self, share: float) -> np.ndarray:
        """Outputs (n, outputs), closer to zero by a share of their variance."""
        objective = self.objective
        outputs = objective.outputs((self.weights[:, :-1], self.weights[:, -1]))
        if objective.kind.linear_model == "multinomial":
            outputs = outputs - outputs.max(axis=1, keepdims=True)
        blocks = objective.blocks(outputs, self.linear_alpha)
        variance = blocks.leverage(objective.dense, objective.intercept)
        return outputs / np.sqrt(1 + share * np.pi / 8 * variance)

    def _refit(self) -> Refit:
        """Second derivatives, factored, where models of draws are."""
        moderated = self._moderated(1.0)
        H = self.objective.second_derivatives_at(moderated, self.linear_alpha)
        floor = np.full(len(H), _FLOOR * H.trace() / len(H))
        pull = torch.from_numpy(H[0])
        return Refit.of(torch.from_numpy(H), pull, torch.from_numpy(floor))

    def _left(self, y: Tensor, refit: Refit) -> Tensor:
        """Residuals (outputs, n, m) once the model is fitted to answers (n, m, ...)."""
        x, ridge = self.x, self._ridge()
        c, m, s = len(self.weights), y.shape[1], x.shape[1]
        theta = torch.from_numpy(self.weights)[:, :, None].expand(-1, -1, m)
        for _ in range(_N_STEPS):
            pull = (x.T @ self._residual(theta, y)).double() / len(x) - ridge * theta
            theta = theta + refit(pull.reshape(c * s, m)).reshape(c, s, m)
        return self._residual(theta, y)

    def _residual(self, theta: Tensor, y: Tensor) -> Tensor:
        """Residuals (outputs, n, m) of models (outputs, features + 1, m)."""
        outputs = self.x @ theta.float()
        loss = curvature.of(self.objective.kind)
        # softmax is quicker over the first axis than over a short last one
        left = loss.residual(outputs.flatten(1).T, y.flatten(0, 1)).T
        weight = self.objective.weight[:, None].to(left)
        return left.reshape(outputs.shape) * weight

    def _ridge(self) -> Tensor:
        """The ridge of the weights (features + 1, 1): zero for the constant."""
        ridge = torch.full((self.weights.shape[1], 1), 1.0, dtype=torch.float64)
        ridge[-1] = 0
        return ridge * self.objective.ridge(self.linear_alpha)
