"""Of a frame that cannot be fitted, columns are named; of targets, what is none."""

import re

import numpy as np
import pandas as pd
import pytest

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._estimators.at_fault import columns_at_fault, targets_at_fault

N = 40
FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(N, 2)), columns=["a", "b"])
DATES = pd.date_range("2020", periods=N)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"town": ["Graz", None] * 20}, "'town' (holds 'Graz')"),
        ({"town": pd.Categorical(["Graz", "Wien"] * 20)}, "'town' (holds 'Graz')"),
        ({"day": DATES}, "'day' (holds dates)"),
        ({"time": DATES - DATES[0]}, "'time' (holds durations)"),
        ({"x": ["1", "2.5", "two", "3"] * 10, "y": ["?"] * N}, "'x' (holds 'two'), "),
    ],
)
def test_columns_that_are_no_numbers(columns, said):
    X = FRAME.assign(**columns)
    message = re.escape("These columns hold no numbers: " + said)
    for model in (SparcsRegressor(), SparcsClassifier(), SparcsRegressorCV()):
        with pytest.raises(ValueError, match=message):
            model.fit(X, [0, 1] * 20)
    with pytest.raises(ValueError, match=message):
        SparcsRegressor(()).fit(
            X.assign(**dict.fromkeys(columns, 1.0)), X["a"]
        ).predict(X)


@pytest.mark.parametrize("gap", [np.nan, np.inf, None])
def test_columns_with_gaps(gap):
    X = FRAME.assign(
        none=[gap] + [1.0] * (N - 1), few=pd.array([1, None] * 20, "Int64")
    )
    with pytest.raises(ValueError) as raised:
        SparcsRegressor().fit(X, X["a"])
    said = str(raised.value)
    assert "NaN" in said or "infinity" in said
    assert said.endswith("are in: 'none' (1 row of 40), 'few' (20 rows of 40).")


def test_many_columns_are_counted():
    X = pd.DataFrame("word", index=range(3), columns=[f"c{j}" for j in range(12)])
    assert "'c9' (holds 'word') and 2 more. " in columns_at_fault(X)


def test_nothing_is_said_of_what_is_right():
    X = FRAME.assign(yes=[True, False] * 20, words=["1", "2"] * 20)
    assert columns_at_fault(X) == columns_at_fault(X.to_numpy()) == ""
    assert targets_at_fault(["1.5", 2, None], "SparcsRegressor") == ""
    with pytest.raises(ValueError, match="inconsistent numbers of samples") as raised:
        SparcsRegressor().fit(FRAME, [1.0])
    assert "columns" not in str(raised.value)


@pytest.mark.parametrize("Model", [SparcsRegressor, CompactRegressor])
def test_classes_given_to_a_regressor(Model):
    instead = Model.__name__.replace("Regressor", "Classifier")
    said = f"y holds 'no'; {instead} predicts classes"
    with pytest.raises(ValueError, match=said):
        Model().fit(FRAME, ["no", "yes"] * 20)
