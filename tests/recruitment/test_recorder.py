"""What is kept of a training loop: the gradient of a step, however it came about."""

import copy
import gc
import pickle
import warnings
import weakref

import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn
from torch.utils.checkpoint import checkpoint

from sklearn_sparcs._recruitment.seen import Seen
from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def data(generator):
    x = torch.randn(64, 3, generator=generator)
    return x, x[:, :1].abs()


def test_halves_are_what_came_first_and_since(generator):
    """A passage that straddles the middle is cut; each half stands for all."""
    x, grad = torch.randn(2, 11, 3, generator=generator)
    passages = list(zip(x.split(4), grad.split(4), strict=True))
    seen = Seen(passages, 0.5, torch.float32)
    for half, rows in zip(seen.halves(), (slice(5), slice(5, 11)), strict=True):
        slices = list(half.slices())
        assert_allclose(torch.cat([part for part, _, _ in slices]), x[rows])
        sums = [g.sum(dim=0) * len(part) / len(half) for part, g, _ in slices]
        mean = 0.5 * grad[rows].mean(dim=0) * len(x)
        assert_allclose(sum(sums), mean, rtol=1e-5)


def test_what_was_seen_follows_the_network_to_its_device(generator):
    """As where a state is loaded on the CPU, and the network moved on."""
    x, grad = torch.randn(2, 5, 3, generator=generator)
    like = torch.zeros(1, device="meta", dtype=torch.bfloat16)
    found = Seen.of([[(x, grad)]], 1.0, like)
    parts = [part for passed in found.slices() for part in passed[:2]]
    assert {(p.device.type, p.dtype) for p in parts} == {("meta", torch.float32)}


def test_samples_that_others_have_are_left_out(generator):
    x, grad = torch.randn(2, 12, 3, generator=generator)
    x[9], x[5] = x[2], x[1]
    first = Seen([(x[:4], grad[:4])], 0.5, torch.float32)
    found = Seen([(x[4:8], grad[4:8]), (x[8:], grad[8:])], 0.5, torch.float32).unmet(
        first
    )
    rows = [4, 6, 7, 8, 10, 11]
    slices = list(found.slices())
    assert_allclose(torch.cat([part for part, _, _ in slices]), x[rows])
    sums = [g.sum(dim=0) * len(part) / len(found) for part, g, _ in slices]
    assert_allclose(sum(sums), 0.5 * grad[rows].mean(dim=0) * 8, rtol=1e-5)
    assert len(first.unmet(first)) == 0


class Loop:
    """A head, what trains it, and growth beside it that never surveys."""

    def __init__(self, generator, kind=torch.optim.SGD, **options):
        self.net = GrowingSpectralNetwork(3, (5,), 1, generator=generator)
        self.optimizer = kind(self.net.parameters(), **{"lr": 1e-3, **options})
        self.growth = Growth(self.net, self.optimizer, alpha=0, interval=10**9)
        self.recorder = self.growth.recruitment.recorder

    def loss(self, x, y):
        return (self.net(x) - y).square().mean()

    def seen(self):
        """Inputs, and gradients as a survey takes them."""
        kept = self.recorder.seen()
        slices = [(x, grad * len(x) / len(kept)) for x, grad, _ in kept.slices()]
        return [torch.cat(parts) for parts in zip(*slices, strict=True)]


def expected(net, x, y):
    """The input of a batch, and the gradient of its mean squared error."""
    return x, 2 * (net(x).detach() - y) / y.numel()


def assert_seen(loop, x, gradient):
    kept, grad = loop.seen()
    assert_allclose(kept, x)
    assert_allclose(grad, gradient, rtol=1e-5, atol=1e-9)


def test_a_batch_is_seen_as_it_is(generator, data):
    loop = Loop(generator)
    x, gradient = expected(loop.net, *data)
    loop.loss(*data).backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, x, gradient)


def test_accumulated_batches_are_one(generator, data):
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    for _ in range(4):  # the first tells that steps are told of
        for part in torch.arange(64).split(16):
            (loop.loss(x[part], y[part]) / 4).backward()
            loop.growth.step()  # a step of its own only once the optimiser has one
        loop.optimizer.param_groups[0]["lr"] = 0.0
        loop.optimizer.step()
        loop.optimizer.zero_grad()
        loop.growth.step()
    assert len(loop.recorder.steps) == 3
    assert_seen(loop, rows.repeat(3, 1), gradient.repeat(3, 1) / 3)


