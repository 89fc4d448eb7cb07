"""What a neuron is worth, against dense mathematics and against real training."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.networks import targets
from numpy.testing import assert_allclose

from sklearn_sparcs._growth.second_order_pruning import (
    Removals,
    _blocks,
    _Quadratic,
    order_of_removal,
    pruned,
)
from sklearn_sparcs._losses import curvature
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.losses import BinaryCrossEntropy, SquaredError
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._networks.gauge import structure_of
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._networks.structure import parts
from sklearn_sparcs._second_order.levenberg_marquardt import optimize
from sklearn_sparcs._second_order.objective import Objective

PENALTY = BridgePenalty(1e-5, linear=1e-5, prior=1e-5)


#: With it a network's curvature is far from singular.
STRONG = BridgePenalty(1e-3, linear=1e-3, prior=1e-3)


def worth(objective, network):
    """Rise of the data loss (hidden,) when each neuron goes alone, to second order."""
    model = _Quadratic.of(objective, network)
    rises = [model.removal(block).rise for block in _blocks(network)]
    return torch.stack(rises) if rises else model.weights.new_zeros(0)


def problem(
    live,
    n_outputs=1,
    loss=None,
    dtype=torch.float64,
    n=60,
    weighted=False,
    penalty=PENALTY,
):
    """An objective, and a network at random."""
    loss, generator = loss or SquaredError(), torch.Generator().manual_seed(1)
    draw = {"generator": generator, "dtype": torch.float64}
    inputs = torch.randn(n, 4, **draw)
    inputs[:, 3] = 1
    y = targets(loss, n, n_outputs, generator)
    if isinstance(loss, SquaredError):
        y = 0.3 * y + torch.sin(2 * inputs[:, :1]) + inputs[:, 1:2] * inputs[:, 2:3]
    weight = 2 * torch.rand(n, **draw) if weighted else None
    weights, n_signals = [], 4
    for rows in (*live, n_outputs):
        weights.append(torch.randn(rows, n_signals, **draw).to(dtype) / n_signals**0.5)
        n_signals += rows
    data = Observations(inputs.to(dtype), y.to(dtype), weight)
    neurons = tuple(torch.arange(rows) for rows in live)
    network = LiveNetwork(tuple(weights), "tanh", True, neurons)
    return Objective(data, curvature.of(loss), penalty), network


def dense_model(objective, network):
    """J' h J / n by autograd, and the ridge: of one loss that is exact."""
    data, at = objective.data, objective.evaluate(network)

    def outputs(flat):
        h = data.inputs
        *hidden, last = network.with_flat(flat).weights
        for weight in hidden:
            h = torch.cat([h, torch.tanh(h @ weight.T)], dim=1)
        return h @ last.T

    J = torch.func.jacrev(outputs)(network.flat())
    each, shape = objective.curvature(at)
    M = torch.einsum("ikp,kl,ilq,i->pq", J, shape, J, each) / len(each)
    return M.numpy(), objective.penalty.ridge(network).numpy()


def places(network, neuron):
    """Where in the flat vector a neuron hears and sends, entry by entry."""
    layer, row = [(k, m) for k, n in enumerate(network.n_live) for m in range(n)][
        neuron
    ]
    column = network.n_inputs + sum(network.n_live[:layer]) + row
    heard, sent, start = [], [], 0
    for k, weight in enumerate(network.weights):
        for r in range(weight.shape[0]):
            for s in range(weight.shape[1]):
                if k == layer and r == row:
                    heard.append(start)
                if s == column:
                    sent.append(start)
                start += 1
    return heard, sent


def best_move(M, ridge, flat, gone):
    """The move that takes neurons out, by the equations of the others."""
    move = np.zeros(len(flat))
    for _, sent in gone:
        move[sent] = -flat[sent]
    held = {j for heard, sent in gone for j in (*heard, *sent)}
    free = [j for j in range(len(flat)) if j not in held]
    H = M + np.diag(ridge)
    move[free] = -np.linalg.solve(H[np.ix_(free, free)], H[free] @ move)
    return move, -(ridge * flat) @ move + move @ M @ move / 2


@pytest.mark.parametrize(
    ("live", "n_outputs", "loss", "weighted"),
    [
        ((3,), 1, SquaredError(), False),
        ((3,), 3, SquaredError(), True),
        ((2, 2), 1, SquaredError(), False),
        ((2, 2), 2, SquaredError(), False),
        ((2, 0, 1), 2, SquaredError(), True),
        ((3,), 1, BinaryCrossEntropy(), True),
        ((2, 1), 1, BinaryCrossEntropy(), False),
    ],
)
def test_worth_is_the_rise_of_a_dense_quadratic(live, n_outputs, loss, weighted):
    objective, network = problem(
        live, n_outputs, loss, weighted=weighted, penalty=STRONG
    )
    M, ridge = dense_model(objective, network)
    flat = network.flat().numpy()
    expected = [
        best_move(M, ridge, flat, [places(network, m)])[1] for m in range(sum(live))
    ]
    assert_allclose(worth(objective, network), expected, rtol=1e-5)


