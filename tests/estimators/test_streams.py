"""Streams: small pieces, weights, classes, and what a pickle of one holds."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.utils.class_weight import compute_sample_weight

from sklearn_sparcs import SparcsClassifier, SparcsRegressor


def streamed(model, X, y, size, **first):
    """The model, after all rows in pieces of so many."""
    for start in range(0, len(y), size):
        rows = slice(start, start + size)
        model.partial_fit(X[rows], y[rows], **first)
    return model


@pytest.fixture(scope="module")
def kinked_stream():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 5)) * [1, 1e3, 1e-3, 1, 1]
    y = 2 * np.abs(X[:, 0]) + X[:, 1] / 1e3 - X[:, 2] * 1e3
    return X, y + 0.1 * rng.normal(size=600)


@pytest.mark.parametrize("size", [1, 10])
def test_small_pieces_grow_neurons(kinked_stream, size):
    X, y = kinked_stream
    model = streamed(SparcsRegressor(random_state=0), X, y, size)
    assert not model.active_architecture_.is_linear
    assert model.score(X, y) > 0.75  # of a linear model: 0.54
    assert model.n_iter_ == 600 / size


@pytest.mark.parametrize("solver", ["first_order", "adam"])
def test_a_piece_that_comes_again_and_again_is_learnt(kinked_stream, solver):
    """An epoch that made it worse is gone on from, too: undone, it would come again."""
    X, y = (part[:150] for part in kinked_stream)
    options = {"solver": solver, "learning_rate_init": 0.1, "random_state": 0}
    model = SparcsRegressor((10,), **options)
    for _ in range(150):  # after 60, rounding decides whether it has left a plateau
        before = model.predict(X) if model.__sklearn_is_fitted__() else None
        assert not np.array_equal(model.partial_fit(X, y).predict(X), before)
    assert model.score(X, y) > 0.98


def test_small_pieces_of_linear_data_stay_linear():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(600, 4))
    y = X[:, 1] - X[:, 2] + rng.normal(size=600)
    model = streamed(SparcsRegressor(random_state=0), X, y, 5)
    assert model.active_architecture_.is_linear


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
@pytest.mark.parametrize("wakes", ["feature", "target"])
def test_what_idles_at_first_is_scaled_once_it_wakes(wakes, size):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1500, 3))
    if wakes == "feature":
        X[:120, 0] = 0.0
    y = np.abs(X[:, 0]) + X[:, 1]
    if wakes == "feature":
        X[:, 0] *= size
    else:
        y = np.where(np.arange(1500) < 120, 0.0, size * y)
    model = SparcsRegressor(random_state=0)
    for _ in range(3):
        streamed(model, X, y, 30)
    assert model.score(X[120:], y[120:]) > 0.98


@pytest.mark.parametrize("size", [1e-6, 1e6])
@pytest.mark.parametrize("n_fitted", [5, 300])
def test_a_stream_goes_on_from_targets_that_did_not_vary(n_fitted, size):
    """As if they had been its first piece: of their scale they say nothing."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 3))
    y = size * (np.abs(X[:, 0]) + X[:, 1])
    y[:n_fitted] = 3 * size
    first, rest = (X[:n_fitted], y[:n_fitted]), (X[n_fitted:], y[n_fitted:])
    fitted = streamed(SparcsRegressor(random_state=0).fit(*first), *rest, 60)
    alone = SparcsRegressor(random_state=0).partial_fit(*first)
    assert_array_equal(fitted.predict(X), streamed(alone, *rest, 60).predict(X))


