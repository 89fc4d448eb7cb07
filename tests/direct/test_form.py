"""`DirectForm` against loops over neurons."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.reference import ACTIVATIONS
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from torch import from_numpy

from sklearn_sparcs._data.features import ROWS_PER_SLICE
from sklearn_sparcs._direct.form import DirectForm

WIRINGS = [
    ((3, 2), [(2, 1)]),
    ((3, 4, 2), [(2, 1), (3, 1), (3, 2)]),
    ((3, 4, 2), [(2, 1), (3, 2)]),
    ((2, 3, 4, 1), [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3)]),
    ((2, 3, 4, 2), [(2, 1), (3, 1), (4, 3), (4, 2)]),
]


def random_form(sizes, links, activation="tanh", seed=0, **options):
    rng = np.random.default_rng(seed)
    coefs = {(i, j): rng.normal(size=(sizes[i - 1], sizes[j - 1])) for i, j in links}
    intercepts = {i: rng.normal(size=n) for i, n in enumerate(sizes[1:], start=2)}
    hidden = sizes[1:-1]
    layers, neurons = tuple(range(1, len(hidden) + 1)), tuple(map(np.arange, hidden))
    return DirectForm(coefs, intercepts, activation, layers, neurons, **options)


def neuron_by_neuron(form, x):
    """What every layer sends for one sample, by one sum a neuron."""
    sizes = form.layer_sizes
    signals = {1: list(x)}
    for i in range(2, len(sizes) + 1):
        signals[i] = []
        for m in range(sizes[i - 1]):
            z = form.intercepts[i][m]
            for j in range(1, i):
                if (i, j) in form.coefs:
                    for n in range(sizes[j - 1]):
                        z += form.coefs[i, j][m, n] * signals[j][n]
            f = ACTIVATIONS[form.activation]
            fires = float(f(from_numpy(np.array(z))))
            signals[i].append(z if i == len(sizes) else fires)
    return signals


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize(("sizes", "links"), WIRINGS)
def test_outputs_and_signals_neuron_by_neuron(sizes, links, activation):
    form = random_form(sizes, links, activation)
    X = np.random.default_rng(1).normal(size=(4, sizes[0]))
    loops = [neuron_by_neuron(form, x) for x in X]
    last, hidden = len(sizes), range(2, len(sizes))
    assert_allclose(form(X), [s[last] for s in loops], rtol=1e-9)
    expected = [[a for i in hidden for a in s[i]] for s in loops]
    assert_allclose(form.hidden_signals(X), np.reshape(expected, (4, -1)), rtol=1e-9)
    assert form.layer_sizes == sizes


def test_senders():
    form = random_form((2, 3, 4, 1), [(3, 2), (4, 3), (2, 1), (4, 1)])
    assert [form.senders(i) for i in (2, 3, 4)] == [[1], [2], [1, 3]]


def test_strengths_of_features_count_in_standard_deviations():
    form = random_form((2, 3, 4, 1), [(3, 2), (4, 3), (2, 1), (4, 1)])
    assert_allclose(form.feature_strengths(2), abs(form.coefs[2, 1]))
    scaled = replace(form, feature_scale=np.array([10.0, 0.1]))
    assert_allclose(scaled.feature_strengths(4), abs(form.coefs[4, 1]) * [10.0, 0.1])
    assert_allclose(scaled.feature_strengths(3), np.zeros((4, 2)))


def test_features_are_cut_off_at_their_bounds():
    low, high = np.array([-1.0, 0.0, -0.5]), np.array([1.0, 2.0, 0.5])
    form = random_form(*WIRINGS[1])
    bounded = replace(form, bounds=(low, high))
    X = 3 * np.random.default_rng(1).normal(size=(9, 3))
    cut = np.minimum(np.maximum(X, low), high)
    assert not np.allclose(form(X), form(cut))
    assert_allclose(bounded(X), form(cut))
    assert_allclose(bounded.hidden_signals(X), form.hidden_signals(cut))


def test_sparse_rows_and_many_of_them():
    form = random_form(*WIRINGS[3])
    X = np.random.default_rng(1).normal(size=(ROWS_PER_SLICE + 3, 2))
    X[X < 0] = 0
    expected = form(X)
    assert_allclose(form(sparse.csr_array(X)), expected, rtol=1e-12)
    assert_allclose(expected[-5:], form(X[-5:]), rtol=1e-12)


@pytest.mark.parametrize(("sizes", "links"), WIRINGS)
def test_rescaled_takes_and_gives_raw_units(sizes, links):
    form, rng = random_form(sizes, links), np.random.default_rng(1)
    x_mean, x_scale = rng.normal(size=sizes[0]), rng.uniform(1, 3, size=sizes[0])
    y_mean, y_scale = rng.normal(size=sizes[-1]), rng.uniform(1, 3, size=sizes[-1])
    X = rng.normal(size=(6, sizes[0]))
    raw = form.rescaled(x_mean, x_scale, y_mean, y_scale)
    assert_allclose(raw(X), form((X - x_mean) / x_scale) * y_scale + y_mean)
    back = raw.rescaled(-x_mean / x_scale, 1 / x_scale, -y_mean / y_scale, 1 / y_scale)
    assert_allclose(back(X), form(X))
    for link, coef in random_form(sizes, links).coefs.items():
        assert_array_equal(form.coefs[link], coef)  # the original was left alone


def test_astype_keeps_all_but_the_type():
    form = random_form(*WIRINGS[1], bounds=(np.full(3, -9.0), np.full(3, 9.0)))
    single = form.astype(np.float32)
    arrays = [*single.coefs.values(), *single.intercepts.values()]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    X = np.random.default_rng(1).normal(size=(6, 3))
    assert single(X.astype(np.float32)).dtype == np.float32
    assert_allclose(single(X), form(X), rtol=1e-4)
    assert (single.layers, single.activation) == (form.layers, form.activation)
    assert single.bounds is form.bounds


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_computing_is_the_same_function_of_the_live_neurons(activation):
    form = random_form(*WIRINGS[3], activation)
    form.coefs[2, 1][0] = 0  # hears nothing: a constant
    form.coefs[3, 2][:, 1] = form.coefs[4, 2][:, 1] = 0  # is not heard
    form.coefs[4, 3][:, [0, 2]] = 0  # two more that are not
    live = form.computing()
    X = np.random.default_rng(1).normal(size=(6, 2))
    assert_allclose(live(X), form(X), rtol=1e-9)
    assert live.layer_sizes == (2, 1, 2, 1)
    assert [n.tolist() for n in live.neurons] == [[2], [1, 3]]
    assert live.layers == (1, 2)


def test_computing_leaves_dead_layers_out():
    form = random_form(*WIRINGS[3])
    form.coefs[4, 3][:] = 0
    live = form.computing()
    X = np.random.default_rng(1).normal(size=(6, 2))
    assert_allclose(live(X), form(X), rtol=1e-9)
    assert live.layer_sizes == (2, 3, 1)
    assert live.layers == (1,)
    form.coefs[4, 2][:] = 0
    assert sorted(form.computing().coefs) == [(2, 1)]


def test_a_chain_of_constants_joins_the_intercepts():
    form = random_form((2, 1, 1, 1), [(2, 1), (3, 2), (4, 1), (4, 3)])
    form.coefs[2, 1][:] = 0
    live = form.computing()
    a = np.tanh(form.intercepts[2])
    b = np.tanh(form.coefs[3, 2] @ a + form.intercepts[3])
    expected = form.intercepts[4] + form.coefs[4, 3] @ b
    assert live.layer_sizes == (2, 1)
    assert_allclose(live.intercepts[2], expected)
    assert_array_equal(live.coefs[2, 1], form.coefs[4, 1])


def test_from_weights_cuts_blocks_and_the_constants_column():
    rng = np.random.default_rng(0)
    W2, W3 = rng.normal(size=(4, 3)), rng.normal(size=(1, 7))
    form = DirectForm.from_weights([W2, W3], 2, True, "relu", [np.array([9, 1, 5, 3])])
    assert_array_equal(form.coefs[2, 1], W2[:, :2])
    assert_array_equal(form.intercepts[2], W2[:, 2])
    assert_array_equal(form.coefs[3, 1], W3[:, :2])
    assert_array_equal(form.coefs[3, 2], W3[:, 3:])
    assert_array_equal(form.intercepts[3], W3[:, 2])
    assert form.neurons[0].tolist() == [9, 1, 5, 3]
    plain = DirectForm.from_weights([W2], 3, False, "relu", [])
    assert_array_equal(plain.coefs[2, 1], W2)
    assert_array_equal(plain.intercepts[2], np.zeros(4))


def test_what_is_dead_is_folded_into_intercepts():
    # layer 2: neuron 0 hears x, 1 hears nothing, 2 is not heard; logistic(0) = 1/2
    W2 = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    W3 = np.array([[3.0, 0.0, 0.0, 4.0, 6.0, 0.0]])
    form = DirectForm.from_weights([W2, W3], 2, True, "logistic", [np.array([7, 8, 9])])
    X = np.random.default_rng(0).normal(size=(5, 2))
    a = 1 / (1 + np.exp(-(X @ [1.0, 2.0] + 0.5)))
    assert_allclose(form(X)[:, 0], 3 * X[:, 0] + 4 * a + 6 / 2)
    assert form.layer_sizes == (2, 1, 1)
    assert form.neurons[0].tolist() == [7]
    assert form.intercepts[3].tolist() == [3.0]
