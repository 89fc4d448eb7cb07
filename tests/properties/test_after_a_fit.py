"""What a fitted estimator says of rows: its parts agree with each other."""

import numpy as np
from helpers.answers import fitted
from helpers.tables import LABELLED, MODERATE, TARGETS, options, tables
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs import SparcsClassifier, SparcsRegressor

TABLES = tables(MODERATE)


def added_up(model, X, outputs):
    """Contributions summed over features, and what they should add up to."""
    reference = model.direct_form_.reference[None].astype(X.dtype)
    return model.contributions(X).sum(axis=1), outputs(X) - outputs(reference)


def tolerance(form, X, outputs):
    """What rounding may make of the outputs' terms, in the dtype of X."""
    size = max(np.abs(w).max(initial=0) for w in form.coefs.values())
    far = np.abs(X).max() + np.abs(form.reference).max()
    return 1e3 * np.finfo(X.dtype).eps * (np.abs(outputs).max() + size * far)


@given(TABLES, options(), st.sampled_from(["flat", "several"]))
def test_standard_deviations_and_contributions(table, chosen, kind):
    X, y = table.X, TARGETS[kind](table.y)
    model = SparcsRegressor(**chosen)
    assume(fitted(model, X, y, sample_weight=table.weight) is not None)
    predicted, std = model.predict(X, return_std=True)
    assert std.shape == predicted.shape
    assert np.isfinite(std).all()
    assert (std >= 0).all()
    found, expected = added_up(model, X, model.predict)
    bound = tolerance(model.direct_form_, X, predicted)
    assert_allclose(found, expected, rtol=0, atol=bound)
    importances = model.feature_importances_
    assert (importances >= 0).all()
    assert importances.any() == bool(np.isclose(importances.sum(), 1))


@given(TABLES, options(), st.sampled_from(["array", "several"]))
def test_scores_probabilities_and_labels(table, chosen, kind):
    X, y = table.X, LABELLED[kind](table.labels)
    model = SparcsClassifier(**chosen)
    assume(fitted(model, X, y, sample_weight=table.weight) is not None)
    scores, probability = model.decision_function(X), model.predict_proba(X)
    least = np.finfo(probability.dtype).tiny
    said = np.exp(model.predict_log_proba(X))
    assert_allclose(said, probability, rtol=1e-4, atol=least)
    if kind == "several":
        assert_array_equal(model.predict(X), scores > 0)
        # nearer to zero they are one half
        told = np.abs(scores) > 4 * np.finfo(probability.dtype).eps
        assert_array_equal((probability > 0.5)[told], (scores > 0)[told])
    elif scores.ndim == 1:
        assert_array_equal(model.predict(X), model.classes_[(scores > 0).astype(int)])
        assert (np.diff(probability[np.argsort(scores), 1]) >= 0).all()
    else:
        best = scores.argmax(axis=1)
        assert_array_equal(model.predict(X), model.classes_[best])
        rows = np.arange(len(X))
        assert_array_equal(probability[rows, best], probability.max(axis=1))
    found, expected = added_up(model, X, model.decision_function)
    bound = tolerance(model.direct_form_, X, scores)
    assert_allclose(found, expected, rtol=0, atol=bound)