@pytest.mark.parametrize("unscaled", [False, True])
@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam])
def test_a_scaler_and_clipping_leave_the_loss_as_it_is(generator, data, kind, unscaled):
    loop = Loop(generator, kind)
    scaler = torch.amp.GradScaler("cpu", init_scale=3000.0)
    x, gradient = expected(loop.net, *data)
    scaler.scale(loop.loss(*data)).backward()
    if unscaled:
        scaler.unscale_(loop.optimizer)
        nn.utils.clip_grad_norm_(loop.net.parameters(), 1e-3)
    scaler.step(loop.optimizer)
    scaler.update()
    loop.growth.step()
    assert_seen(loop, x, gradient)


def test_a_step_that_a_scaler_skips_is_none(generator, data):
    loop, (x, y) = Loop(generator, fused=True), data
    scaler = torch.amp.GradScaler("cpu", init_scale=1e38)
    for _ in range(2):
        loop.optimizer.zero_grad()
        scaler.scale(1e3 * loop.loss(x, y)).backward()
        scaler.step(loop.optimizer)
        scaler.update(1.0)
        loop.growth.step()
    rows, gradient = loop.seen()
    assert len(rows) == 64 and bool(gradient.isfinite().all())


def test_a_maximised_objective(generator, data):
    """The same neurons wake as where its negative is minimised."""
    found = []
    for sign in (1.0, -1.0):
        seed = torch.Generator().manual_seed(0)
        net = GrowingSpectralNetwork(3, (5,), 1, generator=seed)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01, maximize=sign < 0)
        growth = Growth(net, optimizer, alpha=1e-3, interval=8, generator=seed)
        for _ in range(40):
            optimizer.zero_grad()
            (sign * (net(data[0]) - data[1]).square().mean()).backward()
            optimizer.step()
            growth.step()
        found.append(net)
    assert found[0].n_live == found[1].n_live != [0]
    for first, second in zip(*(net.parameters() for net in found), strict=True):
        assert_allclose(first.detach(), second.detach(), atol=1e-6)


def test_twice_in_one_forward_pass(generator, data):
    loop, (x, y) = Loop(generator), data
    _, gradient = expected(loop.net, x, y)
    (loop.loss(x, y) + 3 * loop.loss(-x, y)).backward()
    loop.optimizer.step()
    loop.growth.step()
    kept, grad = loop.seen()
    order = slice(None) if torch.equal(kept[:64], x) else slice(None, None, -1)
    first, _ = torch.stack(kept.split(64))[[0, 1][order]]
    assert_allclose(first, x)
    assert_allclose(torch.stack(grad.split(64))[[0, 1][order]][0], gradient, rtol=1e-5)


def test_two_losses_of_one_output_in_turn(generator, data):
    """Each sample counts once, with the gradient of their sum."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    output = loop.net(x)
    errors = (output - y).square() / y.numel()
    errors[:40].sum().backward(retain_graph=True)
    errors[40:].sum().backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_a_closure_that_is_evaluated_twice(generator, data):
    loop, (x, y) = Loop(generator), data

    def closure():
        loop.optimizer.zero_grad()
        loss = loop.loss(x, y)
        loss.backward()
        return loss

    rows, gradient = expected(loop.net, x, y)
    closure()  # as a search along a line does: zeroed before the next
    loop.optimizer.step(closure)
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_gradients_that_a_hook_of_the_output_changes(generator, data):
    """As where losses are weighed by hooks: what goes on to the parameters counts."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    output = loop.net(x)
    output.register_hook(lambda grad: grad / 4)
    (output - y).square().mean().backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient / 4)


