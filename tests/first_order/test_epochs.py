"""Loops over batches: every sample once, growth in between."""

import numpy as np
import torch
from numpy.testing import assert_allclose

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._first_order.adam_solver import AdamSolver
from sklearn_sparcs._first_order.epochs import (
    epoch,
    evaluate,
    shuffled,
    training_conditions,
)
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._networks.direct import DirectNetwork


class Diary(AdamSolver):
    """Writes down what it is asked, and trains nothing."""

    def __init__(self):
        network = DirectNetwork(1, (3,), 1, dtype=torch.float64)
        super().__init__(network, SquaredError(), SparseGroupPenalty(0.0), 0.01)
        self.asked = []

    def step(self, x, y, weight):
        self.asked.append(x[:, 0].tolist())
        return -x

    def grow(self, data):
        self.asked.append("grow")

    def retire(self):
        self.asked.append("retire")


def samples(n=5):
    x = torch.arange(float(n), dtype=torch.float64)[:, None]
    return TrainingData(x, 2 * x, None)


def test_an_epoch_steps_then_shows_then_grows():
    solver = Diary()
    for (x, y, weight), output in epoch(solver, samples(), 2, None):
        solver.asked.append("shown")
        assert_allclose(y, 2 * x)
        assert_allclose(output, -x)
        assert weight is None
    each = [[[0.0, 1.0], "shown", "grow"], [[2.0, 3.0], "shown", "grow"]]
    assert solver.asked == [*each[0], *each[1], [4.0], "shown", "grow", "retire"]


def test_a_random_order_has_every_sample_once():
    data = samples(50)
    assert shuffled(data, None) is None
    order = shuffled(data, torch.Generator().manual_seed(0))
    again = shuffled(data, torch.Generator().manual_seed(0))
    assert torch.equal(order, again)
    assert order.tolist() != list(range(50)) == sorted(order.tolist())


def test_the_loss_is_the_mean_over_all_slices():
    solver, data = Diary(), samples(1000)
    with torch.no_grad():
        error = (solver.network(data.x) - data.y).square().mean()
    assert_allclose(evaluate(solver, data), float(error), rtol=1e-12)


def test_small_batches_are_trained_by_one_thread_without_warnings():
    solver, before = Diary(), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with training_conditions(solver, samples(), 2):
            assert torch.get_num_threads() == 1
            assert np.isinf(np.float64(1) / np.float64(0))
        assert torch.get_num_threads() == 2
        with training_conditions(solver, samples(), 2**17):
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
