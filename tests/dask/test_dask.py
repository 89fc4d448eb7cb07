"""Dask's arrays and frames: the one-machine fit, and what is said of bad input."""

import numpy as np
import pandas as pd
import pytest
import torch
from helpers.shared import assert_same_fit
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import clone

from sklearn_sparcs import SparcsRegressor as OneMachine
from sklearn_sparcs._data.parts import Placed
from sklearn_sparcs._data.samples import Samples
from sklearn_sparcs._losses.observations import Observations

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
dask = pytest.importorskip("sklearn_sparcs.dask")
sizeof = pytest.importorskip("dask.sizeof").sizeof

OPTIONS = {"hidden_layer_sizes": (3,), "alpha": 0.02, "random_state": 0}


@pytest.fixture(scope="module")
def expected(kinked):
    return OneMachine(**OPTIONS).fit(*kinked)


@pytest.fixture(scope="module")
def frame(kinked):
    X, y = kinked
    return dd.from_pandas(
        pd.DataFrame(X, columns=["a", "b", "c"]).assign(y=y), npartitions=3
    )


def arrays(X, y, rows=110):
    return da.from_array(X, (rows, 2)), da.from_array(y, 100)


def test_arrays(kinked, expected):
    X, y = arrays(*kinked)
    model = dask.SparcsRegressor(**OPTIONS).fit(X, y)
    assert_same_fit(model, expected)
    predicted = model.predict(X)
    assert predicted.chunks == ((110, 110, 80),)
    assert_allclose(predicted.compute(), expected.predict(kinked[0]), rtol=1e-8)
    _, std = model.predict(X, return_std=True)
    own = expected.predict(kinked[0], return_std=True)[1]
    assert_allclose(std.compute(), own, rtol=1e-7)
    aligned = y.rechunk(X.chunks[0])
    assert_allclose(model.score(X, aligned), expected.score(*kinked), rtol=1e-10)
    assert_allclose(model.score(*kinked), expected.score(*kinked), rtol=1e-10)


def test_frames(kinked, expected, frame):
    X, y = frame[["a", "b", "c"]], frame["y"]
    model = dask.SparcsRegressor(**OPTIONS).fit(X, y)
    assert_same_fit(model, expected)
    assert_array_equal(model.feature_names_in_, ["a", "b", "c"])
    predicted = model.predict(X)
    assert isinstance(predicted, dd.Series)
    assert_array_equal(predicted.compute().index, np.arange(300))
    assert_allclose(predicted.compute(), expected.predict(kinked[0]), rtol=1e-8)
    assert_allclose(model.score(X, y), expected.score(*kinked), rtol=1e-10)


def test_several_targets_of_a_frame(kinked, frame):
    targets = frame[["y", "a"]]
    model = dask.SparcsRegressor((), random_state=0).fit(
        frame[["a", "b", "c"]], targets
    )
    predicted = model.predict(frame[["a", "b", "c"]])
    assert isinstance(predicted, dd.DataFrame)
    assert predicted.compute().shape == (300, 2)
    whole = targets.compute().to_numpy()
    one_machine = OneMachine((), random_state=0).fit(kinked[0], whole)
    assert_same_fit(model, one_machine)
    score = model.score(frame[["a", "b", "c"]], targets)
    assert_allclose(score, one_machine.score(kinked[0], whole), rtol=1e-10)


def test_what_features_add(kinked, expected, frame):
    X, y = kinked
    table, own = frame[["a", "b", "c"]], expected.contributions(X)
    model = dask.SparcsRegressor(**OPTIONS).fit(*arrays(X, y))
    found = model.contributions(arrays(X, y)[0])
    assert found.chunks == ((110, 110, 80), (3,))
    assert_allclose(found.compute(), own, rtol=1e-8, atol=1e-12)
    assert_allclose(model.contributions(X), own, rtol=1e-8, atol=1e-12)
    named = dask.SparcsRegressor(**OPTIONS).fit(table, frame["y"])
    of_frame = named.contributions(table).compute()
    assert_allclose(of_frame, own, rtol=1e-8, atol=1e-12)
    assert_array_equal(of_frame.index, np.arange(300))


def test_what_features_add_to_several_targets(kinked, frame):
    X, y = kinked
    table, targets = frame[["a", "b", "c"]], np.c_[y, X[:, 0]]
    rows = da.from_array(X, (100, 2))
    model = dask.SparcsRegressor(()).fit(rows, da.from_array(targets, (100, 2)))
    found = model.contributions(rows)
    assert found.chunks == ((100, 100, 100), (3,), (2,))
    own = OneMachine(()).fit(X, targets).contributions(X)
    assert_allclose(found.compute(), own, atol=1e-8)
    with pytest.raises(TypeError, match="which no frame can hold; give the rows as"):
        dask.SparcsRegressor(()).fit(table, frame[["y", "a"]]).contributions(table)


