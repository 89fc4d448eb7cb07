"""The paper's problems by their formulae."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_sparcs.datasets import make_linear_to_nonlinear, quartic


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 5.0), (0.5, 5.0), (0.7, 2.0)])
def test_the_mixture_by_hand(alpha, beta):
    def g(X):
        return np.abs(X[:, 0])

    def make(alpha, beta):
        return make_linear_to_nonlinear(
            50, alpha=alpha, beta=beta, n_features=3, nonlinear=g, random_state=0
        )

    X, y = make(alpha, beta)
    _, linear = make(0.0, 1e9)  # w·x / 2
    _, other = make(1.0, 1e9)
    assert_allclose(other, g(X) / 2)
    share = 1 / (1 + np.exp(-2 * beta * (alpha - 0.5)))
    assert_allclose(y, (1 - share) * linear + share * other)
    assert np.abs(X).max() <= 1


def test_the_transition_is_exact():
    X, y = make_linear_to_nonlinear(100, alpha=0.48, beta=1000, random_state=0)
    residual = y - X @ np.linalg.lstsq(X, y)[0]
    assert np.abs(residual).max() < 1e-14
    _, beyond = make_linear_to_nonlinear(100, alpha=0.52, beta=1000, random_state=0)
    assert_allclose(beyond, quartic(X) / 2, atol=1e-14)


def test_quartic_by_hand():
    assert_allclose(
        quartic(np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])), [0, 4, -0.5]
    )


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
