"""The same numbers in another container: the same fit, to the last bit or nearly."""

import numpy as np
import pandas as pd
import pytest
import torch
from helpers.answers import close, fitted
from helpers.tables import MODERATE, options, tables
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse

from sklearn_sparcs import CompactRegressor, SparcsClassifier, SparcsRegressor

TABLES = tables(MODERATE, dtypes=(np.float64,))


def strided(X):
    """A view of every second row and column of a larger array."""
    larger = np.full((2 * len(X), 2 * X.shape[1]), np.nan)
    larger[::2, ::2] = X
    return larger[::2, ::2]


def read_only(X):
    """A copy that nobody may write to."""
    copy = X.copy()
    copy.setflags(write=False)
    return copy


def frame(X, dtype="float64"):
    """With names, and an index that does not begin at zero."""
    names = [f"x {j}" for j in range(X.shape[1])]
    return pd.DataFrame(X, columns=names, index=range(7, 7 + len(X))).astype(dtype)


def zeros_kept(X):
    """CSR with an entry for every number."""
    n, k = X.shape
    return sparse.csr_array((X.ravel(), np.tile(np.arange(k), n), k * np.arange(n + 1)))


def halves(X):
    """COO with two entries for every number, half of it each."""
    twice = np.tile(np.indices(X.shape).reshape(2, -1), 2)
    return sparse.coo_array((np.r_[X.ravel(), X.ravel()] / 2, tuple(twice)))


#: The same numbers, each row's side by side.
IN_ROWS = {
    "read-only": read_only,
    "lists": lambda X: X.tolist(),
    "objects": lambda X: X.astype(object),
    "big-endian": lambda X: X.astype(">f8"),
    "tensor": torch.from_numpy,
}
#: Those that stay in columns, or apart, whose sums are rounded otherwise.
IN_COLUMNS = {
    "strided": strided,
    "fortran": np.asfortranarray,
    "reversed": lambda X: X[::-1, ::-1].copy()[::-1, ::-1],
    "frame": frame,
    "nullable": lambda X: frame(X, "Float64"),
    "pyarrow": lambda X: frame(X, "double[pyarrow]"),
}
SPARSE = {
    "csr": sparse.csr_array,
    "csc": sparse.csc_array,
    "coo": sparse.coo_array,
    "matrix": sparse.csr_matrix,
    "zeros kept": zeros_kept,
    "halves": halves,
}
WHOLE = ["int8", "uint8", "int16", "int64", "uint64", "bool", "float16", "Int64"]


@given(TABLES, options(), st.sampled_from(sorted(IN_ROWS)))
def test_rows_in_any_container(table, chosen, name):
    X, y, weight = IN_ROWS[name](table.X), table.y, table.weight
    model = SparcsRegressor(**chosen)
    assume(fitted(model, table.X, y, sample_weight=weight) is not None)
    again = SparcsRegressor(**chosen).fit(X, y, sample_weight=weight)
    assert_array_equal(again.predict(X), model.predict(table.X))


@given(TABLES, st.sampled_from(sorted(IN_COLUMNS)))
def test_columns_in_any_container(table, name):
    X, y, weight = IN_COLUMNS[name](table.X), table.y, table.weight
    model = SparcsRegressor((), clip=None)
    assume(fitted(model, table.X, y, sample_weight=weight) is not None)
    expected = model.predict(table.X)
    close(model.fit(X, y, sample_weight=weight).predict(X), expected, y)


@given(TABLES, options(), st.sampled_from(sorted(SPARSE)))
def test_sparse_containers(table, chosen, name):
    model = SparcsClassifier(**chosen)
    X = SPARSE["csr"](table.X)
    assume(fitted(model, X, table.labels, sample_weight=table.weight) is not None)
    expected = model.predict_proba(X)
    X = SPARSE[name](table.X)
    assert_array_equal(model.predict_proba(X), expected)
    again = SparcsClassifier(**chosen).fit(X, table.labels, sample_weight=table.weight)
    assert_array_equal(again.predict_proba(X), expected)


@given(TABLES, st.sampled_from(WHOLE))
def test_whole_numbers_of_every_type(table, dtype):
    X = pd.DataFrame(np.abs(table.X).clip(0, 100).round()).astype(dtype)
    X = X if dtype == "Int64" else X.to_numpy()
    doubles = np.asarray(X, float)
    model = CompactRegressor((2,), max_iter=3, random_state=0)
    expected = model.fit(doubles, table.y).predict(doubles)
    assert_array_equal(model.fit(X, table.y).predict(X), expected)


@given(TABLES, options())
def test_columns_in_another_order_are_refused(table, chosen):
    assume(table.X.shape[1] > 1)
    X = frame(table.X)
    model = SparcsRegressor(**chosen)
    assume(fitted(model, X, table.y) is not None)
    for other in (X[X.columns[::-1]], X.rename(columns={"x 0": "x\n0"})):
        with pytest.raises(ValueError, match="feature names"):
            model.predict(other)
