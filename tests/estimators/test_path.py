"""The path from the linear model on, and what is reported of it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import log_loss

from sklearn_sparcs import sparcs_path


def test_it_begins_at_least_squares_and_loses_by_alpha(kinked):
    X, y = kinked
    path = sparcs_path(X, y, n_alphas=12, random_state=0)
    linear = LinearRegression().fit(X, y)
    assert_allclose(path.estimators[0].predict(X), linear.predict(X), atol=1e-9)
    assert path.architectures[0].is_linear
    assert_allclose(path.alphas, path.alpha_max * np.geomspace(1, 1e-4, 12))
    assert path.n_hidden[1] > 0
    assert path.linear_until == path.alphas[0]
    assert path.train_loss[-1] < 0.05 * path.train_loss[0]


def test_what_is_recorded_agrees(kinked):
    X, y = kinked
    path = sparcs_path(
        X, y, n_alphas=6, random_state=0, X_val=X[:50], y_val=y[:50], clip=None
    )
    for k, model in enumerate(path.estimators):
        error = (y - model.predict(X)) ** 2
        assert path.train_loss[k] == pytest.approx(error.mean() / y.var(), rel=1e-6)
        assert path.valid_loss[k] == pytest.approx(error[:50].mean() / y.var())
        awake = sum(np.count_nonzero(values[k]) for values in path.eigenvalues)
        assert model.active_architecture_ == path.architectures[k]
        assert awake >= path.n_hidden[k]
    for (layer, index), alpha in path.waking.items():
        values = path.eigenvalues[layer - 1][:, index]
        assert (values[path.alphas > alpha] == 0).all()
        assert values[path.alphas == alpha] != 0


def test_classes(rings):
    X, y = rings
    params = {"linear_alpha": 1e-3, "n_alphas": 8, "random_state": 0}
    path = sparcs_path(X, y, task="classification", **params)
    first, last = path.estimators[0], path.estimators[-1]
    linear = LogisticRegression(C=1 / (1e-3 * 300)).fit(X, y)
    assert_allclose(first.predict_proba(X), linear.predict_proba(X), atol=1e-3)
    assert path.train_loss[0] == pytest.approx(
        log_loss(y, first.predict_proba(X)), rel=1e-6
    )
    calibrated = log_loss(y, last.predict_proba(X))
    assert calibrated == pytest.approx(path.train_loss[-1], abs=0.03)
    assert last.score(X, y) > 0.95 > 0.7 > first.score(X, y)


def test_a_grid_of_ones_own_is_used_from_the_largest_down(kinked):
    path = sparcs_path(*kinked, alphas=[0.01, 10.0, 0.1], random_state=0)
    assert path.alphas.tolist() == [10.0, 0.1, 0.01]
    assert path.architectures[0].is_linear
    below = sparcs_path(*kinked, alphas=[0.01], random_state=0)
    assert below.n_hidden[0] > 0
    assert below.linear_until == np.inf


def test_it_prints_in_a_line(kinked):
    path = sparcs_path(*kinked, alphas=[1e3, 1e2], random_state=0)
    n = kinked[0].shape[1]
    assert repr(path) == f"SparcsPath(2 alphas, 1e+03 to 100: {n} → 1 to {n} → 1)"


def test_same_seed_same_path(kinked):
    one, two = (sparcs_path(*kinked, n_alphas=4, random_state=3) for _ in range(2))
    assert one.train_loss.tolist() == two.train_loss.tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "ranking"}, "task must be one of"),
        ({"eps": 0}, "eps.*must be a float"),
        ({"n_alphas": 0}, "n_alphas.*must be an int"),
        ({"alphas": [1.0, -1.0]}, "at least zero"),
        ({"alphas": []}, "at least zero"),
        ({"X_val": [[1.0, 2.0, 3.0]]}, "together"),
        ({"activation": "sine"}, "activation"),
        ({"early_stopping": True, "alpha": 1.0}, "alpha.*early_stopping.*mean nothing"),
        ({"input_eigenvalues": True}, "input_eigenvalues.*mean nothing"),
    ],
)
def test_bad_input(kinked, options, message):
    with pytest.raises(ValueError, match=message):
        sparcs_path(*kinked, **options)


@pytest.mark.parametrize("alphas", [(1, 1.0, "1"), ["0.1"], [True, False], [1j]])
def test_alphas_that_are_no_numbers_are_refused(kinked, alphas):
    with pytest.raises(ValueError, match="alphas must be real numbers; got"):
        sparcs_path(*kinked, alphas=alphas)
