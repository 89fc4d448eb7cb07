"""Which layers open: the depth that is found."""

import numpy as np
import pytest

from sklearn_sparcs import SparcsRegressor
from sklearn_sparcs.datasets import make_teacher_student


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_depth_of_the_teacher_is_found(depth):
    X, y = make_teacher_student(
        6000, n_features=6, n_hidden_layers=depth, random_state=0
    )
    model = SparcsRegressor((30, 30), alpha=1e-3, max_iter=300, random_state=0)
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
    with pytest.warns(match="max_iter"):
        one = SparcsRegressor((20,), **options).fit(X, noisy)
    deep = SparcsRegressor((20, 20), depth_factor=100.0, **options)
    with pytest.warns(match="max_iter"):
        deep.fit(X, noisy)
    assert {row["depth"] for row in deep.history_} == {1, 2}
    assert deep.active_architecture_.hidden_layers == (2,)
    assert deep.score(X, noisy) == pytest.approx(one.score(X, noisy), abs=0.05)
