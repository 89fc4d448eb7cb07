"""What backward passes since a step have brought, by the passes' own public names."""

import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn

from sklearn_sparcs._recruitment.accumulated import MOST_ZEROED
from sklearn_sparcs._recruitment.backward_passes import BackwardPasses
from sklearn_sparcs._recruitment.blind_spots import BY_HAND, CONTAINED


@pytest.fixture
def layer():
    return nn.Linear(2, 1)


@pytest.fixture
def passes(layer):
    followed = BackwardPasses(layer.weight)
    layer.weight.register_post_accumulate_grad_hook(lambda _: followed.reached())
    return followed


def sent(layer, passes, x):
    """The output for a batch that is followed."""
    output = layer(x)
    passes.follow(x, output)
    return output


def test_a_step_begins_with_nothing_of_the_last(layer, passes):
    x = torch.ones(3, 2, requires_grad=True)
    output = sent(layer, passes, x)
    (slope,) = torch.autograd.grad(output.sum(), x, create_graph=True)
    (output.sum() + slope.square().sum()).backward()
    for _ in range(2):
        layer.zero_grad()
        sent(layer, passes, x).sum().backward()
    layer.weight.grad = torch.tensor([[1.0, -1.0]])
    passes.stepping(4.0)
    assert passes.stepped and passes.unseen() == [BY_HAND, CONTAINED]
    ((rows, gradient),) = passes.take()
    assert_allclose(rows, x.detach())
    assert_allclose(gradient, 0.25)
    assert not passes.stepped and passes.unseen() == passes.take() == []


def test_what_is_forgotten_was_no_part_of_the_step(layer, passes):
    """The optimiser has stepped all the same."""
    sent(layer, passes, torch.ones(3, 2)).sum().backward()
    passes.stepping(1.0)
    passes.forget()
    assert passes.stepped and passes.take() == []


def test_sums_are_put_together_once(layer, passes):
    """A second step of the optimiser has them no more."""
    for sign in (1.0, -1.0):
        layer.zero_grad()
        sent(layer, passes, torch.tensor([[1.0, sign]])).sum().backward()
    layer.weight.grad = torch.tensor([[2.0, 0.0]])
    for _ in range(2):
        passes.stepping(1.0)
    assert [grad.item() for _, grad in passes.take()] == pytest.approx([1, 1])


def test_sums_that_are_zeroed_are_counted_to_some_number(layer, passes):
    for k in range(MOST_ZEROED + 3):
        assert passes.n_zeroed == min(max(k - 1, 0), MOST_ZEROED)
        layer.zero_grad()
        sent(layer, passes, torch.ones(1, 2)).sum().backward()
