"""Growth in a network of one's own: what wakes, shrinks, and stays the same."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from skorch import NeuralNetClassifier
from torch import nn

from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._recruitment.survey import survey
from sklearn_sparcs.nn import (
    DirectNetwork,
    GrowingSpectralNetwork,
    Growth,
    GrowthCallback,
    SpectralNetwork,
    prune_to_tolerance,
)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def kinked(generator, n=200):
    x = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    return x, x[:, :1].abs() + torch.relu(x[:, 1:2]) - x[:, 2:]


def grown(generator, hidden=(12, 12), live=(3, 2), dtype=torch.float64):
    """A network with these many live neurons, random throughout."""
    net = GrowingSpectralNetwork(3, hidden, 2, generator=generator, dtype=dtype)
    draw = {"generator": generator, "dtype": dtype}
    tensors, n_signals = [], net.n_inputs
    for rows in (*live, 2):
        tensors.append(torch.randn(rows, n_signals, **draw))
        n_signals += rows
    tensors += [torch.randn(rows, **draw) for rows in live]
    net.restructure(tensors, [torch.arange(rows) for rows in live])
    return net


def train(net, growth, optimizer, x, y, n_steps):
    for _ in range(n_steps):
        optimizer.zero_grad()
        loss = (net(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        growth.step()
    return float(loss.detach())


def test_starts_as_a_linear_layer_does(generator):
    net = GrowingSpectralNetwork(400, (100,), 5, generator=generator)
    assert sum(p.numel() for p in net.parameters()) == 401 * 5
    assert float(net.Q[-1].detach().abs().max()) <= 1 / 20
    assert_allclose(float(net.Q[-1].detach().std()), 1 / 20 / 3**0.5, rtol=0.03)


def test_is_the_gated_network_and_autograd_reaches_all_of_it(generator):
    net = grown(generator)
    x = torch.randn(7, 3, generator=generator, dtype=torch.float64)
    lam, phi = net.spectrum(np.random.RandomState(0))
    whole = SpectralNetwork(3, (12, 12), 2, gated=True, dtype=torch.float64)
    for parameter, value in zip(whole.phi, phi, strict=True):
        parameter.data = torch.from_numpy(value)
    for parameter, value in zip(whole.lam, lam[1:], strict=True):
        parameter.data = torch.from_numpy(value)
    assert_allclose(net(x).detach(), whole(x).detach(), atol=1e-10)
    net(x).sum().backward()
    assert all(bool(p.grad.any()) for p in net.parameters())


def test_rates_are_those_of_the_loss_itself(generator):
    """The gradient at the output, kept in training, stands for the loss."""
    x, y = kinked(generator)
    net = grown(generator)
    y = torch.cat([y, -y], dim=1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    seed = torch.Generator().manual_seed(3)
    growth = Growth(
        net,
        optimizer,
        alpha=0,
        min_significance=0,
        interval=2,
        n_batches=2,
        max_recruits=2,
        generator=seed,
    )
    for half in (slice(100), slice(100, None)):
        (net(x[half]) - y[half]).square().mean().backward()
        optimizer.step()
        growth.recruitment.recorder.end_step()
    kept = [grad for _, grad, _ in growth.recruitment.recorder.seen().slices()]
    expected = 2 * (net(x).detach() - y) / y.numel()
    assert_allclose(torch.cat(kept), len(y) / 100 * expected, atol=1e-12)
    before = list(net.n_live)
    found = survey(
        net.detached(),
        TrainingData(x, y, None),
        SquaredError(),
        [0, 1],
        torch.Generator().manual_seed(3),
    )
    growth.recruitment.recruit(growth.penalty, 2)
    assert net.n_live == [before[0] + 2, before[1] + 2]
    for k, candidates in enumerate(found):
        recruits = candidates.best(SparseGroupPenalty(0.0), 0)
        assert_allclose(
            net.Q[k][before[k] :, : recruits.incoming.shape[1]].detach(),
            recruits.incoming,
            atol=1e-9,
        )


def test_batches_are_kept_until_they_tell_links_from_neurons(generator):
    net = GrowingSpectralNetwork(7, (4,), 1, generator=generator)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    growth = Growth(net, optimizer, interval=1, n_batches=2, generator=generator)

    def lengths_after(*parts):
        """Of the steps that are kept, after one of batches of so many samples."""
        for n in parts:
            net(torch.randn(n, 7, generator=generator)).sum().backward()
        optimizer.step()
        growth.step()
        steps = growth.recruitment.recorder.steps
        return [sum(len(x) for x, _ in step) for step in steps]

    lengths_after(1)  # the first tells that steps are told of
    for k in range(5):  # seven signals ask for fourteen samples
        assert net.n_live == [0]
        assert lengths_after(1, 2)[-k - 1 :] == [3] * (k + 1)
    assert lengths_after(30) == [3, 30]


@pytest.mark.parametrize("name", ["Adam", "AdamW", "SGD"])
def test_grows_where_data_are_not_linear(generator, name):
    x, y = kinked(generator)
    net = GrowingSpectralNetwork(3, (10,), 1, generator=generator, dtype=torch.float64)
    kind = getattr(torch.optim, name)
    options = {"lr": 0.02} if name != "SGD" else {"lr": 0.1, "momentum": 0.9}
    optimizer = kind(net.parameters(), **options)
    with Growth(net, optimizer, alpha=1e-3, generator=generator) as growth:
        loss = train(net, growth, optimizer, x, y, 800)
    assert loss < 0.01
    assert 3 <= net.n_live[0] <= 10


def test_stays_linear_where_data_are_linear(generator):
    x, _ = kinked(generator)
    y = x @ torch.tensor([[1.0], [2.0], [-1.0]], dtype=torch.float64)
    y = y + torch.randn(200, 1, generator=generator, dtype=torch.float64)
    net = GrowingSpectralNetwork(3, (10,), 1, generator=generator, dtype=torch.float64)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    with Growth(net, optimizer, alpha=0.5, generator=generator) as growth:
        train(net, growth, optimizer, x, y, 500)
    assert net.n_live == [0]
    design = torch.cat([x, torch.ones(200, 1, dtype=torch.float64)], dim=1)
    best = torch.linalg.lstsq(design, y).solution
    assert_allclose(net(x).detach(), design @ best, atol=1e-3)


def test_the_proximal_step_is_that_of_the_penalty(generator):
    """One step of Adam by hand, then soft-thresholds in its metric."""
    net = grown(generator, (4,), (4,))
    net.lam[0].data = torch.tensor([1.0, -0.5, 1e-6, -1e-6], dtype=torch.float64)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    growth = Growth(net, optimizer, alpha=0.3, generator=generator)
    x = torch.randn(9, 3, generator=generator, dtype=torch.float64)
    before = net.lam[0].detach().clone()
    net(x).square().mean().backward()
    gradient = net.lam[0].grad.clone()
    optimizer.step()
    growth.step()
    # Adam's first step is lr · g / (|g| + ε), and its metric |g| + ε
    metric = gradient.abs() + 1e-8
    moved = before - 0.01 * gradient / metric
    moved = torch.where(moved.sign() == before.sign(), moved, 0)
    expected = moved.sign() * (moved.abs() - 0.01 * 0.3 / metric).clamp(min=0)
    assert_allclose(net.lam[0].detach(), expected, atol=1e-9)


def test_sleeping_neurons_leave_and_their_moments_with_them(generator):
    net = grown(generator, (6, 6), (3, 2))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-9)
    growth = Growth(net, optimizer, alpha=0, min_significance=1e9, interval=1)
    x = torch.randn(9, 3, generator=generator, dtype=torch.float64)
    net(x).square().mean().backward()
    optimizer.step()
    net.lam[0].data[1] = 0
    expected = net(x).detach()
    moment = optimizer.state[net.Q[2]]["exp_avg"].clone()
    growth.step()
    assert net.n_live == [2, 2]
    assert net.neurons[0].tolist() == [0, 2]
    assert_allclose(net(x).detach(), expected, atol=1e-6)
    kept = optimizer.state[net.Q[2]]["exp_avg"]
    assert_allclose(kept, moment[:, [0, 1, 2, 3, 4, 6, 7, 8]])
    assert {id(p) for g in optimizer.param_groups for p in g["params"]} == {
        id(p) for p in net.parameters()
    }


def test_of_the_papers_network_it_is_the_proximal_step_alone(generator):
    x, y = kinked(generator)
    net = SpectralNetwork(3, (20,), 1, generator=generator, dtype=torch.float64)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    with Growth(net, optimizer, alpha=1e-3) as growth:
        loss = train(net, growth, optimizer, x, y, 800)
    asleep = int((net.lam[0] == 0).sum())
    assert loss < 0.01
    assert 0 < asleep < 20


@pytest.mark.parametrize("live", [(3, 2), (0, 2), (3, 0), (0, 0)])
def test_direct_space_agrees(generator, live):
    net = grown(generator, (12, 12), live)
    if live[0]:
        net.lam[0].data[0] = 0  # asleep, not yet taken out
    x = torch.randn(7, 3, generator=generator, dtype=torch.float64)
    assert_allclose(net.to_direct()(x).detach(), net(x).detach(), atol=1e-10)


def test_a_grown_network_is_loaded_into_a_fresh_one(generator):
    net = grown(generator, (12, 12), (3, 2))
    fresh = nn.Sequential(GrowingSpectralNetwork(3, (12, 12), 2, dtype=torch.float64))
    fresh.load_state_dict(nn.Sequential(net).state_dict())
    x = torch.randn(7, 3, generator=generator, dtype=torch.float64)
    assert torch.equal(fresh(x), net(x))
    assert fresh[0].n_live == [3, 2]
    assert fresh[0].neurons[1].tolist() == net.neurons[1].tolist()


def test_pruning_keeps_to_the_tolerance(generator):
    x, y = kinked(generator)
    net = GrowingSpectralNetwork(3, (20,), 1, generator=generator, dtype=torch.float64)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    growth = Growth(net, optimizer, alpha=1e-4, generator=generator)
    train(net, growth, optimizer, x, y, 400)

    def loss():
        return float(1 + (net(x) - y).square().mean().detach())

    before, n_before = loss(), net.n_live[0]
    threshold = prune_to_tolerance(net, loss, tol=0.02)
    growth.close()
    assert before < loss() <= before * 1.02
    assert 0 < net.n_live[0] < n_before
    assert float(net.lam[0].detach().abs().min()) > threshold


def test_pruning_restores_the_inputs_eigenvalues_too(generator):
    net = SpectralNetwork(2, (3,), 1, input_eigenvalues=True, generator=generator)
    net.lam[0].data = torch.tensor([0.5, 1.0, -2.0])
    net.input_lam.data = torch.tensor([3.0, 0.1, -0.2])
    x = torch.randn(9, 2, generator=generator)
    y = net(x).detach()
    prune_to_tolerance(net, lambda: float(1 + (net(x) - y).square().sum()), tol=1e-9)
    assert_allclose(net.lam[0].detach(), [0.5, 1.0, -2.0])
    assert_allclose(net.input_lam.detach(), [3.0, 0.1, -0.2])


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_loss_that_fails_leaves_the_network_as_it_was(failure):
    net = SpectralNetwork(2, (3,), 1)
    net.lam[0].data = torch.tensor([0.5, 1.0, -2.0])
    calls = []

    def loss():
        calls.append(None)
        if len(calls) == 2:
            raise failure
        return 1.0

    with pytest.raises(failure):
        prune_to_tolerance(net, loss)
    assert_allclose(net.lam[0].detach(), [0.5, 1.0, -2.0])


def test_a_loss_below_zero_may_rise_as_well():
    """As a likelihood's, of a density above one."""
    net = SpectralNetwork(2, (3,), 1)
    net.lam[0].data = torch.tensor([0.01, 1.0, -2.0])
    prune_to_tolerance(net, lambda: -float(net.lam[0].abs().sum()), tol=0.05)
    assert_allclose(net.lam[0].detach(), [0.0, 1.0, -2.0])