@pytest.mark.parametrize("do", ["fit", "partial_fit"])
def test_targets_that_did_not_vary_are_no_loss_to_a_pickle(do):
    """Of five rows: a stream of others would be told that it has lost its scale."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 3))
    y = 1e6 * (np.abs(X[:, 0]) + X[:, 1])
    first = getattr(SparcsRegressor(random_state=0), do)(X[:5], np.full(5, 7.0))
    loaded = streamed(pickle.loads(pickle.dumps(first)), X, y, 60)
    alone = streamed(SparcsRegressor(random_state=0), X, y, 60)
    assert_array_equal(loaded.predict(X), alone.predict(X))


@pytest.mark.parametrize("solver", ["second_order", "first_order"])
def test_a_warm_start_from_targets_that_did_not_vary_begins_anew(solver):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = 1e6 * (np.abs(X[:, 0]) + X[:, 1])
    given = {"warm_start": True, "solver": solver, "random_state": 0}
    warm = SparcsRegressor(**given).fit(X, np.full(300, 7.0)).fit(X, y)
    assert_array_equal(warm.predict(X), SparcsRegressor(**given).fit(X, y).predict(X))


def test_first_targets_out_of_proportion_are_forgotten_with_their_scale():
    """Five hundred rows later it is theirs that are held."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 3))
    y = np.abs(X[:, 0]) + X[:, 1]
    model = SparcsRegressor(random_state=0)
    streamed(model, X, np.where(np.arange(900) == 7, 1e9, y), 60)
    for _ in range(2):
        streamed(model, X, y, 60)
    assert model.score(X, y) > 0.97


def test_a_stream_whose_features_change_their_unit_early_begins_anew():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 2))
    X[300:, 1] *= 1e5
    y = X[:, 0] + np.abs(X[:, 1]) * np.where(np.arange(900) < 300, 1e5, 1)
    model = streamed(SparcsRegressor(random_state=0), X, y, 100)
    for _ in range(8):
        streamed(model, X[300:], y[300:], 60)
    assert model.score(X[300:], y[300:]) > 0.97


