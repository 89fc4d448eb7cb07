"""Levenberg-Marquardt: its step by a dense solver, its descent, its optimum."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.live import LIVE, live_network, objective, samples, value_and_gradient
from helpers.networks import LOSSES
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._losses.losses import BinaryCrossEntropy, SquaredError
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._numerics.status import Status
from sklearn_sparcs._second_order import levenberg_marquardt, metric
from sklearn_sparcs._second_order.gauss_newton import GaussNewtonMatrix, damped
from sklearn_sparcs._second_order.levenberg_marquardt import optimize
from sklearn_sparcs._second_order.weak_neurons import without_weak


def taught(n=300, n_outputs=1, seed=0, bias=True, noise=0.1):
    """Samples of two tanh neurons and noise."""
    data = samples(SquaredError(), n, n_outputs, seed=seed, bias=bias)
    teacher = live_network((2,), seed=5, n_outputs=n_outputs, bias=bias)
    return replace(data, y=teacher(data.inputs) + noise * data.y)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("live", [(), (4,), (3, 2)])
def test_the_step_solves_the_dense_system(live, n_outputs, monkeypatch):
    """By numpy, of the samples' Jacobians; the outputs are not solved after it."""
    net, data = live_network(live, n_outputs=n_outputs), taught(40, n_outputs)
    goal, damping = objective(SquaredError(), data, linear=0.01), 0.1
    flat, n = net.flat(), len(data)
    J = torch.autograd.functional.jacobian(
        lambda v: plain(net.with_flat(v), data.inputs), flat
    ).reshape(n * n_outputs, -1)
    curvature = 2 / n_outputs / n * J.T @ J
    p, s = net.n_hidden_weights, net.n_signals
    diagonal = curvature.diagonal()
    mean = diagonal[p:].reshape(n_outputs, s)[0]
    added = [damped(diagonal[:p], damping), *[damped(mean, damping)] * n_outputs]
    ridge = goal.penalty.ridge(net)
    system = curvature + torch.diag(ridge + torch.cat(added))
    error = (plain(net, data.inputs) - data.y).reshape(-1)
    right = -(2 / n_outputs / n * J.T @ error + ridge * flat)
    expected = np.linalg.solve(system.numpy(), right.numpy())
    monkeypatch.setattr(levenberg_marquardt, "outputs_solved", lambda goal, at: at)
    at = goal.evaluate(net, keep=True)
    matrix = GaussNewtonMatrix.of(goal, at)
    gradient = goal.gradient(at)
    new, share = levenberg_marquardt._trial(goal, at, matrix, ridge, gradient, damping)
    found = new.network.flat() - flat
    assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    promised = -float(gradient @ found) / 2
    assert_allclose(share, (at.value - new.value) / promised, rtol=1e-6)


def test_the_damping_follows_what_came_true():
    shares = [-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 3.0]
    found = [levenberg_marquardt._less(share) for share in shares]
    assert_allclose(found, [2.0, 2.0, 1.125, 1.0, 0.875, 0.2, 0.2])


def plain(network, inputs):
    """The output in a way that autograd follows."""
    signals = inputs
    for weight in network.weights[:-1]:
        signals = torch.cat([signals, torch.tanh(signals @ weight.T)], dim=1)
    return signals @ network.weights[-1].T


@pytest.mark.parametrize(("bias", "weighted"), [(True, False), (False, True)])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize("live", LIVE)
def test_loss_and_penalty_fall_at_every_iteration(
    live, loss, activation, bias, weighted
):
    net = live_network(live, activation=activation, bias=bias)
    data = samples(loss, 60, 2, bias=bias, weighted=weighted)
    penalty = {"alpha": 0.01, "l1_ratio": 0.7, "depth_factor": 2.0, "linear": 1e-3}
    goal = objective(loss, data, **penalty)
    found = optimize(goal, net, n_iter=8)
    assert found.values[0] == goal.value(net)
    assert np.all(np.diff(found.values) <= 0)
    assert found.values[-1] < found.values[0]
    assert found.value == pytest.approx(goal.value(found.network), rel=1e-12)


@pytest.mark.parametrize("loss", [SquaredError(), BinaryCrossEntropy()])
def test_the_end_is_an_optimum_that_a_slow_solver_cannot_better(loss):
    data = taught()
    if isinstance(loss, BinaryCrossEntropy):
        data = replace(data, y=(data.y > 0).double())
    net = live_network((2,), n_outputs=1)
    goal = objective(loss, data, alpha=1e-3, linear=1e-3, prior=1e-3)
    found = optimize(goal, net, n_iter=200, tol=1e-13)

    def slow(flat):
        value, grad = value_and_gradient(
            goal, found.network.with_flat(torch.from_numpy(flat))
        )
        return value, grad.numpy()

    start = found.network.flat().numpy()
    best = minimize(slow, start, jac=True, method="BFGS", options={"gtol": 1e-9})
    assert found.status == Status.CONVERGED
    assert found.value == pytest.approx(best.fun, rel=1e-9)