@pytest.mark.parametrize(
    ("net", "options", "error", "words"),
    [
        (nn.Linear(2, 1), {}, TypeError, "takes a GrowingSpectralNetwork .* Linear"),
        (DirectNetwork(2, (3,), 1), {}, TypeError, "got DirectNetwork"),
        (None, {"tol": -0.1}, ValueError, "tol must be at least 0; got -0.1"),
        (None, {"loss": lambda: float("nan")}, ValueError, "loss is nan before"),
    ],
)
def test_what_cannot_be_pruned_by(net, options, error, words):
    if net is None:
        net = SpectralNetwork(2, (3,), 1)
        net.lam[0].data.fill_(1.0)
    with pytest.raises(error, match=words):
        prune_to_tolerance(net, **{"loss": lambda: 1.0, **options})


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 4), nn.Tanh())
        self.head = GrowingSpectralNetwork(
            4, (20,), 2, generator=torch.Generator().manual_seed(1)
        )

    def forward(self, x):
        return self.head(self.body(x))


def test_skorch_trains_it(rings):
    X, y = rings
    torch.manual_seed(0)
    net = NeuralNetClassifier(
        Net,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.01,
        max_epochs=60,
        batch_size=50,
        train_split=None,
        callbacks=[GrowthCallback("head", alpha=1e-3, interval=4, random_state=0)],
        verbose=0,
    )
    net.fit(X.astype("float32"), (y == "outer").astype("int64"))
    n_live = net.history[:, "n_live"]
    assert n_live[-1] == net.module_.head.n_live[0] > 0
    assert net.score(X.astype("float32"), (y == "outer").astype("int64")) > 0.95
    again = pickle.loads(pickle.dumps(net))
    assert np.array_equal(
        again.predict(X.astype("float32")), net.predict(X.astype("float32"))
    )
    assert not net.module_.head._forward_hooks