@pytest.mark.parametrize("set_to_none", [True, False])
def test_gradients_that_are_zeroed_are_forgotten(generator, data, set_to_none):
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    loop.loss(x, -y).backward()
    loop.optimizer.zero_grad(set_to_none=set_to_none)
    loop.loss(x, y).backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_gradients_of_the_input_are_not_seen(generator, data):
    """As adversarial training asks for them."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    moved = x.clone().requires_grad_()
    torch.autograd.grad(loop.loss(moved, y), moved)
    loss = loop.loss(x, y)
    torch.autograd.grad(loss, loop.net.Q[-1], retain_graph=True)
    loss.backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_gradients_that_are_set_by_hand(generator, data):
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    parameters = list(loop.net.parameters())
    found = torch.autograd.grad(loop.loss(x, y), parameters)
    for parameter, grad in zip(parameters, found, strict=True):
        parameter.grad = grad
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def passes(loop, losses):
    """Gradients (a list a loss), by backward passes that are zeroed in between."""
    found = []
    for loss in losses:
        loop.optimizer.zero_grad()
        loss.backward(retain_graph=True)
        found.append([p.grad.clone() for p in loop.net.parameters()])
    return found


def put_together(loop, found, factors):
    for parameter, *grads in zip(loop.net.parameters(), *found, strict=True):
        parameter.grad = sum(f * grad for f, grad in zip(factors, grads, strict=True))


@pytest.mark.parametrize("forwards", ["one", "two"])
def test_gradients_that_are_projected_count_as_they_are_added(
    forwards, generator, data
):
    """As PCGrad does: each sample with the share of its loss in the step."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    output = loop.net(x)
    other = output if forwards == "one" else loop.net(x)
    losses = [
        ((each - y).square() / y.numel())[part].sum()
        for each, part in ((output, slice(40)), (other, slice(40, 64)))
    ]
    put_together(loop, passes(loop, losses), (0.7, 1.5))
    loop.optimizer.step()
    loop.growth.step()
    share = torch.where(torch.arange(64) < 40, 0.7, 1.5)[:, None]
    found, grad = loop.seen()
    if forwards == "two":  # where the others' gradient is zero
        found, grad = found[:64], grad[:64] + grad[64:]
    assert_allclose(found, rows)
    assert_allclose(grad, share * gradient, rtol=1e-4, atol=1e-7)


def test_what_is_looked_at_before_gradients_are_zeroed_keeps_nothing(generator, data):
    """The batch before is forgotten all the same."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    loop.loss(-x, y).backward()
    moved = x.clone().requires_grad_()
    torch.autograd.grad(loop.loss(moved, y), moved)
    loop.optimizer.zero_grad()
    loop.loss(x, y).backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_gradients_that_are_put_back(generator, data):
    """As monitors do, which look at another batch's in between."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    kept = passes(loop, [loop.loss(x, y)])
    loop.optimizer.zero_grad()
    torch.autograd.grad(loop.loss(-x, y), list(loop.net.parameters()))
    put_together(loop, kept, (1.0,))
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_a_closure_leaves_nothing_to_the_next_step(generator, data):
    loop, (x, y) = Loop(generator), data

    def closure():
        loop.optimizer.zero_grad()
        loss = loop.loss(-x, y)
        loss.backward()
        return loss

    closure()
    loop.optimizer.step(closure)
    loop.growth.step()
    rows, gradient = expected(loop.net, x, y)
    found = torch.autograd.grad(loop.loss(x, y), list(loop.net.parameters()))
    put_together(loop, [found], (1.0,))
    loop.optimizer.step()
    loop.growth.step()  # no warning of a gradient put together
    kept, grad = loop.seen()
    assert_allclose(kept[64:], rows)
    assert_allclose(2 * grad[64:], gradient, rtol=1e-5, atol=1e-9)


