"""Cross-validation over partitions: the one-machine fit with the same folds."""

import numpy as np
import pandas as pd
import pytest
from helpers.shared import SMALL_CV, assert_same_choice, drawn_folds
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import clone
from sklearn.model_selection import PredefinedSplit

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressorCV

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
dask = pytest.importorskip("sklearn_sparcs.dask")


def arrays(*given):
    return [da.from_array(each, (110, 3)[: each.ndim]) for each in given]


def test_targets(kinked):
    X, y = kinked
    cv = PredefinedSplit(drawn_folds(y, (110, 220), 2))
    expected = SparcsRegressorCV(**SMALL_CV | {"cv": cv}).fit(X, y)
    lazy = arrays(X, y)
    model = dask.SparcsRegressorCV(**SMALL_CV).fit(*lazy)
    assert_same_choice(model, expected)
    predicted = model.predict(lazy[0])
    assert predicted.chunks == ((110, 110, 80),)
    assert_allclose(predicted.compute(), expected.predict(X), rtol=1e-8)
    assert_allclose(model.score(*lazy), expected.score(X, y), rtol=1e-10)
    path = model.path(*lazy, X_val=X[:9], y_val=y[:9])
    own = expected.path(X, y, X_val=X[:9], y_val=y[:9])
    assert_allclose(path.valid_loss, own.valid_loss, rtol=1e-8)


def test_classes_of_a_frame_with_weights(rings):
    X, y = rings
    weight = np.random.default_rng(3).integers(1, 3, size=300)
    table = pd.DataFrame(X, columns=["a", "b"]).assign(y=y, w=weight)
    frame = dd.from_pandas(table, npartitions=3)
    options = SMALL_CV | {"class_weight": {"inner": 2.0}}
    folds = drawn_folds(np.unique(y, return_inverse=True)[1], (100, 200), 2, True)
    one = SparcsClassifierCV(**options | {"cv": PredefinedSplit(folds)})
    expected = one.fit(X, y, weight)
    model = dask.SparcsClassifierCV(**options)
    model.fit(frame[["a", "b"]], frame["y"], frame["w"])
    assert_same_choice(model, expected, rtol=1e-6)
    assert_array_equal(model.feature_names_in_, ["a", "b"])
    said = model.predict_proba(frame[["a", "b"]]).compute()
    assert_allclose(said, expected.predict_proba(X), atol=1e-6)


def test_they_are_estimators_like_others():
    model = dask.SparcsRegressorCV((3,), cv=3)
    assert clone(model).get_params() == SparcsRegressorCV((3,), cv=3).get_params()
    words = r"'cv' parameter of SparcsRegressorCV must be an int"
    with pytest.raises(ValueError, match=words):
        dask.SparcsRegressorCV(cv=[0]).fit(*arrays(np.ones((9, 3)), np.ones(9)))
    words = "'scoring' parameter of SparcsClassifierCV must be a str among"
    with pytest.raises(ValueError, match=words):
        dask.SparcsClassifierCV(scoring="roc_auc").fit(*arrays(np.ones((9, 3))), None)
    with pytest.raises(TypeError, match="X must be an array or a frame of dask's"):
        dask.SparcsRegressorCV().fit(np.ones((9, 3)), np.ones(9))
    with pytest.raises(TypeError, match="X must be an array or a frame of dask's"):
        dask.SparcsRegressorCV().path(np.ones((9, 3)), np.ones(9))
