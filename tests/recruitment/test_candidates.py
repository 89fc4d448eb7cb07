"""The kink criterion: rates against finite differences of the loss itself."""

import pytest
import torch
from helpers.networks import random_network
from numpy.testing import assert_allclose

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._losses.losses import BinaryCrossEntropy, SquaredError
from sklearn_sparcs._networks.structure import with_recruits
from sklearn_sparcs._recruitment.candidates import Candidates
from sklearn_sparcs._recruitment.survey import sensitivities


def problem(net, seed=5, weighted=False):
    generator = torch.Generator().manual_seed(seed)
    draw = {"generator": generator, "dtype": torch.float64}
    x = torch.randn(60, 3, **draw)
    y = torch.randn(60, 2, **draw) + x[:, :2].abs()
    weight = torch.rand(60, **draw) if weighted else None
    return TrainingData(x, y, None if weight is None else weight / weight.mean())


def loss_with(net, candidates, n, orientation, direction, length, data, loss):
    """Loss once candidate n is awake at its eigenvalue and sends ``direction``."""
    waking = ACTIVATIONS[net.activation].waking
    lam = torch.tensor([candidates.sign * waking.eigenvalue], dtype=torch.float64)
    incoming = (1 - 2 * orientation) * candidates.incoming[n : n + 1]
    outgoing = (length * direction)[:, None].split(candidates.receivers)
    structure, neurons = net.structure(), list(net.neurons)
    layer = candidates.layer
    with torch.no_grad():
        awake = with_recruits(structure, layer, incoming, lam, outgoing)
        net.restructure(awake, neurons)
        value = loss(net(data.x), data.y, data.weight)
        net.restructure(structure, neurons)
    return float(value)


def scored(net, data, loss, layer):
    """Candidates with the whole gradient: nothing left to the links that exist."""
    signals, deltas = sensitivities(net, data, loss)
    # kinks are at samples, the same whatever part of the data is scored
    some = torch.randn(len(signals), 100, generator=torch.Generator().manual_seed(1))
    candidates = Candidates(net, layer, some.double(), torch.Generator().manual_seed(0))
    candidates.observe(net, signals, deltas, data.multiplicity(data.weight))
    return candidates


