"""Rows that decide too much: what the user reads."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

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
    text = r"Rows 40, 41, 2000 alone decide what the linear model says of column "
    with pytest.warns(LeverageWarning, match=text + r"1: .* clip=5"):
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


def test_what_it_advises_helps(slipped):
    X, y = slipped
    clean = np.delete(np.arange(3000), [40, 41, 2000])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = SparcsRegressor((), clip=5.0).fit(X, y)
    assert model.score(X[clean], y[clean]) > 0.85
    with pytest.warns(LeverageWarning):
        whole = SparcsRegressor((), clip=5.0, standardize=False).fit(X, y)
    assert whole.score(X[clean], y[clean]) < 0.4


def test_what_stays_sparse_and_other_starts_are_not_looked_at(slipped):
    X, y = slipped
    with pytest.warns(LeverageWarning):
        SparcsRegressor(()).fit(sparse.csr_array(X), y)
    SparcsRegressor((), solver="first_order", tol=1.0).fit(sparse.csr_array(X), y)
    paper = SparcsRegressor(4, solver="adam", init="xavier", max_iter=300, tol=0.1)
    paper.fit(X, y)
