"""Streams in small pieces, fits that go on, and networks that are trained on."""

import numpy as np
from helpers.answers import assert_finite, fitted, unless_refused
from helpers.tables import (
    ACTIVATIONS,
    LABELLED,
    MOSTLY_USABLE,
    TARGETS,
    options,
    tables,
)
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
)

TABLES = tables(MOSTLY_USABLE)
SIZES = st.lists(st.integers(1, 10), min_size=1, max_size=4)
FORMS = st.sampled_from(["array", "frame", "sparse"])
#: Links of two hidden layers: all, none past a layer, and none that ends anywhere.
LINKS = [None, [(2, 1), (3, 2), (4, 3)], [(4, 1)], [(2, 1), (4, 2), (3, 1)]]


def pieces(n, sizes):
    """Rows in order, so many at a time, over and over."""
    start, k = 0, 0
    while start < n:
        size = sizes[k % len(sizes)]
        yield slice(start, start + size)
        start, k = start + size, k + 1


def streamed(model, X, y, weight, sizes, **named):
    """The model after all pieces that are taken; one that is refused changes nothing.

    None if none was taken.
    """
    taken = None
    for rows in pieces(len(y), sizes):
        before = model.predict(X) if taken else None
        part = None if weight is None else weight[rows]
        found = unless_refused(
            model.partial_fit, X[rows], y[rows], sample_weight=part, **named
        )
        if found is None and taken:
            assert_array_equal(model.predict(X), before)
        taken = found or taken
    return taken


@given(TABLES, options(), SIZES, st.sampled_from(["flat", "column", "several"]))
def test_a_stream_of_real_targets_and_a_fit_after_it(table, chosen, sizes, kind):
    X, y = table.X, TARGETS[kind](table.y)
    model = SparcsRegressor(**{**chosen, "solver": "growth"})
    if streamed(model, X, y, table.weight, sizes):
        assert_finite(model, X)
        if unless_refused(model.fit, X, y, sample_weight=table.weight):
            assert_finite(model, X)


@given(TABLES, options(), SIZES, st.booleans(), st.sampled_from([None, "balanced"]))
def test_a_stream_of_labels_and_a_fit_after_it(table, chosen, sizes, told, balanced):
    X, y = table.X, table.labels
    chosen = {**chosen, "solver": "adam" if told else "growth"}
    model = SparcsClassifier(**chosen, class_weight=balanced)
    classes = np.unique(y) if told else None
    if streamed(model, X, y, table.weight, sizes, classes=classes):
        assert_finite(model, X)
        if unless_refused(model.fit, X, y, sample_weight=table.weight):
            assert_finite(model, X)


@given(TABLES, TABLES, options(), st.booleans())
def test_a_fit_goes_on_with_other_data_or_stays_as_it_was(first, then, chosen, early):
    chosen = {**chosen, "early_stopping": early, "warm_start": True}
    model = SparcsRegressor(**chosen)
    if fitted(model, first.X, first.y, sample_weight=first.weight) is None:
        return
    before = model.predict(first.X)
    more = unless_refused(model.fit, then.X, then.y, sample_weight=then.weight)
    if more is None:
        assert_array_equal(model.predict(first.X), before)
    assert_finite(model, first.X)


@given(TABLES, options(), st.sampled_from([0.1, 0.5]))
def test_a_classifier_that_stops_early_goes_on(table, chosen, share):
    chosen = {**chosen, "early_stopping": True, "validation_fraction": share}
    model = SparcsClassifier(**chosen, warm_start=True)
    if fitted(model, table.X, table.labels, sample_weight=table.weight):
        assert_finite(model, table.X)
        unless_refused(model.fit, table.X, table.labels)
        assert_finite(model, table.X)


@st.composite
def wirings(draw):
    """Parameters of a compact estimator."""
    sizes, links = draw(
        st.sampled_from([((), None), ((3,), None), *[((2, 2), k) for k in LINKS]])
    )
    return {
        "hidden_layer_sizes": sizes,
        "links": links,
        "activation": draw(st.sampled_from(ACTIVATIONS)),
        "solver": draw(st.sampled_from(["auto", "second_order", "adam"])),
        "fit_intercept": draw(st.booleans()),
        "max_iter": draw(st.sampled_from([1, 5])),
        "warm_start": draw(st.booleans()),
        "random_state": 0,
    }


def fitted_twice(model, X, y, weight):
    """The model, fitted and fitted again; None where the data are refused."""
    if fitted(model, X, y, sample_weight=weight) is None:
        return None
    unless_refused(model.fit, X, y)
    return model


@given(TABLES, wirings(), FORMS, st.sampled_from(sorted(TARGETS)))
def test_a_compact_regressor(table, chosen, form, kind):
    X, y = table.in_form(form), TARGETS[kind](table.y)
    model = fitted_twice(CompactRegressor(**chosen), X, y, table.weight)
    if model is not None:
        assert_finite(model, X)
        assert np.isfinite(model.feature_importances_).all()


@given(TABLES, wirings(), FORMS, st.sampled_from(sorted(LABELLED)))
def test_a_compact_classifier(table, chosen, form, kind):
    X, y = table.in_form(form), LABELLED[kind](table.labels)
    model = fitted_twice(CompactClassifier(**chosen), X, y, table.weight)
    if model is not None:
        assert_finite(model, X)
        assert np.isfinite(model.feature_importances_).all()


@given(TABLES, options())
def test_what_was_found_is_trained_on(table, chosen):
    model = SparcsRegressor(**chosen)
    if fitted(model, table.X, table.y, sample_weight=table.weight):
        small = model.pruned_estimator_
        assert_finite(small, table.X)
        unless_refused(small.fit, table.X, table.y, sample_weight=table.weight)
        assert_finite(small, table.X)