def test_without_neurons_it_is_ridge_regression():
    data, linear = taught(40), 0.3
    goal = objective(SquaredError(), data, linear=linear)
    net = optimize(goal, live_network((), n_outputs=1), tol=1e-12).network
    x = data.inputs
    ridge = torch.diag(torch.tensor([linear] * 4 + [0.0]).double())
    expected = torch.linalg.solve(2 * x.T @ x / 40 + ridge, 2 * x.T @ data.y / 40)
    assert_allclose(net.weights[0], expected.T, rtol=1e-6)


def test_more_weights_than_samples():
    data = taught(12)
    goal = objective(SquaredError(), data, alpha=1e-3, linear=1e-3)
    found = optimize(goal, live_network((6,), n_outputs=1), n_iter=50)
    assert np.isfinite(found.values).all()
    assert found.value < 0.5 * found.values[0]


def test_signals_that_repeat_each_other():
    data = taught(50)
    data = replace(data, inputs=data.inputs[:, [0, 0, 1, 1, 4]])
    goal = objective(SquaredError(), data)
    found = optimize(goal, live_network((3,), n_outputs=1))
    assert np.isfinite(found.values).all()
    assert bool(found.network.flat().abs().max() < 1e3)


@pytest.mark.parametrize(("alpha", "n_live"), [(1e-3, 2), (10.0, 0)])
def test_a_penalty_leaves_what_is_there_to_find(alpha, n_live):
    goal = objective(SquaredError(), taught(), alpha=alpha)
    found = optimize(goal, live_network((6,), n_outputs=1), n_iter=100, tol=1e-9)
    assert found.network.n_live == [n_live]


def test_weak_neurons_go_only_if_nothing_rises():
    net, data = live_network((3,), n_outputs=1), taught()
    weak = net.weights[1].clone()
    weak[0, 5] *= 1e-5
    net = replace(net, weights=(net.weights[0], weak))
    goal = objective(SquaredError(), data, alpha=0.1)
    smaller = without_weak(goal, goal.evaluate(net))
    assert smaller.network.n_live == [2]
    assert smaller.value <= goal.value(net)
    best = replace(data, y=net(data.inputs))  # every neuron is needed, nothing is paid
    free = objective(SquaredError(), best, alpha=0.0)
    at = free.evaluate(net)
    assert without_weak(free, at) is at


def test_no_finite_start():
    net = live_network((2,), n_outputs=1)
    net = net.with_flat(net.flat() * torch.inf)
    found = optimize(objective(SquaredError(), taught(20)), net)
    assert found.status == Status.DIVERGED


def test_statuses():
    goal, net = objective(SquaredError(), taught()), live_network((3,), n_outputs=1)
    assert optimize(goal, net, n_iter=1).status == Status.MAX_ITER
    assert optimize(goal, net, n_iter=500).status == Status.CONVERGED
    assert 1e-6 <= optimize(goal, net).damping <= 1.0


def test_single_precision():
    data, net = taught(), live_network((3,), n_outputs=1)
    exact = optimize(objective(SquaredError(), data, alpha=0.01), net, n_iter=30)
    low = Observations(data.inputs.float(), data.y.float())
    found = optimize(
        objective(SquaredError(), low, alpha=0.01),
        net.with_flat(net.flat().float()),
        30,
    )
    assert found.network.flat().dtype == torch.float32
    assert found.value == pytest.approx(exact.value, rel=1e-2)


def test_some_of_the_samples_in_the_matrix(monkeypatch):
    """Twenty a weight: the gradient, and what is accepted, still know all."""
    data, net = taught(2000), live_network((2,), n_outputs=1)
    goal = objective(SquaredError(), data, alpha=1e-3)
    whole = optimize(goal, net, n_iter=50, tol=1e-9)
    monkeypatch.setattr(metric, "_BUDGET", 1)
    found = optimize(goal, net, n_iter=50, tol=1e-9)
    assert found.values[1] != whole.values[1]
    assert found.value == pytest.approx(whole.value, rel=1e-4)
    again = optimize(goal, net, n_iter=50, tol=1e-9)
    assert again.values == found.values


def test_global_random_state_is_not_touched(monkeypatch):
    monkeypatch.setattr(metric, "_BUDGET", 1)
    before = torch.random.get_rng_state()
    optimize(objective(SquaredError(), taught(2000)), live_network((2,), n_outputs=1))
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_cuda(loss):
    data, net = samples(loss, 200, 2), live_network((3, 2))
    expected = optimize(objective(loss, data, alpha=0.01), net)
    there = Observations(data.inputs.cuda(), data.y.cuda())
    net = net.with_flat(net.flat().cuda())
    net = replace(net, neurons=tuple(n.cuda() for n in net.neurons))
    found = optimize(objective(loss, there, alpha=0.01), net)
    assert found.value == pytest.approx(expected.value, rel=1e-3)
