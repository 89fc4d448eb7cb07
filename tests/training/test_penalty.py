"""The sparse-group penalty: its value, its proximal step, and who may wake."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._training.arrays import NUMPY, TORCH
from sklearn_sparcs._training.penalty import SparseGroupPenalty


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
    strengths = penalty.strengths([5, 3], lam)
    found = lam.clone()
    penalty.prox_(TORCH, found, orthant, strengths, 0.3 / step, 0.3, [5, 3])

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
    SparseGroupPenalty(0.0, 0.5).prox_(TORCH, found, lam.sign(), 0 * one, one, 0.1, [3])
    assert torch.equal(found, lam)


def test_group_prox_is_the_root_of_its_equation():
    """x = z r / (r + step) with r = ‖x‖, steps over six orders of magnitude."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(200):
        z, size = torch.randn(2, 6, generator=generator, dtype=torch.float64)
        step = torch.exp(4 * size - 2)
        x = z.clone()
        one = torch.ones_like(z)
        SparseGroupPenalty(1.0, 0.0).prox_(TORCH, x, z.sign(), one, 1 / step, 1.0, [6])
        if (z / step).norm() <= 1:
            assert x.tolist() == [0] * 6
        else:
            assert_allclose(x, z * x.norm() / (x.norm() + step), rtol=1e-9)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
def test_prox_of_arrays(l1_ratio):
    rng = np.random.default_rng(0)
    lam, metric = rng.normal(size=5), rng.uniform(1, 2, size=5)
    penalty, tensor = SparseGroupPenalty(0.5, l1_ratio), torch.from_numpy(lam.copy())
    strengths = penalty.strengths([3, 2], tensor)
    options = torch.from_numpy(metric), 0.8, [3, 2]
    penalty.prox_(TORCH, tensor, tensor.sign(), strengths, *options)
    penalty.prox_(NUMPY, lam, np.sign(lam), strengths.numpy(), metric, 0.8, [3, 2])
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
    SparseGroupPenalty(1.0, 0.0).prox_(TORCH, group, lam.sign(), one, one, 1.0, [3])
    assert group.tolist() == [0, 0, 0]
    SparseGroupPenalty(1.0).prox_(TORCH, lam, lam.sign(), one, one, 0.1, [3])
    assert lam.tolist() == [0.4, 0, 0]


def test_who_pays_to_wake():
    rates = torch.tensor([0.05, 0.15, 0.25])
    nobody, somebody = torch.zeros(0), torch.ones(1)
    penalty = SparseGroupPenalty(0.1, 0.5, 2.0)
    # asleep: alpha w in full; awake: the ℓ₁ share of it; an earlier layer: twice that
    assert penalty.wakes(rates, nobody, 1, 2).tolist() == [False, True, True]
    assert penalty.wakes(rates, somebody, 1, 2).tolist() == [False, True, True]
    assert penalty.wakes(rates, nobody, 0, 2).tolist() == [False, False, True]
    assert penalty.wakes(rates / 2, somebody, 1, 2).tolist() == [False, True, True]
    assert np.isclose(penalty.strength(0, 2), 0.2)
