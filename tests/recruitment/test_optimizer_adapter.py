"""What growth reads of torch's optimisers, and writes there."""

import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn

from sklearn_sparcs._recruitment.optimizer_adapter import OptimizerAdapter


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
    # lr is met 1 + 0.9 + 0.81 + … = 10 times
    assert_allclose(adapter.metric(moved), 1.0, rtol=1e-6)
    assert adapter.betas(moved) == (0.9, 0.0)
    assert adapter.n_steps(moved, 7) == 7.0


#: Optimisers, and what their steps need.
KINDS = [
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.9}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "amsgrad": True}),
    ("Adam", {"lr": 0.01, "foreach": True}),
    ("Adam", {"lr": 0.01, "fused": True}),
    ("Adam", {"lr": torch.tensor(0.01)}),
    ("Adam", {"lr": 0.01, "maximize": True}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0}),
    ("NAdam", {"lr": 0.01}),
    ("RAdam", {"lr": 0.01}),
    ("Adamax", {"lr": 0.01}),
    ("RMSprop", {"lr": 2e-3}),
    ("RMSprop", {"lr": 5e-4, "momentum": 0.9}),
    ("RMSprop", {"lr": 2e-3, "centered": True}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 1e-3}),
    ("Adadelta", {"lr": 2.0}),
    ("ASGD", {"lr": 0.05}),
]
NAMES = [f"{name}-{'-'.join(options)}" for name, options in KINDS]


@pytest.mark.parametrize(("name", "options"), KINDS, ids=NAMES)
def test_alpha_is_in_units_of_the_loss(name, options):
    """½ (λ − t)² + α |λ| has its minimum where |λ| is smaller than |t| by α."""
    lam, target = nn.Parameter(torch.tensor([2.0, -3.0])), torch.tensor([1.0, -2.0])
    optimizer = getattr(torch.optim, name)([lam], **options)
    adapter = OptimizerAdapter(optimizer, [lam])
    sign = adapter.direction(lam)
    assert sign == (-1 if options.get("maximize") else 1)
    for _ in range(1500):
        optimizer.zero_grad()
        (sign * (lam - target).square().sum() / 2).backward()
        optimizer.step()
        with torch.no_grad():
            lam -= 0.3 * lam.sign() / adapter.metric(lam)
    assert_allclose(lam.detach(), [0.7, -1.7], atol=0.01)


@pytest.mark.parametrize(("name", "options"), KINDS, ids=NAMES)
def test_state_goes_with_its_neurons(name, options):
    """Neurons that come and go leave an optimiser that goes on, whatever it keeps."""
    kept, gone = nn.Parameter(torch.ones(3, 2)), nn.Parameter(torch.ones(3))
    optimizer = getattr(torch.optim, name)([kept, gone], **options)
    adapter = OptimizerAdapter(optimizer, [kept, gone])

    def step():
        for p in (kept, gone):
            p.grad = torch.arange(1.0, 1 + p.numel()).reshape(p.shape)
        optimizer.step()

    step()

    def change(tensors):
        return [torch.cat([t[1:], torch.zeros_like(t), t[:1] * 0]) for t in tensors]

    before = {k: v.clone() for k, v in optimizer.state[kept].items() if v.ndim > 0}
    adapter.rewrite_state([kept, gone], *3 * [change])
    for p in (kept, gone):
        p.grad, p.data = None, change([p.data])[0]
    for key, value in optimizer.state.get(kept, {}).items():
        if key in before:
            assert_allclose(value[:2], before[key][1:])
            assert value.shape == kept.shape
    step()
    assert bool(kept.isfinite().all() and gone.isfinite().all())


@pytest.mark.parametrize(("name", "options"), KINDS, ids=NAMES)
def test_what_does_not_fit_is_begun_anew(name, options):
    moved, still = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(2))
    optimizer = getattr(torch.optim, name)([moved, still], **options)
    for p in (moved, still):
        p.grad = torch.ones_like(p)
    optimizer.step()
    kept = dict(optimizer.state[still])
    moved.grad, moved.data = None, torch.ones(5)
    OptimizerAdapter(optimizer, [moved, still]).forget_unfitting([moved, still])
    assert optimizer.state[still] == kept
    moved.grad = torch.ones(5)
    optimizer.step()
    fresh = nn.Parameter(torch.ones(5))
    twin = getattr(torch.optim, name)([fresh], **options)
    fresh.grad = torch.ones(5)
    twin.step()
    if len(kept) > 0:
        assert_allclose(moved.detach(), fresh.detach())


@pytest.mark.parametrize("name", ["LBFGS", "Rprop", "Adafactor"])
def test_optimizers_that_do_not_go_with_growth(name):
    parameter = nn.Parameter(torch.ones(3))
    optimizer = getattr(torch.optim, name)([parameter])
    with pytest.raises(ValueError, match=f"does not go with {name}, which .*; use"):
        OptimizerAdapter(optimizer, [parameter])
    # as Lightning makes another class of one
    optimizer.__class__ = type(f"Lightning{name}", (type(optimizer),), {})
    with pytest.raises(ValueError, match=f"does not go with {name}, which .*; use"):
        OptimizerAdapter(optimizer, [parameter])


def test_moments_are_rewritten_where_there_are_any():
    optimizer, moved, still = stepped(torch.optim.Adam, lr=0.1, amsgrad=True)
    adapter = OptimizerAdapter(optimizer, [moved, still])
    before = {name: value.clone() for name, value in optimizer.state[moved].items()}
    adapter.rewrite_state(
        [moved, still],
        lambda moments: [2 * m for m in moments],
        lambda moments: [m[:2] for m in moments],
        lambda values: values,
    )
    after = optimizer.state[moved]
    assert_allclose(after["exp_avg"], 2 * before["exp_avg"])
    for name in ("exp_avg_sq", "max_exp_avg_sq"):
        assert_allclose(after[name], before[name][:2])
    assert after["step"] == 2
    assert still not in optimizer.state


def test_it_must_train_every_parameter():
    optimizer, moved, _ = stepped(torch.optim.SGD, lr=0.1)
    with pytest.raises(ValueError, match="does not train the network"):
        OptimizerAdapter(optimizer, [moved, torch.ones(3)])
