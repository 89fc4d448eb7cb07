"""Displays of fitted pipelines and searches show the estimator that they end in."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures

from sklearn_sparcs import (
    ArchitectureDisplay,
    EigenvalueDisplay,
    PathDisplay,
    PruningCurveDisplay,
    SparcsRegressor,
    TransitionDisplay,
    hidden_path_norm,
)


@pytest.fixture(scope="module")
def search(kinked):
    """A search over pipelines of pipelines, on a frame."""
    X, y = kinked
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    squares = PolynomialFeatures(degree=(2, 2), include_bias=False)
    model = SparcsRegressor(4, alpha=0.01, random_state=0)
    pipeline = make_pipeline(squares, make_pipeline(FunctionTransformer(), model))
    grid = {"pipeline__sparcsregressor__alpha": [0.01]}
    return GridSearchCV(pipeline, grid, cv=2).fit(frame, y), frame, y


def test_the_estimator_inside_is_drawn(search):
    search, X, y = search
    before, last = search.best_estimator_
    model, heard = last[-1], before.transform(X)
    shown, expected = (
        ArchitectureDisplay.from_estimator(*given)
        for given in ((search, X), (model, heard))
    )
    assert shown.layer_sizes == expected.layer_sizes == (6, *shown.layer_sizes[1:])
    for link, weight in expected.weights.items():
        assert_allclose(shown.weights[link], weight)
    shown, expected = (
        PruningCurveDisplay.from_estimator(*given, y)
        for given in ((search, X), (model, heard))
    )
    assert_allclose(shown.loss_rise, expected.loss_rise)
    shown = EigenvalueDisplay.from_estimator(search)
    assert_array_equal(shown.eigenvalues[0], model.eigenvalues_[1])
    shown = TransitionDisplay.from_estimators([0, 1], [search, [last]])
    assert_array_equal(shown.path_norms, 2 * [[hidden_path_norm(model)]])


def test_a_cross_validation_at_the_end_of_a_pipeline(cross_validated):
    pipeline = make_pipeline(FunctionTransformer(), cross_validated)
    shown = PathDisplay.from_estimator(pipeline)
    assert shown.marks["chosen"] == cross_validated.alpha_


def test_features_are_called_what_the_steps_call_them(kinked):
    X, y = kinked
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    squares = PolynomialFeatures(interaction_only=True, include_bias=False)
    model = SparcsRegressor(2, random_state=0)
    shown = ArchitectureDisplay.from_estimator(
        make_pipeline(squares, model).fit(frame, y)
    )
    assert list(shown.feature_names) == ["a", "b", "c", "a b", "a c", "b c"]
    nameless = make_pipeline(FunctionTransformer(np.exp), model).fit(X, y)
    assert ArchitectureDisplay.from_estimator(nameless).feature_names is None
    alone = ArchitectureDisplay.from_estimator(make_pipeline(model).fit(X, y))
    assert alone.feature_names is None


def test_others_inside_are_refused(kinked):
    X, y = kinked
    with pytest.raises(TypeError, match="pipeline or search that ends in one; got a R"):
        ArchitectureDisplay.from_estimator(make_pipeline(Ridge()).fit(X, y))
    with pytest.raises(NotFittedError):
        ArchitectureDisplay.from_estimator(make_pipeline(SparcsRegressor()))
    with pytest.raises(NotFittedError):
        search = GridSearchCV(SparcsRegressor(), {"alpha": [1.0]})
        EigenvalueDisplay.from_estimator(search)
