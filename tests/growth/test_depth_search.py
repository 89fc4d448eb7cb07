"""Which layers open: the depth that is found."""

import numpy as np
import pytest

from sklearn_sparcs import SparcsRegressor
from sklearn_sparcs.datasets import make_teacher_student


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("alpha", ["auto", 1e-4])
def test_depth_of_the_teacher_is_found(depth, alpha):
    X, y = make_teacher_student(
        2500, n_features=6, n_hidden_layers=depth, random_state=0
    )
    model = SparcsRegressor((30, 30), alpha=alpha, random_state=0)
    model.fit(X[:1500], y[:1500])
    assert model.active_architecture_.hidden_layers == ((), (2,), (1, 2))[depth]
    assert model.active_architecture_.n_hidden <= (0, 6, 16)[depth]
    assert model.score(X[1500:], y[1500:]) > (1 - 1e-9, 0.99999, 0.998)[depth]
    rounds = {row["depth"] for row in model.history_}
    # one hidden layer leaves nothing to explain, so no second round is paid for
    assert rounds == ({1}, {1}, {1, 2})[depth]


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_depth_of_the_teacher_is_found_by_epochs(depth):
    X, y = make_teacher_student(
        6000, n_features=6, n_hidden_layers=depth, random_state=0
    )
    options = {"alpha": 1e-3, "max_iter": 300, "random_state": 0}
    model = SparcsRegressor((30, 30), solver="first_order", **options)
    model.fit(X[:4000], y[:4000])
    assert model.active_architecture_.hidden_layers == ((), (2,), (1, 2))[depth]
    assert model.score(X[4000:], y[4000:]) > (1 - 1e-9, 0.9999, 0.99)[depth]
    rounds = {row["depth"] for row in model.history_}
    # one hidden layer leaves nothing to explain, so no second round is paid for
    assert rounds == ({1}, {1}, {1, 2})[depth]


def test_a_deeper_round_that_does_not_pay_is_not_kept(kinked):
    X, y = kinked
    noisy = y + np.random.default_rng(1).normal(size=len(y)) * 0.5
    options = {"alpha": 0.05, "max_iter": 60, "random_state": 0}
    options["solver"] = "first_order"
    with pytest.warns(match="max_iter"):
        one = SparcsRegressor((20,), **options).fit(X, noisy)
    deep = SparcsRegressor((20, 20), depth_factor=100.0, **options)
    with pytest.warns(match="max_iter"):
        deep.fit(X, noisy)
    assert {row["depth"] for row in deep.history_} == {1, 2}
    assert deep.active_architecture_.hidden_layers == (2,)
    on_path = SparcsRegressor((20, 20), alpha=0.01, random_state=0).fit(X, noisy)
    assert {row["depth"] for row in on_path.history_} == {1, 2}
    assert on_path.active_architecture_.hidden_layers == (2,)
    assert deep.score(X, noisy) == pytest.approx(one.score(X, noisy), abs=0.05)
