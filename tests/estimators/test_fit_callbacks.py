"""scikit-learn's callbacks follow a fit: its tasks, in order, whatever happens."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._growth import given_wiring

callback = pytest.importorskip("sklearn.callback")
pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


class Recorder:
    """What a callback is told: how often each task began and ended."""

    max_propagation_depth = None

    def __init__(self):
        self.begun, self.ended, self.on, self.fitted = [], [], 0, []

    def setup(self, estimator, context):
        self.on += 1

    def teardown(self, estimator, context):
        self.on -= 1

    def on_fit_task_begin(self, estimator, context):
        self.begun.append(context.task_name)

    def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
        self.ended.append(context.task_name)
        if fitted_estimator is not None:
            self.fitted.append(fitted_estimator.score(X, y))


def followed(model, X, y):
    """A callback that has followed a fit."""
    recorder = Recorder()
    model.set_callbacks(recorder).fit(X, y)
    assert recorder.on == 0
    assert sorted(recorder.begun) == sorted(recorder.ended)
    assert recorder.begun[0] == recorder.ended[-1] == "fit"
    assert recorder.fitted == [model.score(X, y)]
    return recorder


@pytest.mark.parametrize(
    "model",
    [
        SparcsRegressor(3, random_state=0),
        SparcsRegressor(3, solver="first_order", max_iter=4, random_state=0),
        CompactRegressor(3, solver="adam", max_iter=4, random_state=0),
    ],
)
def test_a_step_an_alpha_or_an_epoch(kinked, model):
    steps = followed(model, *kinked).ended.count("step")
    assert steps == model.n_iter_ > 1
    unfollowed = clone(model).set_callbacks().fit(*kinked)
    assert_array_equal(unfollowed.predict(kinked[0]), model.predict(kinked[0]))


def test_iterations_of_a_given_wiring(kinked):
    model = CompactRegressor(3, max_iter=20, tol=0, random_state=0)
    steps = followed(model, *kinked).ended.count("step")
    assert steps == -(-model.n_iter_ // given_wiring._STRIDE) > 1


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_folds_are_a_stage_of_their_own(kinked, n_jobs):
    model = SparcsRegressorCV(
        2, alphas=[1.0, 0.1, 0.01], cv=2, activation="relu", n_jobs=n_jobs
    )
    recorder = followed(model, *kinked)
    assert recorder.begun[:2] == ["fit", "alphas"]
    assert recorder.ended.count("step") == 2 * 3
    assert pickle.loads(pickle.dumps(model)).alpha_ == model.alpha_


def test_a_search_hands_its_callbacks_down(kinked):
    recorder = Recorder()
    search = GridSearchCV(SparcsRegressor(2), {"alpha": [1.0, 0.1]}, cv=2)
    search.set_callbacks(recorder).fit(*kinked)
    assert recorder.on == 0 and sorted(recorder.begun) == sorted(recorder.ended)
    # two alphas in two folds, and the better one again: a step each
    assert recorder.ended.count("step") == 5


def test_a_fit_that_fails_is_let_go(kinked):
    X, y = kinked
    model, recorder = SparcsRegressor(2), Recorder()
    model.set_callbacks(recorder)
    before = dict(vars(model))
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.where(X > 1, np.nan, X), y)
    assert recorder.begun == ["fit"] and recorder.ended == [] and recorder.on == 0
    assert vars(model) == before


def test_others_are_refused():
    with pytest.raises(TypeError, match="FitCallback protocol"):
        SparcsClassifier().set_callbacks(print)