def test_a_norm_that_was_looked_at_first_changes_nothing(generator, data):
    """The last pass alone is stepped along, clipped or not."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    passes(loop, [loop.loss(x, 2 * y), loop.loss(x, y)])
    nn.utils.clip_grad_norm_(loop.net.parameters(), 1e-3)
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_gradients_that_are_no_sum_of_passes_are_warned_of_once(generator, data):
    loop, (x, y) = Loop(generator), data
    for warns in (True, False):
        passes(loop, [loop.loss(x, -y), loop.loss(x, y)])
        for parameter in loop.net.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        loop.optimizer.step()
        if warns:
            with pytest.warns(UserWarning, match="no sum of what backward") as caught:
                loop.growth.step()
            assert caught[0].filename == __file__
        else:
            loop.growth.step()


def test_scaled_gradients_that_are_put_together_are_warned_of(generator, data):
    """Whose scale each of them has is unknown."""
    loop, (x, y) = Loop(generator), data
    scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
    losses = [scaler.scale(loop.loss(x, y)), scaler.scale(loop.loss(x, -y))]
    put_together(loop, passes(loop, losses), (1.0, 1.0))
    scaler.step(loop.optimizer)
    with pytest.warns(UserWarning, match="without a GradScaler"):
        loop.growth.step()


def test_what_passed_before_a_state_was_loaded_is_forgotten(generator, data):
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    loop.loss(-x, y).backward()
    loop.net.load_state_dict(loop.net.state_dict())
    loop.loss(x, y).backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_several_gradients_of_an_output_by_hand_are_warned_of(generator, data):
    loop, (x, y) = Loop(generator), data
    output, parameters = loop.net(x), list(loop.net.parameters())
    found = [
        torch.autograd.grad(loss, parameters, retain_graph=True)
        for loss in ((output - y).square().mean(), output.abs().mean())
    ]
    put_together(loop, found, (1.0, 1.0))
    loop.optimizer.step()
    with pytest.warns(UserWarning, match="no sum of what backward passes"):
        loop.growth.step()


@pytest.mark.parametrize("penalised", ["the same pass", "a pass before", "alone"])
def test_derivatives_in_the_loss_are_told_of_and_are_no_gradients(
    penalised, generator, data
):
    """As a gradient penalty, or an equation that a network is to solve, has them."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    moved = (3 * x if penalised == "a pass before" else x).clone().requires_grad_()
    output = loop.net(moved)
    (slope,) = torch.autograd.grad((y.abs() * output).sum(), moved, create_graph=True)
    fitted = loop.net(x) if penalised == "a pass before" else output
    loss = (fitted - y).square().mean() if penalised != "alone" else 0.0
    (loss + slope.square().mean()).backward()
    loop.optimizer.step()
    with pytest.warns(UserWarning, match="derivatives of the network's") as caught:
        loop.growth.step()
    assert caught[0].filename == __file__
    if penalised == "alone":
        assert len(loop.recorder.seen()) == 0 and not loop.recorder.is_bypassed
    else:
        assert_seen(loop, rows, gradient)


