"""Whatever was fitted says the same elsewhere, of rows far out, too."""

import io
import pickle
import shutil
import tempfile
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
import torch
from helpers import exported
from helpers.answers import fitted
from helpers.tables import ACTIVATIONS, MODERATE, tables
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.utils import estimator_html_repr

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsRegressor,
    export_text,
    load_safetensors,
    save_safetensors,
    trusted_types,
)

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")


@st.composite
def found(draw):
    """A fitted estimator, and rows: as in training, between, far out and at zero."""
    table = draw(tables(MODERATE, dtypes=(np.float64,), rows=(8, 40)))
    options = {
        "hidden_layer_sizes": draw(st.sampled_from([(), (3,), (2, 2)])),
        "activation": draw(st.sampled_from([*ACTIVATIONS, "gelu"])),
        "alpha": draw(st.sampled_from([0.0, 1e-3])),
        "min_significance": 0.0,
        "fit_intercept": draw(st.booleans()),
        "clip": draw(st.sampled_from([None, 2.0])),
        "hidden_clip": draw(st.sampled_from([None, 5.0])),
        "random_state": 0,
    }
    kind = draw(st.sampled_from(["one", "several", "margin", "labels", "multilabel"]))
    y = table.y
    if kind in ("several", "multilabel"):
        y = np.column_stack([y, -y])
    if kind in ("labels", "multilabel"):
        model = SparcsClassifier(**options)
        y = table.labels if kind == "labels" else (y > np.median(y)).astype(int)
    else:
        margin = 0.1 if kind == "margin" else None
        model = SparcsRegressor(**options, prediction_margin=margin)
    assume(fitted(model, table.X, y) is not None)
    rows = [table.X, table.X / 2, 1e6 * table.X, -1e6 * table.X, 0 * table.X[:1]]
    return model, np.concatenate(rows)


def magnitude(model, X):
    """What the terms of each row's outputs add up to, before they cancel (n, 1).

    Hidden neurons send no more than they hear, or one.
    """
    form = model.direct_form_
    low, high = (-np.inf, np.inf) if form.bounds is None else form.bounds
    sizes = {1: np.abs(X.clip(low, high))}
    for i, b in sorted(form.intercepts.items()):
        heard = [sizes[j] @ np.abs(form.coefs[i, j]).T for j in form.senders(i)]
        sizes[i] = 1 + np.abs(b) + sum(heard)
    return sizes[max(sizes)].max(axis=1, keepdims=True)


def assert_says_the_same(said, model, X, tolerance=1e-12):
    """Up to so many of the terms that were summed up."""
    should = exported.expected(model, X)
    assert said.shape == should.shape
    error = np.abs(said - should) / magnitude(model, X)
    assert error.max() < tolerance


@needs_gcc
@given(found())
def test_in_c(model_and_rows):
    model, X = model_and_rows
    with tempfile.TemporaryDirectory() as folder:
        assert_says_the_same(exported.in_c(model, X, Path(folder)), model, X)


@given(found())
def test_in_sql(model_and_rows):
    model, X = model_and_rows
    # there is no error function: it is taken to 1.5e-7
    about = 1e-6 if model.activation == "gelu" else 1e-12
    assert_says_the_same(exported.in_sql(model, X), model, X, about)


@given(found())
def test_in_onnx(model_and_rows):
    model, X = model_and_rows
    single = 1e-6 if model.activation == "gelu" else 1e-12
    assert_says_the_same(exported.in_onnx(model, X), model, X, single)


@given(found())
def test_in_torch(model_and_rows):
    model, X = model_and_rows
    assert_says_the_same(exported.in_torch(model, X), model, X)
    assert model.to_torch()(torch.zeros(0, X.shape[1])).shape[0] == 0


@given(found())
def test_in_files(model_and_rows):
    model, X = model_and_rows
    should = exported.expected(model, X)
    again = skops.io.loads(skops.io.dumps(model), trusted=trusted_types())
    assert_array_equal(exported.expected(again, X), should)
    assert_array_equal(exported.expected(pickle.loads(pickle.dumps(model)), X), should)
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    assert_array_equal(exported.expected(joblib.load(file), X), should)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        save_safetensors(model, path)
        assert_array_equal(exported.expected(load_safetensors(path), X), should)


@given(found(), st.text(max_size=20))
def test_in_words(model_and_rows, name):
    model, X = model_and_rows
    names = [f"{name}{j}" for j in range(X.shape[1])]
    assert export_text(model, feature_names=names)
    assert model.summary(feature_names=names)
    assert str(model.active_architecture_) in estimator_html_repr(model)
    assert repr(model)


@given(found())
def test_rows_are_predicted_alone_as_among_others(model_and_rows):
    model, X = model_and_rows
    together = exported.expected(model, X)
    alone = np.concatenate([exported.expected(model, X[k : k + 1]) for k in range(5)])
    assert_allclose(alone, together[:5], rtol=1e-9, atol=1e-12 * np.abs(X).max())
    with pytest.raises(ValueError, match="minimum of 1 is required"):
        model.predict(X[:0])
