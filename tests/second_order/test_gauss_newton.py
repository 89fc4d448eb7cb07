"""Gauss-Newton's matrix, held against the samples' Jacobians one by one."""

from dataclasses import replace

import pytest
import torch
from helpers.live import LIVE, jacobians, live_network, objective, samples
from helpers.networks import LOSSES
from numpy.linalg import LinAlgError
from numpy.testing import assert_allclose

from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._numerics import gram
from sklearn_sparcs._second_order import curved_rows, gauss_newton_sums
from sklearn_sparcs._second_order.gauss_newton import (
    Factor,
    GaussNewtonMatrix,
    cholesky_of_outputs,
    damped,
)
from sklearn_sparcs._second_order.metric import factored
from sklearn_sparcs._second_order.one_layer_factor import OneLayerFactor


def dense(matrix):
    """The whole matrix, in the order of the network's weights."""
    U, (c, p, s) = matrix.basis, matrix.mixed.shape
    mixed = torch.einsum("jk,kps->pjs", U, matrix.mixed).reshape(p, c * s)
    shape = U @ torch.diag(matrix.sigma) @ U.T
    top = torch.cat([matrix.hidden, mixed], dim=1)
    return torch.cat([top, torch.cat([mixed.T, torch.kron(shape, matrix.gram)], dim=1)])


def by_samples(network, data, curvatures):
    """Σ_i J_i' C_i J_i / n, of curvatures C (n, c, c) of the loss in the outputs."""
    J = jacobians(network, data.inputs)
    return torch.einsum("nap,nab,nbq->pq", J, curvatures, J) / len(J)


def fisher(loss, output, weight):
    """The second derivatives of each sample's loss in the outputs (n, c, c)."""
    n, c = output.shape
    if isinstance(loss, SquaredError):
        each = torch.eye(c).double().expand(n, c, c) * 2 / c
    else:
        p = output.sigmoid()
        each = torch.diag_embed(p * (1 - p) / c)
    return each if weight is None else each * weight[:, None, None]


def at(goal, network):
    return goal.evaluate(network, keep=True)


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("live", LIVE)
def test_squared_error_is_exact(live, n_outputs, weighted, bias, bounded):
    loss = SquaredError()
    net = live_network(live, n_outputs=n_outputs, bias=bias, bounded=bounded)
    data = samples(loss, 20, n_outputs, bias=bias, weighted=weighted)
    goal = objective(loss, data)
    expected = by_samples(net, data, fisher(loss, net(data.inputs), data.weight))
    assert goal.loss.exact(n_outputs)
    found = dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("live", LIVE)
def test_one_yes_or_no_output_is_exact(live, weighted):
    loss, net = BinaryCrossEntropy(), live_network(live, n_outputs=1)
    data = samples(loss, 20, 1, weighted=weighted)
    goal = objective(loss, data)
    expected = by_samples(net, data, fisher(loss, net(data.inputs), data.weight))
    assert goal.loss.exact(1)
    found = dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), BinaryCrossEntropy()])
@pytest.mark.parametrize("live", LIVE)
def test_several_classes_or_labels_have_the_kronecker_form(live, loss, weighted):
    net = live_network(live, n_outputs=3)
    data = samples(loss, 20, 3, weighted=weighted)
    goal = objective(loss, data)
    each, shape = goal.curvature(at(goal, net))
    expected = by_samples(net, data, each[:, None, None] * shape)
    assert not goal.loss.exact(3)
    found = dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("live", [(4,), (3, 2)])
def test_slices_of_rows_give_the_same_matrix(live, n_outputs, monkeypatch):
    loss, net = SquaredError(), live_network(live, n_outputs=n_outputs)
    goal = objective(loss, samples(loss, 700, n_outputs, weighted=True))
    whole = dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    monkeypatch.setattr(curved_rows, "SLICE", 1)
    assert_allclose(dense(GaussNewtonMatrix.of(goal, at(goal, net))), whole, atol=1e-12)
    forgotten = GaussNewtonMatrix.of(goal, goal.evaluate(net))
    assert_allclose(dense(forgotten), whole, atol=1e-12)


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("live", [(9,), (11, 0, 3), (4, 5, 6)])
def test_pairs_and_jacobians_give_the_same_matrix(live, bounded, monkeypatch):
    loss, net = SquaredError(), live_network(live, n_outputs=1, bounded=bounded)
    goal = objective(loss, samples(loss, 50, 1, weighted=True))
    monkeypatch.setattr(gauss_newton_sums, "_MANY_WEIGHTS", 0)
    pairs = dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    monkeypatch.setattr(gauss_newton_sums, "_MANY_WEIGHTS", 10**9)
    jacobians = dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    assert_allclose(pairs, jacobians, rtol=1e-9, atol=1e-10)


def test_large_matrices_by_blocks(monkeypatch):
    loss, net = SquaredError(), live_network((30,), n_outputs=1)
    goal = objective(loss, samples(loss, 50, 1))
    found = dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    monkeypatch.setattr(gram, "_BLOCKED", 10**9)
    assert len(found) > 128
    assert_allclose(found, dense(GaussNewtonMatrix.of(goal, at(goal, net))), atol=1e-12)


@pytest.mark.parametrize("live", LIVE)
def test_the_outputs_alone(live):
    loss, net = SquaredError(), live_network(live)
    goal = objective(loss, samples(loss, 20, 2, weighted=True))
    matrix, gradient = GaussNewtonMatrix.of_outputs(goal, at(goal, net))
    found, whole = dense(matrix), dense(GaussNewtonMatrix.of(goal, at(goal, net)))
    assert_allclose(found, whole[-len(found) :, -len(found) :], atol=1e-12)
    of_all = goal.data_gradient(at(goal, net))
    assert_allclose(gradient.reshape(-1), of_all[-gradient.numel() :], atol=1e-12)


