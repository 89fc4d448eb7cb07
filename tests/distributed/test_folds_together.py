"""Cross-validation in several processes: the one-machine fit with the same folds."""

import re

import joblib
import numpy as np
import pandas as pd
import pytest
from helpers.shared import SMALL_CV, assert_same_choice, drawn_folds
from helpers.together import OWN, Threads, fits, in_threads
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import PredefinedSplit

from sklearn_sparcs import SparcsClassifierCV as OneMachineClassifier
from sklearn_sparcs import SparcsRegressorCV as OneMachine
from sklearn_sparcs.distributed import SparcsClassifierCV, SparcsRegressorCV

CUTS = 110, 120


def on_one_machine(model, y, **options):
    """The estimator of one machine, with the folds of three processes."""
    classes = model is OneMachineClassifier
    folds = drawn_folds(y, CUTS, options["cv"], classes)
    return model(**options | {"cv": PredefinedSplit(folds)})


@pytest.mark.parametrize(
    "options",
    [{}, {"alphas": None, "n_alphas": 3, "activation": "auto", "clip": None}],
    ids=["own_alphas", "activations"],
)
def test_targets(kinked, options):
    X, y = kinked
    options = SMALL_CV | options
    expected = on_one_machine(OneMachine, y, **options).fit(X, y)
    # the first's random state counts
    models = fits(lambda k: SparcsRegressorCV(**options | {"random_state": k}), X, y)
    assert [model.random_state for model in models] == [0, 1, 2]
    for model in models:
        assert_same_choice(model, expected)
        assert_allclose(model.predict(X), expected.predict(X), rtol=1e-8)
        assert_array_equal(model.predict(X), models[0].predict(X))


def test_the_cut_is_chosen(kinked):
    X, y = kinked
    X = np.column_stack([X, np.random.default_rng(0).normal(size=300)])
    X[5, 1] = 1e4
    options = SMALL_CV | {"hidden_layer_sizes": ()}
    expected = on_one_machine(OneMachine, y, **options).fit(X, y)
    assert expected.clip_ == 5.0
    for model in fits(lambda _: SparcsRegressorCV(**options), X, y):
        assert_same_choice(model, expected)


def test_classes_of_frames_with_weights(rings):
    X, y = pd.DataFrame(rings[0], columns=["a", "b"]), pd.Series(rings[1])
    weight = np.random.default_rng(3).integers(1, 3, size=300).astype(float)
    options = SMALL_CV | {"class_weight": {"inner": 2.0}, "scoring": "neg_log_loss"}
    numbers = np.unique(y, return_inverse=True)[1]
    one = on_one_machine(OneMachineClassifier, numbers, **options)
    expected = one.fit(rings[0], rings[1], weight)
    for model in fits(lambda _: SparcsClassifierCV(**options), X, y, weight):
        assert_same_choice(model, expected, rtol=1e-6)
        assert_array_equal(model.feature_names_in_, ["a", "b"])
        said = model.predict_proba(X), expected.predict_proba(rings[0])
        assert_allclose(*said, atol=1e-6)


def followed(models, X, y, **validation):
    """Paths of models, each over its own rows; the first has validation data."""

    def path(rank):
        given = validation if rank == 0 else {}
        return models[rank].path(X[OWN[rank]], y[OWN[rank]], **given)

    return in_threads(path, len(OWN))


@pytest.mark.parametrize("classes", [False, True])
def test_the_path(kinked, classes):
    X, y = kinked
    names = "alphas", "train_loss", "valid_loss", "alpha_max"
    types = (SparcsRegressorCV, OneMachine)
    if classes:
        y, types = y > 1, (SparcsClassifierCV, OneMachineClassifier)
    models = [types[0](**SMALL_CV) for _ in OWN]
    validation = {"X_val": X[:9], "y_val": y[:9]}
    expected = types[1](**SMALL_CV).path(X, y, **validation)
    for model, path in zip(models, followed(models, X, y, **validation), strict=True):
        for name in names:
            found = getattr(path, name), getattr(expected, name)
            assert_allclose(*found, rtol=1e-6 if classes else 1e-8, err_msg=name)
        assert path.architectures == expected.architectures
        last = path.estimators[-1], expected.estimators[-1]
        assert_allclose(*(each.predict(X) for each in last), rtol=1e-6)
        assert vars(model) == vars(types[0](**SMALL_CV))


