"""What X and y may come in: pandas' own dtypes, pyarrow, polars, torch's tensors."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sklearn
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.fixes import parse_version

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
    sparcs_path,
)

NAMES = ["a", "b", "c"]
MODEL = SparcsRegressor(4, alpha=0.01, random_state=0)
FOLDS = {"alphas": [0.1, 0.01], "activation": "relu", "clip": None, "cv": 2}
CHOOSER = SparcsRegressorCV(2, random_state=0, **FOLDS)
CLASSES = SparcsClassifier(4, alpha=0.01, random_state=0)


@pytest.fixture(params=["nullable", "pyarrow", "table", "polars"])
def converted(request):
    """To a frame, and to a series, of one kind."""
    if request.param == "nullable":
        return (
            lambda X: pd.DataFrame(X, columns=NAMES, dtype="Float64"),
            lambda y: pd.Series(y).convert_dtypes(),
        )
    if request.param == "pyarrow":
        return (
            lambda X: pd.DataFrame(X, columns=NAMES).astype("double[pyarrow]"),
            lambda y: pd.Series(y).convert_dtypes(dtype_backend="pyarrow"),
        )
    if request.param == "table":
        return lambda X: pa.table(dict(zip(NAMES, X.T, strict=True))), pa.array
    polars = pytest.importorskip("polars")
    if parse_version(sklearn.__version__) < parse_version("1.9"):
        pytest.skip("scikit-learn knows the columns of polars 2 from 1.9 on")
    return (lambda X: polars.DataFrame(X, schema=NAMES), polars.Series)


def test_real_targets(kinked, converted):
    X, y = kinked
    frame, series = converted
    for model in (MODEL, CHOOSER, CompactRegressor(2, random_state=0)):
        expected = model.fit(X, y).predict(X)
        model.fit(frame(X), series(y))
        assert model.feature_names_in_.tolist() == NAMES
        assert_allclose(model.predict(frame(X)), expected, rtol=1e-12)
        assert model.score(frame(X), series(y)) == pytest.approx(
            model.score(frame(X), y)
        )


@pytest.mark.parametrize("kind", [str, bool, int])
def test_labels_stay_what_they_are(rings, converted, kind):
    X, y = np.c_[rings[0], rings[0][:, 0]][:100], rings[1][:100]
    frame, series = converted
    y = y if kind is str else (y == "outer").astype(kind)
    folds = SparcsClassifierCV(2, random_state=0, **FOLDS)
    for model in (CLASSES, folds):
        expected = model.fit(X, y)
        classes, proba = expected.classes_, expected.predict_proba(X)
        model.fit(frame(X), series(y))
        assert_array_equal(model.classes_, classes)
        assert all(isinstance(label, kind) for label in model.classes_.tolist())
        assert_allclose(model.predict_proba(frame(X)), proba, rtol=1e-9)
        accuracy = np.mean(model.predict(frame(X)) == y)
        assert model.score(frame(X), series(y)) == accuracy


@pytest.mark.parametrize("make", [CLASSES, SparcsClassifierCV(2, **FOLDS)])
def test_labels_of_numpys_strings_of_any_length(rings, make):
    X, y = rings[0][:100], rings[1][:100]
    model = make.fit(X, y.astype(np.dtypes.StringDType()))
    assert_array_equal(model.classes_, np.unique(y))
    assert model.classes_.dtype == object
    expected = clone(make).fit(X, y).predict_proba(X)
    assert_array_equal(model.predict_proba(X), expected)


@pytest.mark.parametrize(
    "dtype, gap", [("string", pd.NA), ("boolean", pd.NA), (object, None)]
)
def test_missing_labels_are_counted(rings, dtype, gap):
    X, y = rings
    labels = pd.Series(y == "outer" if dtype == "boolean" else y, dtype=dtype)
    labels[[7, 11]] = gap
    with pytest.raises(ValueError, match=r"2 missing of 300 labels.* row 7; leave"):
        CLASSES.fit(X, labels)


@pytest.mark.filterwarnings("ignore:A column-vector y")
@pytest.mark.parametrize("dtype", ["Int64", "boolean", "string", "int64[pyarrow]", "O"])
@pytest.mark.parametrize("make", [CLASSES, SparcsClassifierCV(2, **FOLDS)])
def test_labels_in_a_column_of_a_frame_are_those_of_a_series(rings, make, dtype):
    X, y = rings[0][:100], (rings[1][:100] == "outer").astype(int)
    labels = pd.Series(y.astype(str) if dtype == "string" else y).astype(dtype)
    expected = clone(make).fit(X, labels)
    model = clone(make).fit(X, labels.to_frame())
    assert model.classes_.tolist() == expected.classes_.tolist()
    assert model.classes_.dtype == expected.classes_.dtype
    assert_array_equal(model.predict(X), expected.predict(X))
    assert model.score(X, labels.to_frame()) == expected.score(X, labels)


@pytest.mark.parametrize("dtype", ["Int64", "boolean", object])
def test_several_labels_in_a_frame_of_any_dtype(rings, dtype):
    X, y = rings
    several = np.column_stack([y == "outer", X[:, 0] > 0]).astype(int)
    expected = CLASSES.fit(X, several).predict(X)
    assert_array_equal(
        CLASSES.fit(X, pd.DataFrame(several, dtype=dtype)).predict(X), expected
    )


def test_missing_labels_in_a_column_are_counted(rings):
    labels = pd.DataFrame({"y": pd.array(rings[1], dtype="string")})
    labels.loc[[7, 11], "y"] = pd.NA
    with pytest.raises(ValueError, match=r"2 missing of 300 labels.* row 7; leave"):
        CLASSES.fit(rings[0], labels)


def test_a_missing_number_is_scikit_learns_to_report(rings, kinked):
    with pytest.raises(ValueError, match="y contains NaN"):
        labels = pd.Series(rings[1] == "outer").astype("Int64")
        labels[3] = pd.NA
        CLASSES.fit(rings[0], labels)
    with pytest.raises(ValueError, match="y contains NaN"):
        MODEL.fit(kinked[0], pd.Series(kinked[1], dtype="Float64").mask(kinked[1] > 2))


@pytest.fixture
def dispatching(monkeypatch):
    """scikit-learn dispatches by the array API."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    with config_context(array_api_dispatch=True):
        yield


