"""What a solver does to its network between steps."""

import copy

import pytest
import torch
from helpers.networks import random_network, spectral_network
from numpy.testing import assert_allclose

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._growth.solver import GrowthSolver
from sklearn_sparcs._training.arrays import TORCH
from sklearn_sparcs._training.cuda_graph import N_EAGER_STEPS, ReplayedGradient
from sklearn_sparcs._training.growing_gradient import LiveGradient
from sklearn_sparcs._training.losses import SquaredError
from sklearn_sparcs._training.penalty import SparseGroupPenalty
from sklearn_sparcs._training.solvers import PaperSolver


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
        strengths = torch.full((5,), 0.5, dtype=torch.float64)
        solver.penalty.prox_(
            TORCH, expected[-5:], old.sign(), strengths, metric, 0.01 * rate, [3, 2]
        )
        output = solver.step(x, y, None).clone()
        assert_allclose(output, twin(x).detach(), atol=1e-12)
        assert_allclose(net.flat.detach(), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("input_eigenvalues", [False, True])
@pytest.mark.parametrize("hidden", [(), (4,), (5, 3), (2, 4, 3)])
def test_a_step_of_the_papers_recipe(hidden, input_eigenvalues, l1_ratio):
    draw = torch.Generator().manual_seed(0)
    net = spectral_network(hidden, "relu", True, draw, input_eigenvalues)
    if net.penalized_eigenvalues():  # a layer asleep has the subgradient zero
        net.penalized_eigenvalues()[0].data.zero_()
    twin = copy.deepcopy(net)
    loss, penalty = SquaredError(), SparseGroupPenalty(0.5, l1_ratio, 2.0)
    solver = PaperSolver(net, loss, penalty, 0.01)
    adam = torch.optim.Adam(twin.parameters(), 0.01)
    x = torch.randn(8, 3, generator=draw, dtype=torch.float64)
    y = torch.randn(8, 2, generator=draw, dtype=torch.float64)
    penalized = twin.penalized_eigenvalues()
    for _ in range(3):
        output = twin(x)
        value = penalty.value(penalized) if penalized else torch.zeros(())
        with torch.no_grad():
            found = float(solver.penalty_value())
        assert_allclose(found, value.detach(), rtol=1e-12)
        adam.zero_grad()
        (loss(output, y, None) + value).backward()
        adam.step()
        assert_allclose(solver.step(x, y, None), output.detach(), rtol=1e-9)
    for parameter, expected in zip(net.parameters(), twin.parameters(), strict=True):
        assert_allclose(parameter.detach(), expected.detach(), rtol=1e-9, atol=1e-12)


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


def test_surveys_become_rare_where_the_network_does_not_grow():
    net, x = random_network((9, 9), (3, 2))
    data = TrainingData(x, torch.zeros(8, 2, dtype=torch.float64), None)
    solver, held = growth_solver(net, alpha=0.0), []
    solver._survey = lambda data, layers: held.append(solver.optimizer.n_steps)
    for step in range(700):
        if step == 600:
            solver.look_soon()
        solver.grow(data)
        solver.step(data.x, data.y, None)
    # the first finds five neurons; then waits of 8, 12, 18 … and at most 64 steps
    expected = [0, 8, 20, 38, 65, 106, 167, 231, 295, 359, 423, 487, 551]
    expected += [600, 612, 630, 657, 698]
    assert held == expected


def test_training_sees_four_times_the_samples_of_a_survey():
    net, x = random_network((9, 9), (3, 2))
    data = TrainingData(x, torch.zeros(8, 2, dtype=torch.float64), None)
    solver, held = growth_solver(net, alpha=0.0), []

    def survey(data, layers):
        held.append(solver.optimizer.n_steps)
        solver._n_surveyed = 100

    solver._survey = survey
    for _ in range(60):
        solver.grow(data)
        solver.step(data.x, data.y, None)
    assert held == [0, 50]  # 400 samples, eight a step


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_replayed_gradient_is_the_gradient():
    net, x = random_network((9, 9), (3, 2))
    net.to("cuda")
    net.restructure([p.cuda() for p in net.structure()], net.neurons)
    grad, expected = (torch.empty_like(net.flat.data) for _ in range(2))
    replayed = ReplayedGradient(LiveGradient(net, grad, len(x)))
    eager = LiveGradient(net, expected, len(x))
    y = torch.zeros(8, 2, dtype=torch.float64, device="cuda")
    for step in range(N_EAGER_STEPS + 5):
        batch = x.cuda() + step
        with torch.no_grad():
            output = replayed(batch, y, None, SquaredError()).clone()
            assert_allclose(output.cpu(), eager(batch, y, None, SquaredError()).cpu())
        assert_allclose(grad.cpu(), expected.cpu(), rtol=1e-9)
