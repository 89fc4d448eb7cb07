"""The paper's problems by their formulae."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import special_ortho_group

from sklearn_sparcs.datasets import (
    make_linear_to_nonlinear,
    make_teacher_student,
    squared_norm,
)


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


@pytest.mark.parametrize("n_hidden_layers", [1, 2])
@pytest.mark.parametrize("same", [False, True])
def test_the_teacher_by_hand(same, n_hidden_layers):
    rng = np.random.RandomState(42)  # as NumPy's global state in the authors' code
    drawn = [
        special_ortho_group.rvs(4, random_state=rng)
        for _ in range(1 if same else n_hidden_layers + 1)
    ]
    expected = rng.rand(30, 4) * 2 - 1
    X, y = make_teacher_student(
        30,
        n_features=4,
        n_hidden_layers=n_hidden_layers,
        same_rotation=same,
        random_state=42,
    )
    assert_allclose(X, expected, atol=1e-15)
    for k in range(n_hidden_layers):
        expected = (expected @ drawn[0 if same else k].T).clip(min=0)
    assert_allclose(y, expected @ drawn[-1].T, atol=1e-14)


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