@pytest.mark.parametrize("of", ["targets", "column 'b'"])
def test_a_stream_that_left_its_scale_is_warned_of(of):
    """It has learnt more by then than is held of it."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(2000, 2)), columns=["a", "b"])
    y, late = X["a"].to_numpy(copy=True), np.arange(2000) >= 1500
    if of == "targets":
        y[late] *= 1e5
    else:
        X.loc[late, "b"] *= 1e5
    model = streamed(SparcsRegressor((), random_state=0), X[:1500], y[:1500], 100)
    with pytest.warns(UserWarning, match=f"The last .*{of} .* times as .* the stream"):
        streamed(model, X[1500:], y[1500:], 100)


def test_what_comes_first_is_begun_with_all_of_it(kinked_stream):
    X, y = kinked_stream
    pieces = streamed(SparcsRegressor(random_state=0), X[:90], y[:90], 9)
    whole = SparcsRegressor(random_state=0).partial_fit(X[:90], y[:90])
    assert_array_equal(pieces.predict(X), whole.predict(X))
    assert len(pieces.history_) == 10


def test_weights_count_between_pieces(kinked_stream):
    X = kinked_stream[0]
    rows = np.random.default_rng(2).normal(size=600) > 0
    target = np.where(rows, 1.0, 0.0)  # the mean that weights choose
    model = SparcsRegressor((), random_state=0, learning_rate_init=0.02)
    for k in range(600):
        weight = [9.0 if rows[k] else 1.0]
        model.partial_fit(X[k : k + 1], target[k : k + 1], sample_weight=weight)
    assert model.predict(X).mean() > 0.75  # 0.9 is the weighted mean, 0.5 the plain one


@pytest.mark.parametrize("class_weight", ["balanced", {False: 1.0, True: 9.0}])
def test_weights_of_classes_count_between_pieces(class_weight):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(500, 2))
    y = X[:, 0] + rng.normal(size=500) > 1.8  # a tenth of them
    model = SparcsClassifier((), class_weight=class_weight, random_state=0)
    streamed(model, X, y, 1, classes=[False, True])
    weight = compute_sample_weight(class_weight, y)
    rate = np.average(model.predict_proba(X)[:, 1], weights=weight)
    assert rate == pytest.approx(0.5, abs=0.12)  # unweighted: 0.24


def test_class_weights_of_several_labels_are_balanced_in_streams():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(120, 2))
    Y = np.c_[X[:, 0] > 1, X[:, 1] > -1].astype(int)
    model = SparcsClassifier((), class_weight="balanced", random_state=0)
    streamed(model, X, Y, 10)
    assert model.score(X, Y) > 0.8


def test_a_pickle_holds_no_rows_and_goes_on(kinked_stream):
    X, y = kinked_stream
    model = streamed(SparcsRegressor(random_state=0), X[:300] + 12345.678, y[:300], 10)
    stored = pickle.dumps(model)
    assert (X[299] + 12345.678).tobytes() not in stored
    again = pickle.loads(stored)
    assert_array_equal(again.predict(X), model.predict(X))
    again.partial_fit(X[300:310] + 12345.678, y[300:310])
    assert again.n_iter_ == model.n_iter_ + 1


def pickled_between(model, X, y, size):
    """The model after a stream, pickled after every so many rows."""
    for start in range(0, len(y), size):
        model = pickle.loads(pickle.dumps(model))
        rows = slice(start, start + size)
        streamed(model, X[rows], y[rows], 10)
    return model


def test_a_stream_counts_on_after_a_pickle(kinked_stream):
    """Rows until neurons are looked for again, and weights so far."""
    X, y = kinked_stream
    model = SparcsRegressor((), random_state=0)
    for start, end, unexamined in ((0, 130, 40), (130, 140, 0)):  # the last 50 count
        streamed(model, X[start:end], y[start:end], 10)
        kept = pickle.loads(pickle.dumps(model))._checkpoint.stream
        assert (kept.pieces, kept.n_here) == ((), 0)
        assert kept.n_seen == kept.total_weight == end
        assert kept.n_unexamined == unexamined


def test_pickles_now_and_then_cost_little(kinked_stream):
    X, y = kinked_stream
    model = pickled_between(SparcsRegressor(random_state=0), X, y, 100)
    assert not model.active_architecture_.is_linear
    assert model.score(X, y) > 0.7  # of a linear model: 0.54


def test_pickles_between_all_pieces_are_warned_of(kinked_stream):
    X, y = kinked_stream
    model = SparcsRegressor(random_state=0)
    with pytest.warns(UserWarning) as caught:
        pickled_between(model, X[:200], y[:200], 20)
    said = [str(warning.message) for warning in caught]
    assert "copied after 20 rows of its stream" in said[0]
    assert "The last 100 rows were not searched" in said[1]


def test_a_fit_that_is_streamed_on_after_a_pickle_is_not_warned_of(kinked_stream):
    X, y = kinked_stream
    model = pickle.loads(pickle.dumps(SparcsRegressor((), random_state=0).fit(X, y)))
    streamed(model, X[:30], y[:30], 10)
    streamed(pickle.loads(pickle.dumps(model)), X[:30], y[:30], 10)


def test_a_buffer_may_be_written_over(kinked_stream):
    X, y = kinked_stream
    direct = streamed(SparcsRegressor(random_state=0), X[:200], y[:200], 10)
    reused = SparcsRegressor(random_state=0)
    buffer, targets = np.empty((10, 5)), np.empty(10)
    for start in range(0, 200, 10):
        buffer[...], targets[...] = X[start : start + 10], y[start : start + 10]
        reused.partial_fit(buffer, targets)
    assert_allclose(reused.predict(X), direct.predict(X), atol=0)


@pytest.mark.parametrize(
    "y", [np.arange(6) % 3, np.eye(3, dtype=int)[np.arange(6) % 3]]
)
def test_other_classes_in_a_later_call_are_refused(y):
    X = np.arange(12.0).reshape(6, 2)
    model = SparcsClassifier((), random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    model.partial_fit(X, y, classes=[2, 1, 0])
    for classes in ([0, 1], [0, 1, 2, 3], ["0", "1", "2"]):
        with pytest.raises(ValueError, match=r"are not those .* \[0, 1, 2\]; give"):
            model.partial_fit(X[:2], y[:2], classes=classes)
    assert model.n_iter_ == 2
