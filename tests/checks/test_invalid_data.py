"""Of what cannot be fitted, columns are named or numbered; of targets, what is none."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sklearn
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._checks.invalid_data import invalid_columns, invalid_targets

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


@pytest.mark.parametrize(
    "model", [SparcsRegressor(), SparcsClassifier(), CompactRegressor()]
)
def test_gaps_are_found_whatever_is_assumed(model):
    """A fit on them ended in errors of LAPACK."""
    X, y = FRAME.to_numpy(), np.arange(N) % 2
    gaps = np.where(np.arange(N) == 3, np.nan, 1.0)
    with sklearn.config_context(assume_finite=True):
        with pytest.raises(ValueError, match=r"column 0 \(1 row of 40\)"):
            model.fit(X * np.c_[gaps, np.ones(N)], y)
        with pytest.raises(ValueError, match="sample_weight contains NaN"):
            model.fit(X, y, sample_weight=gaps)


def test_structured_arrays_have_no_columns():
    X = FRAME.to_records(index=False)
    with pytest.raises(TypeError, match=r"fields a, b; give .*to_unstructured\(X\)"):
        SparcsRegressor().fit(X, FRAME["a"])


def test_many_columns_are_counted():
    X = pd.DataFrame("word", index=range(3), columns=[f"c{j}" for j in range(12)])
    assert "'c9' (holds 'word') and 2 more. " in invalid_columns(X)


def test_nothing_is_said_of_what_is_right():
    X = FRAME.assign(yes=[True, False] * 20, words=["1", "2"] * 20)
    assert invalid_columns(X) == invalid_columns(X.to_numpy()) == ""
    assert invalid_targets(["1.5", 2, None], "SparcsRegressor") == ""
    with pytest.raises(ValueError, match="inconsistent numbers of samples") as raised:
        SparcsRegressor().fit(FRAME, [1.0])
    assert "columns" not in str(raised.value)


@pytest.mark.parametrize("Model", [SparcsRegressor, CompactRegressor])
def test_classes_given_to_a_regressor(Model):
    instead = Model.__name__.replace("Regressor", "Classifier")
    said = f"y holds 'no'; {instead} predicts classes"
    for kind in (list, pd.Series, np.array):
        with pytest.raises(ValueError, match=said):
            Model().fit(FRAME, kind(["no", "yes"] * 20))


@pytest.mark.parametrize("kind", ["U", "S", object])
@pytest.mark.parametrize("Model", [SparcsRegressor, SparcsRegressorCV])
def test_targets_written_out_are_numbers(Model, kind):
    """NumPy orders no text: of strings that are numbers, nothing was the least."""
    model, y = Model(hidden_layer_sizes=(), prediction_margin=0), FRAME["b"].to_numpy()
    predicted = model.fit(FRAME, y).predict(FRAME)
    assert_array_equal(model.fit(FRAME, y.astype(kind)).predict(FRAME), predicted)
    with pytest.raises(ValueError, match="in 1 row of 40, the first of them row 3"):
        model.fit(FRAME, np.where(np.arange(N) == 3, np.nan, y).astype(kind))


def test_columns_of_arrays_are_numbered():
    X = FRAME.to_numpy(copy=True)
    X[3, 1], X[[4, 6], 0] = np.nan, np.inf
    said = "are in: column 0 (2 rows of 40), column 1 (1 row of 40)."
    with pytest.raises(ValueError, match=re.escape(said)):
        SparcsRegressor().fit(X, FRAME["a"])
    words = FRAME.to_numpy(object, copy=True)
    words[5, 1] = "n/a"
    with pytest.raises(ValueError, match=re.escape("column 1 (holds 'n/a')")):
        SparcsRegressor().fit(words, FRAME["a"])


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (["Graz"] * N, "'more' (holds 'Graz')"),
        ([None, 1.0] * 20, "in: 'more' (20 rows of 40)"),
        (DATES, "'more' (holds dates)"),
    ],
)
def test_columns_of_tables_of_pyarrow(column, said):
    table = pa.Table.from_pandas(FRAME).append_column("more", pa.array(column))
    with pytest.raises(ValueError, match=re.escape(said)):
        SparcsRegressor().fit(table, FRAME["a"])


@pytest.mark.parametrize("times", [DATES, DATES - DATES[0]])
def test_times_alone_are_no_numbers_either(times):
    """NumPy makes nanoseconds of them where nothing else is beside them."""
    model = SparcsRegressor(()).fit(FRAME, FRAME["a"])
    for X in (pd.DataFrame({"t": times}), np.asarray(times)[:, None]):
        with pytest.raises(ValueError, match="These columns hold no numbers"):
            SparcsRegressor().fit(X, FRAME["a"])
        with pytest.raises(ValueError, match="These columns hold no numbers"):
            model.predict(X)


def test_a_lazy_frame_is_to_be_collected():
    class LazyFrame:  # as polars has it: columns, and no rows
        columns = ("a", "b")
        collect_schema = dict

    for call in (SparcsRegressor().fit, CompactRegressor().fit):
        with pytest.raises(TypeError, match=r"X is a LazyFrame.* give X.collect\(\)"):
            call(LazyFrame(), FRAME["a"])


def test_a_row_of_a_frame_is_no_table():
    model = SparcsRegressor(()).fit(FRAME.to_numpy(), FRAME["a"])
    with pytest.raises(ValueError, match="2"):
        model.predict(FRAME.iloc[0])


def test_columns_of_one_name_are_left_to_scikit_learn():
    X = pd.DataFrame(np.full((N, 2), np.nan), columns=["a", "a"])
    assert invalid_columns(X) == ""


@pytest.mark.parametrize(
    "gaps",
    [{3: np.nan}, {3: np.inf, 9: np.nan}, {3: None}, {3: pd.NA}, {3: None, 4: -np.inf}],
)
def test_rows_of_targets_that_are_missing(gaps):
    objects = gaps[3] is None or gaps[3] is pd.NA
    y = FRAME["a"].astype(object if objects else float)
    y.iloc[list(gaps)] = list(gaps.values())
    rows = "1 row" if len(gaps) == 1 else "2 rows"
    said = f"y has missing or infinite values in {rows} of 40, the first of them row 3."
    kind = TypeError if gaps[3] is pd.NA else ValueError  # as scikit-learn has it
    with pytest.raises(kind, match=said):
        SparcsRegressor().fit(FRAME, y)
    if not objects:
        with pytest.raises(ValueError, match=said):
            SparcsClassifier().fit(FRAME, y)
        with pytest.raises(ValueError, match=said):
            SparcsRegressor().fit(FRAME, np.column_stack([FRAME["b"], y]))


@pytest.mark.parametrize("Model", [SparcsClassifier, CompactClassifier])
def test_what_is_no_classes(Model):
    def refused(y, said):
        with pytest.raises(ValueError, match=said):
            Model().fit(FRAME, y)

    instead = Model.__name__.replace("Classifier", "Regressor")
    refused(FRAME["a"], f"Unknown label type: continuous.*; {instead} predicts such")
    mixed = np.array([0, "one"] * 20, dtype=object)
    refused(mixed, "y holds labels of the types int and str")
    refused(mixed[::-1], "y holds labels of the types int and str")
    several = np.column_stack([np.arange(N) % 3, np.arange(N) % 2])
    refused(several, r"shape is \(40, 2\).*MultiOutputClassifier")


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (np.nan, "20 missing of 40 labels"),
        (None, "20 missing of 40 labels"),
        (1, "types int and str"),
    ],
)
def test_of_a_list_what_is_no_word_stays_none(gap, said):
    """NumPy makes words of all of it."""
    with pytest.raises(ValueError, match=said):
        SparcsClassifier().fit(FRAME, [gap, "near"] * 20)


@pytest.mark.parametrize("labels", [[3, 5], [False, True], [0.0, 2.0]])
def test_numbers_among_objects_are_labels(labels):
    y = np.array(labels * 20, dtype=object)
    model = CompactClassifier(()).fit(FRAME, y)
    assert model.classes_.tolist() == labels
    assert model.classes_.dtype == np.array(labels).dtype


def test_what_is_not_fitted_says_so():
    for name in ("active_architecture_", "linear_coef_"):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            getattr(SparcsRegressor(), name)
        assert not hasattr(SparcsRegressor(), name)


@pytest.mark.parametrize("Model", [SparcsRegressor, CompactRegressor, SparcsClassifier])
def test_what_a_mask_hides_is_missing(Model):
    """scikit-learn takes what lies beneath: a fill value such as -999."""
    X, y = FRAME.to_numpy(), np.arange(N) % 2
    hidden = np.arange(N) == 3
    masked = np.ma.masked_array(X, np.c_[hidden, ~hidden & False])
    model = Model((2,), random_state=0).fit(np.ma.masked_array(X), y)
    assert np.array_equal(model.predict(X), model.predict(np.ma.masked_array(X)))
    with pytest.raises(ValueError, match=r"in: column 0 \(1 row of 40\)"):
        model.fit(masked, y)
    with pytest.raises(ValueError, match=r"in: column 0 \(1 row of 40\)"):
        model.predict(masked)
    with pytest.raises(ValueError, match="y contains NaN"):
        model.fit(X, np.ma.masked_array(y, hidden))
    with pytest.raises(ValueError, match="NaN"):
        model.fit(X, y, np.ma.masked_array(np.ones(N), hidden))


def test_masked_words_are_missing_labels():
    words = np.ma.masked_array(["no", "yes"] * 20, np.arange(N) == 7)
    with pytest.raises(ValueError, match="1 missing of 40 labels, the first in row 7"):
        SparcsClassifier().fit(FRAME, words)


@pytest.mark.parametrize("Model", [SparcsClassifier, CompactClassifier])
def test_labels_that_are_no_numbers_or_strings(Model):
    days = np.array([day.date() for day in DATES], dtype=object)
    said = "y holds labels of the type date; give numbers or strings"
    with pytest.raises(ValueError, match=said):
        Model().fit(FRAME, days)


def test_sparse_targets_of_a_regression():
    with pytest.raises(ValueError, match=r"dense targets, .*; give y.toarray\(\)"):
        SparcsRegressor().fit(FRAME, sparse.csr_array(FRAME[["a"]]))