def test_sizes_that_nobody_knows_are_counted(expected, frame):
    values = frame[["a", "b", "c"]].to_dask_array()
    assert np.isnan(values.shape[0])
    model = dask.SparcsRegressor(**OPTIONS).fit(values, frame["y"].to_dask_array())
    assert_same_fit(model, expected)


def test_partitions_without_rows_are_passed_by(expected, frame):
    held = dd.concat([frame[frame["a"] > 1e9], frame])
    model = dask.SparcsRegressor(**OPTIONS).fit(held[["a", "b", "c"]], held["y"])
    assert_same_fit(model, expected)
    assert len(model.predict(held[["a", "b", "c"]]).compute()) == 300


def test_pandas_own_numbers(frame):
    own = frame.astype({"a": "Float64", "b": "float64[pyarrow]"})
    linear = dask.SparcsRegressor(()).fit(own[["a", "b"]], own["y"])
    plain = dask.SparcsRegressor(()).fit(frame[["a", "b"]], frame["y"])
    assert_allclose(linear.linear_coef_, plain.linear_coef_, rtol=1e-10)


def test_dask_knows_what_pieces_weigh(kinked):
    """What is taken to be light is moved to whichever worker has nothing to do."""
    X, y = kinked
    samples = Placed(0, Samples(X, y, None))
    assert sizeof(samples) == X.nbytes + y.nbytes
    observed = Observations(torch.from_numpy(X), torch.from_numpy(y))
    assert sizeof(Placed(0, observed)) == X.nbytes + y.nbytes


def test_it_is_an_estimator_like_others():
    model = dask.SparcsRegressor((3,), alpha=0.1)
    assert clone(model).get_params() == OneMachine((3,), alpha=0.1).get_params()
    with pytest.raises(ValueError, match="'alpha' parameter"):
        dask.SparcsRegressor(alpha=-1).fit(*arrays(np.ones((9, 2)), np.ones(9)))


def refused(X, y, error, words):
    model = dask.SparcsRegressor(())
    with pytest.raises(error, match=words):
        model.fit(X, y)
    assert vars(model) == vars(dask.SparcsRegressor(()))


def test_data_in_memory_are_refused(kinked):
    X, y = kinked
    refused(X, y, TypeError, "X must be an array or a frame of dask's; got ndarray")


def test_streams_are_of_data_in_memory(kinked, frame):
    X, y = kinked
    model = dask.SparcsRegressor(()).partial_fit(X, y)
    expected = OneMachine(()).partial_fit(X, y)
    assert_allclose(model.predict(X), expected.predict(X), rtol=1e-12)
    before = model.direct_form_
    lazy = arrays(X, y)
    for given, words in (
        ((lazy[0], y), "X is dask's Array"),
        ((X, lazy[1]), "y is dask's Array"),
        ((frame[["a", "b", "c"]], y), "X is dask's DataFrame"),
        ((X, y, lazy[1]), "sample_weight is dask's Array"),
    ):
        with pytest.raises(TypeError, match=words):
            model.partial_fit(*given)
    assert model.direct_form_ is before


@pytest.fixture(scope="module")
def weight():
    """Whole numbers, zeros among them, and none above zero in one partition."""
    drawn = np.random.default_rng(3).integers(0, 4, size=300)
    drawn[110:220] = 0
    return drawn


def test_weights_of_arrays(kinked, weight):
    X, y = arrays(*kinked)
    w = da.from_array(weight, 50)
    model = dask.SparcsRegressor(**OPTIONS).fit(X, y, w)
    own = OneMachine(**OPTIONS).fit(*kinked, weight)
    assert_same_fit(model, own)
    rows = X.chunks[0]
    score = model.score(X, y.rechunk(rows), w.rechunk(rows))
    assert_allclose(score, own.score(*kinked, weight), rtol=1e-10)


def test_weights_of_frames(kinked, frame, weight):
    held = frame.assign(w=dd.from_pandas(pd.Series(weight / 7), npartitions=3))
    X, y, w = held[["a", "b", "c"]], held["y"], held["w"]
    model = dask.SparcsRegressor(**OPTIONS).fit(X, y, w)
    own = OneMachine(**OPTIONS).fit(*kinked, weight / 7)
    assert_same_fit(model, own)
    assert_allclose(model.score(X, y, w), own.score(*kinked, weight), rtol=1e-10)


