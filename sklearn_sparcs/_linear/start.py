"""The linear model that training starts at, under a ridge of its own.

It minimises loss + ½ linear_alpha ‖W‖², of scaled features' weights W alone and, as
the loss is, averaged over outputs: for squared error that is scikit-learn's `Ridge` at
``alpha = n linear_alpha / 2``, for classes `LogisticRegression` at
``C = 1 / (n linear_alpha)``.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch

from .._data.batches import TrainingData
from .._losses.losses import ClassificationLoss, Loss
from .least_squares import least_squares
from .logistic import logistic
from .ridge import Linear

#: Share of the labels' probability that is spread over all classes, where it is (as in
#: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016).
SMOOTHING = 0.1
#: Log-odds given to an answer that the data never (or always) show.
_NEVER = -10.0


class LinearStart(NamedTuple):
    """A linear model: how it maps [x, 1], and the strength of its ridge.

    Attributes
    ----------
    weights : ndarray of shape (outputs, features + intercept)
        In float64.
    linear_alpha : float
    """

    weights: np.ndarray
    linear_alpha: float


class Start(NamedTuple):
    """Where training starts.

    Attributes
    ----------
    linear_loss, loss : Loss
        What the linear model minimises, and what networks with hidden neurons do.
    linear_map, grown_from : Tensor of shape (outputs, features + intercept), or None
        The best linear models under these.
    linear_alpha : float
        The strength of their ridge.
    """

    linear_loss: Loss
    loss: Loss
    linear_map: torch.Tensor | None = None
    grown_from: torch.Tensor | None = None
    linear_alpha: float = 0.0

    @classmethod
    def of(
        cls,
        train: TrainingData,
        loss: Loss,
        n_outputs: int,
        bias: bool,
        linear_alpha: float | None,
        smooth: bool,
    ) -> "Start":
        """At the linear model; for smoothed labels at theirs, under the same ridge."""
        shape = n_outputs, bias
        weights, strength = linear_start(train, loss, *shape, linear_alpha)
        smoothed, grown_from = loss, weights
        if smooth:
            smoothed = loss_of_networks(train, loss, weights, bias)
        if smoothed is not loss:
            grown_from, _ = linear_start(train, smoothed, *shape, strength)
        maps = torch.from_numpy(weights), torch.from_numpy(grown_from)
        return cls(loss, smoothed, *maps, strength)


def linear_start(
    data: TrainingData,
    loss: Loss,
    n_outputs: int,
    intercept: bool,
    linear_alpha: float | None = None,
) -> LinearStart:
    """The best linear model under ``loss`` of scaled samples.

    Parameters
    ----------
    data : TrainingData
    loss : Loss
    n_outputs : int
    intercept : bool
    linear_alpha : float, optional
        Strength of the ridge; None chooses it by leave-one-out.
    """
    if isinstance(loss, ClassificationLoss):
        fit = _multinomial if loss.linear_model == "multinomial" else _binary
        (coef, bias), strength = fit(data, loss, n_outputs, intercept, linear_alpha)
    else:
        (coef, bias), strength = least_squares(data, intercept, linear_alpha)
    weights = np.column_stack([coef, bias]) if intercept else coef
    return LinearStart(weights, strength)


def loss_of_networks(
    data: TrainingData, loss: Loss, weights: np.ndarray, intercept: bool
) -> Loss:
    """The loss that networks with hidden neurons are trained by.

    Labels are smoothed if the linear model of such weights predicts every sample: it
    has then no finite optimum without a ridge, and its loss has hardly anything left to
    lower.
    """
    if not isinstance(loss, ClassificationLoss):
        return loss
    W = torch.from_numpy(weights).to(data.y.device)
    W, b = (W[:, :-1], W[:, -1]) if intercept else (W, 0.0)
    # without weights there was nothing to tell apart
    separated = bool(W.any()) and all(
        loss.score(x.double() @ W.T + b, y, None) == 1 for x, y, _ in data.slices()
    )
    return loss.smoothed(SMOOTHING) if separated else loss


def _multinomial(
    data: TrainingData,
    loss: ClassificationLoss,
    n_classes: int,
    intercept: bool,
    linear_alpha: float | None,
) -> tuple[Linear, float]:
    """Logistic regression on the classes at hand, the absent ones nearly ruled out."""
    present, y = torch.unique(data.y, return_inverse=True)
    coef = np.zeros((n_classes, data.x.shape[1]))
    bias = np.full(n_classes, _NEVER if intercept else 0.0)
    rows = present.cpu().numpy()
    if len(rows) == 1:
        bias[rows] = 0.0
        return (coef, bias), linear_alpha or 0.0
    found, strength = logistic(
        replace(data, y=y), loss, len(rows), intercept, linear_alpha
    )
    coef[rows], bias[rows] = found
    return (coef, bias), strength


def _binary(
    data: TrainingData,
    loss: ClassificationLoss,
    n_outputs: int,
    intercept: bool,
    linear_alpha: float | None,
) -> tuple[Linear, float]:
    """A logistic regression of yes-or-no outputs; a constant of those that are one."""
    y = data.y.cpu().numpy()
    coef = np.zeros((n_outputs, data.x.shape[1]))
    bias = np.where(y[0] > 0, -_NEVER, _NEVER) if intercept else np.zeros(n_outputs)
    (varying,) = np.nonzero((y != y[0]).any(axis=0))
    if not len(varying):
        return (coef, bias), linear_alpha or 0.0
    some = replace(data, y=data.y[:, varying])
    found, strength = logistic(some, loss, len(varying), intercept, linear_alpha)
    coef[varying], bias[varying] = found
    return (coef, bias), strength
