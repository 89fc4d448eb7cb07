"""Rows that decide too much: what the user reads."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.linear_model import LinearRegression

from sklearn_sparcs import LeverageWarning, SparcsClassifier, SparcsRegressor

NAMES = ["level", "flow", "rain"]


@pytest.fixture
def slipped():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 3))
    y = X @ [1.0, 2.0, -1.0] + rng.normal(size=3000)
    X[[40, 41, 2000], 1] = -9999.0
    return X, y


def test_rows_and_columns_are_named(slipped):
    X, y = slipped
    text = (
        r"Rows 40, 41, 2000 alone determine the linear model's coefficient of column "
    )
    with pytest.warns(LeverageWarning, match=text + r"1: .* clip=None"):
        SparcsRegressor((), random_state=0).fit(X, y)
    frame = pd.DataFrame(X, columns=NAMES)
    with pytest.warns(LeverageWarning, match=text + r"'flow': "):
        SparcsClassifier((), random_state=0).fit(frame, y > 0)


def test_five_are_named_and_the_others_counted(slipped):
    X, y = slipped
    X, y = np.tile(X, (3, 1)), np.tile(y, 3)
    with pytest.warns(
        LeverageWarning, match="Rows 40, 41, 2000, 3040, 3041 and 4 more"
    ):
        SparcsRegressor(()).fit(X, y)


def test_the_line_that_is_blamed_is_the_users(slipped):
    with pytest.warns(LeverageWarning) as caught:
        SparcsRegressor(()).fit(*slipped)
    assert caught[0].filename == __file__


def score_of_the_others(model, X, y):
    clean = np.delete(np.arange(3000), [40, 41, 2000])
    return model.score(X[clean], y[clean])


def test_a_cut_that_folds_want_is_made_and_said(slipped):
    with pytest.warns(LeverageWarning, match="are cut off at 5 standard deviations"):
        model = SparcsRegressor((), random_state=0).fit(*slipped)
    assert model.clip_ == 5.0
    assert score_of_the_others(model, *slipped) > 0.85
    given = SparcsRegressor((), clip=5.0, random_state=0).fit(*slipped)
    assert_allclose(given.predict(slipped[0]), model.predict(slipped[0]))


def test_none_leaves_them_whole_and_says_what_would_help(slipped):
    with pytest.warns(LeverageWarning, match='and clip="auto" does so if'):
        whole = SparcsRegressor((), clip=None).fit(*slipped)
    assert whole.clip_ is None
    assert score_of_the_others(whole, *slipped) < 0.4
    least_squares = LinearRegression().fit(*slipped).predict(slipped[0])
    assert_allclose(whole.predict(slipped[0]), least_squares, rtol=1e-6)


def test_a_linear_signal_in_the_tail_is_left_whole():
    """Rows decide by themselves, and rightly: folds are worse with a cut."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 3))
    X[[40, 41, 2000], 1] = 9999.0
    y = X @ [1.0, 2.0, -1.0] + 0.1 * rng.normal(size=3000)
    with pytest.warns(LeverageWarning, match='and clip="auto" does so if'):
        model = SparcsRegressor((), random_state=0).fit(X, y)
    assert model.clip_ is None
    coefs = model.pruned_estimator_.coefs_
    assert_allclose(coefs[2, 1], [[1.0, 2.0, -1.0]], atol=0.01)


def test_without_decisive_rows_nothing_is_tried(slipped, monkeypatch):
    X, y = (
        np.delete(slipped[0], [40, 41, 2000], axis=0),
        np.delete(slipped[1], [40, 41, 2000]),
    )
    X[5, 0] = 6.0  # beyond five standard deviations, but one sample among many
    monkeypatch.setattr("sklearn_sparcs._selection.chosen_clip.pays", None)
    assert SparcsRegressor((), random_state=0).fit(X, y).clip_ is None


def test_units_that_are_not_scaled_are_not_cut(slipped):
    with pytest.warns(LeverageWarning):
        whole = SparcsRegressor((), clip=5.0, standardize=False).fit(*slipped)
    assert score_of_the_others(whole, *slipped) < 0.4


def test_what_stays_sparse_and_other_starts_are_not_looked_at(slipped):
    X, y = slipped
    with pytest.warns(LeverageWarning):
        SparcsRegressor(()).fit(sparse.csr_array(X), y)
    SparcsRegressor((), solver="first_order", tol=1.0).fit(sparse.csr_array(X), y)
    paper = SparcsRegressor(4, solver="adam", init="xavier", max_iter=300, tol=0.1)
    paper.fit(X, y)
