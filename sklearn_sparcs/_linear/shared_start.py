"""Where training of samples in several places starts: `start`, by sums over them."""

import numpy as np
import torch
from torch import Tensor

from .._losses.losses import ClassificationLoss, Loss
from .._losses.observations import Observations, Sums
from .._losses.shared_observations import SharedObservations
from .shared_least_squares import shared_least_squares
from .shared_logistic import LinearClasses, shared_logistic
from .start import SMOOTHING, LinearStart, Start

#: Features, outputs, and whether there is an intercept.
Shape = tuple[int, int, bool]


def shared_start(
    data: SharedObservations,
    loss: Loss,
    shape: Shape,
    linear_alpha: float | None,
    smooth: bool,
    offset: np.ndarray,
) -> Start:
    """At the linear model; for smoothed labels at theirs, under the same ridge.

    Parameters
    ----------
    data : SharedObservations
    loss : Loss
    shape : tuple
        Features, outputs, and whether there is an intercept.
    linear_alpha : float or None
        Strength of the ridge; None chooses it.
    smooth : bool
        Whether labels may be smoothed for networks with hidden neurons.
    offset : ndarray of shape (features,)
        What was taken out of features, in scaled units.
    """
    weights, strength = _linear_start(data, loss, shape, linear_alpha, offset)
    linear_map = grown_from = torch.from_numpy(weights)
    smoothed = loss
    # a constant predicts all samples of a single class, but separates nothing
    smooth = smooth and bool(weights[:, : shape[0]].any())
    if (
        smooth
        and isinstance(loss, ClassificationLoss)
        and _separates(data, loss, weights)
    ):
        smoothed = loss.smoothed(SMOOTHING)
        grown_from = torch.from_numpy(
            _linear_start(data, smoothed, shape, strength, offset).weights
        )
    return Start(loss, smoothed, linear_map, grown_from, strength)


def _linear_start(
    data: SharedObservations,
    loss: Loss,
    shape: Shape,
    linear_alpha: float | None,
    offset: np.ndarray,
) -> LinearStart:
    """The best linear model under a loss."""
    n_features, n_outputs, intercept = shape
    if isinstance(loss, ClassificationLoss):
        model = LinearClasses(n_features, n_outputs, loss, intercept)
        (coef, bias), strength = shared_logistic(data, model, linear_alpha, offset)
    else:
        given = n_features, intercept, linear_alpha, offset
        (coef, bias), strength = shared_least_squares(data, *given)
    weights = np.column_stack([coef, bias]) if intercept else coef
    return LinearStart(weights, strength)


def _separates(data: SharedObservations, loss: Loss, weights: np.ndarray) -> bool:
    """Whether a linear model predicts every sample."""
    (missed,) = data.total(_missed, loss, torch.from_numpy(weights))
    return not float(missed)


def _missed(data: Observations, loss: Loss, W: Tensor) -> Sums:
    """One if samples that are here are not all predicted."""
    output = data.inputs.double() @ W.to(data.inputs.device).T
    return ((loss.score(output, data.y, None) < 1).double(),)
