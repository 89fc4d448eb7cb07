"""What links could still do: the residual of least squares, and the first slopes."""

import pytest
import torch
from numpy.testing import assert_allclose

from sklearn_sparcs._recruitment.partialling_out import Regressors, can_tell_links


@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_residual_of_weighted_least_squares(weighted):
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    h, delta = torch.randn(40, 6, **draw), torch.randn(40, 2, **draw)
    w = torch.rand(40, **draw) + 0.5 if weighted else None
    heard = Regressors(h.T, w)
    found = heard.residual(delta.T, 4).T
    each = torch.ones(40).double() if w is None else w
    root = each.sqrt()[:, None]  # delta is weight times residual
    fit = torch.linalg.lstsq(root * h[:, :4], delta / root).solution
    assert_allclose(found, delta - each[:, None] * (h[:, :4] @ fit), atol=1e-10)
    assert_allclose(h[:, :4].T @ found, 0, atol=1e-10)
    assert_allclose(heard.residual(found.T, 4).T, found, atol=1e-10)
    twice = Regressors(torch.cat([h[:, :4], h[:, :4]], dim=1).T, w)
    assert_allclose(twice.residual(delta.T, 8).T, found, atol=1e-6)  # redundant


def test_links_learn_what_a_few_conjugate_gradients_do():
    """On ten signals or fewer that is all, and on many less than least squares."""
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    h, delta = torch.randn(40, 6, **draw), torch.randn(40, 2, **draw)
    expected = torch.linalg.lstsq(h, -delta).solution.T
    assert_allclose(Regressors(h.T).fitted(delta.T), expected, atol=1e-8)
    strengths = torch.logspace(0, 2, 100, dtype=torch.float64)
    h = torch.randn(200, 100, **draw) * strengths @ torch.randn(100, 100, **draw)
    noise = torch.randn(200, 1, **draw)
    slopes = Regressors(h.T).fitted(noise.T)
    all_of_it = torch.linalg.lstsq(h, -noise).solution
    assert 0 < (h @ slopes.T).norm() < 0.9 * (h @ all_of_it).norm()


def test_few_samples_do_not_tell_of_many_signals():
    assert can_tell_links(1000, 10)
    assert not can_tell_links(1001, 2001)
    assert can_tell_links(1001, 2002)
