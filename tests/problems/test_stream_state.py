"""The last rows of a stream, against the rows themselves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._problems.stream_state import FIRST_ROWS, StreamState
from sklearn_sparcs._problems.task import Task


def pieces_of(X, y, size, weight=None):
    """Tasks of so many rows each."""
    for start in range(0, len(y), size):
        rows = slice(start, start + size)
        w = None if weight is None else weight[rows]
        yield Task(X[rows], y[rows, None], w, SquaredError(), 1)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(1300, 3)), rng.normal(size=1300)


@pytest.mark.parametrize("size", [1, 10, 130])
def test_the_last_five_hundred_rows_are_held(data, size):
    X, y = data
    state = StreamState()
    for piece in pieces_of(X, y, size):
        state = state.followed_by(piece)
    n_held = -(-500 // size) * size
    assert_array_equal(state.whole().X, X[-n_held:])
    assert_array_equal(state.whole().y[:, 0], y[-n_held:])
    assert state.n_seen == 1300


def test_of_a_large_piece_the_last_rows_and_of_wide_ones_few(data):
    X, y = data
    (piece,) = pieces_of(X, y, 1300)
    assert_array_equal(StreamState().followed_by(piece).whole().X, X[-500:])
    wide = sparse.csr_array((40, 2**20))
    state = StreamState().followed_by(
        Task(wide, np.zeros((40, 1)), None, SquaredError(), 1)
    )
    assert state.whole().X.shape == (4, 2**20)


def test_rows_are_copies(data):
    X, y = data
    first = X[:10].copy()
    (piece,) = pieces_of(X[:10], y[:10], 10)
    state = StreamState().followed_by(piece)
    X[:10] = 0
    assert_array_equal(state.whole().X, first)


def test_a_piece_that_comes_again_is_held_once(data):
    X, y = data
    state = StreamState()
    for _ in range(4):
        for piece in pieces_of(X[:60], y[:60], 20):
            state = state.followed_by(piece)
    assert_array_equal(state.whole().X, X[:60])
    assert state.n_seen == 240
    for piece in pieces_of(sparse.csr_array(X[:20]), y[:20], 20):
        twice = state.followed_by(piece).followed_by(piece)
    assert twice.whole().X.shape == (80, 3)  # an array is not compared with a CSR


def test_forms_and_types_are_those_of_the_last(data):
    X, y = data
    (array,) = pieces_of(X[:10], y[:10], 10)
    (csr,) = pieces_of(sparse.csr_array(X[10:20].astype(np.float32)), y[10:20], 10)
    both = StreamState().followed_by(array).followed_by(csr).whole()
    assert both.X.dtype == np.float32
    assert_allclose(both.X, X[:20], rtol=1e-6)
    again = StreamState().followed_by(csr).followed_by(csr).followed_by(csr).whole()
    assert sparse.issparse(again.X)


def test_while_rows_are_few_all_are_trained_on(data):
    X, y = data
    state = StreamState()
    for piece in pieces_of(X[: FIRST_ROWS + 5], y[: FIRST_ROWS + 5], 15):
        state = state.followed_by(piece)
        trained = len(state.to_train_on(piece).y)
        assert trained == (state.n_seen if state.n_seen < FIRST_ROWS else 15)
    goes_on = StreamState(goes_on=True).followed_by(piece)
    assert len(goes_on.to_train_on(piece).y) == 15


def test_weights_are_in_units_of_the_mean_of_all(data):
    X, y = data
    weight = np.random.default_rng(1).uniform(1, 5, size=300)
    state = StreamState(goes_on=True)
    for k, piece in enumerate(pieces_of(X[:300], y[:300], 1, weight)):
        state = state.followed_by(piece)
        samples = state.to_train_on(piece).samples()
        of_one = 1.0 if samples.weight is None else samples.weight[0]
        assert of_one == pytest.approx(weight[k] / weight[: k + 1].mean())


def test_rows_without_weights_have_weight_one(data):
    X, y = data
    (plain,) = pieces_of(X[:2], y[:2], 2)
    (heavy,) = pieces_of(X[2:4], y[2:4], 2, np.array([3.0, 5.0]))
    state = StreamState().followed_by(plain).followed_by(heavy)
    assert_array_equal(state.whole().weight, [1, 1, 3, 5])
    assert StreamState().followed_by(plain).whole().weight is None


def test_looks_are_fifty_rows_apart(data):
    X, y = data
    state, looks = StreamState(goes_on=True), []
    for piece in pieces_of(X[:400], y[:400], 20):
        state = state.followed_by(piece)
        looks.append(state.due)
    assert looks == [False, False, True] * 6 + [False, False]


def test_targets_that_do_not_vary_say_nothing_of_their_scale(data):
    X, y = data
    y = np.where(np.arange(len(y)) < 250, 3.0, y)
    shorts, state = [], StreamState()
    for piece in pieces_of(X, y, 50):
        state = state.followed_by(piece)
        shorts.append(state.is_short)
    # the sixth piece is the first that varies: begun anew with it, and gone on from
    assert shorts == [True] * 6 + [False] * 20


def test_classes_that_do_not_vary_are_gone_on_from(data):
    X, _ = data
    state = StreamState()
    for piece in pieces_of(X[:300], np.zeros(300, dtype=np.int64), 50):
        state = state.followed_by(piece)
    assert not state.is_short
