"""Total effects against every pair of samples, one at a time."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import expit

from sklearn_sparcs._direct import effects
from sklearn_sparcs._direct.effects import total_effects
from sklearn_sparcs._direct.form import DirectForm

WIRINGS = [
    ((3, 2), [(2, 1)]),
    ((3, 4, 2), [(2, 1), (3, 1), (3, 2)]),
    ((3, 4, 2), [(2, 1), (3, 2)]),
    ((3, 2, 4, 1), [(2, 1), (3, 2), (4, 1), (4, 3)]),
]
INNER = np.array([-0.5, -1.0, -0.2]), np.array([0.9, 0.3, 0.2])
OUTER = np.array([-1.0, -1.5, -0.2]), np.array([1.0, 0.4, 0.7])


def random_form(sizes, links, **options):
    rng = np.random.default_rng(0)
    coefs = {(i, j): rng.normal(size=(sizes[i - 1], sizes[j - 1])) for i, j in links}
    intercepts = {i: rng.normal(size=n) for i, n in enumerate(sizes[1:], start=2)}
    return DirectForm(coefs, intercepts, "relu", **options)


def pair_by_pair(form, X, weight, said):
    """½ E ‖s(x) − s(x with x_j of another sample)‖², as it is written."""
    n = len(X)
    pairs = [(i, k) for i in range(n) for k in range(n) if i != k]
    count = sum(weight[i] * weight[k] for i, k in pairs)
    effects = np.zeros(X.shape[1])
    for j in range(X.shape[1]):
        for i, k in pairs:
            other = X[[i]].copy()
            other[0, j] = X[k, j]
            change = said(form(other)) - said(form(X[[i]]))
            effects[j] += weight[i] * weight[k] * (change**2).sum() / 2
    return effects / count


@pytest.mark.parametrize("said", [expit, lambda output: output / 3])
@pytest.mark.parametrize("bounds", [{}, {"bounds": OUTER, "hidden_bounds": INNER}])
@pytest.mark.parametrize(("sizes", "links"), WIRINGS)
def test_pair_by_pair(sizes, links, bounds, said):
    rng = np.random.default_rng(1)
    form = random_form(sizes, links, **bounds)
    X, weight = rng.normal(size=(9, 3)), rng.uniform(0.5, 2, size=9)
    X[4:, 2] = 1.0
    expected = pair_by_pair(form, X, weight, said)
    assert_allclose(total_effects(form, X, weight, said), expected, rtol=1e-9)
    expected = pair_by_pair(form, X, np.ones(9), said)
    assert_allclose(total_effects(form, X, None, said), expected, rtol=1e-9)


def test_sparse_samples_are_the_dense_ones(monkeypatch):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 3)) * (rng.uniform(size=(40, 3)) < 0.3)
    form = random_form(*WIRINGS[1])
    expected = total_effects(form, X, None, expit)
    assert_allclose(total_effects(form, sparse.csr_array(X), None, expit), expected)


def test_values_that_are_stored_in_parts_are_added_up():
    X = np.random.default_rng(1).normal(size=(40, 3))
    form, columns = random_form(*WIRINGS[1]), np.tile(np.repeat(range(3), 2), 40)
    halves = np.repeat(X.ravel() / 2, 2), columns, 6 * np.arange(41)
    in_parts = sparse.csr_array(halves, X.shape)
    assert in_parts.nnz == 2 * X.size
    expected = total_effects(form, X, None, expit)
    assert_allclose(total_effects(form, in_parts, None, expit), expected)


def test_of_a_linear_model_they_are_the_parts_of_its_variance():
    X = np.random.default_rng(0).normal(size=(50, 2)) * [1.0, 3.0]
    form = DirectForm({(2, 1): np.array([[2.0, -0.5]])}, {2: np.zeros(1)}, "relu")
    found = total_effects(form, X, None, np.asarray)
    assert_allclose(found, [4.0, 0.25] * X.var(axis=0, ddof=1))


def test_an_interaction_counts_for_both():
    """s = x₁ x₂ of unit variance: all of it stays whichever is known."""
    X = np.random.default_rng(0).choice([-1.0, 1.0], size=(400, 3))
    corners = np.array([[1.0, 1.0, 0.0], [-1.0, -1.0, 0.0]])
    coefs = {(2, 1): corners, (3, 2): np.ones((1, 2))}
    form = DirectForm(coefs, {2: np.zeros(2), 3: np.array([-1.0])}, "relu")
    assert_allclose(form(X)[:, 0], X[:, 0] * X[:, 1])
    assert_allclose(total_effects(form, X, None, np.asarray), [1, 1, 0], atol=0.01)


def test_some_pairs_of_many_samples_are_nearly_all(monkeypatch):
    X = np.random.default_rng(0).normal(size=(2000, 3))
    form = random_form(*WIRINGS[1])
    monkeypatch.setattr(effects, "_AFFORDED", 0)
    monkeypatch.setattr(effects, "_FEWEST", 500_000)
    expected = total_effects(form, X, None, expit)
    for n_pairs in (1000, 20_000):
        monkeypatch.setattr(effects, "_FEWEST", n_pairs)
        error = total_effects(form, X, None, expit) / expected - 1
        assert np.abs(error).max() < 4 / n_pairs**0.5
        assert (error != 0).all()


def test_what_is_not_heard_has_none_and_one_sample_says_nothing():
    form = random_form(*WIRINGS[0]).deaf_to(np.array([False, True, False]))
    X = np.random.default_rng(0).normal(size=(20, 3))
    assert (total_effects(form, X, None, expit) > 0).tolist() == [True, False, True]
    assert_array_equal(total_effects(form, X[:1], None, expit), 0)
