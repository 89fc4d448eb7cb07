"""The sparse-group penalty: its value, its proximal step, and who may wake."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._penalty import SparseGroupPenalty


def test_value_by_hand():
    lam = [torch.tensor([3.0, -4.0]), torch.tensor([0.0, 2.0])]
    # first layer: weight 10 (B − i = 1), ℓ₁ 7, ℓ₂ 5; second: weight 1, both 2
    assert float(SparseGroupPenalty(0.5, 1.0, 10.0).value(lam)) == 0.5 * (70 + 2)
    assert float(SparseGroupPenalty(0.5, 0.0, 10.0).value(lam)) == 0.5 * (50 + 2)
    mixed = 0.5 * (10 * (0.25 * 7 + 0.75 * 5) + 2)
    assert float(SparseGroupPenalty(0.5, 0.25, 10.0).value(lam)) == mixed


def test_gradient_is_finite_where_a_layer_is_asleep():
    lam = torch.zeros(3, requires_grad=True)
    SparseGroupPenalty(1.0, 0.5).value([lam]).backward()
    assert_allclose(lam.grad, 0)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.6, 0.2, 0.0])
def test_prox_minimises(l1_ratio):
    generator = torch.Generator().manual_seed(0)
    penalty = SparseGroupPenalty(0.7, l1_ratio, 2.0)
    lam = torch.randn(5, generator=generator, dtype=torch.float64)
    step = torch.rand(5, generator=generator, dtype=torch.float64) + 0.1
    found = penalty.prox(lam, step, 0, 2)

    def objective(x):
        x = torch.as_tensor(x)
        fit = ((x - lam) ** 2 / (2 * step)).sum()
        norms = l1_ratio * x.abs().sum() + (1 - l1_ratio) * x.norm()
        return float(fit + 1.4 * norms)

    options = {"maxiter": 20000, "maxfev": 20000, "xatol": 1e-10, "fatol": 1e-14}
    slow = minimize(objective, lam.numpy(), method="Nelder-Mead", options=options)
    assert objective(found) <= slow.fun + 1e-9
    assert_allclose(found, slow.x, atol=1e-4)


def test_prox_gives_exact_zeros():
    lam = torch.tensor([0.5, -0.05, 0.01], dtype=torch.float64)
    step = torch.ones(3, dtype=torch.float64)
    assert SparseGroupPenalty(0.1).prox(lam, step, 0, 1).tolist() == [0.4, 0, 0]
    group = SparseGroupPenalty(1.0, 0.0).prox(lam, step, 0, 1)
    assert group.tolist() == [0, 0, 0]


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