def matrix_and_ridge(live, loss, n_outputs):
    net = live_network(live, n_outputs=n_outputs)
    goal = objective(loss, samples(loss, 40, n_outputs), linear=0.01, prior=0.1)
    return GaussNewtonMatrix.of(goal, at(goal, net)), goal.penalty.ridge(net)


def damped_system(matrix, ridge, damping):
    """The matrix with ridge and damping, dense."""
    of_outputs = matrix.sigma.mean() * damped(matrix.gram.diagonal(), damping)
    of_hidden = damped(matrix.hidden.diagonal(), damping)
    added = torch.cat([of_hidden, of_outputs.repeat(len(matrix.sigma))])
    return dense(matrix) + torch.diag(ridge + added)


@pytest.mark.parametrize(
    ("loss", "n_outputs"),
    [(SquaredError(), 1), (BinaryCrossEntropy(), 1), *((loss, 3) for loss in LOSSES)],
)
@pytest.mark.parametrize("live", LIVE)
def test_factors_solve_the_dense_system(live, loss, n_outputs):
    matrix, ridge = matrix_and_ridge(live, loss, n_outputs)
    system = damped_system(matrix, ridge, 0.3)
    factor = Factor.of(matrix, ridge, 0.3)
    right = torch.arange(1.0, 1 + 2 * len(ridge)).double().reshape(-1, 2).sin()
    assert_allclose(factor.solve(right), torch.linalg.solve(system, right), rtol=1e-7)
    assert_allclose(factor.solve(right[:, 1]), factor.solve(right)[:, 1], rtol=1e-9)
    inverse = torch.linalg.inv(system).diagonal()
    assert_allclose(factor.inverse_diagonal(), inverse, rtol=1e-7)


@pytest.mark.parametrize("damping", [0.0, 0.3])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("live", [live for live in LIVE if sum(map(bool, live)) == 1])
def test_factors_of_one_layer_solve_the_dense_system(live, loss, damping):
    matrix, ridge = matrix_and_ridge(live, loss, 3)
    system = damped_system(matrix, ridge, damping)
    factor = factored(matrix, ridge, damping)
    assert isinstance(factor, OneLayerFactor)
    right = torch.arange(1.0, 1 + len(ridge)).double().sin()
    assert_allclose(factor.solve(right), torch.linalg.solve(system, right), rtol=1e-6)


@pytest.mark.parametrize(("live", "n_outputs"), [((), 3), ((4,), 1), ((3, 2), 3)])
def test_other_networks_have_the_factors_of_any(live, n_outputs):
    matrix, ridge = matrix_and_ridge(live, SquaredError(), n_outputs)
    assert isinstance(factored(matrix, ridge, 0.3), Factor)


@pytest.mark.parametrize("block", ["gram", "hidden"])
def test_factors_of_one_layer_are_of_positive_definite_matrices(block):
    matrix, ridge = matrix_and_ridge((4,), SquaredError(), 3)
    wrong = replace(matrix, **{block: -getattr(matrix, block)})
    assert OneLayerFactor.of(matrix, ridge, 0.0)
    with pytest.raises(LinAlgError, match="positive definite"):
        OneLayerFactor.of(wrong, ridge, 0.0)


def test_damping_is_relative_and_never_zero():
    diagonal = torch.tensor([1.0, 3.0, 0.0]).double()
    found = damped(diagonal, 0.5)
    expected = 0.5 * diagonal + 0.5e-3 * diagonal.mean()
    assert_allclose(found, expected, rtol=1e-7)
    assert damped(diagonal, 0.0).min() > 0


def test_what_rounds_apart_is_still_factored():
    """Two large entries alike but for a rounding, among many that are small."""
    gram, large = torch.eye(1000), 1e7
    gram[:2, :2] = large
    gram[0, 1] = gram[1, 0] = large * (1 + torch.finfo(torch.float32).eps)
    assert torch.linalg.eigvalsh(gram.double())[0] < -0.5
    L = cholesky_of_outputs(gram, torch.ones(1), torch.zeros(1000), 0.0)[0]
    assert_allclose(L @ L.T, gram, rtol=1e-4, atol=1)


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_single_precision(n_outputs):
    loss, net = SquaredError(), live_network((3, 2), n_outputs=n_outputs)
    data = samples(loss, 50, n_outputs)
    goal = objective(loss, data)
    low = objective(loss, type(data)(data.inputs.float(), data.y.float()))
    low_net = net.with_flat(net.flat().float())
    found = GaussNewtonMatrix.of(low, at(low, low_net))
    assert found.hidden.dtype == torch.float32
    expected = GaussNewtonMatrix.of(goal, at(goal, net))
    assert_allclose(dense(found), dense(expected), rtol=1e-3, atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_cuda(n_outputs):
    loss, net = SquaredError(), live_network((3, 2), n_outputs=n_outputs)
    data = samples(loss, 50, n_outputs)
    goal = objective(loss, data)
    there = objective(loss, type(data)(data.inputs.cuda(), data.y.cuda()))
    net_there = net.with_flat(net.flat().cuda())
    found = dense(GaussNewtonMatrix.of(there, at(there, net_there))).cpu()
    assert_allclose(found, dense(GaussNewtonMatrix.of(goal, at(goal, net))), atol=1e-10)
