"""What links could still do: by least squares, and in heads of a thousand signals."""

import pytest
import torch
from numpy.testing import assert_allclose
from torch.nn import functional as F

from sklearn_sparcs._growth.out_of_reach import (
    by_conjugate_gradients,
    by_normal_equations,
    can_tell_links,
    out_of_reach,
)
from sklearn_sparcs.nn import GrowingSpectralNetwork, Growth

WAYS = [by_normal_equations, by_conjugate_gradients]


@pytest.mark.parametrize("found_by", WAYS)
@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_residual_of_weighted_least_squares(found_by, weighted):
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    h, delta = torch.randn(40, 4, **draw), torch.randn(40, 2, **draw)
    w = torch.rand(40, **draw) + 0.5 if weighted else None
    found = found_by(delta.T, h.T, w).T
    each = torch.ones(40).double() if w is None else w
    root = each.sqrt()[:, None]  # delta is weight times residual
    fit = torch.linalg.lstsq(root * h, delta / root).solution
    assert_allclose(found, delta - each[:, None] * (h @ fit), atol=1e-10)
    assert_allclose(h.T @ found, 0, atol=1e-10)
    assert_allclose(found_by(found.T, h.T, w).T, found, atol=1e-10)
    twice = torch.cat([h, h], dim=1)  # redundant signals do no harm
    assert_allclose(found_by(delta.T, twice.T, w).T, found, atol=1e-6)


def test_many_signals_have_the_same_residual_as_few():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    h, delta = torch.relu(torch.randn(1100, 2500, **draw)), torch.randn(2, 2500, **draw)
    delta += 0.1 * torch.randn(2, 1100, **draw) @ h
    expected = by_normal_equations(delta, h, None)
    assert_allclose(out_of_reach(delta, h, None), expected, atol=1e-3)


def test_few_samples_do_not_tell_of_many_signals():
    assert can_tell_links(1000, 10)
    assert not can_tell_links(1001, 2001)
    assert can_tell_links(1001, 2002)


def grown(n_signals, labels, n_steps, seed=0):
    """Live neurons of a head that was trained on labels of its signals.

    The signals are ReLU features of 64 numbers, each sample's times a size of its own.
    """
    draw = {"generator": torch.Generator().manual_seed(seed)}
    mix, shift = torch.randn(64, n_signals, **draw) / 8, torch.randn(n_signals, **draw)
    linear = 4 * torch.randn(n_signals, 10, **draw) / n_signals**0.5
    head = GrowingSpectralNetwork(n_signals, (100,), 10, **draw)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
    with Growth(head, optimizer, **draw) as growth:
        for _ in range(n_steps):
            size = 0.5 + torch.rand(128, 1, **draw)
            h = size * torch.relu(torch.randn(128, 64, **draw) @ mix + shift)
            optimizer.zero_grad()
            F.cross_entropy(head(h), labels(h, size, linear, draw)).backward()
            optimizer.step()
            growth.step()
    return head.n_live[0]


def linear_labels(h, size, linear, draw):
    return (h @ linear + torch.randn(len(h), 10, **draw)).argmax(dim=1)


def noise(h, size, linear, draw):
    return torch.randint(10, (len(h),), **draw)


def bent_labels(h, size, linear, draw):
    """How far the size is from its mean: what no linear map says of the signals."""
    return (20 * (size[:, 0] - 1).abs()).long()


@pytest.mark.parametrize("labels", [linear_labels, noise])
def test_neurons_get_no_credit_for_what_links_have_still_to_learn(labels):
    assert grown(1100, labels, 130) == 0


def test_neurons_wake_where_a_thousand_links_do_not_suffice():
    assert grown(1100, bent_labels, 200) > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_signals", "labels", "n_steps"),
    [
        (1280, linear_labels, 500),
        (2048, noise, 320),
        (4096, linear_labels, 70),
        (4096, noise, 70),
    ],
)
def test_wide_heads_stay_linear(n_signals, labels, n_steps):
    assert grown(n_signals, labels, n_steps) == 0
