"""Files of skops, safetensors and joblib: what comes back, and what is refused."""

import pickle
from functools import cache

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
import torch
from helpers.compacts import ENCODINGS, SHAPES, compact, features
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.numpy import load_file
from sklearn.exceptions import NotFittedError
from sklearn.metrics import make_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skops.io.exceptions import UntrustedTypesFoundException

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
    load_safetensors,
    save_safetensors,
    trusted_types,
)
from sklearn_sparcs._fitted.encoding import ClassEncoding

SECOND = {"alpha": 0.01}
ESTIMATORS = {
    "SparcsRegressor": SparcsRegressor(**SECOND, random_state=0),
    "by epochs": SparcsRegressor(solver="first_order", max_iter=3, random_state=0),
    "the paper's": SparcsRegressor(
        (5, 4), solver="adam", early_stopping=True, max_iter=3, random_state=0
    ),
    "SparcsClassifier": SparcsClassifier(**SECOND, random_state=0),
    "SparcsRegressorCV": SparcsRegressorCV(4, n_alphas=4, cv=2, random_state=0),
    "SparcsClassifierCV": SparcsClassifierCV(4, n_alphas=4, cv=2, random_state=0),
    "CompactRegressor": CompactRegressor((3,), max_iter=5, random_state=0),
    "CompactClassifier": CompactClassifier((3,), max_iter=5, random_state=0),
}


@cache
def data():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(150, 2)), columns=["a", "b"])
    return X, np.abs(X["a"].to_numpy()) + 0.1 * rng.normal(size=150)


@cache
def fitted(name):
    X, y = data()
    target = np.where(y > 0.7, "far", "near") if "Classifier" in name else y
    return ESTIMATORS[name].fit(X, target)


def streamed():
    X, y = data()
    model = SparcsRegressor((4,), random_state=0).partial_fit(X[:100], y[:100])
    return model.partial_fit(X[100:], y[100:])


pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


@pytest.mark.parametrize("name", ESTIMATORS)
def test_skops_brings_every_estimator_back(name):
    model, (X, _) = fitted(name), data()
    written = skops.io.dumps(model)
    assert set(skops.io.get_untrusted_types(data=written)) <= set(trusted_types())
    again = skops.io.loads(written, trusted=trusted_types())
    assert vars(again).keys() == vars(model).keys()
    assert_array_equal(again.predict(X), model.predict(X))
    assert again.active_architecture_ == model.active_architecture_
    if hasattr(model, "pruned_estimator_"):
        expected = model.pruned_estimator_.predict(X)
        assert_array_equal(again.pruned_estimator_.predict(X), expected)


def test_what_came_back_trains_on():
    model, (X, y) = fitted("SparcsRegressor"), data()
    written = skops.io.dumps(make_pipeline(StandardScaler(), model.pruned_estimator_))
    again = skops.io.loads(written, trusted=trusted_types())[-1]
    fitted_again = pickle.loads(pickle.dumps(model.pruned_estimator_)).fit(X, y)
    assert_array_equal(again.fit(X, y).predict(X), fitted_again.predict(X))


def test_a_stream_comes_back_and_goes_on():
    model, (X, y) = streamed(), data()
    again = skops.io.loads(skops.io.dumps(model), trusted=trusted_types())
    pickled = pickle.loads(pickle.dumps(model)).partial_fit(X, y)
    assert_array_equal(again.partial_fit(X, y).predict(X), pickled.predict(X))


def test_what_the_user_put_in_is_not_trusted():
    model = SparcsRegressorCV(4, n_alphas=3, cv=2, scoring=make_scorer(len))
    with pytest.raises(UntrustedTypesFoundException, match="len"):
        skops.io.loads(skops.io.dumps(model), trusted=trusted_types())


def test_every_trusted_type_is_there_to_be_met():
    models = [*map(fitted, ESTIMATORS), streamed()]
    written = [skops.io.dumps(model) for model in models]
    met = {t for data in written for t in skops.io.get_untrusted_types(data=data)}
    assert met == set(trusted_types())


# -- joblib's memory maps ------------------------------------------------------------


@pytest.fixture
def every_warning():
    """Torch warns of read-only arrays once a process; here it does each time."""
    was = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(was)


