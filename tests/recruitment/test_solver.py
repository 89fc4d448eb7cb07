"""What the growing network's solver does in a step, and between steps."""

import pytest
import torch
from helpers.networks import random_network
from numpy.testing import assert_allclose

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._numerics.array_library import TORCH
from sklearn_sparcs._recruitment.solver import GrowthSolver
from sklearn_sparcs._recruitment.survey_schedule import SurveySchedule


def growth_solver(net, **options):
    penalty = SparseGroupPenalty(**{"alpha": 1e-3, **options})
    generator = torch.Generator().manual_seed(0)
    return GrowthSolver(net, SquaredError(), penalty, 0.01, [0], generator)


def test_pruning_equals_setting_the_eigenvalues_to_zero():
    net, x = random_network((9, 9), (3, 2))
    threshold = float(net.live_eigenvalues.abs().median())
    solver = growth_solver(net)
    solver.output(x)  # buffers of the old architecture are not to be used again
    before = net.flat.detach().clone()
    for lam in net.lam:
        lam[lam.abs() <= threshold] = 0
    gated = net(x)
    net.flat.copy_(before)
    solver.prune(threshold)
    assert sum(net.n_live) == 2
    assert_allclose(net(x), gated, atol=1e-12)
    assert_allclose(solver.output(x), gated, atol=1e-12)


@pytest.mark.parametrize("rate", [1.0, 0.1])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_a_step_is_autograd_then_adam_then_the_proximal_step(l1_ratio, rate):
    net, x = random_network((9, 9), (3, 2), seed=3)
    y = torch.randn(8, 2, generator=torch.Generator().manual_seed(1)).double()
    flat = torch.nn.Parameter(net.flat.detach().clone())
    solver = growth_solver(net, alpha=0.5, l1_ratio=l1_ratio)
    solver.eigenvalue_rate = rate
    adam = torch.optim.Adam([flat], 0.01)
    for _ in range(3):
        twin, _ = random_network((9, 9), (3, 2))
        structure = [p.clone().requires_grad_() for p in net.structure()]
        twin.Q, twin.lam = structure[:3], structure[3:]
        loss = SquaredError()(twin(x), y, None)
        grads = torch.autograd.grad(loss, structure)
        flat.data.copy_(net.flat)
        flat.grad = torch.cat([g.flatten() for g in grads])
        adam.step()
        expected, old = flat.detach().clone(), net.live_eigenvalues.clone()
        state = adam.state[flat]
        corrected = state["exp_avg_sq"][-5:] / (1 - 0.999 ** float(state["step"]))
        metric = corrected.sqrt() + 1e-8
        expected[-5:] = old + rate * (expected[-5:] - old)
        prox = solver.penalty.on([3, 2], old, TORCH)
        prox(expected[-5:], old.sign(), metric, 0.01 * rate)
        output = solver.step(x, y, None).clone()
        assert_allclose(output, twin(x).detach(), atol=1e-12)
        assert_allclose(net.flat.detach(), expected, rtol=1e-9, atol=1e-12)


def test_a_snapshot_is_unchanged_and_unshared():
    net, x = random_network((9, 9), (3, 2))
    y = torch.zeros(8, 2, dtype=torch.float64)
    solver = growth_solver(net)
    solver.step(x, y, None)
    kept, output = solver.snapshot(), net(x)
    solver.prune(float(net.live_eigenvalues.abs().median()))
    for _ in range(2):
        solver.restore(kept)
        assert net.n_live == [3, 2]
        assert_allclose(net(x), output, atol=0)
        assert_allclose(solver.optimizer.first, kept.first, atol=0)
        solver.step(x, y, None)


class Recorder(SurveySchedule):
    """Keeps the steps at which surveys were held, and what is said of them."""

    def __init__(self):
        super().__init__()
        self.steps, self.samples = [], []

    def held(self, n_steps, n_live, n_samples):
        self.steps.append(n_steps)
        self.samples.append(n_samples)
        super().held(n_steps, n_live, n_samples)


def test_surveys_are_held_when_they_are_due():
    net, x = random_network((9, 9), (3, 2))
    data = TrainingData(x, torch.zeros(8, 2, dtype=torch.float64), None)
    solver = growth_solver(net, alpha=0.0)
    solver.min_significance, solver.schedule = 1e9, Recorder()
    for step in range(120):
        if step == 90:
            solver.look_soon()
        if step == 100:
            solver.stop_growing()
        solver.grow(data)
        solver.step(data.x, data.y, None)
    # the first finds five neurons; then waits of 8, 12, 18 …
    assert solver.schedule.steps == [0, 8, 20, 38, 65, 90, 102]
    assert solver.schedule.samples == [8] * 6 + [None]