def test_weights_that_no_fit_can_use_are_refused(kinked, frame, weight):
    X, y = arrays(*kinked)
    w = da.from_array(weight.astype(float), 110)

    def refused_weights(given, error, words, rows=(X, y)):
        with pytest.raises(error, match=words):
            dask.SparcsRegressor().fit(*rows, given)

    refused_weights(weight, TypeError, "sample_weight must be an array or a frame")
    refused_weights(X, ValueError, "sample_weight must have one dimension.*got 2")
    refused_weights(w - 1, ValueError, "holds -1, in partition 0; weights must be zero")
    refused_weights(
        da.where(w > 0, w, np.nan),
        ValueError,
        "sample_weight contains NaN .* partition 0",
    )
    refused_weights(w * 0, ValueError, "No sample has a weight above zero")
    words = r"In partition 0, sample_weight holds 1e\+150"
    refused_weights(w * 1e150, ValueError, words)
    refused_weights(w[:-1], ValueError, "X has 300 rows, and sample_weight 299")
    frames = frame[["a", "b", "c"]], frame["y"]
    backwards = frame["y"].map_partitions(lambda y: y[::-1]).clear_divisions()
    words = "partition 0 has another index in sample_weight"
    refused_weights(abs(backwards), ValueError, words, frames)
    words = "must be dense numbers; partition 0 has str"
    refused_weights(frame["y"].astype(str), ValueError, words, frames)


def test_other_partitions_are_refused(kinked, frame):
    X, y = arrays(*kinked)
    refused(X, y[:-1], ValueError, "X has 300 rows, and y 299")
    features = frame[["a", "b", "c"]]
    other = frame.repartition(npartitions=2)["y"]
    refused(features, other, ValueError, "their divisions differ")
    other = other.clear_divisions()
    refused(features, other, ValueError, "X has 3 partitions of rows, and y 2")
    moved = frame.repartition(divisions=[0, 10, 200, 299]).clear_divisions()["y"]
    refused(features, moved, ValueError, "partition 0 has 100 rows of X and 10 of y")


def test_another_order_of_rows_is_refused(frame):
    backwards = frame["y"].map_partitions(lambda y: y[::-1]).clear_divisions()
    features = frame[["a", "b", "c"]]
    refused(features, backwards, ValueError, "partition 0 has another index in y")


def test_unlike_partitions_are_refused(kinked):
    X, y = arrays(*kinked, rows=100)
    X = X.rechunk({1: -1})
    narrow = X.map_blocks(narrower, dtype=float)
    words = r"partition 0 has columns \(0, 1, 2\), and partition 1 has \(0, 1\)"
    refused(narrow, y, ValueError, words)
    single = X.map_blocks(singler, dtype=float)
    words = r"partition 0 has dtypes \(float64, .* partition 1 has \(float32"
    refused(single, y, ValueError, words)


def narrower(x, block_id=(0,)):
    return x[:, :2] if block_id[0] == 1 else x


def singler(x, block_id=(0,)):
    return x.astype(np.float32) if block_id[0] == 1 else x


def test_what_is_no_number_is_refused(frame):
    words = frame.assign(b=frame["b"].astype(str))
    refused(words[["a", "b"]], frame["y"], ValueError, "must be dense numbers")
    holed = frame.assign(b=frame["b"].where(frame["b"] < 1))
    refused(holed[["a", "b"]], frame["y"], ValueError, "Input X contains NaN .* 0")
    refused(frame[["a"]], holed["b"], ValueError, "Input y contains NaN")


def test_no_row_at_all_is_refused(frame):
    none = frame[frame["a"] > 1e9]
    refused(none[["a", "b"]], none["y"], ValueError, "X and y are empty")


def test_what_rounding_takes_away_is_told_of_over_all_partitions(kinked):
    """Each partition alone has one whole number and one target."""
    X, y = kinked
    ids = 2**62 + np.repeat([0, 5, 9], 100)
    told = r"In (column 1|'id'), X spans 9 around 4.61e\+18"
    table = pd.DataFrame({"a": X[:, 0].astype(int), "id": ids, "y": y})
    table = dd.from_pandas(table.astype({"id": "Int64"}), npartitions=3)
    both = da.from_array(np.column_stack([X[:, 0].astype(int), ids]), (100, 2))
    given = (table[["a", "id"]], table["y"]), (both, da.from_array(y, 100))
    for rows, target in given:
        with pytest.warns(UserWarning, match=told) as caught:
            dask.SparcsRegressor(()).fit(rows, target)
        assert [w.filename for w in caught] == [__file__]
        with pytest.warns(UserWarning, match=told):
            dask.SparcsClassifier(()).fit(rows, target > 0)
    single = arrays(X.astype(np.float32), 1.7e9 + np.repeat([0.0, 5, 9], 100))
    with pytest.warns(UserWarning, match="Target 0 spans 9 .* float32"):
        dask.SparcsRegressor(()).fit(*single)


def test_what_is_left_whole_in_partitions_is_not_told_of(kinked):
    X, y = kinked
    both = np.column_stack([X[:, 0].astype(int), 2**52 + np.arange(300)])
    dask.SparcsRegressor(()).fit(*arrays(both, y))
    dask.SparcsRegressor(()).fit(*arrays(X.astype(np.float32), 1e5 + 1e3 * y))