@pytest.mark.usefixtures("dispatching")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tensors_in_and_out(kinked, dtype):
    X, y = (torch.tensor(part, dtype=dtype) for part in kinked)
    arrays, weight = (X.numpy(), y.numpy()), torch.ones(len(X), requires_grad=True)
    for model in (MODEL, CHOOSER):
        with config_context(array_api_dispatch=False):
            expected = model.fit(*arrays).predict(arrays[0])
        X.requires_grad_()
        predicted = model.fit(X, y, sample_weight=weight).predict(X)
        assert isinstance(predicted, torch.Tensor) and predicted.dtype == dtype
        assert_array_equal(predicted.numpy(), expected)
        assert isinstance(model.direct_form_.coefs[2, 1], np.ndarray)
        assert model.score(X.detach(), y) > 0.9
    path = sparcs_path(X, y, alphas=[1.0, 0.01], X_val=X, y_val=y, random_state=0)
    assert_allclose(path.valid_loss, path.train_loss, rtol=1e-4)


@pytest.mark.usefixtures("dispatching")
def test_classes_of_tensors(rings):
    X = torch.tensor(rings[0])
    y = torch.tensor(rings[1] == "outer").long()
    model = CLASSES.fit(X, y)
    for name in ("decision_function", "predict_proba", "predict_log_proba"):
        found = getattr(model, name)
        assert isinstance(found(X), torch.Tensor)
        assert_array_equal(found(X).numpy(), found(rings[0]))
    predicted = model.predict(X)
    assert predicted.dtype == torch.int64
    assert model.score(X, y) == pytest.approx((predicted == y).double().mean())
    words = CLASSES.fit(X, rings[1]).predict(X)
    assert isinstance(words, np.ndarray) and set(words) == {"inner", "outer"}


@pytest.mark.usefixtures("dispatching")
def test_tensors_in_a_pipeline_and_a_search(kinked):
    X, y = map(torch.tensor, kinked)
    pipeline = make_pipeline(MinMaxScaler(), MODEL)
    grid = {"sparcsregressor__alpha": [1.0, 0.01]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert search.best_params_ == {"sparcsregressor__alpha": 0.01}
    assert isinstance(search.predict(X), torch.Tensor)


def test_tensors_without_dispatch_are_arrays(kinked):
    X, y = map(torch.tensor, kinked)
    predicted = MODEL.fit(X, y).predict(X)
    assert isinstance(predicted, np.ndarray)
    assert_array_equal(predicted, MODEL.fit(*kinked).predict(kinked[0]))


def test_half_tensors_that_numpy_has_no_name_for(kinked):
    """In single precision they are what they were."""
    given = [torch.tensor(part, dtype=torch.bfloat16) for part in kinked]
    X, y = (part.float().numpy() for part in given)
    for model in (clone(MODEL), clone(CHOOSER)):
        found = model.fit(*given).predict(given[0])
        assert found.dtype == np.float32
        assert_array_equal(found, model.fit(X, y).predict(X))


def test_tensors_that_are_views_with_a_sign(kinked):
    X, y = (torch.tensor(part) for part in kinked)
    imaginary = torch.complex(X, -X).conj().imag
    assert imaginary.is_neg()
    found = clone(MODEL).fit(imaginary, y).predict(imaginary)
    assert_array_equal(found, clone(MODEL).fit(X, y).predict(X))


def test_views_of_memory(kinked, rings):
    X, y = kinked
    for model in (clone(MODEL), clone(CHOOSER)):
        found = model.fit(memoryview(X), memoryview(y)).predict(memoryview(X))
        assert_array_equal(found, model.fit(X, y).predict(X))
    X, y = rings[0], (rings[1] == "outer").astype(int)
    found = clone(CLASSES).fit(memoryview(X), memoryview(y)).predict(X)
    assert_array_equal(found, clone(CLASSES).fit(X, y).predict(X))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.usefixtures("dispatching")
def test_tensors_on_the_card_come_back_to_it(kinked):
    X, y = (torch.tensor(part, device="cuda") for part in kinked)
    predicted = MODEL.fit(X, y).predict(X)
    assert predicted.device == X.device
    assert_array_equal(predicted.cpu().numpy(), MODEL.predict(kinked[0]))
