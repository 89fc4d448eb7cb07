"""Samples whose X is not copied are, to second-order steps, those of a scaled copy."""

import numpy as np
import pytest
import torch
from helpers.live import live_network, objective
from helpers.problems import regression_problem
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs._data import batches
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._losses.raw_observations import RawObservations, observed
from sklearn_sparcs._second_order import objective as module
from sklearn_sparcs._second_order.gauss_newton import GaussNewtonMatrix

#: Ways to some of the samples by number.
HANDED = ("rows", "taken", "some")


def table(n=700, order="C", dtype=np.float64):
    """Features far from zero, one a constant, and weights that count."""
    rng = np.random.default_rng(0)
    X = 5 * rng.normal(size=(n, 4)) + 100
    X[:, 2] = 7
    y, weight = rng.normal(size=n), rng.integers(1, 4, size=n).astype(float)
    return np.asarray(X, dtype, order=order), y, weight


def both(monkeypatch, X, y, weight, **units):
    """The same samples as they are, and as a copy."""
    whole = regression_problem(X, y, weight, **units).observations()
    monkeypatch.setitem(batches.LARGEST_COPY, "cpu", X.nbytes - 1)
    raw = regression_problem(X, y, weight, **units)
    assert raw.train.x is X
    return raw.observations(), whole


@pytest.mark.parametrize("units", [{}, {"bias": False}, {"clip": 1.0}])
@pytest.mark.parametrize(("order", "dtype"), [("C", np.float32), ("F", np.float64)])
def test_rows_are_those_of_the_copy(order, dtype, units, monkeypatch):
    X, y, weight = table(40, order, dtype)
    raw, whole = both(monkeypatch, X, y, weight, **units)
    assert isinstance(raw, RawObservations)
    assert isinstance(whole, Observations)
    assert len(raw) == len(whole) == 40
    assert raw.n_counted == whole.n_counted == weight.sum()
    assert_array_equal(raw.count, whole.count)
    index = torch.tensor([31, 0, 7])
    pairs = [(raw.rows(slice(5, 50)), whole.rows(slice(5, 50)))]
    pairs += [(getattr(raw, k)(index), getattr(whole, k)(index)) for k in HANDED]
    for found, expected in pairs:
        assert found.inputs.dtype == whole.inputs.dtype
        assert_array_equal(found.inputs, expected.inputs)
        assert_array_equal(found.y, expected.y)
        assert_array_equal(found.weight, expected.weight)
        assert found.mean_count == expected.mean_count


@pytest.mark.parametrize("size", [1, 2**19])
def test_loss_gradient_and_matrix_are_those_of_the_copy(size, monkeypatch):
    raw, whole = both(monkeypatch, *table())
    net, loss = live_network((3, 2), n_outputs=1), SquaredError()
    expected = objective(loss, whole)
    at = expected.evaluate(net, keep=True)
    gradient = expected.gradient(at)
    matrix, gram = GaussNewtonMatrix.of(expected, at), expected.gram(at)
    monkeypatch.setattr(module, "SLICE", size)  # rows are cut in three, or not at all
    goal = objective(loss, raw)
    here = goal.evaluate(net)
    assert len(list(goal.slices(1))) == (3 if size == 1 else 1)
    assert_allclose(here.value, at.value, rtol=1e-12)
    assert_allclose(goal.gradient(here), gradient, rtol=1e-9, atol=1e-12)
    assert_allclose(goal.gram(here), gram, rtol=1e-9, atol=1e-9)
    found = GaussNewtonMatrix.of(goal, here)
    assert_allclose(found.hidden, matrix.hidden, rtol=1e-9, atol=1e-12)
    assert_allclose(found.mixed, matrix.mixed, rtol=1e-9, atol=1e-12)
    signals = goal.of_signals(here)
    assert_allclose(signals.inputs, net.signals(whole.inputs), rtol=1e-12)


def test_a_copy_is_made_of_what_is_small():
    train = regression_problem(*table(20)).train
    assert isinstance(observed(train, True), Observations)