def test_curvature_that_is_looked_at_changes_nothing(generator, data):
    """As optimisers and monitors ask for it: the loss itself has none."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    torch.autograd.functional.hessian(lambda part: loop.net(part).sum(), x[:3])
    with warnings.catch_warnings(action="ignore"):  # torch's, of a cycle of references
        loop.loss(x, y).backward(create_graph=True)
    parameters = list(loop.net.parameters())
    grads = [p.grad for p in parameters]
    torch.autograd.grad(grads, parameters, list(map(torch.ones_like, grads)))
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


@pytest.mark.parametrize("looked_at", ["once", "twice"])
def test_many_gradients_at_once_are_not_seen(generator, data, looked_at):
    """As torch computes Jacobians, by vmap."""
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    moved = x.clone().requires_grad_()
    each = torch.eye(64)[:, :, None]
    output = loop.net(moved)
    if looked_at == "twice":
        torch.autograd.grad(output.sum(), moved, retain_graph=True)
    for vmap in (
        lambda of: torch.autograd.grad(
            output, of, each, is_grads_batched=True, retain_graph=True
        ),
        lambda of: torch.func.vmap(
            lambda v: torch.autograd.grad(output, of, v, retain_graph=True)
        )(each),
    ):
        found, *_ = vmap([moved])
        slopes = torch.autograd.functional.jacobian(loop.net, x, vectorize=True)
        assert_allclose(found[0], slopes[0, 0])
    loop.loss(x, y).backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_many_gradients_at_once_by_hand_are_warned_of(generator, data):
    loop, (x, y) = Loop(generator), data
    parameters = list(loop.net.parameters())
    losses = (loop.net(x) - y).square().mean(dim=1)
    found = torch.autograd.grad(
        losses, parameters, torch.eye(64), is_grads_batched=True
    )
    for parameter, grads in zip(parameters, found, strict=True):
        parameter.grad = grads.mean(dim=0)
    loop.optimizer.step()
    with pytest.warns(UserWarning, match="no sum of what backward passes"):
        loop.growth.step()


@pytest.mark.parametrize("reentrant", [True, False])
def test_under_checkpointing(generator, data, reentrant):
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    x = x.clone().requires_grad_()
    output = checkpoint(loop.net, x, use_reentrant=reentrant)
    (output - y).square().mean().backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_a_buffer_that_is_written_over(generator, data):
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    buffer = x.clone()
    loop.loss(buffer, y).backward()
    loop.optimizer.step()
    loop.growth.step()
    buffer.zero_()
    assert_seen(loop, rows, gradient)


def test_whatever_is_called(generator, data):
    """By name, in evaluation mode, and with samples in several dimensions."""
    loop, (x, y) = Loop(generator), data
    loop.net.eval()
    rows, gradient = expected(loop.net, x, y)
    output = loop.net(x=x.reshape(4, 16, 3))
    assert output.shape == (4, 16, 1)
    (output - y.reshape(4, 16, 1)).square().mean().backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_a_batch_of_no_samples(generator, data):
    loop, (x, y) = Loop(generator), data
    rows, gradient = expected(loop.net, x, y)
    (loop.loss(x, y) + loop.net(x[:0]).sum()).backward()
    loop.optimizer.step()
    loop.growth.step()
    assert_seen(loop, rows, gradient)


def test_a_frozen_network_stays_as_it_is(generator, data):
    x, y = data
    body = nn.Linear(3, 3)
    net = GrowingSpectralNetwork(3, (5,), 1, generator=generator)
    optimizer = torch.optim.Adam([*body.parameters(), *net.parameters()], lr=0.01)
    growth = Growth(net, optimizer, alpha=1e-3, interval=2, generator=generator)

    def train(n_steps):
        for _ in range(n_steps):
            optimizer.zero_grad()
            (net(body(x)) - y).square().mean().backward()
            optimizer.step()
            growth.step()

    train(8)
    before = copy.deepcopy(net.state_dict())
    assert net.n_live[0] > 0
    for frozen in net.parameters():
        frozen.requires_grad_(False)
    train(8)
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_copy_is_not_recorded(generator, data):
    loop, (x, y) = Loop(generator), data
    for twin in (
        copy.deepcopy(loop.net),
        pickle.loads(pickle.dumps(loop.net)),
    ):
        assert torch.equal(twin(x), loop.net(x))
        (twin(x) - y).square().mean().backward()
        twin.load_state_dict(loop.net.state_dict())
    assert len(pickle.dumps(loop.net)) < len(pickle.dumps(loop.net.state_dict())) + 4000
    assert loop.recorder.end_step() and not loop.recorder.steps
    assert not loop.recorder.loaded
    loop.growth.close()
    assert not loop.net._forward_hooks
    assert not loop.optimizer._optimizer_step_pre_hooks
    assert not loop.net.Q[-1]._post_accumulate_grad_hooks


@pytest.mark.skipif(not hasattr(torch.compiler, "is_exporting"), reason="torch 2.6")
@pytest.mark.parametrize("strict", [True, False])
def test_a_network_is_exported_while_it_is_recorded(generator, data, strict):
    """What is exported is the network alone."""
    loop, (x, _) = Loop(generator), data
    program = torch.export.export(loop.net, (x,), strict=strict)
    assert_allclose(program.module()(x).detach(), loop.net(x).detach(), atol=1e-6)


def test_what_is_no_longer_used_is_let_go(generator, data):
    """Closed or not: loops over folds or trials would keep every network."""
    loop = Loop(generator)
    loop.loss(*data).backward()
    loop.optimizer.step()
    loop.growth.step()
    kept = [weakref.ref(part) for part in (loop.net, loop.growth, loop.recorder)]
    del loop
    gc.collect()
    assert [part() for part in kept] == [None] * 3


def test_another_growth_takes_over_from_one_that_is_no_longer_used(generator):
    """Functions that train a network, each with its own, would all go on recording."""
    net = GrowingSpectralNetwork(3, (5,), 1, generator=generator)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(3):
        Growth(net, optimizer)
        gc.collect()
        assert len(net._forward_hooks) == 1


class Wrapper:
    """Of an optimiser, and none itself."""

    def __init__(self, optimizer):
        self.optimizer = optimizer

    @property
    def param_groups(self):
        return self.optimizer.param_groups

    @property
    def state(self):
        return self.optimizer.state


class Accelerated(Wrapper, torch.optim.Optimizer):
    """As accelerate's, which inherits methods and makes nothing that they ask for."""


@pytest.mark.parametrize("kind", [Wrapper, Accelerated])
def test_wrappers_without_hooks_are_refused(generator, kind):
    net = GrowingSpectralNetwork(3, (5,), 1, generator=generator)
    wrapped = kind(torch.optim.SGD(net.parameters(), lr=0.1))
    words = f"{kind.__name__} has no hooks for that; give it the"
    with pytest.raises(ValueError, match=words):
        Growth(net, wrapped)
    assert not net._forward_hooks and not net.Q[-1]._post_accumulate_grad_hooks
