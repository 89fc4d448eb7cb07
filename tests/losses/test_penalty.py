"""The sparse-group penalty: its value, its proximal step, and who may wake."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._numerics.array_library import NUMPY, TORCH


def test_value_by_hand():
    lam = [torch.tensor([3.0, -4.0]), torch.tensor([0.0, 2.0])]
    # first layer: weight 10 (B − i = 1), ℓ₁ 7, ℓ₂ 5; second: weight 1, both 2
    assert float(SparseGroupPenalty(0.5, 1.0, 10.0).value(lam)) == 0.5 * (70 + 2)
    assert float(SparseGroupPenalty(0.5, 0.0, 10.0).value(lam)) == 0.5 * (50 + 2)
    mixed = 0.5 * (10 * (0.25 * 7 + 0.75 * 5) + 2)
    assert float(SparseGroupPenalty(0.5, 0.25, 10.0).value(lam)) == mixed
    # with the input's in front: its weight is 100, the others' are as before
    lam = [torch.tensor([-1.0, 0.0, 0.0]), *lam]
    assert float(SparseGroupPenalty(0.5, 0.0, 10.0).value(lam)) == 0.5 * (100 + 52)


def test_gradient_is_finite_where_a_layer_is_asleep():
    lam = torch.zeros(3, requires_grad=True)
    SparseGroupPenalty(1.0, 0.5).value([lam]).backward()
    assert_allclose(lam.grad, 0)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.6, 0.2, 0.0])
def test_prox_minimises(l1_ratio):
    """Of two layers, five neurons and three, against a minimiser without gradients."""
    generator = torch.Generator().manual_seed(0)
    penalty = SparseGroupPenalty(0.7, l1_ratio, 2.0)
    lam = torch.randn(8, generator=generator, dtype=torch.float64)
    step = torch.rand(8, generator=generator, dtype=torch.float64) + 0.1
    orthant = lam.sign()
    orthant[1] *= -1  # crossed zero in the step before
    orthant[6] = 0  # was asleep
    found = lam.clone()
    penalty.on([5, 3], lam, TORCH)(found, orthant, 0.3 / step, 0.3)

    def objective(size):
        x = torch.as_tensor(size).abs() * orthant
        fit = ((x - lam) ** 2 / (2 * step)).sum()
        return float(fit + penalty.value(x.split([5, 3])))

    options = {"maxiter": 50000, "maxfev": 50000, "xatol": 1e-10, "fatol": 1e-14}
    start, best = lam.abs().numpy(), None
    for _ in range(5):  # restarted, as the simplex collapses at the kinks
        best = minimize(objective, start, method="Nelder-Mead", options=options)
        start = best.x + 0.01
    assert objective(found.abs()) <= best.fun + 1e-9
    assert_allclose(found, np.abs(best.x) * orthant.numpy(), atol=1e-4)


def test_without_alpha_the_prox_changes_nothing():
    lam = torch.tensor([0.5, 0.0, -0.2], dtype=torch.float64)
    found, one = lam.clone(), torch.ones_like(lam)
    prox = SparseGroupPenalty(0.0, 0.5).on([3], lam, TORCH)
    prox(found, lam.sign(), one, 0.1)
    assert torch.equal(found, lam)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("lam", [[0.5, 0.0, -0.2], [0.0, 0.0]])
def test_where_a_learning_rate_is_zero_the_prox_changes_nothing(l1_ratio, lam):
    """Of a layer in which a neuron is asleep, as where a schedule begins or ends."""
    lam = torch.tensor(lam)
    found, one = lam.clone(), torch.ones_like(lam)
    prox = SparseGroupPenalty(0.3, l1_ratio).on([len(lam)], lam, TORCH)
    prox(found, lam.sign(), one / 0.0, 1.0)
    assert torch.equal(found, lam)


def test_group_prox_is_the_root_of_its_equation():
    """x = z r / (r + step) with r = ‖x‖, steps over six orders of magnitude."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(200):
        z, size = torch.randn(2, 6, generator=generator, dtype=torch.float64)
        step = torch.exp(4 * size - 2)
        x = z.clone()
        prox = SparseGroupPenalty(1.0, 0.0).on([6], z, TORCH)
        prox(x, z.sign(), 1 / step, 1.0)
        if (z / step).norm() <= 1:
            assert x.tolist() == [0] * 6
        else:
            assert_allclose(x, z * x.norm() / (x.norm() + step), rtol=1e-9)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
