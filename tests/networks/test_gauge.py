"""From weights back to eigenvectors and eigenvalues of least price."""

import numpy as np
import pytest
import torch
from helpers.reference import dense_block, neuron_by_neuron
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from sklearn_sparcs._networks.gauge import growing_network, structure_of
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._networks.structure import parts, weights_of

LIVE = [(), (0,), (1,), (5,), (3, 2), (0, 2), (3, 0), (2, 4, 3), (1, 2, 0, 3)]


def live_network(
    live, n_outputs=2, scale=1.0, bias=True, activation="relu", dtype=torch.float64
):
    generator = torch.Generator().manual_seed(3)
    weights, n_signals = [], 3 + bias
    for rows in (*live, n_outputs):
        drawn = torch.randn(rows, n_signals, generator=generator, dtype=torch.float64)
        weights.append((scale * drawn).to(dtype))
        n_signals += rows
    neurons = tuple(torch.arange(1, n + 1) for n in live)
    return LiveNetwork(tuple(weights), activation, bias, neurons)


def slow_structure(network, lam):
    """[Q, λ]: entry by entry, from the weights and the eigenvalues."""
    eigenvalues = [*lam, np.ones(len(network.weights[-1]))]
    found = []
    for k, weight in enumerate(network.weights):
        weight, q = weight.double().numpy(), np.zeros(tuple(weight.shape))
        n_below = len(lam[k - 1]) if k else 0
        for r in range(weight.shape[0]):
            end = weight.shape[1] - n_below
            for j in range(n_below):
                gap = lam[k - 1][j] - eigenvalues[k][r]
                q[r, end + j] = weight[r, end + j] / gap
            for s in range(end):
                passed = sum(
                    q[r, end + j] * lam[k - 1][j] * found[k - 1][j, s]
                    for j in range(n_below)
                )
                q[r, s] = -(weight[r, s] + passed) / eigenvalues[k][r]
        found.append(q)
    return [*found, *lam]


def slow_price(network, structure, depth_factor=1.0):
    """Σ_n c_n (|λ_n| + ½ |q_n|² + ½ |T_n|²), neuron by neuron."""
    n_hidden = len(network.weights) - 1
    Q, lam = structure[: n_hidden + 1], structure[n_hidden + 1 :]
    total, column = 0.0, network.weights[0].shape[1]
    constant = column - 1 if network.bias else None
    for k in range(n_hidden):
        strength = depth_factor ** (n_hidden - 1 - k)
        for n in range(len(lam[k])):
            heard = [x for s, x in enumerate(Q[k][n]) if s != constant]
            sent = [q[r, column] for q in Q[k + 1 :] for r in range(len(q))]
            total += strength * abs(lam[k][n])
            total += strength / 2 * (np.square(heard).sum() + np.square(sent).sum())
            column += 1
    return total


def price(network, depth_factor=1.0):
    structure = [t.double().numpy() for t in structure_of(network, depth_factor)]
    return slow_price(network, structure, depth_factor)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
@pytest.mark.parametrize(
    ("bias", "n_outputs", "dtype"),
    [(True, 1, torch.float64), (False, 3, torch.float64), (True, 2, torch.float32)],
)
@pytest.mark.parametrize("live", LIVE)
def test_the_weights_stay(live, bias, n_outputs, dtype, scale):
    network = live_network(live, n_outputs, scale, bias, dtype=dtype)
    structure = structure_of(network)
    rounding = 100 * torch.finfo(dtype).eps
    for found, weight in zip(weights_of(structure), network.weights, strict=True):
        assert found.dtype == dtype
        assert_allclose(found, weight, rtol=rounding, atol=scale * rounding)
    for k, lam in enumerate(parts(structure)[1]):
        assert (lam * (-1) ** (len(live) - k) > 0).all()


@pytest.mark.parametrize("live", [live for live in LIVE if live])
def test_the_dense_spectrum_computes_the_same(live):
    network = live_network(live, activation="tanh")
    sizes = [n + 4 for n in live]
    spectral = growing_network(network, sizes)
    assert spectral.n_live == list(live)
    lam, phi = spectral.spectrum(np.random.RandomState(0))
    lam, phi = ([torch.from_numpy(x) for x in arrays] for arrays in (lam, phi))
    index = [torch.arange(4), *network.neurons, torch.arange(2)]
    for i, weight in enumerate(network.weights, start=2):
        blocks = [
            dense_block(phi, lam, i, j)[index[i - 1]][:, index[j - 1]]
            for j in range(1, i)
        ]
        assert_allclose(torch.cat(blocks, dim=1), weight, rtol=1e-8, atol=1e-8)
    x = torch.linspace(-1, 1, 15, dtype=torch.float64).reshape(5, 3)
    with_one = torch.nn.functional.pad(x, (0, 1), value=1.0)
    expected = neuron_by_neuron(phi, lam, with_one, "tanh", gated=True)
    assert_allclose(spectral(x), expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("scale", [0.1, 2.0])
@pytest.mark.parametrize(
    ("live", "bias", "depth_factor"),
    [
        ((3,), True, 1.0),
        ((3,), False, 2.0),
        ((2, 2), True, 1.0),
        ((2, 2), True, 3.0),
        ((2, 0), True, 1.0),
        ((1, 2, 1), False, 1.5),
    ],
)
def test_eigenvalues_are_those_of_a_slow_search(live, bias, depth_factor, scale):
    network = live_network(live, scale=scale, bias=bias)
    signs = [(-1) ** (len(live) - k) for k in range(len(live))]

    def cost(logs):
        sizes = np.split(np.exp(logs), np.cumsum(live)[:-1])
        lam = [sign * x for sign, x in zip(signs, sizes, strict=True)]
        return slow_price(network, slow_structure(network, lam), depth_factor)

    slow = minimize(cost, np.zeros(sum(live)), method="BFGS", options={"gtol": 1e-7})
    lam = parts(structure_of(network, depth_factor))[1]
    assert_allclose(price(network, depth_factor), slow.fun, rtol=1e-9)
    assert_allclose(torch.cat(lam).abs(), np.exp(slow.x), rtol=1e-4)


@pytest.mark.parametrize("scale", [1e-4, 0.3, 100.0])
def test_with_one_hidden_layer_the_eigenvalue_is_a_root_to_rounding(scale):
    network = live_network((5,), scale=scale)
    x = parts(structure_of(network))[1][0].abs()
    w = network.weights[0][:, :3].square().sum(dim=1)
    t = network.weights[1][:, 4:].square().sum(dim=0)
    assert_allclose(w / x**3 + t / (1 + x) ** 3, 1.0, rtol=1e-12)


def test_neurons_that_hear_or_send_nothing_stay_live_and_finite():
    network = live_network((4,))
    incoming, outgoing = (w.clone() for w in network.weights)
    incoming[0, :3] = 0  # the constant alone
    incoming[1] = 0
    outgoing[:, 4 + 2] = 0
    network = LiveNetwork((incoming, outgoing), "relu", True, network.neurons)
    structure = structure_of(network)
    assert all(t.isfinite().all() for t in structure)
    assert (structure[-1] != 0).all()
    for found, weight in zip(weights_of(structure), network.weights, strict=True):
        assert_allclose(found, weight, atol=1e-12)


def test_a_structure_is_found_where_no_gradient_is_asked_for():
    network = live_network((3, 2))
    with torch.no_grad():
        found = structure_of(network)
    for a, b in zip(found, structure_of(network), strict=True):
        assert_allclose(a, b, rtol=0)
        assert not a.requires_grad