def test_folds_go_on_one_after_the_other(kinked):
    expected, *_ = fits(lambda _: SparcsRegressorCV(**SMALL_CV), *kinked)

    def fit(rank):
        rows = [each[OWN[rank]] for each in kinked]
        with joblib.parallel_config(n_jobs=2):
            return SparcsRegressorCV(**SMALL_CV).fit(*rows)

    found, *_ = in_threads(fit, len(OWN))
    assert_same_choice(found, expected, rtol=0)


BAD = {
    "threads": ({"n_jobs": 2}, "n_jobs=2 folds at a time .* use n_jobs=None"),
    "splits": ({"cv": [0]}, "'cv' .* must be an int in the range"),
    "score": ({"scoring": "max_error"}, "'scoring' .* must be a str among"),
    "alphas": ({"alphas": [-1.0]}, "alphas must be finite numbers of at least zero"),
    "scarce": (
        {"cv": 11},
        r"that counts for each of the cv=11 folds; process 1 has 10\. Spread the rows",
    ),
}


@pytest.mark.parametrize(("options", "words"), BAD.values(), ids=BAD)
def test_all_processes_refuse_what_one_would(kinked, options, words):
    models = [SparcsRegressorCV(**SMALL_CV | options) for _ in OWN]
    before = [dict(vars(model)) for model in models]
    for error in fits(models.__getitem__, *kinked):
        assert isinstance(error, ValueError)
        assert re.search(words, str(error))
    assert [dict(vars(model)) for model in models] == before


@pytest.mark.parametrize("do", ["fit", "path"])
def test_parameters_that_one_process_alone_gets_wrong(kinked, do):
    ends = [1e-2, 1e-2, 2.0]
    models = [SparcsRegressorCV(()).set_params(eps=eps) for eps in ends]
    for error in fits(models.__getitem__, *kinked, do=do):
        assert str(error) == (
            "Processes that fit together must agree: process 0 has eps=0.01, and "
            "process 2 2.0."
        )


def test_validation_data_come_in_pairs(kinked):
    models = [SparcsClassifierCV(()) for _ in OWN]
    X, y = kinked
    for error in followed(models, X, y > 0, X_val=X):
        assert str(error) == "X_val and y_val must be given together."


def test_what_a_fit_was_before_stays_where_the_next_one_fails(kinked):
    options = SMALL_CV | {"hidden_layer_sizes": ()}
    models = fits(lambda _: SparcsRegressorCV(**options), *kinked)
    before = [dict(vars(model)) for model in models]
    for error in fits(models.__getitem__, kinked[0] * 1e200, kinked[1]):
        assert isinstance(error, ValueError)
    assert [dict(vars(model)) for model in models] == before


def test_who_cannot_tell_the_others_is_not_fitted(kinked, monkeypatch):
    """A process has ended since it answered the last question."""
    heard = Threads.from_first

    def lost(processes, own=None):
        if isinstance(own, dict):
            raise ConnectionError("lost")
        return heard(processes, own)

    monkeypatch.setattr(Threads, "from_first", lost)
    model = SparcsRegressorCV(**SMALL_CV | {"hidden_layer_sizes": ()})
    (error,) = in_threads(lambda _: model.fit(*kinked), 1)
    assert isinstance(error, ConnectionError)
    assert not hasattr(model, "n_features_in_")


def test_nothing_is_fitted_without_a_group(kinked, monkeypatch):
    monkeypatch.undo()
    for do in ("fit", "path"):
        with pytest.raises(RuntimeError, match=r"start them by torchrun, or use"):
            getattr(SparcsRegressorCV(()), do)(*kinked)
