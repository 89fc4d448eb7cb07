"""Classes in dask's arrays and frames: the one-machine fit, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from helpers.shared import assert_same_classes
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs import SparcsClassifier as OneMachine

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
dask = pytest.importorskip("sklearn_sparcs.dask")

OPTIONS = {"hidden_layer_sizes": (3,), "alpha": 0.003, "random_state": 0}


@pytest.fixture(scope="module")
def names(kinked):
    """Three classes by name, one of which the first partition has not."""
    X, _ = kinked
    score = np.abs(X[:, 0]) + 0.3 * X[:, 1]
    numbers = np.digitize(score, np.quantile(score, [0.4, 0.7]))
    numbers[:100] = np.minimum(numbers[:100], 1)
    return np.array(["low", "mean", "top"])[numbers]


@pytest.fixture(scope="module")
def frame(kinked, names):
    X, _ = kinked
    table = pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=names)
    return dd.from_pandas(table, npartitions=3)


def arrays(X, y, rows=110):
    return da.from_array(X, (rows, 2)), da.from_array(y, 100)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_arrays(kinked, names, n_classes):
    y = names if n_classes == 3 else names == "low"
    X = kinked[0]
    expected = OneMachine(**OPTIONS).fit(X, y)
    lazy, labels = arrays(X, y)
    model = dask.SparcsClassifier(**OPTIONS).fit(lazy, labels)
    assert_same_classes(model, expected, X)
    assert_array_equal(model.classes_, expected.classes_)
    predicted = model.predict(lazy)
    assert predicted.chunks == ((110, 110, 80),)
    assert_array_equal(predicted.compute(), expected.predict(X))
    for said in ("predict_proba", "predict_log_proba", "decision_function"):
        found, own = getattr(model, said)(lazy), getattr(expected, said)(X)
        assert found.shape == own.shape and found.dtype == own.dtype
        assert_allclose(found.compute(), own, atol=1e-6)
        assert_allclose(getattr(model, said)(X), own, atol=1e-6)
    score = model.score(lazy, labels.rechunk(lazy.chunks[0]))
    assert_allclose(score, expected.score(X, y), rtol=1e-12)


def test_frames(kinked, names, frame):
    expected = OneMachine(**OPTIONS).fit(kinked[0], names)
    X, y = frame[["a", "b", "c"]], frame["y"]
    model = dask.SparcsClassifier(**OPTIONS).fit(X, y)
    assert_array_equal(model.feature_names_in_, ["a", "b", "c"])
    predicted = model.predict(X)
    assert isinstance(predicted, dd.Series)
    assert_array_equal(predicted.compute(), expected.predict(kinked[0]))
    probabilities = model.predict_proba(X)
    assert isinstance(probabilities, dd.DataFrame)
    own = expected.predict_proba(kinked[0])
    assert_allclose(probabilities.compute(), own, atol=1e-6)
    assert_allclose(model.score(X, y), expected.score(kinked[0], names), rtol=1e-12)


def test_single_precision_and_partitions_without_rows(kinked, names):
    X = kinked[0].astype(np.float32)
    lazy, labels = da.from_array(X, (100, 3)), da.from_array(names, 100)
    some = labels != "top"
    model = dask.SparcsClassifier(**OPTIONS).fit(lazy[some], labels[some])
    own = OneMachine(**OPTIONS).fit(X[names != "top"], names[names != "top"])
    assert_array_equal(model.classes_, ["low", "mean"])
    probabilities = model.predict_proba(lazy).compute()
    assert probabilities.dtype == np.float32
    assert_allclose(probabilities, own.predict_proba(X), atol=1e-2)


@pytest.mark.parametrize(
    "class_weight", [None, "balanced", {"low": 2, "top": 0.5}], ids=str
)
def test_weights(kinked, names, class_weight):
    options = OPTIONS | {"class_weight": class_weight}
    weight = np.random.default_rng(3).integers(0, 4, size=300)
    lazy = *arrays(kinked[0], names), da.from_array(weight, 100)
    X = kinked[0]
    model = dask.SparcsClassifier(**options).fit(*lazy)
    expected = OneMachine(**options).fit(X, names, weight)
    assert_same_classes(model, expected, X)
    rows = [each.rechunk({0: (110, 110, 80)}) for each in lazy]
    assert_allclose(model.score(*rows), expected.score(X, names, weight), rtol=1e-12)
    linear = options | {"hidden_layer_sizes": ()}
    unweighted = dask.SparcsClassifier(**linear).fit(*lazy[:2])
    assert_same_classes(unweighted, OneMachine(**linear).fit(X, names), X)


def refused(X, y, error, words, **options):
    model = dask.SparcsClassifier((), **options)
    with pytest.raises(error, match=words):
        model.fit(X, y)
    assert vars(model) == vars(dask.SparcsClassifier((), **options))


def test_what_is_refused(kinked, names, frame):
    X, y = arrays(kinked[0], names)
    words = r"class_weight names \['high'\], which are not among the classes"
    refused(X, y, ValueError, words, class_weight={"high": 2})
    words = r"No sample of \['top'\] has a weight above zero"
    refused(X, y, ValueError, words, class_weight={"top": 0})
    with pytest.raises(ValueError, match=words):
        dask.SparcsClassifier(()).fit(X, y, (y != "top").astype(int))
    several = da.from_array(np.eye(3)[np.arange(300) % 3], (110, 3))
    refused(X, several, ValueError, "y in partitions must be one-dimensional.*got 2")
    refused(X, names, TypeError, "y must be an array or a frame of dask's; got ndarray")
    refused(X, y[:0], ValueError, "X and y are empty")
    refused(X, da.full(300, 1, chunks=110), ValueError, "the data contain only one")
    continuous = da.from_array(kinked[1], 110)
    refused(X, continuous, ValueError, "Unknown label type: continuous")
    refused(X, y[:-1], ValueError, "X has 300 rows, and y 299")


def test_labels_that_are_missing_or_of_two_kinds_are_refused(kinked, frame):
    X = da.from_array(kinked[0], (100, 3))
    numbers = np.arange(300) % 2 + 0.0
    numbers[150] = np.nan
    words = "y has 1 missing of 100 labels in partition 1"
    refused(X, da.from_array(numbers, 100), ValueError, words)
    features = frame[["a", "b", "c"]]
    holed = frame["y"].where(frame["a"] < 1)
    refused(features, holed, ValueError, "missing of 100 labels in partition 0")
    mixed = da.concatenate([da.ones(100, chunks=100), da.full(200, "b", chunks=100)])
    unlike = mixed.map_blocks(number_first, dtype=object)
    words = "partition 0 has labels of dtype float64, and partition 1 of <U"
    refused(X, unlike, ValueError, words)


def number_first(y, block_id=(0,)):
    return np.ones(100) if block_id[0] == 0 else y


def test_streams_are_of_data_in_memory(kinked, names):
    X, _ = arrays(kinked[0], names)
    with pytest.raises(TypeError, match="X is dask's Array"):
        dask.SparcsClassifier().partial_fit(X, names)
    model = dask.SparcsClassifier(()).partial_fit(kinked[0], names)
    expected = OneMachine(()).partial_fit(kinked[0], names)
    own = expected.predict_proba(kinked[0])
    assert_allclose(model.predict_proba(kinked[0]), own, rtol=1e-12)
