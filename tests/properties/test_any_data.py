"""Whatever the data: a clear ValueError, or an answer that is finite."""

import traceback
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from helpers.tables import options, tables
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning

import sklearn_sparcs
from sklearn_sparcs import LeverageWarning, SparcsClassifier, SparcsRegressor

#: What may raise: code that knows whose data it is.
SPEAKERS = [Path(module.__file__).parent for module in (sklearn_sparcs, sklearn)]
EXPONENTS = st.sampled_from([-300, -150, -30, -8, -3, 0, 0, 0, 3, 8, 30, 150, 300])
FORMS = st.sampled_from(["array", "frame", "sparse"])


def global_state():
    """What a fit must leave as it was."""
    return (
        np.random.get_state()[1].tobytes(),
        torch.get_rng_state().numpy().tobytes(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        np.geterr(),
        sklearn.get_config(),
    )


def fitted(model, X, y, weight):
    """The model; None where the data are refused, by someone who can say why."""
    before = global_state()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", LeverageWarning)
            return model.fit(X, y, sample_weight=weight)
    except ValueError as error:
        where = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
        assert any(where.is_relative_to(speaker) for speaker in SPEAKERS), where
        assert len(str(error)) > 20
        assert not hasattr(model, "direct_form_")
        return None
    finally:
        assert global_state() == before


@given(tables(EXPONENTS), options(), FORMS)
def test_a_regressor_answers_or_says_why_not(table, chosen, form):
    X = table.in_form(form)
    model = fitted(SparcsRegressor(**chosen), X, table.y, table.weight)
    if model is not None:
        assert np.isfinite(model.predict(X)).all()
        assert np.isfinite(model.alpha_)
        assert np.isfinite(model.feature_importances_).all()


@given(tables(EXPONENTS), options(), FORMS)
def test_a_classifier_answers_or_says_why_not(table, chosen, form):
    X = table.in_form(form)
    model = fitted(SparcsClassifier(**chosen), X, table.labels, table.weight)
    if model is not None:
        probability = model.predict_proba(X)
        assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)
        assert probability.min() >= 0
        assert set(model.predict(X)) <= set(table.labels)
        assert_array_equal(model.classes_, np.unique(table.labels))
