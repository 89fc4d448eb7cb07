"""Whatever the data: a clear ValueError, or an answer that is finite."""

import numpy as np
from helpers.answers import fitted
from helpers.tables import EXPONENTS, options, tables
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs import SparcsClassifier, SparcsRegressor

FORMS = st.sampled_from(["array", "frame", "sparse"])


@given(tables(EXPONENTS), options(), FORMS)
def test_a_regressor_answers_or_says_why_not(table, chosen, form):
    X = table.in_form(form)
    model = fitted(SparcsRegressor(**chosen), X, table.y, sample_weight=table.weight)
    if model is not None:
        assert np.isfinite(model.predict(X)).all()
        assert np.isfinite(model.alpha_)
        assert np.isfinite(model.feature_importances_).all()


@given(tables(EXPONENTS), options(), FORMS)
def test_a_classifier_answers_or_says_why_not(table, chosen, form):
    X = table.in_form(form)
    model = SparcsClassifier(**chosen)
    model = fitted(model, X, table.labels, sample_weight=table.weight)
    if model is not None:
        probability = model.predict_proba(X)
        assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)
        assert probability.min() >= 0
        assert set(model.predict(X)) <= set(table.labels)
        assert_array_equal(model.classes_, np.unique(table.labels))
