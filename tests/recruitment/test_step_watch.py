"""Steps of an optimiser in which the network that growth looks after has no part."""

import pytest
import torch
from torch import nn

from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth, SpectralNetwork


class Freeing(torch.optim.Optimizer):
    """Plain descent of one's own, which frees gradients as it steps."""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.data -= group["lr"] * p.grad
                    p.grad = None


def penalised(kind, by=torch.optim.SGD):
    """A network of two heads, the one with an eigenvalue of one, and its growth."""
    head = kind(3, (4,), 1, generator=torch.Generator().manual_seed(0))
    if kind is GrowingSpectralNetwork:
        q, lam = torch.ones(1, 4), torch.ones(1)
        structure = [q, torch.ones(1, 5), lam]
        head.restructure(structure, [torch.tensor([0])])
    else:
        head.lam[0].data.fill_(1.0)
    heads = nn.ModuleList([head, nn.Linear(3, 1)])
    optimizer = by(heads.parameters(), lr=0.1)
    return heads, optimizer, Growth(head, optimizer, alpha=0.5)


@pytest.mark.parametrize("by", [torch.optim.SGD, Freeing])
@pytest.mark.parametrize("kind", [GrowingSpectralNetwork, SpectralNetwork])
def test_steps_of_another_head_leave_this_one_as_it_is(kind, by):
    """The optimiser does, and so the penalty must."""
    heads, optimizer, growth = penalised(kind, by)
    for k, shrinks in enumerate([True, False, False, True]):
        before = heads[0].lam[0].detach().clone()
        optimizer.zero_grad()
        (0 * heads[0 if shrinks else 1](torch.ones(2, 3)).sum()).backward()
        optimizer.step()
        optimizer.zero_grad()  # before growth, as some loops do
        growth.step()
        assert bool((heads[0].lam[0] < before).all()) == shrinks, k
        assert torch.equal(heads[0].lam[0], before) != shrinks, k


def test_while_gradients_are_accumulated_no_eigenvalue_shrinks():
    """Of the paper's network either, from the first step on."""
    heads, optimizer, growth = penalised(SpectralNetwork)
    for k in range(4):
        (0 * heads[0](torch.ones(2, 3)).sum()).backward()
        if k in (0, 3):
            optimizer.step()
        growth.step()
    torch.testing.assert_close(heads[0].lam[0].data, torch.full((4,), 0.9))
    growth.close()
    assert not optimizer._optimizer_step_post_hooks
