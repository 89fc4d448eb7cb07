"""A linear model that hears nothing but some directions of its features."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from .._data.batches import TrainingData
from .least_squares import Decomposition, Triangle
from .logistic_descent import LARGEST, Convex, optimum
from .output_blocks import OutputBlocks
from .ridge import Linear

#: A ridge that holds down the weights of rounding by itself.
_HOLDS = 1e-6


@dataclass(frozen=True)
class Subspace:
    """A loss of W = B V', by B: `Convex`, as the one that it asks.

    Attributes
    ----------
    whole : Convex
        The loss by W (outputs, features).
    V : ndarray of shape (features, r)
        Orthonormal columns, so that a ridge of W is one of B (outputs, r).
    """

    whole: Convex
    V: np.ndarray

    @property
    def n_features(self) -> int:
        """Directions."""
        return int(self.V.shape[1])

    @property
    def n_outputs(self) -> int:
        """Outputs of the model."""
        return self.whole.n_outputs

    def onto(self, linear: Linear) -> Linear:
        """The directions' part of a model of features."""
        W, b = linear
        return W @ self.V, b

    def undo(self, linear: Linear) -> Linear:
        """A model of features, from one of directions."""
        B, b = linear
        return B @ self.V.T, b

    def evaluate(self, linear: Linear, linear_alpha: float) -> tuple[float, Linear]:
        """Value and slopes."""
        value, slope = self.whole.evaluate(self.undo(linear), linear_alpha)
        return value, self.onto(slope)

    def coordinates(self, linear: Linear, linear_alpha: float) -> OutputBlocks:
        """Those in which second derivatives at a model are nearly the identity."""
        blocks = self.whole.coordinates(self.undo(linear), linear_alpha)
        # A = L L', and V' A V = (L' V)' (L' V) = R' R
        R = np.asarray(np.linalg.qr(blocks.factors.mT @ self.V, mode="r"))
        return OutputBlocks(R.mT, blocks.centres @ self.V, blocks.constants)

    def second_derivatives(self, linear: Linear, linear_alpha: float) -> np.ndarray:
        """All of them, an output's weights and then its constant, and so on."""
        p, r = self.V.shape
        one = np.zeros((p + 1, r + 1))
        one[:p, :r], one[p, r] = self.V, 1.0
        T = np.kron(np.eye(self.n_outputs), one)
        return T.T @ self.whole.second_derivatives(self.undo(linear), linear_alpha) @ T


def optimum_of_signals(
    whole: Convex,
    linear: Linear,
    linear_alpha: float,
    directions: Callable[[], np.ndarray],
) -> Linear:
    """The model of least value that gives no weight to rounding, from another one on.

    ``directions`` is asked for V where the ridge is weak. Models of very many features
    take no steps to weights of rounding: their slopes are too small.
    """
    if linear_alpha >= _HOLDS or whole.n_features > LARGEST:
        return optimum(whole, linear, linear_alpha)
    V = directions()
    if not 0 < V.shape[1] < len(V):
        return optimum(whole, linear, linear_alpha)
    some = Subspace(whole, V)
    return some.undo(optimum(some, some.onto(linear), linear_alpha))


def directions_of(
    features: Triangle, intercept: bool, offset: np.ndarray | float
) -> np.ndarray:
    """Directions V (features, r) of features that are more than rounding of them.

    ``offset`` is what was taken out of features, in scaled units.
    """
    return Decomposition.of_triangle(features, intercept, offset).V


def only_features(data: TrainingData, intercept: bool) -> Triangle:
    """What samples say of their features."""
    nothing = data.y.new_empty((len(data), 0), dtype=torch.float64)
    return Triangle.of(replace(data, y=nothing), intercept)
