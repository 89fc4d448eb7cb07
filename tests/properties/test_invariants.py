"""What must not matter to a fit, and does not."""

import pickle

import numpy as np
from helpers.answers import close
from helpers.tables import options, tables
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from sklearn_sparcs import SparcsClassifier, SparcsRegressor

PLAIN = tables(dtypes=(np.float64,), rows=(12, 24))


@given(PLAIN, options())
def test_a_refit_a_clone_and_a_pickle_are_the_same_to_the_last_bit(table, chosen):
    X, y = table.X, table.y
    model = SparcsRegressor(**chosen).fit(X, y)
    expected = model.predict(X)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), expected)
    assert_array_equal(clone(model).fit(X, y).predict(X), expected)
    assert_array_equal(model.fit(X, y).predict(X), expected)


@given(PLAIN, st.sampled_from(["relu", "tanh"]))
def test_arrays_frames_and_sparse_matrices_agree(table, activation):
    model = SparcsRegressor((3,), activation=activation, random_state=0)
    array = clone(model).fit(table.X, table.y)
    expected = array.predict(table.X)
    for form in ("frame", "sparse"):
        X = table.in_form(form)
        close(clone(model).fit(X, table.y).predict(X), expected, table.y)
    close(array.predict(table.in_form("sparse")), expected, table.y)


@given(PLAIN, st.integers(-40, 40), st.integers(-40, 40))
def test_units_of_a_column_and_of_the_target_change_nothing(table, of_x, of_y):
    model = SparcsRegressor((3,), random_state=0)
    expected = clone(model).fit(table.X, table.y).predict(table.X)
    units = np.r_[2.0**of_x, np.ones(table.X.shape[1] - 1)]
    X, y = table.X * units, table.y * 2.0**of_y
    close(clone(model).fit(X, y).predict(X) / 2.0**of_y, expected, table.y)


@given(PLAIN)
def test_the_names_of_classes_do_not_matter(table):
    classes, codes = np.unique(table.labels, return_inverse=True)
    turned = len(classes) - 1 - codes
    model = SparcsClassifier((), random_state=0)
    expected = clone(model).fit(table.X, codes).predict_proba(table.X)
    found = clone(model).fit(table.X, turned).predict_proba(table.X)
    assert_allclose(found[:, ::-1], expected, atol=1e-3)


@given(PLAIN, options())
def test_pruning_at_zero_changes_nothing(table, chosen):
    model = SparcsRegressor(**chosen, prune_tol=0.0).fit(table.X, table.y)
    small = model.pruned_estimator_.predict(table.X)
    loss = np.mean((small - table.y) ** 2)
    was = np.mean((model.predict(table.X) - table.y) ** 2)
    assert loss <= was + 1e-6 * np.var(table.y) + 1e-300


@given(PLAIN, st.sampled_from(["relu", "tanh"]), st.integers(0, 2))
def test_the_training_loss_is_never_above_the_linear_models(table, activation, depth):
    options = {"linear_alpha": 0.0, "random_state": 0}
    linear = SparcsRegressor((), **options).fit(table.X, table.y)
    grown = SparcsRegressor(
        (2,) * depth, activation=activation, min_significance=0.0, **options
    ).fit(table.X, table.y)
    losses = [np.mean((m.predict(table.X) - table.y) ** 2) for m in (grown, linear)]
    assert losses[0] <= losses[1] + 1e-6 * np.var(table.y)