CASES = [
    ((20,), (0,), "relu", 0),
    ((20,), (3,), "relu", 0),
    ((20,), (3,), "tanh", 0),
    ((20, 20), (0, 0), "relu", 0),
    ((20, 20), (3, 2), "relu", 0),
    ((20, 20), (3, 2), "relu", 1),
    ((20, 20), (3, 2), "gelu", 0),
    ((20, 20), (3, 2), "logistic", 1),
    ((20, 20, 20), (2, 0, 3), "relu", 1),
    ((20, 20, 20), (2, 4, 3), "tanh", 1),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", [SquaredError(), BinaryCrossEntropy()])
@pytest.mark.parametrize(("hidden", "live", "activation", "layer"), CASES)
def test_gains_are_the_slopes_of_the_loss(
    hidden, live, activation, layer, loss, weighted
):
    net, _ = random_network(hidden, live, activation=activation)
    data = problem(net, weighted=weighted)
    if isinstance(loss, BinaryCrossEntropy):
        data = TrainingData(data.x, (data.y > 0).double(), data.weight)
    found = scored(net, data, loss, layer)
    waking, step = ACTIVATIONS[activation].waking, 1e-5
    unit = waking.eigenvalue * waking.norm
    for n in (0, 7):
        for orientation in (0, 1):
            for row in range(sum(found.receivers)):
                direction = torch.zeros(sum(found.receivers), dtype=torch.float64)
                direction[row] = 1.0
                up, down = (
                    loss_with(net, found, n, orientation, direction, s, data, loss)
                    for s in (step, -step)
                )
                slope = -(up - down) / (2 * step) / unit
                assert_allclose(found.gains[orientation][row, n], slope, atol=2e-6)


@torch.no_grad()
def at_the_linear_start():
    """Candidates of one sleeping layer, ∂loss/∂y by hand, and their v."""
    net, _ = random_network((20,), (0,))
    data = problem(net)
    found = scored(net, data, SquaredError(), 0)
    g = 2 * (net(data.x) - data.y) / data.y.numel()
    with_one = torch.nn.functional.pad(data.x, (0, 1), value=1.0)
    return found, g, with_one @ found.incoming.T


def test_rate_at_the_linear_start_by_hand():
    # math: κ±_n = Σ ⟨g, φ_B[:, n]⟩ relu(±v_n), here with the best unit φ_B[:, n]
    found, g, v = at_the_linear_start()
    with torch.no_grad():
        eps = ACTIVATIONS["relu"].waking.eigenvalue
        # at λ = −ε, δy = T [λ (a − v) − a] with a = relu(εv): to first order the
        # linear part of it cancels, and −ε T relu(−v) is left
        kappa = (g.T @ torch.relu(-v)).norm(dim=0)
    assert_allclose(found.gains[0].norm(dim=0), kappa, atol=3 * eps)
    exact = -eps * (torch.relu(eps * v) - v) - torch.relu(eps * v)
    assert_allclose(found.gains[0], -g.T @ exact / eps, rtol=1e-9)


def test_gains_and_noise_add_up_over_samples():
    net, _ = random_network((20, 20), (3, 2))
    data = problem(net, weighted=True)
    parts = [TrainingData(*data.rows(slice(i, i + 1))) for i in range(len(data))]
    whole, *single = (scored(net, d, SquaredError(), 0) for d in (data, *parts))
    for o in range(2):
        gains = torch.stack([s.gains[o] / len(data) for s in single])
        noise = torch.stack([s.noise[o] / len(data) ** 2 for s in single])
        assert_allclose(whole.gains[o], gains.sum(dim=0), atol=1e-10)
        assert_allclose(whole.noise[o], noise.sum(dim=0), rtol=1e-8)


def test_many_samples_are_seen_a_slice_at_a_time():
    net, _ = random_network((20, 20), (3, 2))
    data = problem(net)
    whole = scored(net, data, SquaredError(), 1)
    many = TrainingData(*(t.repeat(50, 1) for t in (data.x, data.y)), None)
    repeated = scored(net, many, SquaredError(), 1)  # 3000 samples
    for o in range(2):
        assert_allclose(repeated.gains[o], whole.gains[o], atol=1e-12)
        assert_allclose(repeated.noise[o], whole.noise[o] / 50, rtol=1e-9)


def test_noise_by_hand():
    # one hidden layer, λ = −0.01: shares (1 − λ) ∂loss/∂y · relu(±0.01 v) / 0.01
    found, g, v = at_the_linear_start()
    with torch.no_grad():
        for o, sign in enumerate((1, -1)):
            shares = 1.01 * g[:, :, None] * torch.relu(sign * v)[:, None, :]
            expected = shares.square().sum(dim=(0, 1))
            assert_allclose(found.noise[o], expected, rtol=1e-9)


@torch.no_grad()
@pytest.mark.parametrize("n_outputs", [1, 2, 4])
def test_components_of_the_shares_by_hand(n_outputs):
    net, _ = random_network((20,), (0,), n_outputs=n_outputs)
    generator = torch.Generator().manual_seed(5)
    draw = {"generator": generator, "dtype": torch.float64}
    x, y = torch.randn(60, 3, **draw), torch.randn(60, n_outputs, **draw)
    data = TrainingData(x, y, None)
    found = scored(net, data, SquaredError(), 0)
    g = 2 * (net(x) - y) / y.numel()
    v = torch.nn.functional.pad(x, (0, 1), value=1.0) @ found.incoming.T
    for flipped, sign in ((False, 1), (True, -1)):
        fires = torch.relu(sign * v)
        expected = []
        for n in range(v.shape[1]):
            shares = g * fires[:, n : n + 1]
            squares = torch.linalg.eigvalsh(shares.T @ shares)
            none = squares.sum() == 0
            ratio = squares.sum().square() / squares.square().sum()
            expected.append(1.0 if none else float(ratio))
        mask = torch.full((v.shape[1],), flipped)
        assert_allclose(found._n_components(mask), expected, rtol=1e-9)


def test_every_second_kink_lies_where_samples_do():
    net, _ = random_network((20,), (0,))
    places = torch.randn(4, 100, generator=torch.Generator().manual_seed(1)).double()
    places[3] = 1
    found = Candidates(net, 0, places, torch.Generator().manual_seed(0))
    v = (found.incoming * places.T).sum(dim=1)
    assert_allclose(v[::2], 0, atol=1e-15)
    assert float(v[1::2].abs().min()) > 1e-6
