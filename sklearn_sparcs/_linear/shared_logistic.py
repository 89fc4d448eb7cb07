"""Logistic regression of samples in several places: `logistic`, by sums over them."""

from dataclasses import dataclass

import numpy as np
import torch

from .._data.parts import rows_of
from .._losses.losses import ClassificationLoss
from .._losses.observations import Observations, Sums
from .._losses.shared_observations import SharedObservations
from . import output_blocks
from .least_squares import Triangle
from .logistic import FIXED, MANY_ROWS, logistic
from .logistic_objective import LogisticObjective, most_seen
from .output_blocks import OutputBlocks, centres_of, first_sums, positive
from .ridge import Linear, always_the_same, of_mean_one
from .shared_least_squares import scaled_rows
from .subspace import directions_of, only_features, optimum_of_signals


@dataclass(frozen=True)
class LinearClasses:
    """What a linear model of classes maps to what.

    Attributes
    ----------
    n_features, n_outputs : int
    kind : ClassificationLoss
        Cross-entropy; every class occurs somewhere.
    intercept : bool
    """

    n_features: int
    n_outputs: int
    kind: ClassificationLoss
    intercept: bool

    def on(self, data: Observations) -> LogisticObjective:
        """The loss on samples that are here."""
        rows = scaled_rows(data, self.n_features)
        return LogisticObjective.of(rows, self.kind, self.n_outputs, self.intercept)

    def ridge(self, linear_alpha: float) -> float:
        """The r of ½ r ‖W‖²."""
        return linear_alpha / self.kind.n_averaged(self.n_outputs)


def shared_logistic(
    data: SharedObservations,
    model: LinearClasses,
    linear_alpha: float | None,
    offset: np.ndarray,
) -> tuple[Linear, float]:
    """Logistic regression under a ridge, of more samples than features.

    Parameters
    ----------
    data : SharedObservations
        With a constant as last input if there is an intercept.
    model : LinearClasses
    linear_alpha : float or None
        None chooses it, where samples are few a feature, on those that one machine
        would choose it on.
    offset : ndarray of shape (features,)
        What was taken out of features, in scaled units.

    Returns
    -------
    linear : coefficients (outputs, features), intercepts (outputs,)
    linear_alpha : float
    """
    linear = np.zeros((model.n_outputs, model.n_features)), np.zeros(model.n_outputs)
    if linear_alpha is None and data.n_counted >= MANY_ROWS * (model.n_features + 1):
        linear_alpha = FIXED
    elif linear_alpha is None:
        linear, linear_alpha = _chosen(data, model, linear)
    whole = SharedLogistic(data, model)

    def directions() -> np.ndarray:
        features = data.parts.mapped(rows_of, _features, model).folded(
            Triangle.with_more
        )
        return directions_of(features, model.intercept, offset)

    found = optimum_of_signals(whole, linear, linear_alpha, directions)
    return found, linear_alpha


def _features(data: Observations, model: LinearClasses) -> Triangle:
    return only_features(scaled_rows(data, model.n_features), model.intercept)


def _chosen(
    data: SharedObservations, model: LinearClasses, zero: Linear
) -> tuple[Linear, float]:
    """Where to begin, and the strength of least loss on samples left out.

    The samples are brought here, all or some; of all, the model is what there is to
    find, the constant too that softmax adds to every output as it likes.
    """
    n = min(len(data), most_seen(model.n_features))
    some = data.taken(torch.from_numpy(always_the_same(len(data), n)))
    rows = of_mean_one(scaled_rows(some, model.n_features))
    given = model.kind, model.n_outputs, model.intercept
    linear, strength = logistic(rows, *given, None)
    return (linear if n == len(data) else zero), strength * n / len(data)


@dataclass(frozen=True)
class SharedLogistic:
    """Mean cross-entropy under a ridge by sums over samples elsewhere: `Convex`."""

    data: SharedObservations
    model: LinearClasses

    @property
    def n_features(self) -> int:
        """Columns of X."""
        return self.model.n_features

    @property
    def n_outputs(self) -> int:
        """Outputs of the model."""
        return self.model.n_outputs

    def evaluate(self, linear: Linear, linear_alpha: float) -> tuple[float, Linear]:
        """Value and slopes."""
        ridge, (W, _) = self.model.ridge(linear_alpha), linear
        sums = self.data.total(_value_and_slopes, self.model, linear)
        value, of_W, of_b = (each.numpy() / len(self.data) for each in sums)
        penalty = ridge / 2 * float(np.square(W).sum())
        return float(value) + penalty, (of_W + ridge * W, of_b)

    def coordinates(self, linear: Linear, linear_alpha: float) -> OutputBlocks:
        """Those in which second derivatives at a model are nearly the identity."""
        total, pulled = self.data.total(_first_sums, self.model, linear)
        centres = centres_of(total.numpy(), pulled.numpy(), self.model.intercept)
        (squares,) = self.data.total(_scatter, self.model, linear, centres)
        given = total.numpy(), squares.numpy(), centres
        return OutputBlocks.of_sums(
            len(self.data), *given, self.model.ridge(linear_alpha)
        )

    def second_derivatives(self, linear: Linear, linear_alpha: float) -> np.ndarray:
        """All of them, an output's weights and then its constant, and so on."""
        (H,) = self.data.total(_second_derivatives, self.model, linear)
        ridge = np.zeros((self.n_outputs, self.n_features + 1))
        ridge[:, :-1] = self.model.ridge(linear_alpha)
        return np.asarray(H.numpy() / len(self.data) + np.diag(ridge.ravel()))


def _value_and_slopes(data: Observations, model: LinearClasses, linear: Linear) -> Sums:
    value, (of_W, of_b) = model.on(data).evaluate(linear, 0.0)
    return _sums(len(data), np.asarray(value), of_W, of_b)


def _first_sums(data: Observations, model: LinearClasses, linear: Linear) -> Sums:
    return _sums(1, *first_sums(*_rows_and_curvatures(data, model, linear)))


def _scatter(
    data: Observations, model: LinearClasses, linear: Linear, centres: np.ndarray
) -> Sums:
    given = _rows_and_curvatures(data, model, linear)
    return _sums(1, output_blocks.scatter(*given, centres))


def _second_derivatives(
    data: Observations, model: LinearClasses, linear: Linear
) -> Sums:
    return _sums(len(data), model.on(data).second_derivatives(linear, 0.0))


def _rows_and_curvatures(
    data: Observations, model: LinearClasses, linear: Linear
) -> tuple[np.ndarray, np.ndarray]:
    objective = model.on(data)
    return objective.dense, positive(objective.curvatures(objective.outputs(linear)))


def _sums(n: int, *means: np.ndarray) -> Sums:
    """Means over n samples as sums."""
    return tuple(torch.from_numpy(np.asarray(n * mean)) for mean in means)