def test_grows_under_autocast(generator):
    x, y = (t.float() for t in kinked(generator))
    head = GrowingSpectralNetwork(8, (10,), 1, generator=generator)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 8), head)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    with Growth(head, optimizer, alpha=1e-3, generator=generator) as growth:
        for _ in range(300):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                output = net(x)
            loss = (output.float() - y).square().mean()
            loss.backward()
            optimizer.step()
            growth.step()
    assert head.n_live[0] > 0
    assert float(loss.detach()) < 0.1


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.SGD])
def test_grows_in_half_precision(generator, dtype, kind):
    """Surveys are in single, and parameters and their moments stay what they are."""
    x, y = (t.to(dtype) for t in kinked(generator))
    options = {"generator": generator, "dtype": dtype}
    head = GrowingSpectralNetwork(3, (10,), 1, **options)
    eps = {"eps": 1e-4} if kind is torch.optim.Adam else {}  # 1e-8 is none in half
    optimizer = kind(head.parameters(), lr=0.02, **eps)
    with Growth(head, optimizer, alpha=1e-3, n_batches=1, generator=generator) as grow:
        for _ in range(300):
            optimizer.zero_grad()
            loss = (head(x) - y).square().mean()
            loss.backward()
            optimizer.step()
            grow.step()
    assert head.n_live[0] > 0
    assert float(loss.detach()) < 0.1
    assert {p.dtype for p in head.parameters()} == {dtype}
    moments = [m for s in optimizer.state.values() for m in s.values() if m.ndim]
    assert {m.dtype for m in moments} <= {dtype}
    assert_allclose(head.form()(x.float().numpy()), head(x).detach().float(), atol=0.05)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": -1.0}, "alpha must be at least 0; got -1.0"),
        ({"alpha": float("nan")}, "alpha must be at least 0; got nan"),
        ({"interval": 0}, "interval must be at least 1; got 0"),
        ({"n_batches": 0}, "n_batches must be at least 1; got 0"),
        ({"max_recruits": 0}, "max_recruits must be at least 1; got 0"),
    ],
)
def test_numbers_out_of_range(options, words):
    net = GrowingSpectralNetwork(3, (4,), 1)
    with pytest.raises(ValueError, match=words):
        Growth(net, torch.optim.SGD(net.parameters(), lr=0.1), **options)
    assert not net._forward_hooks