@pytest.mark.parametrize("live", [(5,), (0, 5), (9,)])
def test_neurons_go_in_the_order_of_what_each_costs_after_the_others(live):
    objective, network = problem(live, 2, penalty=STRONG)
    M, ridge = dense_model(objective, network)
    flat, gone, total = network.flat().numpy(), [], 0.0
    for neuron in order_of_removal(objective, network).neurons.tolist():
        left = [m for m in range(sum(live)) if m not in gone]
        totals = {
            m: best_move(M, ridge, flat, [places(network, g) for g in (*gone, m)])[1]
            for m in left
        }
        assert totals[neuron] == min(totals.values())
        assert totals[neuron] > total
        total = totals[neuron]
        gone.append(neuron)
    assert sorted(gone) == list(range(sum(live)))


def test_with_two_hidden_layers_the_cheapest_goes_first_and_every_neuron_once():
    objective, network = problem((3, 2), 2, penalty=STRONG)
    order = order_of_removal(objective, network).neurons
    assert order[0] == worth(objective, network).argmin()
    assert sorted(order.tolist()) == list(range(5))


def test_worth_is_what_training_without_a_weak_neuron_costs():
    objective, network = problem((3,), n=400)
    kink = torch.tensor([0.5, -1.0, 1.0, 0.2]).double()
    weak = 0.05 * torch.tanh(3 * objective.data.inputs @ kink)
    network = optimize(objective, network, 300, 1e-12).network
    y = network(objective.data.inputs) + weak[:, None]
    objective = replace(
        objective,
        data=replace(objective.data, y=y),
        penalty=BridgePenalty(1e-6, linear=1e-6),
    )
    one = torch.tensor([3])
    network = network.with_neurons(
        0, one, 3 * kink[None], torch.full((1, 1), 0.05).double()
    )
    network = optimize(objective, network, 500, 1e-14).network
    assert network.n_live == [4]
    smaller = network.kept([torch.arange(4) < 3])
    smaller = optimize(objective, smaller, 500, 1e-14).network
    rise = objective.data_loss(smaller) - objective.data_loss(network)
    assert worth(objective, network).argmin() == 3
    assert_allclose(worth(objective, network)[3], rise, rtol=0.1)


def one_is_twice():
    """Near an optimum, whose most useful neuron is there twice; and which two do so."""
    objective, network = problem((3,), n=200)
    network = optimize(objective, network, 100, 1e-9).network
    best = int(worth(objective, network).argmax())
    hears, sends = network.weights[0][best], network.weights[1].clone()
    sends[:, 4 + best] /= 2
    one = torch.tensor([3])
    twin = network.with_output(sends)
    twin = twin.with_neurons(0, one, hears[None], sends[:, [4 + best]])
    return objective, twin, {best, 3}


def test_of_two_neurons_that_do_the_same_one_goes_first_and_the_other_last():
    objective, twin, both = one_is_twice()
    found = worth(objective, twin)
    assert set(found.argsort()[:2].tolist()) == both
    order = order_of_removal(objective, twin).neurons.tolist()
    assert {order[0], order[-1]} == both


@pytest.mark.parametrize("live", [(8,), (4, 3)])
def test_pruning_keeps_its_promise(live):
    objective, network = problem(live, n=200)
    network = optimize(objective, network, 50).network
    base, sizes = objective.data_loss(network), []
    for tol in (1e-6, 1.0, 1e6):
        smaller = pruned(objective, network, tol)
        assert objective.data_loss(smaller) <= base * (1 + tol)
        sizes.append(sum(smaller.n_live))
    assert sizes[1] < sum(network.n_live)
    assert sizes[2] == 0
    assert sizes == sorted(sizes, reverse=True)


def test_pruning_keeps_its_promise_on_samples_set_aside():
    objective, network = problem((6,), n=200)
    aside = replace(objective, data=problem((6,), n=300)[0].data.rows(slice(200, 300)))
    network = optimize(objective, network, 50).network
    smaller = pruned(objective, network, 0.1, loss=aside.data_loss)
    assert sum(smaller.n_live) < 6
    assert aside.data_loss(smaller) <= 1.1 * aside.data_loss(network)


@pytest.mark.parametrize("live", [(), (3,), (0, 0)])
def test_at_tolerance_zero_nothing_changes(live):
    objective, network = problem(live)
    assert pruned(objective, network, 0.0) is network
    if not sum(live):
        assert pruned(objective, network, 1.0) is network
        assert len(order_of_removal(objective, network).neurons) == 0
        assert worth(objective, network).shape == (0,)


def one_may_go(network):
    """A loss that allows five neurons of six."""
    return 1.0 if sum(network.n_live) >= 5 else 20.0


