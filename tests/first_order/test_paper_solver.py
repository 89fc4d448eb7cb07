"""The paper's recipe, held against autograd and torch's own Adam."""

import copy

import pytest
import torch
from helpers.networks import spectral_network
from numpy.testing import assert_allclose

from sklearn_sparcs._first_order.paper_solver import PaperSolver
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.penalty import SparseGroupPenalty


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("input_eigenvalues", [False, True])
@pytest.mark.parametrize("hidden", [(), (4,), (5, 3), (2, 4, 3)])
def test_a_step_of_the_papers_recipe(hidden, input_eigenvalues, l1_ratio):
    draw = torch.Generator().manual_seed(0)
    net = spectral_network(hidden, "relu", True, draw, input_eigenvalues)
    if net.penalized_eigenvalues():  # a layer asleep has the subgradient zero
        net.penalized_eigenvalues()[0].data.zero_()
    twin = copy.deepcopy(net)
    loss, penalty = SquaredError(), SparseGroupPenalty(0.5, l1_ratio, 2.0)
    solver = PaperSolver(net, loss, penalty, 0.01)
    adam = torch.optim.Adam(twin.parameters(), 0.01)
    x = torch.randn(8, 3, generator=draw, dtype=torch.float64)
    y = torch.randn(8, 2, generator=draw, dtype=torch.float64)
    penalized = twin.penalized_eigenvalues()
    for _ in range(3):
        output = twin(x)
        value = penalty.value(penalized) if penalized else torch.zeros(())
        with torch.no_grad():
            found = float(solver.penalty_value())
        assert_allclose(found, value.detach(), rtol=1e-12)
        adam.zero_grad()
        (loss(output, y, None) + value).backward()
        adam.step()
        assert_allclose(solver.step(x, y, None), output.detach(), rtol=1e-9)
    for parameter, expected in zip(net.parameters(), twin.parameters(), strict=True):
        assert_allclose(parameter.detach(), expected.detach(), rtol=1e-9, atol=1e-12)
