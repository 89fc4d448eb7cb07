"""Rows in several processes: the one-machine fit, and what is said of bad input."""

import re

import numpy as np
import pandas as pd
import pytest
from helpers.shared import assert_same_classes, assert_same_fit
from helpers.together import OWN, fits, in_threads
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context

from sklearn_sparcs import SparcsClassifier as OneMachineClassifier
from sklearn_sparcs import SparcsRegressor as OneMachine
from sklearn_sparcs.distributed import SparcsClassifier, SparcsRegressor

OPTIONS = {"hidden_layer_sizes": (3,), "alpha": 0.02, "random_state": 0}


@pytest.mark.parametrize(
    "options", [{}, {"alpha": "auto", "hidden_layer_sizes": (1,)}], ids=["at", "path"]
)
def test_processes_are_one_machine(kinked, options):
    options = OPTIONS | options
    expected = OneMachine(**options).fit(*kinked)
    # the first's random state counts
    given = [options, options | {"random_state": 1}, options | {"random_state": None}]
    models = fits(lambda rank: SparcsRegressor(**given[rank]), *kinked)
    assert [model.random_state for model in models] == [0, 1, None]
    for model in models:
        assert_same_fit(model, expected)
        assert_array_equal(model.predict(kinked[0]), models[0].predict(kinked[0]))
        std = model.predict(kinked[0], return_std=True)[1]
        own = expected.predict(kinked[0], return_std=True)[1]
        assert_allclose(std, own, rtol=1e-7)


def test_weights_and_several_targets(kinked):
    X, y = kinked
    weight = np.random.default_rng(0).integers(0, 4, size=300)
    table = X, np.column_stack([y, X[:, 0] ** 2]), weight
    expected = OneMachine(**OPTIONS).fit(*table)
    for model in fits(lambda _: SparcsRegressor(**OPTIONS), *table):
        assert_same_fit(model, expected)


def test_frames_keep_their_names(kinked):
    X, y = pd.DataFrame(kinked[0], columns=["a", "b", "c"]), pd.Series(kinked[1])
    expected = OneMachine(()).fit(X, y)
    for model in fits(lambda _: SparcsRegressor(()), X, y):
        assert_array_equal(model.feature_names_in_, ["a", "b", "c"])
        assert_same_fit(model, expected)


