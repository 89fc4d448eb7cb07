"""The paper's problems by their formulae."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_sparcs.datasets import make_linear_to_nonlinear, squared_norm


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 5.0), (0.5, 5.0), (0.7, 2.0)])
def test_the_mixture_by_hand(alpha, beta):
    def g(X):
        return np.abs(X[:, 0])

    X, y = make_linear_to_nonlinear(
        50, alpha=alpha, beta=beta, n_features=3, nonlinear=g, random_state=0
    )
    share = 1 / (1 + np.exp(-2 * beta * (alpha - 0.5)))
    linear = X[:, 0] + X[:, 1] + X[:, 2]
    assert_allclose(y, (1 - share) * linear / 2 + share * g(X) / 2)
    assert np.abs(X).max() <= 1


def test_the_transition_is_exact():
    X, y = make_linear_to_nonlinear(100, alpha=0.48, beta=1000, random_state=0)
    assert_allclose(y, X.sum(axis=1) / 2, atol=1e-15)
    _, beyond = make_linear_to_nonlinear(100, alpha=0.52, beta=1000, random_state=0)
    assert_allclose(beyond, squared_norm(X) / 2, atol=1e-15)


def test_squared_norm_by_hand():
    assert_allclose(squared_norm(np.array([[0.0, 0.0], [1.0, -2.0]])), [0, 5])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 1.5}, "alpha must be between 0 and 1; got 1.5"),
        ({"beta": 0.0}, "beta must be positive and finite; got 0.0"),
        ({"n_features": 0}, "n_features must be an integer of at least 1; got 0"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        make_linear_to_nonlinear(10, **options)
