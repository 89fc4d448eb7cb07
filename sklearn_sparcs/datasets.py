"""Synthetic problems whose architecture is known."""

from numbers import Integral

import numpy as np
from scipy.stats import special_ortho_group
from sklearn.utils import check_random_state


def make_teacher_student(
    n_samples=20_000, *, n_features=20, n_hidden_layers=1, random_state=None
):
    """A random network to be found again: rotations with ReLU between them [5.2].

    y = R_{h+1} relu(R_h … relu(R_1 x)), the R_k random rotations in SO(n_features)
    and x uniform in [−1, 1]^n_features. There is no noise. The paper has 20
    features and one hidden layer.

    Parameters
    ----------
    n_samples : int, default=20000
    n_features : int, default=20
        Also the width of every layer, and the number of targets.
    n_hidden_layers : int, default=1
    random_state : int, RandomState instance or None, default=None

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
    for name, value, least in (
        ("n_features", n_features, 2),
        ("n_hidden_layers", n_hidden_layers, 0),
    ):
        if not isinstance(value, Integral) or value < least:
            raise ValueError(
                f"{name} must be an integer of at least {least}; got {value!r}."
            )
    rng = check_random_state(random_state)
    rotations = special_ortho_group.rvs(
        n_features, size=n_hidden_layers + 1, random_state=rng
    ).reshape(-1, n_features, n_features)
    X = rng.uniform(-1, 1, size=(n_samples, n_features))
    signal = X
    for rotation in rotations[:-1]:
        signal = np.maximum(signal @ rotation.T, 0)
    return X, signal @ rotations[-1].T
