"""Synthetic problems whose architecture is known."""

from collections.abc import Callable
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import special_ortho_group
from sklearn.utils import check_random_state

__all__ = ["make_linear_to_nonlinear", "make_teacher_student", "squared_norm"]

RandomState = int | np.random.RandomState | None


def make_teacher_student(
    n_samples: int = 20_000,
    *,
    n_features: int = 20,
    n_hidden_layers: int = 1,
    same_rotation: bool = False,
    random_state: RandomState = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Generate data from a random network: rotations with ReLU in between [5.2].

    y = R_{h+1} relu(R_h … relu(R_1 x)), the R_k random rotations in SO(n_features)
    and x uniform in [−1, 1]^n_features. There is no noise. The paper has 20
    features and one hidden layer.

    Parameters
    ----------
    n_samples : int, default=20000
        Samples to draw.
    n_features : int, default=20
        Also the width of every layer, and the number of targets.
    n_hidden_layers : int, default=1
        Hidden layers of the teacher.
    same_rotation : bool, default=False
        One rotation for all layers, as the authors' code has it. The paper's text
        gives each its own.
    random_state : int, RandomState instance or None, default=None
        Draws the rotations and the samples.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples, n_features)

    Raises
    ------
    ValueError
        If ``n_hidden_layers`` is negative or ``n_features`` less than two.

    Examples
    --------
    >>> from sklearn_sparcs.datasets import make_teacher_student
    >>> X, y = make_teacher_student(100, random_state=0)
    >>> X.shape, y.shape
    ((100, 20), (100, 20))
    """
    _check_integer("n_features", n_features, 2)
    _check_integer("n_hidden_layers", n_hidden_layers, 0)
    rng = check_random_state(random_state)
    n_drawn = 1 if same_rotation else n_hidden_layers + 1
    drawn = special_ortho_group.rvs(n_features, size=n_drawn, random_state=rng)
    shape = (n_hidden_layers + 1, n_features, n_features)
    rotations = np.broadcast_to(drawn.reshape(-1, *shape[1:]), shape)
    X = rng.uniform(-1, 1, size=(n_samples, n_features))
    signal = X
    for rotation in rotations[:-1]:
        signal = np.maximum(signal @ rotation.T, 0)
    return X, signal @ rotations[-1].T


def squared_norm(X: ArrayLike) -> np.ndarray:
    """Compute the squared norm of every row, which no linear function approximates.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    ndarray of shape (n_samples,)

    Examples
    --------
    >>> from sklearn_sparcs.datasets import squared_norm
    >>> squared_norm([[1.0, -2.0], [0.0, 3.0]]).tolist()
    [5.0, 9.0]
    """
    norms: np.ndarray = (np.asarray(X) ** 2).sum(axis=1)
    return norms


def make_linear_to_nonlinear(
    n_samples: int = 10_000,
    *,
    alpha: float = 0.5,
    beta: float = 5.0,
    n_features: int = 2,
    nonlinear: Callable[[np.ndarray], np.ndarray] = squared_norm,
    random_state: RandomState = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Generate data that turn from linear to non-linear as ``alpha`` rises [5.1].

    y = (1 − t) w·x / 4 + (1 + t) g(x) / 4 with t = tanh(β (α − 1/2)), w = (1, …, 1) and
    x uniform in [−1, 1]^n_features. There is no noise. At β = 5 and α = 0 the
    non-linear part still has a weight of 0.7 %; at β = 1000 it is exactly zero in
    floating point for α < 0.48.

    Parameters
    ----------
    n_samples : int, default=10000
        Samples to draw.
    alpha : float in [0, 1], default=0.5
        The control parameter: linear at 0, non-linear at 1.
    beta : float, default=5.0
        Steepness of the transition; the paper has 5 and 1000.
    n_features : int, default=2
        Features, all of which count.
    nonlinear : callable, default=squared_norm
        The function g, from (n, n_features) to (n,); x·x by default, as in figure 7.
    random_state : int, RandomState instance or None, default=None
        Draws the samples.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If ``alpha`` is not between 0 and 1, ``beta`` not positive or ``n_features``
        less than one.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklearn_sparcs.datasets import make_linear_to_nonlinear
    >>> X, y = make_linear_to_nonlinear(alpha=0.25, beta=1000, random_state=0)
    >>> round(LinearRegression().fit(X, y).score(X, y), 6)
    1.0
    """
    if not (_is_real(alpha) and 0 <= alpha <= 1):
        raise ValueError(f"alpha must be between 0 and 1; got {alpha!r}.")
    if not (_is_real(beta) and 0 < beta < np.inf):
        raise ValueError(f"beta must be positive and finite; got {beta!r}.")
    _check_integer("n_features", n_features, 1)
    rng = check_random_state(random_state)
    X = rng.uniform(-1, 1, size=(n_samples, n_features))
    t = np.tanh(beta * (alpha - 0.5))
    return X, (1 - t) / 4 * X.sum(axis=1) + (1 + t) / 4 * nonlinear(X)


def _is_real(value: object) -> bool:
    return isinstance(value, Real)


def _check_integer(name: str, value: object, least: int) -> None:
    if not isinstance(value, Integral) or value < least:
        raise ValueError(
            f"{name} must be an integer of at least {least}; got {value!r}."
        )
