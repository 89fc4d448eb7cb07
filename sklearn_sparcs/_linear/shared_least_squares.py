"""Least squares of samples in several places: `least_squares`, by sums over them."""

import numpy as np
import torch

from .._data.batches import TrainingData
from .._data.parts import rows_of
from .._losses.observations import Observations, Sums
from .._losses.shared_observations import SharedObservations
from .least_squares import (
    MANY_ROWS,
    Decomposition,
    Triangle,
    least_erring,
    left_out_squares,
    strengths_tried,
)
from .ridge import Linear


def shared_least_squares(
    data: SharedObservations,
    n_features: int,
    intercept: bool,
    linear_alpha: float | None,
    offset: np.ndarray,
) -> tuple[Linear, float]:
    """Least squares under a ridge, of more samples than features.

    Parameters
    ----------
    data : SharedObservations
        With a constant as last input if there is an intercept.
    n_features : int
    intercept : bool
    linear_alpha : float or None
        None chooses it.
    offset : ndarray of shape (features,)
        What was taken out of features, in scaled units.

    Returns
    -------
    linear : coefficients (outputs, features), intercepts (outputs,)
    linear_alpha : float
    """
    triangles = data.parts.mapped(rows_of, _triangle, n_features, intercept)
    triangle = triangles.folded(Triangle.with_more)
    found = Decomposition.of_triangle(triangle, intercept, offset)
    if linear_alpha is None:
        many = data.n_counted >= MANY_ROWS * (n_features + 1)
        linear_alpha = 0.0 if many else _chosen(data, found, intercept)
    return found.linear(linear_alpha), linear_alpha


def scaled_rows(data: Observations, n_features: int) -> TrainingData:
    """Observations without the constant."""
    given = data.y, data.weight, data.mean_count
    return TrainingData(data.inputs[:, :n_features], *given)


def _triangle(data: Observations, n_features: int, intercept: bool) -> Triangle:
    return Triangle.of(scaled_rows(data, n_features), intercept)


def _chosen(data: SharedObservations, found: Decomposition, intercept: bool) -> float:
    """The strength that errs least on samples left out."""
    given = found, strengths_tried(found), intercept
    (squares,) = data.total(_left_out, *given)
    errors = squares.numpy() / (found.n * found.targets.shape[1])
    return least_erring(found, errors, found.n_varying + intercept < data.n_counted)


def _left_out(
    data: Observations, found: Decomposition, alphas: np.ndarray, intercept: bool
) -> Sums:
    rows = scaled_rows(data, len(found.x_mean))
    return (torch.from_numpy(left_out_squares(rows, found, alphas, intercept)),)
