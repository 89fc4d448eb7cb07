"""Sizes that no fit could be right for, and their neighbours that one is."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = X @ [1.0, -2.0]


@pytest.mark.parametrize("size", [1e-99, 1e-30, 1e30, 1e99])
@pytest.mark.parametrize("of", ["feature", "target"])
def test_large_and_small_columns_are_fitted(size, of):
    units = np.array([1.0, size if of == "feature" else 1.0])
    y = Y * (size if of == "target" else 1.0)
    model = SparcsRegressor((2,), random_state=0).fit(X * units, y)
    assert_allclose(model.predict(X * units) / y, 1, rtol=1e-6)


@pytest.mark.parametrize("size", [1e-200, 1e200])
@pytest.mark.parametrize("kind", [SparcsRegressor, SparcsRegressorCV])
def test_what_overflows_is_refused(size, kind):
    with pytest.raises(ValueError, match=r"Feature 1 has values of size .* float64"):
        kind((2,)).fit(X * [1, size], Y)
    with pytest.raises(ValueError, match="Target 0 has values of size"):
        kind((2,)).fit(X, Y * size)


def test_one_value_that_overflows_is_refused_before_folds_are_scored_on_it():
    once = X.copy()
    once[7, 1] = 1e200
    with pytest.raises(ValueError, match=r"Feature 1 has values of size 1e\+200"):
        SparcsRegressorCV((2,), n_alphas=3, cv=3).fit(once, Y)


def test_float32_holds_less_and_unscaled_features_least():
    single = X.astype(np.float32)
    with pytest.raises(ValueError, match=r"Target 0 .* in float32"):
        SparcsRegressor(()).fit(single, Y * 1e50)
    with pytest.raises(ValueError, match=r"Feature 0 .* standardize=True"):
        SparcsRegressor((), standardize=False).fit(single * np.float32(1e20), Y)
    with pytest.raises(ValueError, match=r"Feature 0 .* standardize=True"):
        SparcsRegressor((), standardize=False).fit(X * 1e13, Y)
    with pytest.raises(ValueError, match="Feature 0"):
        SparcsClassifier(()).fit(sparse.csr_array(X * 1e200), Y > 0)
    with pytest.raises(ValueError, match="Feature 0"):
        SparcsRegressor((2,)).fit(X * [1e-300, 0], Y)


@pytest.mark.parametrize(
    ("of", "y", "steps"),
    [
        (np.float32, 1.7e9 + Y, "float32, the dtype of X, has steps of 128"),
        (np.float32, np.round(2e9 + Y).astype(np.int64), "give X in float64"),
        (np.float64, 2**63 + np.arange(60, dtype=np.uint64), "has steps of 2.05e\\+03"),
    ],
)
def test_targets_that_are_rounded_away_are_told_of(of, y, steps):
    with pytest.warns(UserWarning, match=f"Target 0 spans .*{steps}") as caught:
        SparcsRegressor(()).fit(X.astype(of), y)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "given",
    [
        np.array([*(2**57 + np.arange(60))], dtype=object),
        (2**57 + np.arange(60)).astype(str),
        pd.Series(2**57 + np.arange(60), dtype="Int64"),
        pa.array(2**57 + np.arange(60)),
        [Decimal(2**57) + k for k in range(60)],
    ],
    ids=["integers", "words", "Int64", "pyarrow", "decimals"],
)
def test_targets_that_numpy_has_no_dtype_for_are_looked_at_before_they_are_rounded(
    given,
):
    with pytest.warns(UserWarning, match="Target 0 spans 59 around 1.44e\\+17"):
        SparcsRegressor(()).fit(X, given)


def test_targets_of_which_enough_is_left_are_not_told_of():
    SparcsRegressor(()).fit(X.astype(np.float32), 1e5 + Y)
    SparcsRegressor(()).fit(X, 1.7e9 + Y)
    SparcsRegressor(()).fit(X, (1.7e18 + 1e9 * Y).astype(np.int64))
    SparcsRegressor(()).fit(X.astype(np.float32), np.full(60, 1.7e9))
    SparcsRegressor(()).fit(X, [np.float32(y) if y > 0 else str(y) for y in Y])


#: Whole numbers that float64 takes for one.
IDS = 2**62 + np.arange(60)


def containers(whole):
    """Whole numbers beside another column, in every container that keeps them whole."""
    both = np.column_stack([np.arange(60), whole])
    yield both
    yield both.astype(np.uint64)
    yield both.tolist()
    yield both.astype(object)
    yield np.column_stack([X[:, 0].astype(object), whole.astype(object)])
    yield sparse.csc_array(both)
    yield sparse.coo_matrix(both)
    frame = pd.DataFrame({"a": X[:, 0], "id": whole})
    yield frame
    yield frame.astype({"id": "Int64"})
    yield pa.Table.from_pandas(frame)


@pytest.mark.parametrize("given", list(containers(IDS)), ids=lambda x: type(x).__name__)
def test_whole_features_that_become_the_same_are_told_of(given):
    told = r"In (column 1|'id'), X spans 59 around 4.61e\+18, where float64, .* of 1.02"
    for model in (SparcsRegressor(()), SparcsRegressorCV(()), CompactRegressor(())):
        with pytest.warns(UserWarning, match=told) as caught:
            model.fit(given, Y)
        assert [w.filename for w in caught] == [__file__]
    with pytest.warns(UserWarning, match=told):
        SparcsClassifier(()).fit(given, Y > 0)


def test_so_it_is_beyond_all_machine_numbers():
    with pytest.warns(UserWarning, match="In column 0, X spans 59 around 1e\\+30"):
        SparcsRegressor(()).fit([[10**30 + k] for k in range(60)], Y)


@pytest.mark.parametrize(
    "whole", [2**52 + np.arange(60), 2**62 * np.arange(2).repeat(30)]
)
def test_whole_features_that_stay_apart_are_not_told_of(whole):
    for given in containers(whole):
        SparcsRegressor(()).fit(given, Y)


def test_infinities_are_refused_by_name():
    with pytest.raises(ValueError, match="infinity"):
        SparcsRegressor().fit(np.array([[np.inf], [-np.inf]]), [0.0, 1.0])


def test_features_that_are_all_zero_give_the_mean():
    model = SparcsRegressor((), fit_intercept=True).fit(
        np.zeros((3, 5)), [1e3, 2e3, 3e3]
    )
    assert_allclose(model.predict(np.ones((1, 5))), 2e3)
    model = SparcsRegressor((), fit_intercept=False, standardize=False)
    assert_allclose(model.fit(np.zeros((2, 2)), [1e3, 2e3]).predict(X), 0, atol=1e-6)
