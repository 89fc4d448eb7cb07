"""Targets of every shape and kind, and classes of every weight."""

import numpy as np
from helpers.answers import assert_finite, fitted
from helpers.tables import LABELLED, MOSTLY_USABLE, TARGETS, options, tables
from hypothesis import given
from hypothesis import strategies as st

from sklearn_sparcs import SparcsClassifier, SparcsRegressor

TABLES = tables(MOSTLY_USABLE)
CLASS_WEIGHTS = st.sampled_from(["balanced", "none", "tiny", "huge", "zero"])


def class_weight(name, labels):
    """Weights of the first class, by label."""
    if name in ("none", "balanced"):
        return None if name == "none" else name
    first = np.unique(labels).tolist()[0]
    return {first: {"tiny": 1e-12, "huge": 1e12, "zero": 0}[name]}


@given(TABLES, options(), st.sampled_from(sorted(TARGETS)))
def test_real_targets_of_every_shape(table, chosen, kind):
    y = TARGETS[kind](table.y)
    model = SparcsRegressor(**chosen)
    model = fitted(model, table.X, y, sample_weight=table.weight)
    if model is not None:
        assert_finite(model, table.X)
        assert model.predict(table.X).shape == np.shape(y)


@given(
    tables(MOSTLY_USABLE), options(), st.sampled_from(sorted(LABELLED)), CLASS_WEIGHTS
)
def test_labels_of_every_kind_and_weight(table, chosen, kind, weighing):
    y = LABELLED[kind](table.labels)
    several = kind == "several"
    weights = class_weight("none" if several else weighing, table.labels)
    model = SparcsClassifier(**chosen, class_weight=weights)
    model = fitted(model, table.X, y, sample_weight=table.weight)
    if model is not None:
        assert_finite(model, table.X)
        flat = (len(table.y),)
        assert model.predict(table.X).shape == (np.shape(y) if several else flat)