def test_networks_that_cannot_grow():
    gated = SpectralNetwork(3, (4,), 1, gated=True)
    with pytest.raises(ValueError, match="use GrowingSpectralNetwork, or gated=False"):
        Growth(gated, torch.optim.SGD(gated.parameters(), lr=0.1))
    net = GrowingSpectralNetwork(3, (4,), 1)
    other = torch.optim.SGD([nn.Parameter(torch.zeros(2))], lr=0.1)
    with pytest.raises(ValueError, match="does not train the network"):
        Growth(net, other)


def test_without_hidden_layers_nothing_happens(generator):
    x, y = kinked(generator)
    net = GrowingSpectralNetwork(3, (), 1, generator=generator, dtype=torch.float64)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with Growth(net, optimizer, interval=1) as growth:
        train(net, growth, optimizer, x, y, 3)
    assert net.n_live == []


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda(generator):
    x, y = (t.cuda() for t in kinked(generator))
    net = GrowingSpectralNetwork(3, (10,), 1, dtype=torch.float64, device="cuda")
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    with Growth(net, optimizer, alpha=1e-3, generator=generator) as growth:
        loss = train(net, growth, optimizer, x, y, 800)
    assert loss < 0.01
    assert net.lam[0].is_cuda


@pytest.mark.parametrize("network", [GrowingSpectralNetwork, SpectralNetwork])
def test_another_growth_of_a_network_takes_over(network, generator):
    """As where a notebook's cell is run again, which must not shrink twice."""
    x, y = kinked(generator, 50)
    net = network(3, (5,), 1, generator=generator, dtype=torch.float64)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    former = Growth(net, optimizer, generator=generator)
    train(net, former, optimizer, x, y, 3)
    n_hooks = len(optimizer._optimizer_step_pre_hooks)
    latter = Growth(net, optimizer, generator=generator)
    assert len(optimizer._optimizer_step_pre_hooks) == n_hooks
    with pytest.raises(RuntimeError, match="has taken over"):
        train(net, former, optimizer, x, y, 1)
    former.close()
    train(net, latter, optimizer, x, y, 3)


@pytest.mark.parametrize("network", [GrowingSpectralNetwork, SpectralNetwork])
def test_no_step_after_growth_is_closed(network, generator):
    net = network(3, (5,), 1, generator=generator)
    with Growth(net, torch.optim.SGD(net.parameters(), lr=0.1)) as growth:
        growth.step()
    growth.close()
    with pytest.raises(RuntimeError, match="This Growth is closed"):
        growth.step()