def trained_on(model, X, y):
    """What a model predicts once it has seen the data again."""
    train = getattr(model, "partial_fit", model.fit)
    return train(X, y).predict(X)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_model_mapped_into_memory_does_what_others_do(name, tmp_path, every_warning):
    model, (X, y) = fitted(name), data()
    joblib.dump(model, tmp_path / "model")
    mapped = joblib.load(tmp_path / "model", mmap_mode="r")
    assert not mapped.direct_form_.intercepts[2].flags.writeable
    expected = model.predict(X)
    assert_array_equal(mapped.predict(X), expected)
    assert_array_equal(pickle.loads(pickle.dumps(mapped)).predict(X), expected)
    raw = torch.tensor(X.to_numpy().copy())
    found = [m.to_torch()(raw).detach() for m in (mapped, model)]
    assert_array_equal(*found)
    if "Regressor" in name:
        found = [m.predict(X, return_std=True)[1] for m in (mapped, model)]
        assert_allclose(*found, rtol=1e-12)
    if hasattr(model, "spectral_matrices"):
        found = [m.spectral_matrices().A for m in (mapped, model)]
        assert_array_equal(*found)
    target = expected if "Classifier" in name else y
    for part in ("", "pruned_estimator_"):
        if hasattr(model, part) or not part:
            old = pickle.loads(pickle.dumps(model))
            new = joblib.load(tmp_path / "model", mmap_mode="r")
            old, new = (getattr(m, part) if part else m for m in (old, new))
            found = [trained_on(m, X, target) for m in (old, new)]
            if "Classifier" in name:
                assert_array_equal(*found)
            else:  # BLAS rounds by how arrays lie in memory, and Adam divides by it
                assert_allclose(*found, rtol=1e-6, atol=1e-7)


# -- safetensors ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ESTIMATORS)
def test_networks_of_every_estimator(name, tmp_path):
    model, (X, _) = fitted(name), data()
    save_safetensors(model, tmp_path / "model.safetensors")
    again = load_safetensors(tmp_path / "model.safetensors")
    assert_array_equal(again.predict(X), model.predict(X))
    assert again.active_architecture_ == model.active_architecture_
    assert_array_equal(again.feature_names_in_, ["a", "b"])
    assert_array_equal(again.feature_importances_, model.feature_importances_)
    assert again.fit(X, model.predict(X)).score(X, model.predict(X)) > 0.9


def same(one, other):
    """Whether two values are the same to the bit, arrays, pairs and dicts of them."""
    if isinstance(one, dict):
        return list(one) == list(other) and same(list(one.values()), [*other.values()])
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return one == other


@pytest.mark.parametrize("kind", ENCODINGS)
@pytest.mark.parametrize("shape", SHAPES)
def test_all_of_a_network_comes_back(kind, shape, tmp_path):
    model, file = compact(kind, **SHAPES[shape]), tmp_path / "model.safetensors"
    save_safetensors(model, file)
    again = load_safetensors(file)
    assert same(vars(again.direct_form_), vars(model.direct_form_))
    assert same(vars(again.encoding_), vars(model.encoding_))
    assert again.get_params() == model.get_params()
    X = features(20)
    assert_array_equal(again.predict(X), model.predict(X))


def test_words_that_are_objects_stay_objects(tmp_path):
    model, file = compact("two words"), tmp_path / "model.safetensors"
    classes = np.array(["no", "ja, gewiß"], dtype=object)
    model.encoding_ = ClassEncoding(classes, False)
    save_safetensors(model, file)
    assert same(load_safetensors(file).classes_, classes)


def test_arrays_have_names_that_say_what_they_are(tmp_path):
    file = tmp_path / "model.safetensors"
    model = compact(hidden=(3,), bounds=True, hidden_bounds=True)
    save_safetensors(model, file)
    arrays = load_file(file)
    assert_array_equal(arrays["coefs.3.2"], model.coefs_[3, 2])
    assert_array_equal(arrays["intercepts.2"], model.intercepts_[2])
    assert_array_equal(arrays["bounds.high"], model.feature_bounds_[1])
    assert_array_equal(arrays["hidden_bounds.low"], model.hidden_bounds_[0])


def test_what_cannot_be_written_is_refused(tmp_path):
    file = tmp_path / "model.safetensors"
    with pytest.raises(NotFittedError):
        save_safetensors(SparcsRegressor(), file)
    model = compact("two words")
    model.encoding_ = ClassEncoding(np.array([(1, 2), None], dtype=object), False)
    with pytest.raises(ValueError, match="words or numbers"):
        save_safetensors(model, file)
