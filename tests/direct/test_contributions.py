"""What features add, against neurons one at a time, led the other way."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._direct import contributions as module
from sklearn_sparcs._direct.contributions import contributions
from sklearn_sparcs._direct.form import DirectForm

WIRINGS = [
    ((3, 2), [(2, 1)]),
    ((3, 4, 2), [(2, 1), (3, 1), (3, 2)]),
    ((3, 4, 2), [(2, 1), (3, 2)]),
    ((3, 2, 4, 1), [(2, 1), (3, 2), (4, 1), (4, 3)]),
    ((3, 4, 2, 3, 2), [(2, 1), (3, 1), (3, 2), (4, 2), (4, 3), (5, 1), (5, 2), (5, 4)]),
]
INNER = np.array([-0.5, -1.0, -0.2]), np.array([0.9, 0.3, 0.2])
OUTER = np.array([-1.0, -1.5, -0.2]), np.array([1.0, 0.4, 0.7])
CENTER = np.array([0.3, -0.2, 5.0])


def random_form(sizes, links, activation="relu", **options):
    rng = np.random.default_rng(0)
    coefs = {(i, j): rng.normal(size=(sizes[i - 1], sizes[j - 1])) for i, j in links}
    intercepts = {i: rng.normal(size=n) for i, n in enumerate(sizes[1:], start=2)}
    return DirectForm(coefs, intercepts, activation, **options)


def neuron_by_neuron(form, x):
    """Parts (outputs, features) of one sample, led forwards from the features."""
    f, last = ACTIVATIONS[form.activation].array, len(form.layer_sizes)
    parts, values = {}, {}
    for i in range(2, last + 1):
        parts[i] = np.zeros((form.layer_sizes[i - 1], len(x)))
        values[i] = np.zeros((form.layer_sizes[i - 1], 2))
        for k in range(form.layer_sizes[i - 1]):
            z = [form.intercepts[i][k]] * 2
            for j in form.senders(i):
                for s, w in enumerate(form.coefs[i, j][k]):
                    if j > 1:
                        both = values[j][s]
                        parts[i][k] += w * parts[j][s]
                    else:
                        both = heard(form, i, s, x[s]), heard(form, i, s, CENTER[s])
                        parts[i][k, s] += w * (both[0] - both[1])
                    z = [z[0] + w * both[0], z[1] + w * both[1]]
            a = z if i == last else f(np.array(z))
            parts[i][k] *= (a[0] - a[1]) / (z[0] - z[1])
            values[i][k] = a
    return parts[last]


def heard(form, receiver, j, value):
    """A feature's value as a layer hears it."""
    if form.bounds is not None:
        value = np.clip(value, form.bounds[0][j], form.bounds[1][j])
    if form.hidden_bounds is not None and receiver < len(form.layer_sizes):
        value = np.clip(value, form.hidden_bounds[0][j], form.hidden_bounds[1][j])
    return value


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("bounds", [{}, {"bounds": OUTER, "hidden_bounds": INNER}])
@pytest.mark.parametrize(("sizes", "links"), WIRINGS)
def test_neuron_by_neuron(sizes, links, bounds, activation, monkeypatch):
    monkeypatch.setattr(module, "_SLICE", 4)
    form = random_form(sizes, links, activation, feature_center=CENTER, **bounds)
    X = np.random.default_rng(1).normal(size=(9, 3))
    found = contributions(form, X)
    expected = np.array([neuron_by_neuron(form, x).T for x in X])
    assert_allclose(found, expected, rtol=1e-9, atol=1e-13)
    assert_allclose(found.sum(axis=1), form(X) - form(CENTER[None]), atol=1e-12)
    in_rows = contributions(form, sparse.csr_array(X))
    assert_allclose(in_rows, found, rtol=1e-12)


def test_a_neuron_by_hand():
    """relu(x₁ + 2 x₂ − 1) · 3 + x₂ beside (0, 0), where the neuron receives −1.

    At (2, 1) it receives 3: four more, of which three quarters come through.
    """
    coefs = {(2, 1): np.array([[1.0, 2.0]]), (3, 1): np.array([[0.0, 1.0]])}
    coefs[3, 2] = np.array([[3.0]])
    form = DirectForm(coefs, {2: np.array([-1.0]), 3: np.zeros(1)}, "relu")
    found = contributions(form, np.array([[2.0, 1.0]]))[0, :, 0]
    assert_allclose(found, [2 * 0.75 * 3, 2 * 0.75 * 3 + 1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nothing_is_added_at_the_reference(activation):
    form = random_form(*WIRINGS[-1], activation, feature_center=CENTER)
    assert_array_equal(contributions(form, CENTER[None]), np.zeros((1, 3, 2)))


@pytest.mark.parametrize("activation", ["logistic", "tanh", "gelu"])
def test_near_the_reference_they_are_derivatives(activation):
    """A quotient of such differences would be rounding alone."""
    form = random_form(*WIRINGS[2], activation, feature_center=CENTER * 0)
    f, w = ACTIVATIONS[activation].array, form.coefs[2, 1]
    step, z = 1e-4, form.intercepts[2]
    slope = (f(z + step) - f(z - step)) / (2 * step)
    gradient = (form.coefs[3, 2] * slope) @ w
    tiny = np.array([[1e-13, -2e-13, 3e-13]])
    expected = (gradient * tiny).T[None]
    assert_allclose(contributions(form, tiny), expected, rtol=1e-6)


def test_outputs_that_are_cut_off_are_a_neuron_more():
    form = random_form(*WIRINGS[1], feature_center=CENTER)
    X, low, high = np.random.default_rng(1).normal(size=(50, 3)), -1.0, 1.5
    bounds = np.array([low, low]), np.array([high, high])
    whole, at, ref = contributions(form, X), form(X), form(CENTER[None])
    found = contributions(form, X, bounds)
    rise = at.clip(low, high) - ref.clip(low, high)
    assert (at > high).any() and (at < low).any()
    assert_allclose(found, whole * (rise / (at - ref))[:, None])
    assert_allclose(found.sum(axis=1), rise, atol=1e-12)


def test_the_reference_is_in_raw_units_as_bounds_are():
    form = random_form(*WIRINGS[1], feature_center=CENTER)
    mean, scale = np.array([1.0, -2.0, 3.0]), np.array([2.0, 0.5, 10.0])
    X = np.random.default_rng(1).normal(size=(9, 3))
    raw = form.rescaled(mean, scale, 4.0, np.array([2.0, 3.0]))
    assert_allclose(raw.reference, CENTER * scale + mean)
    expected = contributions(form, X) * [2.0, 3.0]
    assert_allclose(contributions(raw, X * scale + mean), expected, rtol=1e-9)
    bare = replace(form, feature_center=None)
    assert_array_equal(bare.reference, np.zeros(3))
