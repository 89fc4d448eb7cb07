"""Errors in the middle of a fit change nothing, and threads do not meet."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from helpers.interrupts import InterruptedAt, Meanwhile
from numpy.testing import assert_array_equal
from sklearn.base import clone
from skorch.callbacks import Callback
from threadpoolctl import threadpool_info

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

MODELS = {
    "growth": SparcsRegressor((3,), alpha=0.01, random_state=0),
    "by epochs": SparcsRegressor(
        (3,), solver="first_order", max_iter=3, random_state=0
    ),
    "the paper's": SparcsRegressor((3,), solver="adam", max_iter=3, random_state=0),
    "compact": CompactRegressor((3,), max_iter=20, random_state=0),
    "classes": SparcsClassifier((3,), alpha=0.01, max_iter=20, random_state=0),
    "CV": SparcsRegressorCV((2,), n_alphas=2, cv=2, random_state=0),
}


def targets(model, y):
    return y > 1 if isinstance(model, SparcsClassifier) else y


def switches():
    """What belongs to the process."""
    threads = [pool["num_threads"] for pool in threadpool_info()]
    return torch.get_num_threads(), threads, np.geterr(), torch.is_grad_enabled()


# -- no memory -------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_without_memory_at_any_line_nothing_changes(kinked, name):
    model, (X, y) = MODELS[name], (part[:80] for part in kinked)
    y = targets(model, y)
    with InterruptedAt(0) as lines:
        clone(model).fit(X, y)
    before = switches()
    for k in np.linspace(1, -0.95 * lines.left, 8, dtype=int):
        failed = clone(model)
        parameters = dict(vars(failed))
        with pytest.raises(MemoryError), InterruptedAt(k, MemoryError):
            failed.fit(X, y)
        assert vars(failed) == parameters
        assert switches() == before


def assert_goes_on(model, call, X):
    """Wherever memory runs out in a call, the model is as before, and can go on."""
    succeeded = copy.deepcopy(model)
    with InterruptedAt(0) as lines:
        call(succeeded)
    for k in np.linspace(1, -0.95 * lines.left, 5, dtype=int):
        failed = copy.deepcopy(model)
        with pytest.raises(MemoryError), InterruptedAt(k, MemoryError):
            call(failed)
        assert_array_equal(failed.predict(X), model.predict(X))
        assert_array_equal(call(failed).predict(X), succeeded.predict(X))


@pytest.mark.parametrize("name", ["growth", "by epochs", "the paper's", "compact"])
def test_without_memory_a_fit_goes_on_from_the_last(kinked, name):
    X, y = kinked
    fitted = clone(MODELS[name]).set_params(warm_start=True).fit(X[:80], y[:80])
    assert_goes_on(fitted, lambda model: model.fit(X[80:], y[80:]), X)


@pytest.mark.parametrize("solver", ["first_order", "adam"])
def test_without_memory_a_stream_goes_on(kinked, solver):
    X, y = kinked
    model = SparcsRegressor((3,), solver=solver, random_state=0)
    model.partial_fit(X[:120], y[:120])
    assert_goes_on(model, lambda model: model.partial_fit(X[120:], y[120:]), X)


# -- callbacks -------------------------------------------------------------------------

STAGES = (
    "initialize",
    "on_train_begin",
    "on_epoch_begin",
    "on_batch_begin",
    "on_batch_end",
    "on_epoch_end",
    "on_train_end",
)


@pytest.mark.parametrize("solver", ["first_order", "adam"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_callback_that_fails_at_any_stage_changes_nothing(kinked, stage, solver):
    X, y = (part[:80] for part in kinked)

    def fail(self, *args, **kwargs):
        raise RuntimeError(f"at {stage}")

    callback = type("Failing", (Callback,), {stage: fail})()
    options = {"solver": solver, "max_iter": 2, "random_state": 0}
    model = SparcsRegressor((3,), callbacks=[callback], **options)
    before, of_process = dict(vars(model)), switches()
    with pytest.raises(RuntimeError, match=f"at {stage}"):
        model.fit(X, y)
    assert vars(model) == before
    assert switches() == of_process


def test_a_callback_that_no_pickle_takes(kinked):
    """The fit goes well, and so does a pickle of the network that it found."""
    X, y = kinked
    callback = Callback()
    callback.told = lambda: None
    model = SparcsRegressor((3,), callbacks=[callback], max_iter=2).fit(X, y)
    with pytest.raises(AttributeError, match="pickle local object"):
        pickle.dumps(model)
    again = pickle.loads(pickle.dumps(model.pruned_estimator_))
    assert_array_equal(again.predict(X), model.pruned_estimator_.predict(X))


# -- threads ---------------------------------------------------------------------------


def test_fits_in_threads_are_those_alone(kinked):
    X, y = kinked

    def predictions(model):
        return clone(model).fit(X, targets(model, y)).predict(X)

    models = [*MODELS.values(), *MODELS.values()]
    alone, before = [predictions(model) for model in models], switches()
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(predictions, models))
    for found, expected in zip(together, alone, strict=True):
        assert_array_equal(found, expected)
    assert switches() == before


def test_two_threads_may_fit_the_same_estimator(kinked):
    X, y = kinked
    model = clone(MODELS["growth"])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: model.fit(X, y), range(4)))
    expected = clone(model).fit(X, y).predict(X)
    assert_array_equal(model.predict(X), expected)


@pytest.mark.parametrize("name", MODELS)
def test_an_estimator_is_the_last_fit_until_the_next_has_ended(kinked, name):
    """Of other columns and other labels: whoever predicts meanwhile sees none."""
    model, (X, y) = clone(MODELS[name]), (part[:80] for part in kinked)
    model.fit(X, targets(model, y))
    before, seen = dict(vars(model)), []
    with Meanwhile(40, lambda: seen.append(dict(vars(model)))):
        model.fit(X[:, :2], y[::-1] > 1)
    after = vars(model)
    assert len(seen) > 30
    for found in seen:
        last = after if found["direct_form_"] is after["direct_form_"] else before
        assert all(found[key] is value for key, value in last.items())


def test_of_two_fits_at_a_time_the_last_to_end_counts(kinked):
    """With all that it has found, and none of what the other has."""
    X, y = (part[:80] for part in kinked)
    model, first = clone(MODELS["growth"]), clone(MODELS["growth"]).fit(X, y)
    with Meanwhile(5000, lambda: model.fit(X[:, :1], -y)):
        model.fit(X, y)
    assert vars(model).keys() == vars(first).keys()
    assert model.n_features_in_ == 3
    for twin, own in (
        (model, first),
        (model.pruned_estimator_, first.pruned_estimator_),
    ):
        assert_array_equal(twin.predict(X), own.predict(X))


def test_eight_threads_predict_as_one(kinked):
    X, y = kinked
    many = np.tile(X, (100, 1))  # more than pass through the network at a time
    model = clone(MODELS["growth"]).fit(X, y)
    expected = model.predict(many)
    with_std = model.predict(X, return_std=True)
    cold = pickle.loads(pickle.dumps(model))
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: cold.predict(many), range(16)):
            assert_array_equal(found, expected)
        for found in pool.map(lambda _: cold.predict(X, return_std=True), range(16)):
            assert_array_equal(found, with_std)


@pytest.mark.parametrize("name", ["growth", "by epochs", "the paper's"])
def test_data_that_change_during_a_fit(kinked, name, monkeypatch):
    """A fit that has begun trains on what it was given, a copy of its own."""
    X, y = (part.copy() for part in kinked)
    expected = clone(MODELS[name]).fit(X, y).predict(X)
    model, begun = clone(MODELS[name]), SparcsRegressor._search

    def overwritten(self, *args):
        X[:], y[:] = X[::-1].copy(), 0
        return begun(self, *args)

    monkeypatch.setattr(SparcsRegressor, "_search", overwritten)
    model.fit(X, y)
    assert_array_equal(model.predict(kinked[0]), expected)