def test_prox_of_arrays(l1_ratio):
    rng = np.random.default_rng(0)
    lam, metric = rng.normal(size=5), rng.uniform(1, 2, size=5)
    penalty, tensor = SparseGroupPenalty(0.5, l1_ratio), torch.from_numpy(lam.copy())
    slow = penalty.on([3, 2], tensor, TORCH)
    quick = penalty.on([3, 2], tensor)
    assert quick.arrays is NUMPY
    slow(tensor, tensor.sign(), torch.from_numpy(metric), 0.8)
    quick(lam, np.sign(lam), metric, 0.8)
    assert_allclose(lam, tensor, rtol=1e-12)
    assert np.ptp(np.abs(lam)) > 0.1


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
def test_gradient_equals_autograd(l1_ratio):
    penalty = SparseGroupPenalty(0.7, l1_ratio, 2.0)
    lam = [torch.tensor(x, requires_grad=True) for x in ([0.5, -2.0, 0.0], [0.0, 0.0])]
    penalty.value(lam).backward()
    for xp, convert in ((torch, torch.Tensor.detach), (np, np.asarray)):
        grads = [convert(torch.ones(len(x))) for x in lam]
        penalty.add_gradient_(xp, [convert(x.detach()) for x in lam], grads)
        for grad, x in zip(grads, lam, strict=True):
            assert_allclose(grad, 1 + x.grad, rtol=1e-6)


def test_prox_gives_exact_zeros():
    lam = torch.tensor([0.5, -0.05, 0.01], dtype=torch.float64)
    one, group = torch.ones(3, dtype=torch.float64), lam.clone()
    SparseGroupPenalty(1.0, 0.0).on([3], lam, TORCH)(group, lam.sign(), one, 1.0)
    assert group.tolist() == [0, 0, 0]
    SparseGroupPenalty(1.0).on([3], lam, TORCH)(lam, lam.sign(), one, 0.1)
    assert lam.tolist() == [0.4, 0, 0]


def test_who_pays_to_wake():
    rates = torch.tensor([0.05, 0.15, 0.25])
    penalty = SparseGroupPenalty(0.1, 0.5, 2.0)
    # asleep: alpha w in full; awake: the ℓ₁ share of it; an earlier layer: twice that
    for scale, layer, alone, expected in (
        (1.0, 1, True, [False, True, True]),
        (1.0, 1, False, [False, True, True]),
        (1.0, 0, True, [False, False, True]),
        (0.5, 1, True, [False, False, True]),
        (0.5, 1, False, [False, True, True]),
    ):
        found = penalty.wakes(scale * rates, layer, 2, alone=alone)
        assert found.tolist() == expected
    assert np.isclose(penalty.strength(0, 2), 0.2)


@pytest.mark.parametrize("layer", [0, 1])
def test_alpha_max_is_where_the_last_one_stops_to_pay(layer):
    rates = torch.tensor([0.05, 0.3, 0.25], dtype=torch.float64)
    largest = SparseGroupPenalty(7.0, 0.5, 2.0).alpha_max(rates, layer, 2)
    assert_allclose(largest, 0.3 / (2.0 if layer == 0 else 1.0))
    for alpha, n_woken in ((largest, 0), (0.999 * largest, 1)):
        found = SparseGroupPenalty(alpha, 0.5, 2.0).wakes(rates, layer, 2, alone=True)
        assert found.sum() == n_woken
