"""What second-order steps ask of samples elsewhere: sums as of all here, few rounds."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
import torch
from helpers.live import live_network, objective, samples
from helpers.networks import LOSSES
from helpers.shared import Sent
from numpy.testing import assert_allclose

from sklearn_sparcs._data.parts import Placed, added
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.shared_observations import SharedObservations
from sklearn_sparcs._second_order import metric
from sklearn_sparcs._second_order.gauss_newton import GaussNewtonMatrix
from sklearn_sparcs._second_order.levenberg_marquardt import optimize


class Asked(Sent):
    """Pieces that count the rounds in which they are asked, in a list."""

    def __init__(self, pieces, rounds):
        super().__init__(pieces)
        self.rounds = rounds

    def mapped(self, of, *args):
        return Asked(super().mapped(of, *args)._pieces, self.rounds)

    def folded(self, join):
        self.rounds.append(join)
        return super().folded(join)


def both(loss, n=60, cuts=(20, 21, 45), weighted=False, alpha=0.1):
    """An objective of samples that are here, of the same elsewhere, and the rounds."""
    data, edges, rounds = samples(loss, n, 2, weighted=weighted), [0, *cuts, n], []
    pieces = [Placed(a, data.rows(slice(a, b))) for a, b in pairwise(edges)]
    parts, device = Asked(pieces, rounds), data.inputs.device
    shared = SharedObservations(parts, n, device)
    of = partial(objective, loss, alpha=alpha)
    return of(data), of(shared), rounds


def assert_same_matrix(found, expected):
    for name in ("hidden", "mixed", "gram", "sigma", "basis"):
        value, wanted = getattr(found, name), getattr(expected, name)
        assert_allclose(value, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_a_loss_comes_with_its_gradient(loss):
    here, there, rounds = both(loss, weighted=True)
    network = live_network((3, 2))
    at, own = there.evaluate(network, keep=True), here.evaluate(network, keep=True)
    assert_allclose(at.value, own.value, rtol=1e-12)
    assert_allclose(there.gradient(at), here.gradient(own), rtol=1e-9, atol=1e-12)
    assert len(rounds) == 1
    assert_allclose(
        there.gradient(there.evaluate(network)), here.gradient(own), 1e-9, 1e-12
    )


def test_a_loss_comes_with_the_matrix_of_the_outputs():
    here, there, rounds = both(SquaredError(), weighted=True)
    network = live_network((3, 2))
    at = there.evaluate(network, keep=True)
    found, gradient = GaussNewtonMatrix.of_outputs(there, at)
    assert len(rounds) == 1
    own = GaussNewtonMatrix.of_outputs(here, here.evaluate(network))
    assert_same_matrix(found, own[0])
    assert_allclose(gradient, own[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize("n", [1, 7])
def test_a_matrix_of_some_samples_is_formed_where_they_are(loss, n):
    """Places that have none of them, as of one there must be, add nothing."""
    here, there, rounds = both(loss, weighted=True)
    network = live_network((3,))
    seed = torch.Generator().manual_seed
    some, brought = there.some(n, seed(3)), here.sample(n, seed(3))
    assert not rounds and len(some.data) == n and some.data.here is None
    found = GaussNewtonMatrix.of(some, there.evaluate(network))
    own = GaussNewtonMatrix.of(brought, brought.evaluate(network))
    assert_same_matrix(found, own)


def test_samples_that_were_selected_are_numbered_anew():
    """Else a number would mean a row of the table, or none, and rows be lost."""
    here, there, _ = both(SquaredError(), weighted=True)
    index = torch.tensor([58, 3, 20, 44, 22, 21, 7])
    twice, numbers = torch.tensor([6, 0, 3, 1]), torch.tensor([2, 0])
    some, own = there.data.some(index), here.data.some(index)
    assert_same_samples(some.taken(twice), own.taken(twice))
    some, own = some.some(twice), own.some(twice)
    assert len(some) == 4
    assert_same_samples(some.taken(numbers), own.taken(numbers))
    some, own = some.mapped(halved), own.mapped(halved)
    assert_same_samples(some.taken(numbers), own.taken(numbers))
    assert_allclose(some.total(sums)[0], own.total(sums)[0])


def assert_same_samples(found, expected):
    for name in ("inputs", "y", "weight"):
        assert_allclose(getattr(found, name), getattr(expected, name))


def halved(data):
    return replace(data, y=data.y / 2)


def sums(data):
    return (data.y.sum(dim=0),)


@pytest.mark.parametrize("budget", [2 * 10**10, 1])
def test_an_iteration_is_three_rounds(budget, monkeypatch):
    """Matrix, of all or of some; loss with the outputs' matrix; loss and gradient."""
    monkeypatch.setattr(metric, "_BUDGET", budget)
    monkeypatch.setattr(metric, "_ROWS_A_WEIGHT", 6)
    here, there, rounds = both(SquaredError(), n=200, alpha=1e-4)
    network = live_network((3,))
    for n_iter in (1, 2):
        rounds.clear()
        found = optimize(there, network, n_iter, tol=0.0)
        own = optimize(here, network, n_iter, tol=0.0)
        assert_allclose(found.values, own.values, rtol=1e-9)
        assert rounds == [added] * (1 + 3 * n_iter)  # no rows are brought
