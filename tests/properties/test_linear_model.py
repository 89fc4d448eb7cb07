"""What must not matter to the linear model, and does not."""

import numpy as np
from helpers.answers import close
from helpers.tables import MODERATE, tables
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression

from sklearn_sparcs import SparcsClassifier, SparcsRegressor

PLAIN = tables(dtypes=(np.float64,), rows=(12, 24))
FAR = st.sampled_from([-1e6, -10.0, 3.0, 1e6])


def linear(**options):
    """Least squares, or the ridge that leave-one-out prefers."""
    return SparcsRegressor((), **{"clip": None, "random_state": 0, **options})


def said(model, X, y, weight=None):
    """Predictions of what it was fitted to."""
    return model.fit(X, y, sample_weight=weight).predict(X)


@given(tables(MODERATE, dtypes=(np.float64,), rows=(12, 24)))
def test_without_a_ridge_it_is_least_squares(table):
    weight = None if table.weight is None else table.weight + 0.1
    found = said(linear(linear_alpha=0.0), table.X, table.y, weight)
    scale = np.maximum(table.X.std(axis=0), 1e-300)
    X = (table.X - table.X.mean(axis=0)) / scale
    close(found, said(LinearRegression(), X, table.y, weight), table.y)


@given(PLAIN)
def test_a_weight_of_two_is_a_row_twice(table):
    counts = np.random.default_rng(0).integers(0, 3, len(table.y))
    assume(counts.sum() > 6)
    rows = np.repeat(np.arange(len(table.y)), counts)
    weighed = linear().fit(table.X, table.y, sample_weight=counts)
    repeated = linear().fit(table.X[rows], table.y[rows])
    used = table.X[counts > 0]
    close(weighed.predict(used), repeated.predict(used), table.y)


@given(PLAIN, st.randoms(use_true_random=False))
def test_the_order_of_columns_does_not_matter(table, random):
    order = list(range(table.X.shape[1]))
    random.shuffle(order)
    expected = linear().fit(table.X, table.y).predict(table.X)
    found = linear().fit(table.X[:, order], table.y).predict(table.X[:, order])
    close(found, expected, table.y)


@given(PLAIN, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_does_not_matter(table, random, classes):
    order = list(range(len(table.y)))
    random.shuffle(order)
    weight = None if table.weight is None else table.weight[order]
    if classes:
        model, y = SparcsClassifier((), clip=None, random_state=0), table.labels
    else:
        model, y = linear(), table.y
    whole = model.fit(table.X, y, sample_weight=table.weight)
    expected = whole.predict_proba(table.X) if classes else whole.predict(table.X)
    again = model.fit(table.X[order], y[order], sample_weight=weight)
    found = again.predict_proba(table.X) if classes else again.predict(table.X)
    assert_allclose(found, expected, atol=1e-4 * (np.abs(expected).max() + 1e-300))


@given(PLAIN, st.sampled_from([0.0, 1.0, -7.0, 1e6]))
def test_a_column_that_is_constant_changes_nothing(table, value):
    wider = np.insert(table.X, 0, value, axis=1)
    close(said(linear(), wider, table.y), said(linear(), table.X, table.y), table.y)


@given(PLAIN)
def test_a_feature_twice_changes_nothing_of_least_squares(table):
    model = linear(linear_alpha=0.0)
    wider = np.column_stack([table.X, table.X[:, 0]])
    close(said(model, wider, table.y), said(model, table.X, table.y), table.y)


@given(PLAIN, FAR, FAR)
def test_where_zero_is_does_not_matter(table, of_x, of_y):
    expected = said(linear(), table.X, table.y)
    found = said(linear(), table.X + of_x, table.y + of_y)
    close(found - of_y, expected, table.y)


@given(PLAIN, st.integers(-30, 30))
def test_the_unit_of_weights_does_not_matter(table, exponent):
    weight = np.random.default_rng(0).random(len(table.y)) + 0.01
    expected = said(linear(), table.X, table.y, weight)
    found = said(linear(), table.X, table.y, weight * 2.0**exponent)
    close(found, expected, table.y)