def test_lists_and_single_precision(kinked):
    X, y = kinked
    expected = OneMachine(()).fit(X, y)

    def fit(rank):
        own = OWN[rank]
        return SparcsRegressor(()).fit(X[own].tolist(), y[own].tolist())

    for model in in_threads(fit, 3):
        assert_same_fit(model, expected)
    single = fits(lambda _: SparcsRegressor(()), X.astype(np.float32), y)
    assert single[0].predict(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("class_weight", [None, "balanced"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes_that_not_all_processes_have(kinked, n_classes, class_weight):
    X, y = kinked
    order = np.argsort(y)
    X, y = X[order], np.repeat(["a", "b", "c"][:n_classes], 300 // n_classes)
    flipped = np.random.default_rng(0).permutation(300)[:60]
    y = np.where(np.isin(np.arange(300), flipped), "a", y)
    options = OPTIONS | {"class_weight": class_weight}
    models = fits(lambda _: SparcsClassifier(**options), X, y)
    expected = OneMachineClassifier(**options).fit(X, y)
    for model in models:
        assert_array_equal(model.classes_, expected.classes_)
        assert_same_classes(model, expected, X)


def spoilt(X, y, rank):
    X = X.copy()
    X[OWN[rank].start, 1] = np.nan
    return X, y


BAD = {
    "missing": (lambda X, y: spoilt(X, y, 1), {}, "NaN or infinity, in partition 1"),
    "solver": (lambda X, y: (X, y), {"solver": "adam"}, "trains in epochs"),
    "card": (lambda X, y: (X, y), {"device": "cuda:0"}, "one card for all processes"),
    "weights": (lambda X, y: (X, y, -np.ones(300)), {}, "holds -1, in partition 0"),
    "idle": (
        lambda X, y: (X, y, np.where(np.arange(300) < 115, 1.0, 0)),
        {},
        "rows that count; process 2 has none",
    ),
    "flat": (lambda X, y: (X[:, 0], y), {}, "Process 0: X must have two dimensions"),
    "extreme": (lambda X, y: (X * 1e200, y), {}, r"values of size 3.77e\+200"),
}


@pytest.mark.parametrize(("table", "options", "words"), BAD.values(), ids=BAD)
def test_all_processes_refuse_what_one_would(kinked, table, options, words):
    models = [SparcsRegressor((), **options) for _ in OWN]
    found = fits(models.__getitem__, *table(*kinked))
    for error, model in zip(found, models, strict=True):
        assert isinstance(error, ValueError)
        assert re.search(words, str(error)) and str(error) == str(found[0])
        assert not hasattr(model, "n_features_in_")


@pytest.mark.parametrize("skip", [False, True])
def test_processes_must_agree_on_parameters(kinked, skip):
    """Also where they are not validated, in all processes or in one."""
    alphas = 0.1, 0.1, 0.2

    def fit(rank):
        own = kinked[0][OWN[rank]], kinked[1][OWN[rank]]
        with config_context(skip_parameter_validation=skip and rank != 1):
            return SparcsRegressor((), alpha=alphas[rank]).fit(*own)

    for error in in_threads(fit, 3):
        assert str(error) == (
            "Processes that fit together must agree: process 0 has alpha=0.1, and "
            "process 2 0.2."
        )


def test_processes_must_agree_on_columns(kinked):
    X, y = kinked

    def fit(rank):
        return SparcsRegressor(()).fit(X[OWN[rank], : 2 + (rank == 0)], y[OWN[rank]])

    for error in in_threads(fit, 3):
        assert "partition 0 has columns (0, 1, 2), and partition 1 has (0, 1)" in str(
            error
        )


def test_several_labels_a_sample_are_refused(kinked):
    X, _ = kinked
    for error in fits(lambda _: SparcsClassifier(()), X, (X > 0).astype(int)):
        assert isinstance(error, ValueError)
        assert "Process 0: y in partitions must be one-dimensional" in str(error)


def test_what_a_fit_was_before_stays_where_the_next_one_fails(kinked):
    models = fits(lambda _: SparcsRegressor(()), *kinked)
    before = [dict(vars(model)) for model in models]
    for error in fits(models.__getitem__, kinked[0] * 1e200, kinked[1]):
        assert isinstance(error, ValueError)
    assert [dict(vars(model)) for model in models] == before
    again = fits(models.__getitem__, kinked[0][:, :2], kinked[1])
    assert [model.n_features_in_ for model in again] == [2, 2, 2]


def test_nothing_is_fitted_alone(kinked, monkeypatch):
    with pytest.raises(TypeError, match="this process's network alone"):
        SparcsRegressor(()).partial_fit(*kinked)
    monkeypatch.undo()
    with pytest.raises(RuntimeError, match=r"start them by torchrun, or use"):
        SparcsRegressor(()).fit(*kinked)


def test_whole_numbers_that_become_the_same_are_told_of_once(kinked):
    X, y = kinked
    ids = np.column_stack([X[:, 0].astype(int), 2**62 + np.arange(300) // 110])
    told = r"In column 1, X spans 2 around 4.61e\+18"
    with pytest.warns(UserWarning, match=told) as caught:
        fits(lambda _: SparcsRegressor(()), ids, y)
    assert len(caught) == 1
    with pytest.warns(UserWarning, match=told) as caught:
        fits(lambda _: SparcsClassifier(()), ids, y > 0)
    assert len(caught) == 1


def test_a_warning_that_is_an_error_ends_all_processes(kinked):
    ids = np.column_stack([kinked[0][:, 0].astype(int), 2**62 + np.arange(300) // 110])
    for found in fits(lambda _: SparcsRegressor(()), ids, kinked[1]):
        assert isinstance(found, UserWarning) and "In column 1" in str(found)
