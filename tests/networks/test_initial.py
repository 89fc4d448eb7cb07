"""How weights are drawn."""

import pytest
import torch
from numpy.testing import assert_allclose

from sklearn_sparcs._networks.initial import linear_bound, uniform, xavier_uniform


def seeded():
    return torch.Generator().manual_seed(0)


def test_uniform_weights_fill_their_interval():
    drawn = uniform(200, 300, bound=0.5, generator=seeded())
    assert drawn.shape == (200, 300)
    assert_allclose(float(drawn.min()), -0.5, atol=1e-4)
    assert_allclose(float(drawn.max()), 0.5, atol=1e-4)
    assert_allclose(float(drawn.std()), 0.5 / 3**0.5, rtol=0.01)


def test_linear_bound_is_that_of_torchs_own_layer():
    largest = float(torch.nn.Linear(400, 3000).weight.detach().abs().max())
    assert largest == pytest.approx(linear_bound(400), rel=1e-3)


def test_xavier_is_torchs_own_and_a_seed_means_the_same_in_every_dtype():
    double = xavier_uniform(300, 200, seeded(), torch.float64)
    twin = torch.nn.init.xavier_uniform_(torch.empty(300, 200), generator=seeded())
    assert_allclose(float(double.abs().max()), float(twin.abs().max()), rtol=1e-3)
    single = xavier_uniform(300, 200, seeded())
    assert single.dtype == torch.float32
    assert_allclose(single, double, rtol=1e-6)
