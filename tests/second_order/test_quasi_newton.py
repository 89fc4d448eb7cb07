"""Quasi-Newton's method, its metrics, and the output layer alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.live import LIVE, live_network, objective, samples, value_and_gradient
from helpers.networks import LOSSES
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._numerics.status import Status
from sklearn_sparcs._second_order import metric, quasi_newton
from sklearn_sparcs._second_order.gauss_newton import Factor, GaussNewtonMatrix
from sklearn_sparcs._second_order.inverse_hessian import InverseHessian
from sklearn_sparcs._second_order.levenberg_marquardt import optimize
from sklearn_sparcs._second_order.metric import n_rows
from sklearn_sparcs._second_order.neuron_blocks import NeuronBlocks
from sklearn_sparcs._second_order.output_layer import FixedRidge, outputs_solved
from sklearn_sparcs._second_order.quasi_newton import minimised

EACH_LOSS = pytest.mark.parametrize(
    "loss", LOSSES, ids=lambda loss: type(loss).__name__
)
ONE_OR_SEVERAL = pytest.mark.parametrize(
    ("loss", "n_outputs"),
    [(SquaredError(), 1), (BinaryCrossEntropy(), 1), *((loss, 3) for loss in LOSSES)],
)


class Diagonal:
    """A metric that scales, and counts how often it is solved."""

    def __init__(self, *entries):
        self.entries, self.n_solved = torch.tensor(entries).double(), 0

    def solve(self, right):
        self.n_solved += 1
        return right / self.entries


def test_the_direction_satisfies_the_secant_equation():
    """B step = change for the latest pair, B⁻¹ by the formula (BFGS), dense."""
    generator = torch.Generator().manual_seed(0)
    hessian = torch.randn(5, 5, generator=generator).double()
    hessian = hessian @ hessian.T + torch.eye(5).double()
    metric = Diagonal(1.0, 2.0, 0.5, 3.0, 1.5)
    gradient = torch.randn(5, generator=generator).double()
    found, expected = InverseHessian(metric, gradient), (1 / metric.entries).diag()
    for _ in range(3):
        step = torch.randn(5, generator=generator).double()
        change = hessian @ step
        gradient = gradient + change
        found.move(step, gradient)
        rho = 1 / (step @ change)
        left = torch.eye(5).double() - rho * torch.outer(step, change)
        expected = left @ expected @ left.T + rho * torch.outer(step, step)
    found.scale = 1.0
    assert_allclose(found.direction(), -expected @ gradient, rtol=1e-9)
    assert metric.n_solved == 4


def test_the_latest_pair_is_kept_to_the_letter():
    """Where the whole gradient has come of one step, the direction is back."""
    step = torch.tensor([1.0, 2.0, -1.0]).double()
    change = torch.tensor([3.0, 1.0, -4.0]).double()
    found = InverseHessian(Diagonal(1.0, 2.0, 4.0), torch.zeros(3).double())
    found.move(step, change)
    assert_allclose(found.direction(), -step, rtol=1e-12)


def test_a_change_that_rounding_hides_is_no_pair():
    class Coarse:
        """A metric that is solved to whole numbers."""

        def solve(self, right):
            return right.round()

    gradient = torch.tensor([1.0, 2.0, -1.0]).double()
    found = InverseHessian(Coarse(), gradient, 0.3)
    found.move(torch.ones(3).double(), gradient + 0.1)
    assert (found.n_steps, found.scale) == (1, 0.3)
    assert_allclose(found.direction(), -0.3 * gradient)


@pytest.mark.parametrize("largest", [2000, 1])
@pytest.mark.parametrize("live", [(), (3,)])
def test_softmax_reaches_the_optimum(live, largest, monkeypatch):
    monkeypatch.setattr(metric, "_LARGEST", largest)
    loss, net = SoftmaxCrossEntropy(), live_network(live, n_outputs=3)
    goal = objective(loss, samples(loss, 100, 3), alpha=1e-3, linear=0.01, prior=0.01)
    at = goal.evaluate(net, keep=True)
    found = minimised(goal, at, n_iter=500, tol=1e-12)

    def slow(flat):
        network = found.network.with_flat(torch.from_numpy(flat))
        value, grad = value_and_gradient(goal, network)
        return value, grad.numpy()

    start = found.network.flat().numpy()
    best = minimize(slow, start, jac=True, method="BFGS", options={"gtol": 1e-9})
    assert found.value == pytest.approx(best.fun, rel=1e-5)
    assert np.all(np.diff(found.values) <= 0)
    assert found.status == Status.CONVERGED


@ONE_OR_SEVERAL
@pytest.mark.parametrize("live", LIVE)
def test_neurons_blocks_are_those_of_the_whole_matrix(live, loss, n_outputs):
    net = live_network(live, n_outputs=n_outputs, bounded=True)
    goal = objective(loss, samples(loss, 60, n_outputs, weighted=True), prior=0.1)
    at, ridge = goal.evaluate(net, keep=True), goal.penalty.ridge(net)
    whole = GaussNewtonMatrix.of(goal, at)
    found = NeuronBlocks.of(goal, at, ridge, 0.0)
    start = 0
    for factor in found.hidden:
        for lower in factor:
            stop = start + len(lower)
            expected = whole.hidden[start:stop, start:stop]
            expected = expected + torch.diag(ridge[start:stop])
            assert_allclose(lower @ lower.T, expected, rtol=1e-6, atol=1e-8)
            start = stop
    assert start == net.n_hidden_weights
    assert_allclose(found.outputs, Factor.of(whole, ridge, 0.0).outputs, rtol=1e-6)
    right = torch.randn(len(ridge)).double()
    alone = replace(whole, cross=0 * whole.cross)  # and neurons one by one
    if sum(live) <= 1:
        expected = Factor.of(alone, ridge, 0.0).solve(right)
        assert_allclose(found.solve(right), expected, rtol=1e-6)


@EACH_LOSS
@pytest.mark.parametrize("live", [(), (3,), (2, 3)])
def test_large_networks_are_trained_by_blocks(live, loss, monkeypatch):
    monkeypatch.setattr(metric, "_LARGEST", 1)
    goal = objective(loss, samples(loss, 60, 2), alpha=0.01, linear=0.01)
    found = optimize(goal, live_network(live), n_iter=5)
    assert np.all(np.diff(found.values) <= 0)
    assert found.values[-1] < found.values[0]


def test_rows_of_the_matrix():
    assert n_rows(10_000, 200, 200) == 10_000
    assert n_rows(10**7, 200, 200) == 500_000
    assert n_rows(10**7, 2000, 2000) == 40_000
    assert n_rows(30_000, 2000, 2000) == 30_000


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("live", LIVE)
def test_outputs_of_squared_error_are_ridge_regression(live, n_outputs, weighted):
    loss, net = SquaredError(), live_network(live, n_outputs=n_outputs)
    data = samples(loss, 60, n_outputs, weighted=weighted)
    ridge = FixedRidge(torch.full((len(net.flat()),), 0.3).double())
    goal = replace(objective(loss, data), penalty=ridge)
    found = outputs_solved(goal, goal.evaluate(net, keep=True)).network
    H = net.signals(data.inputs)
    HW = H if data.weight is None else H * data.weight[:, None]
    system = 2 / n_outputs * HW.T @ H / 60 + 0.3 * torch.eye(H.shape[1]).double()
    expected = torch.linalg.solve(system, 2 / n_outputs * HW.T @ data.y / 60)
    assert_allclose(found.weights[-1], expected.T, rtol=1e-3, atol=1e-4)
    for a, b in zip(found.weights[:-1], net.weights[:-1], strict=True):
        assert a is b


@ONE_OR_SEVERAL
@pytest.mark.parametrize("live", [(), (4,), (3, 2)])
def test_outputs_solved_fall(live, n_outputs, loss):
    net = live_network(live, n_outputs=n_outputs)
    goal = objective(loss, samples(loss, 60, n_outputs), linear=0.01)
    at = goal.evaluate(net, keep=True)
    found = outputs_solved(goal, at, n_iter=2)
    assert found.value < at.value
    assert found.value == pytest.approx(goal.value(found.network), rel=1e-12)
    assert_allclose(found.output, found.network(goal.data.inputs), rtol=1e-9)
    forgotten = outputs_solved(goal, goal.evaluate(net), n_iter=2)
    assert forgotten.value == pytest.approx(found.value, rel=1e-9)


@EACH_LOSS
def test_a_sleeping_neuron_wakes_with_the_ridge_of_what_it_promises(loss):
    """From nothing sent, where the ridge of the penalty itself would be infinite."""
    net = live_network((3,))
    goal = objective(loss, samples(loss, 60, 2), alpha=1e-4, linear=0.01)
    asleep = net.weights[-1].clone()
    asleep[:, -1] = 0
    at = goal.evaluate(net, keep=True)
    stays = outputs_solved(goal, goal.evaluate(net.with_output(asleep), keep=True))
    found = outputs_solved(goal, at, start=asleep)
    assert_allclose(stays.network.weights[-1][:, -1], 0, atol=1e-12)
    assert found.network.weights[-1][:, -1].abs().min() > 1e-3
    assert found.value < goal.value(net.with_output(asleep))


def test_labels_are_solved_by_quasi_newton_to_the_optimum():
    loss, net = BinaryCrossEntropy(), live_network((3,))
    ridge = FixedRidge(torch.full((len(net.flat()),), 0.3).double())
    goal = replace(objective(loss, samples(loss, 60, 2)), penalty=ridge)
    at = goal.evaluate(net, keep=True)
    for _ in range(5):
        at = outputs_solved(goal, at)
    gradient = goal.gradient(at)[net.n_hidden_weights :]
    assert_allclose(gradient, 0, atol=3e-4)


@EACH_LOSS
def test_a_neuron_that_does_not_pay_stays_at_the_start(loss):
    net = live_network((3,))
    goal = objective(loss, samples(loss, 60, 2), alpha=3.0, linear=0.01)
    asleep = net.weights[-1].clone()
    asleep[:, -1] = 0
    start = goal.evaluate(net.with_output(asleep), keep=True)
    for _ in range(20):
        start = outputs_solved(goal, start)
    weight = start.network.weights[-1]
    found = outputs_solved(goal, goal.evaluate(net, keep=True), start=weight)
    assert_allclose(found.network.weights[-1][:, -1], 0, atol=1e-12)
    assert found.value <= start.value


def test_gradients_that_mislead_are_forgotten(monkeypatch):
    """A step that fails is tried with a new matrix before the method gives up."""
    loss, net = SoftmaxCrossEntropy(), live_network((), n_outputs=3)
    goal = objective(loss, samples(loss, 100, 3), linear=0.01)
    at = goal.evaluate(net, keep=True)
    expected = minimised(goal, at, n_iter=100, tol=1e-9)

    direction = InverseHessian.direction

    def misled(self):
        return self._gradient if self.n_steps else direction(self)

    monkeypatch.setattr(InverseHessian, "direction", misled)
    found = minimised(goal, at, n_iter=100, tol=1e-9)
    assert len(found.values) > 3
    assert found.value == pytest.approx(expected.value, rel=1e-4)


def test_weak_neurons_go_with_the_old_matrix():
    net = live_network((3,), n_outputs=3)
    weak = net.weights[-1].clone()
    weak[:, -1] *= 1e-9
    loss = SoftmaxCrossEntropy()
    goal = objective(loss, samples(loss, 100, 3))
    at = goal.evaluate(net.with_output(weak), keep=True)
    assert minimised(goal, at, n_iter=1).network.n_live == [2]


def test_the_metric_is_scaled_by_the_latest_pair():
    """B⁻¹ change = step, without the pair, is nearest to the metric times a number."""
    step = torch.tensor([1.0, 2.0, -1.0]).double()
    change = torch.tensor([3.0, 1.0, -4.0]).double()
    numbers = np.linspace(0.1, 1, 901)
    errors = [float((n * change - step).square().sum()) for n in numbers]
    least = numbers[int(np.argmin(errors))]
    found = InverseHessian(Diagonal(1.0, 1.0, 1.0), torch.zeros(3).double())
    found.move(step, change)
    assert found.scale == pytest.approx(least, 2e-3)
    gradient = torch.tensor([1.0, 0.0, 2.0]).double()
    fresh = InverseHessian(Diagonal(1.0, 1.0, 1.0), gradient, 0.3)
    assert_allclose(fresh.direction(), -0.3 * gradient)


def test_a_metric_that_is_too_flat_costs_few_trials(monkeypatch):
    class Flat:
        """A thousandth of the matrix."""

        def __init__(self, by):
            self.by = by

        def solve(self, right):
            return 1000 * self.by.solve(right)

    right = quasi_newton.metric
    monkeypatch.setattr(quasi_newton, "metric", lambda *args: Flat(right(*args)))
    loss, net = SoftmaxCrossEntropy(), live_network((3,), n_outputs=4)
    goal = objective(loss, samples(loss, 200, 4), alpha=1e-3)
    tried = []
    kept = type(goal).evaluate

    def counted(self, *args, **options):
        tried.append(1)
        return kept(self, *args, **options)

    at = goal.evaluate(net, keep=True)
    monkeypatch.setattr(type(goal), "evaluate", counted)
    found = minimised(goal, at, n_iter=12, tol=0)
    n_first = 7  # trials of the first step, each a third as long
    assert len(tried) <= n_first + 1.5 * (len(found.values) - 1)


def test_a_metric_of_some_samples_leads_to_the_same_optimum(monkeypatch):
    loss, net = SoftmaxCrossEntropy(), live_network((2,), n_outputs=3)
    goal = objective(loss, samples(loss, 2000, 3), alpha=1e-3)
    at = goal.evaluate(net, keep=True)
    whole = minimised(goal, at, n_iter=200, tol=1e-9)
    monkeypatch.setattr(metric, "_METRIC_ROWS", 100)
    some = minimised(goal, at, n_iter=200, tol=1e-9)
    assert some.values[1] != whole.values[1]
    assert some.value == pytest.approx(whole.value, rel=1e-3)
