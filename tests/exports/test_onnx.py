"""ONNX models say what the estimators say, as onnxruntime computes them."""

import warnings

import numpy as np
import pandas as pd
import pytest
import skl2onnx
from helpers.compacts import ENCODINGS, SHAPES, compact, features
from helpers.exported import run_onnx
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import StackingClassifier, VotingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._fitted.encoding import ClassEncoding
from sklearn_sparcs.onnx import register_converters, to_onnx

REGRESSOR = SparcsRegressor(alpha=0.01, random_state=0)
CLASSIFIER = SparcsClassifier(alpha=0.01, random_state=0)


def assert_says_the_same(model, X, **tolerance):
    """Targets, or labels and probabilities, in the dtype of X."""
    *labels, found = run_onnx(to_onnx(model, X[:1]), X)
    tolerance = tolerance or {"rtol": 1e-5, "atol": 1e-5}
    if hasattr(model, "predict_proba"):
        assert_array_equal(labels[0], model.predict(X))
        assert_allclose(found, model.predict_proba(X), **tolerance)
    else:
        expected = model.predict(X).reshape(len(X), -1)
        assert_allclose(found, expected, **tolerance)
    return found


@pytest.mark.parametrize("kind", ENCODINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_kind_of_target(kind, dtype):
    model, X = compact(kind, hidden=(3, 2), hidden_bounds=True), features(dtype=dtype)
    tolerance = {} if dtype == np.float32 else {"rtol": 1e-11, "atol": 1e-11}
    assert assert_says_the_same(model, X, **tolerance).dtype == dtype


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape(shape):
    X = features(dtype=np.float32)
    assert_says_the_same(compact("several targets", **SHAPES[shape]), X)
    assert_says_the_same(compact("several classes", **SHAPES[shape]), X)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3)).astype(np.float32)
    return X, np.abs(X[:, 0]) + np.abs(X[:, 1])


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(SimpleImputer(), StandardScaler(), REGRESSOR),
        make_pipeline(StandardScaler(), SparcsRegressorCV(4, n_alphas=5, cv=2)),
        GridSearchCV(REGRESSOR, {"alpha": [0.01, 0.1]}, cv=2),
        VotingRegressor([("a", REGRESSOR), ("b", Ridge())]),
    ],
    ids=["pipeline", "CV in a pipeline", "search", "vote"],
)
def test_regressors_inside_others(model, data):
    X, y = data
    assert_says_the_same(model.fit(X, y), X)


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(SimpleImputer(), StandardScaler(), CLASSIFIER),
        make_pipeline(StandardScaler(), SparcsClassifierCV(4, n_alphas=5, cv=2)),
        GridSearchCV(CLASSIFIER, {"alpha": [0.01, 0.1]}, cv=2),
        StackingClassifier([("a", CLASSIFIER), ("b", LogisticRegression())], cv=2),
        CalibratedClassifierCV(CLASSIFIER, cv=2),
    ],
    ids=["pipeline", "CV in a pipeline", "search", "stack", "calibrated"],
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classifiers_inside_others(model, data, n_classes):
    X, y = data
    classes = np.array(["a", "b", "c"])[np.digitize(y, [1.3, 2][: n_classes - 1])]
    assert_says_the_same(model.fit(X, classes), X)


def test_a_frame_of_numbers_and_words(data):
    X, y = data
    frame = pd.DataFrame(X, columns=["x", "y", "z"])
    frame["colour"] = np.where(X[:, 2] > 0, "red", "blue").astype(object)
    columns = make_column_transformer(
        (StandardScaler(), ["x", "y", "z"]),
        (OneHotEncoder(sparse_output=False), ["colour"]),
    )
    assert_says_the_same(make_pipeline(columns, REGRESSOR).fit(frame, y), frame)
    numbers = frame[["x", "y", "z"]]
    assert_says_the_same(REGRESSOR.fit(numbers, y), numbers)


def test_whole_numbers(data):
    X, y = data
    X = np.round(3 * X).astype(np.int64)
    model = SparcsRegressor(random_state=0).fit(X, y)
    found = run_onnx(to_onnx(model, X[:1]), X)[0][:, 0]
    assert_allclose(found, model.predict(X), rtol=1e-5, atol=1e-5)


def test_the_functions_of_skl2onnx_take_the_options_that_they_have():
    register_converters()
    model, X = compact("two words"), features(dtype=np.float32)
    expected = model.predict_proba(X)
    given = run_onnx(skl2onnx.to_onnx(model, X[:1]), X)[1]
    assert_allclose([[row["no"], row["yes"]] for row in given], expected, 1e-5, 1e-5)
    for options, labels in (
        ({"zipmap": False, "nocl": True}, expected.argmax(axis=1)),
        ({"zipmap": False, "output_class_labels": True}, model.predict(X)),
    ):
        outputs = run_onnx(skl2onnx.to_onnx(model, X[:1], options=options), X)
        assert_array_equal(outputs[0], labels)
        assert_allclose(outputs[1], expected, rtol=1e-5, atol=1e-5)
    assert list(outputs[2]) == ["no", "yes"]


@pytest.mark.parametrize("kind", ["two words", "several classes", "several labels"])
def test_scores_instead_of_probabilities(kind):
    register_converters()
    model, X = compact(kind), features(dtype=np.float32)
    options = {"zipmap": False, "raw_scores": True}
    labels, found = run_onnx(skl2onnx.to_onnx(model, X[:1], options=options), X)
    scores = model.decision_function(X)
    expected = np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores
    assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    assert_array_equal(labels, model.predict(X))


def test_what_cannot_be_converted_is_refused():
    X = features(dtype=np.float32)
    with pytest.raises(NotFittedError):
        to_onnx(SparcsRegressor(), X[:1])
    model = compact("two classes")
    model.encoding_ = ClassEncoding(np.array([0.5, 1.5]), False)
    with pytest.raises(ValueError, match=r"words or whole numbers.*\[0\.5, 1\.5\]"):
        to_onnx(model, X[:1])


def test_conversion_is_silent(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        to_onnx(compact("several labels"), features(1, np.float32))
    assert capfd.readouterr() == ("", "")