def test_the_neuron_that_costs_least_goes_first():
    objective, network = problem((6,))
    smaller = pruned(objective, network, 9.0, 0, loss=one_may_go)
    first = int(order_of_removal(objective, network).neurons[0])
    assert set(smaller.neurons[0].tolist()) == set(range(6)) - {first}


@pytest.mark.parametrize("reason", ["singular", "large"])
def test_without_curvature_the_smallest_eigenvalue_goes_first(reason, monkeypatch):
    objective, network = problem((6,))
    smallest = int(parts(structure_of(network))[1][0].abs().argmin())
    assert int(order_of_removal(objective, network).neurons[0]) != smallest

    def singular(*_):
        raise np.linalg.LinAlgError

    if reason == "singular":
        monkeypatch.setattr(
            "sklearn_sparcs._growth.second_order_pruning.cholesky", singular
        )
    else:
        monkeypatch.setattr("sklearn_sparcs._growth.second_order_pruning._LARGEST", 1)
    smaller = pruned(objective, network, 9.0, 0, loss=one_may_go)
    assert set(smaller.neurons[0].tolist()) == set(range(6)) - {smallest}


def test_single_precision():
    objective, network = problem((4,), 2, penalty=STRONG)
    expected = worth(objective, network)
    objective, network = problem((4,), 2, dtype=torch.float32, penalty=STRONG)
    assert_allclose(worth(objective, network), expected, rtol=0.03)


@pytest.mark.parametrize("live", [(5,), (9,)])
def test_rises_are_those_of_a_dense_quadratic_and_end_where_enough_is_known(live):
    objective, network = problem(live, 2, penalty=STRONG)
    M, ridge = dense_model(objective, network)
    flat, loss = network.flat().numpy(), objective.data_loss(network)
    found = order_of_removal(objective, network)
    gone = [places(network, m) for m in found.neurons.tolist()]
    expected = [
        best_move(M, ridge, flat, gone[: k + 1])[1] / loss for k in range(len(gone))
    ]
    assert_allclose(found.rises, expected, rtol=1e-5)
    some = order_of_removal(objective, network, enough=expected[1] * 1.001)
    assert_allclose(some.rises, expected[:3], rtol=1e-5)


@pytest.mark.parametrize(("live", "n_outputs"), [((5,), 1), ((5,), 3), ((2, 2), 2)])
def test_what_is_left_moves_as_a_dense_quadratic_says(live, n_outputs):
    objective, network = problem(live, n_outputs, penalty=STRONG)
    M, ridge = dense_model(objective, network)
    found = order_of_removal(objective, network)
    first = int(found.neurons[0])
    move, _ = best_move(M, ridge, network.flat().numpy(), [places(network, first)])
    heard, _ = places(network, first)
    still = [j for j in range(len(move)) if j not in heard]
    assert_allclose(found.moves[0].numpy()[still], move[still], rtol=1e-4, atol=1e-9)


def test_the_weights_that_are_left_move_where_that_helps():
    objective, network, _ = one_is_twice()
    found = order_of_removal(objective, network)
    still = replace(found, moves=()).taken_out(objective, network, 1)
    moved = found.taken_out(objective, network, 1)
    assert_allclose(
        still.flat(), network.kept([torch.arange(4) != found.neurons[0]]).flat()
    )
    values = [objective.evaluate(each).value for each in (network, moved, still)]
    assert values[1] - values[0] < 0.05 * (values[2] - values[0])
    worse = replace(found, moves=[100 * move for move in found.moves])
    assert_allclose(worse.taken_out(objective, network, 1).flat(), still.flat())


def test_as_many_go_as_are_predicted_to_one_at_least_and_none_where_hopeless():
    removals = Removals(torch.arange(4), torch.tensor([0.02, 0.04, 0.1, 0.5]))
    assert removals.within(0.05, 0.1) == 2
    assert removals.within(0.01, 0.1) == 1
    assert removals.within(0.001, 0.01) == 0
    assert Removals(torch.arange(5)).within(0.0, 0.0) == 3
    assert Removals(torch.arange(0)).within(1.0, 1.0) == 0


def test_what_was_predicted_goes_at_once(monkeypatch):
    """Neurons that send next to nothing go in one training, and another ends it."""
    objective, network = problem((3,), n=200)
    network = optimize(objective, network, 100, 1e-9).network
    assert network.n_live == [3]
    one, silent = torch.arange(3, 6), torch.full((1, 3), 1e-6).double()
    heard = torch.eye(4)[:3].double()
    network = network.with_neurons(0, one, heard, silent)
    calls = []

    def counted(goal, net, n_iter):
        calls.append(net.n_live)
        return optimize(goal, net, n_iter)

    monkeypatch.setattr("sklearn_sparcs._growth.second_order_pruning.optimize", counted)
    smaller = pruned(objective, network, 1e-4)
    assert calls[0] == [3]
    assert smaller.n_live == [3]
