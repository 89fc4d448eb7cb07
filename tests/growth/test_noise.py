"""The bound on noise, against χ² itself, and the rule on tables of noise."""

import numpy as np
import pytest
import torch
from helpers.growth import REGRESSION, grown_objective, growth
from helpers.live import samples
from helpers.networks import LOSSES
from numpy.testing import assert_allclose
from scipy.stats import chi2

from sklearn_sparcs._growth import noise
from sklearn_sparcs._growth.first_survey import FirstSurvey
from sklearn_sparcs._growth.noise import Noise, standard_errors
from sklearn_sparcs._growth.quadratic_model import QuadraticRows


def chi2_of(new, E):
    ones = torch.ones(len(new), dtype=torch.float64)
    noise = Noise.of(new, QuadraticRows(new, E, ones, None, ones))
    variance = noise.variance_of_means(1, 1.0)
    return variance.chi2(new.T @ E), variance.nu


@pytest.mark.parametrize("nu", [1.0, 3.0, 20.0])
def test_standard_errors_invert_the_bound(nu):
    z = torch.tensor([0.5, 2.5, 4.0]).double()
    L = noise.LOG_TRIED + z.square() / 2
    bound = nu + 2 * (nu * L).sqrt() + 2 * L
    nu = torch.tensor(nu).double()
    assert_allclose(standard_errors(bound, nu), z, rtol=1e-12)
    assert (chi2.sf(bound, float(nu)) < np.exp(-L.numpy())).all()
    assert float(standard_errors(torch.zeros(1).double(), nu)) == 0


def test_chi2_of_one_output_is_the_squared_t_value():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    new, E = torch.randn(4000, 3, **draw), torch.randn(4000, 1, **draw)
    found, nu = chi2_of(new, E)
    expected = (new.T @ E)[:, 0] ** 2 / (new.square().sum(dim=0) * E.square().mean())
    assert float(nu) == pytest.approx(1.0)
    assert (found <= expected * (1 + 1e-9)).all()  # the larger variance counts
    assert_allclose(found, expected, rtol=0.1)


def test_outputs_that_are_one_count_as_one():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    new, E = torch.randn(500, 3, **draw), torch.randn(500, 1, **draw)
    one, _ = chi2_of(new, E)
    E = E.expand(-1, 3)
    same, nu = chi2_of(new, E)
    assert float(nu) == pytest.approx(1.0)
    assert_allclose(same, one, rtol=1e-9)
    E = torch.randn(500, 3, **draw)
    _, nu = chi2_of(new, E)
    assert float(nu) == pytest.approx(3.0, rel=0.05)


def test_a_neuron_that_rests_on_outliers_is_not_significant():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    E = torch.randn(300, 1, **draw)
    E[:2] += 30
    new = torch.zeros(300, 1, dtype=torch.float64)
    new[:10] = 1
    found, _ = chi2_of(new, E)
    assert float(found) < 2.5


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_tables_of_noise_do_not_grow(loss, activation):
    errors = []
    for seed in range(25):
        data = samples(loss, 120, 2, seed=seed)
        goal, net = grown_objective(loss, data.inputs[:, :-1], data.y)
        net = type(net)(net.weights, activation, net.bias, net.neurons)
        errors.append(FirstSurvey.of(goal, net, growth(loss, goal)).significance)
    assert sum(z >= 2.5 for z in errors) <= 1


def test_a_bend_in_one_feature_of_many_is_significant():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    x = torch.randn(500, 30, **draw)
    y = x[:, :1].abs() + torch.randn(500, 1, **draw)
    goal, net = grown_objective(REGRESSION, x, y)
    assert FirstSurvey.of(goal, net, growth(REGRESSION, goal)).significance > 4


def test_a_wave_is_significant_that_no_neuron_explains():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    x = torch.randn(225, 1, **draw)
    y = torch.sin(3 * x) + 0.1 * torch.randn(225, 1, **draw)
    goal, net = grown_objective(REGRESSION, x, y)
    assert FirstSurvey.of(goal, net, growth(REGRESSION, goal)).significance > 5


def test_team_of_one_is_one():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    new, E = torch.randn(500, 3, **draw), torch.randn(500, 2, **draw)
    ones = torch.ones(500, dtype=torch.float64)
    noise = Noise.of(new, QuadraticRows(new, E, ones, None, ones))
    variance, pull = noise.variance_of_means(500, 1.0), new.T @ E / 500
    for k in range(3):
        joint = variance.of([k]).joint_chi2(pull[[k]])
        assert float(joint) == pytest.approx(float(variance.chi2(pull)[k]), rel=1e-9)


def test_joint_chi2_of_orthogonal_candidates_adds_up():
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    new, E = torch.randn(50000, 3, **draw), torch.randn(50000, 1, **draw)
    ones = torch.ones(50000, dtype=torch.float64)
    noise = Noise.of(new, QuadraticRows(new, E, ones, None, ones))
    variance, pull = noise.variance_of_means(50000, 1.0), new.T @ E / 50000
    total = float(variance.chi2(pull).sum())
    assert float(variance.joint_chi2(pull)) == pytest.approx(total, rel=0.05)
