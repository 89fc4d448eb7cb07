"""What present weights can still do, against least squares."""

import pytest
import torch
from numpy.linalg import LinAlgError
from numpy.testing import assert_allclose

from sklearn_sparcs._growth.quadratic_model import QuadraticRows
from sklearn_sparcs._growth.refit import Refit


def test_projection_is_that_of_weighted_least_squares():
    generator = torch.Generator().manual_seed(0)
    draw = {"generator": generator, "dtype": torch.float64}
    H, a, v = (
        torch.randn(50, 4, **draw),
        torch.randn(50, 3, **draw),
        torch.rand(50, **draw),
    )
    ones = torch.ones(50, dtype=torch.float64)
    quadratic = QuadraticRows(H, torch.randn(50, 2, **draw), v, None, ones)
    refit = Refit.on(quadratic, torch.zeros(2, 4).double(), torch.zeros(4).double())
    x = refit(H.T @ (v[:, None] * a) / 50)
    root = v.sqrt()[:, None]
    expected = torch.linalg.lstsq(root * H, root * a).solution
    assert_allclose(x, expected, rtol=1e-6, atol=1e-8)
    assert abs(refit.n_free - 4) < 1e-6


def test_collinear_signals_are_counted_once():
    H = torch.randn(50, 3, generator=torch.Generator().manual_seed(0)).double()
    H = torch.cat([H, H[:, :1]], dim=1)
    ones = torch.ones(50, dtype=torch.float64)
    quadratic = QuadraticRows(H, torch.zeros(50, 1).double(), ones, None, ones)
    refit = Refit.on(quadratic, torch.zeros(1, 4).double(), torch.zeros(4).double())
    assert abs(refit.n_free - 3) < 1e-3


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_what_is_not_finite_is_refused_and_not_tried_for_ever(value):
    """Found by `make fuzz`."""
    gram = torch.tensor([[value, 0.0], [0.0, 1.0]])
    with pytest.raises(LinAlgError, match="not finite"):
        Refit.of(gram, torch.zeros(2, 1), torch.zeros(2))
