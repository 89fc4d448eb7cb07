"""What growth reads of torch's optimisers, and writes there."""

import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn

from sklearn_sparcs._growth.optimizer_adapter import OptimizerAdapter


def stepped(kind, **options):
    """An optimiser that has taken two steps of one of its two parameters."""
    moved, still = (nn.Parameter(torch.ones(3)) for _ in range(2))
    optimizer = kind([{"params": [still]}, {"params": [moved]}], **options)
    for slope in (1.0, 3.0):
        moved.grad = torch.tensor([slope, -slope, 0.0])
        optimizer.step()
    return optimizer, moved, still


def test_adams_metric_by_hand():
    optimizer, moved, still = stepped(torch.optim.Adam, lr=0.1, betas=(0.5, 0.75))
    adapter = OptimizerAdapter(optimizer, [moved])
    second = (0.75 * 0.25 * 1 + 0.25 * 9) / (1 - 0.75**2)
    expected = torch.tensor([second**0.5 + 1e-8, second**0.5 + 1e-8, 1e-8]) / 0.1
    assert_allclose(adapter.metric(moved), expected, rtol=1e-6)
    assert_allclose(adapter.metric(still), 10.0)
    assert adapter.betas(moved) == (0.5, 0.75)
    assert (adapter.n_steps(moved, 7), adapter.n_steps(still, 7)) == (2.0, 7.0)


def test_of_gradient_descent_the_momentum_is_the_first_decay():
    optimizer, moved, _ = stepped(torch.optim.SGD, lr=0.1, momentum=0.9)
    adapter = OptimizerAdapter(optimizer, [moved])
    assert_allclose(adapter.metric(moved), 10.0)
    assert adapter.betas(moved) == (0.9, 0.0)
    assert adapter.n_steps(moved, 7) == 7.0


def test_moments_are_rewritten_where_there_are_any():
    optimizer, moved, still = stepped(torch.optim.Adam, lr=0.1, amsgrad=True)
    adapter = OptimizerAdapter(optimizer, [moved, still])
    before = {name: value.clone() for name, value in optimizer.state[moved].items()}
    adapter.rewrite_moments(
        [moved, still],
        lambda moments: [2 * m for m in moments],
        lambda moments: [m[:2] for m in moments],
    )
    after = optimizer.state[moved]
    assert_allclose(after["exp_avg"], 2 * before["exp_avg"])
    for name in ("exp_avg_sq", "max_exp_avg_sq"):
        assert_allclose(after[name], before[name][:2])
    assert after["step"] == 2
    assert still not in optimizer.state


def test_another_parameter_goes_on_in_the_same_place():
    optimizer, moved, _ = stepped(torch.optim.Adam, lr=0.1)
    adapter, new = OptimizerAdapter(optimizer, [moved]), nn.Parameter(torch.ones(3))
    state = optimizer.state[moved]
    adapter.replace(moved, new)
    assert optimizer.param_groups[1]["params"] == [new]
    assert optimizer.state[new] is state and moved not in optimizer.state


def test_it_must_train_every_parameter():
    optimizer, moved, _ = stepped(torch.optim.SGD, lr=0.1)
    with pytest.raises(ValueError, match="does not train the network"):
        OptimizerAdapter(optimizer, [moved, torch.ones(3)])
