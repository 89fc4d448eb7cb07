"""Growth beside what training loops have: checkpoints, optimisers, averages, DDP."""

import copy
import io
import pickle

import numpy as np
import pytest
import torch
import torch.distributed
from helpers.switches import switched
from helpers.together import here, in_threads, joined
from numpy.testing import assert_allclose
from skorch import NeuralNetRegressor
from skorch.callbacks import Checkpoint, LoadInitState
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from sklearn_sparcs._recruitment import recruitment
from sklearn_sparcs.nn import (
    GrowingSpectralNetwork,
    Growth,
    GrowthCallback,
    SpectralNetwork,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def data():
    x = torch.randn(200, 3, generator=seeded())
    return x, x[:, :1].abs() + torch.relu(x[:, 1:2]) - x[:, 2:]


def made(kind=torch.optim.Adam, seed=0, **options):
    """A head in a network, what trains it, and growth beside that."""
    generator = seeded(seed)
    net = nn.Sequential(GrowingSpectralNetwork(3, (10, 4), 1, generator=generator))
    optimizer = kind(net.parameters(), **{"lr": 0.02, **options})
    growth = Growth(net[0], optimizer, alpha=1e-3, interval=8, generator=generator)
    return net, optimizer, growth


def train(net, optimizer, growth, data, n_steps, after=lambda: None):
    x, y = data
    for k in range(n_steps):
        rows = torch.arange(k % 4, 200, 4)
        optimizer.zero_grad()
        loss = (net(x[rows]) - y[rows]).square().mean()
        loss.backward()
        optimizer.step()
        growth.step()
        after()
    return float(loss.detach())


def through_a_file(state):
    """A state, saved and loaded as torch's default allows."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file)


def same(first, second):
    """Whether networks have the same neurons and values, to the last bit."""
    states = [net.state_dict() for net in (first, second)]
    return states[0].keys() == states[1].keys() and all(
        torch.equal(value, states[1][name]) for name, value in states[0].items()
    )


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.SGD])
@pytest.mark.parametrize("optimizer_first", [True, False])
def test_what_is_resumed_goes_on_as_if_nothing_had_been(data, kind, optimizer_first):
    options = {"momentum": 0.9} if kind is torch.optim.SGD else {}
    parts = made(kind, **options)
    train(*parts, data, 60)
    saved = through_a_file([part.state_dict() for part in parts])
    train(*parts, data, 60)
    again = made(kind, seed=1, **options)
    order = [1, 0, 2] if optimizer_first else [0, 1, 2]
    for k in order:
        again[k].load_state_dict(saved[k])
    train(*again, data, 60)
    assert parts[0][0].n_live[0] > 0
    assert same(parts[0], again[0])


def test_the_optimizer_made_before_trains_what_is_loaded(data):
    net, optimizer, growth = made()
    train(net, optimizer, growth, data, 60)
    fresh, other, _ = made(seed=1)
    fresh.load_state_dict(net.state_dict())
    assert {id(p) for p in fresh.parameters()} == {
        id(p) for p in other.param_groups[0]["params"]
    }
    before = copy.deepcopy(fresh.state_dict())
    (fresh(data[0]) - data[1]).square().mean().backward()
    other.step()
    for name, value in fresh.named_parameters():
        assert not torch.equal(value, before[name]) or value.numel() == 0


def test_the_best_of_all_is_restored_in_the_middle(data):
    """Of another shape than what is trained, and with moments of another shape."""
    net, optimizer, growth = made()
    train(net, optimizer, growth, data, 9)
    best = copy.deepcopy(net.state_dict())
    n_live = list(net[0].n_live)
    train(net, optimizer, growth, data, 60)
    assert net[0].n_live != n_live
    net.load_state_dict(best)
    assert net[0].n_live == n_live
    assert train(net, optimizer, growth, data, 200) < 0.05


def test_what_is_restored_or_grows_in_inference_mode_is_trained_on(data):
    """As by functions that evaluate, and keep the best."""
    net, optimizer, growth = made()
    best = copy.deepcopy(net.state_dict())
    train(net, optimizer, growth, data, 60)
    assert net[0].n_live[0] > 0
    with torch.inference_mode():
        net.load_state_dict(best)
    assert net[0].n_live == [0, 0]
    step = growth.step
    growth.step = torch.inference_mode()(step)
    assert train(net, optimizer, growth, data, 200) < 0.05
    with torch.no_grad():
        net[0].lam[0][:1] = 0
    torch.inference_mode()(growth.close)()
    for tensor in (*net.parameters(), *net.buffers()):
        assert not tensor.is_inference()
    assert not any(m.is_inference() for m in moments(optimizer))


def moments(optimizer):
    """Every tensor of an optimiser's state."""
    states = optimizer.state.values()
    return [value for state in states for value in state.values()]


def test_a_network_that_is_reset_is_trained_anew(data):
    """With the same optimiser, whose moments are of another shape."""
    net, optimizer, growth = made()
    train(net, optimizer, growth, data, 60)
    assert net[0].n_live[0] > 0
    net[0].reset_parameters(seeded(1))
    assert net[0].n_live == [0, 0]
    assert train(net, optimizer, growth, data, 200) < 0.05
    assert net[0].n_live[0] > 0


def test_no_neuron_crosses_from_what_was_before_loading(data):
    """A loaded eigenvalue of the other sign is not taken for one that has crossed."""
    net, optimizer, growth = made()
    train(net, optimizer, growth, data, 60)
    state = copy.deepcopy(net.state_dict())
    state["0.lam.0"] = -state["0.lam.0"]
    net.load_state_dict(state)
    train(net, optimizer, growth, data, 1)
    assert_allclose(net[0].lam[0].detach(), state["0.lam.0"], atol=0.05)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ((4, (10, 4), 1), "size mismatch for Q.0: .* torch.Size"),
        ((3, (10, 4), 2), "size mismatch for Q.2"),
        ((3, (2, 4), 1), "size mismatch for Q.0"),
        ((3, (10,), 1), "Missing key|Unexpected key"),
    ],
)
def test_what_is_no_such_network_is_not_loaded(data, other, message):
    parts = made()
    train(*parts, data, 60)
    assert parts[0][0].n_live[0] > 2
    fresh = GrowingSpectralNetwork(*other)
    shapes = [p.shape for p in fresh.parameters()]
    with pytest.raises(RuntimeError, match=message):
        fresh.load_state_dict(parts[0][0].state_dict())
    assert [p.shape for p in fresh.parameters()] == shapes


def test_parameters_stay_the_objects_that_they_are(data):
    net, optimizer, growth = made()
    listed = list(net.parameters())
    groups = [{"params": listed[:1], "lr": 0.02}, {"params": listed[1:], "lr": 0.01}]
    optimizer = torch.optim.Adam(groups)
    growth = Growth(net[0], optimizer, alpha=1e-3, interval=8, generator=seeded())
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 50, 0.5)
    assert train(net, optimizer, growth, data, 150, schedule.step) < 0.2
    assert net[0].n_live[0] > 0
    for old, new in zip(listed, net.parameters(), strict=True):
        assert old is new
    assert [group["lr"] for group in optimizer.param_groups] == [0.02 / 8, 0.01 / 8]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Adam", {"fused": True}),
        ("Adam", {"foreach": True}),
        ("Adam", {"amsgrad": True}),
        ("NAdam", {}),
        ("RAdam", {}),
        ("Adamax", {}),
        ("RMSprop", {"lr": 0.005, "centered": True}),
        ("Adagrad", {"lr": 0.1}),
        ("Adadelta", {"lr": 5.0}),
        ("ASGD", {"lr": 0.05}),
        ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True}),
    ],
)
def test_grows_beside_every_optimizer(data, name, options):
    net, optimizer, growth = made(getattr(torch.optim, name), **options)
    assert train(net, optimizer, growth, data, 300) < 0.2
    assert net[0].n_live[0] >= 3


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # torch's, of its own tracing
def test_a_compiled_network_grows_as_it_does_as_it_is(data):
    """It is compiled once a shape, and every batch is seen."""
    programs, nets = [], []

    def backend(program, inputs):
        programs.append(program)
        return program

    for compiled in (True, False):
        net, optimizer, growth = made()
        passes = torch.compile(net, backend=backend) if compiled else net
        train(passes, optimizer, growth, data, 12)
        nets.append(net)
    assert len(programs) == 2  # before neurons woke, and after
    assert nets[0][0].n_live != [0, 0]
    assert same(*nets)
    with torch.no_grad():
        torch.compile(nets[0], backend="eager", fullgraph=True)(data[0])


@pytest.mark.parametrize("average", [get_ema_multi_avg_fn(0.9), None])
def test_averages_grow_with_the_network(data, average):
    generator = seeded()
    net = nn.Sequential(GrowingSpectralNetwork(3, (10, 4), 1, generator=generator))
    ema = AveragedModel(net, multi_avg_fn=average)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    growth = Growth(
        net[0],
        optimizer,
        alpha=1e-3,
        interval=8,
        averages=[ema.module[0]],
        generator=generator,
    )
    train(net, optimizer, growth, data, 100, lambda: ema.update_parameters(net))
    assert net[0].n_live[0] > 0
    if average is not None:  # in the end all that is averaged is the same
        optimizer.param_groups[0]["lr"] = 0.0
        train(net, optimizer, growth, data, 200, lambda: ema.update_parameters(net))
        assert_allclose(ema(data[0]).detach(), net(data[0]).detach(), atol=1e-4)
    assert ema.module[0].n_live == net[0].n_live
    for mine, own in zip(ema.module[0].neurons, net[0].neurons, strict=True):
        assert mine.tolist() == own.tolist()


def test_indices_that_are_averaged_are_refused_and_leave_the_network_as_it_is(data):
    """0.9 k + 0.1 k is less than some k: what was cut off were its indices, too."""
    net, optimizer, _ = made()
    ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    options = {"alpha": 1e-3, "interval": 8, "generator": seeded()}
    growth = Growth(net[0], optimizer, averages=[ema.module[0]], **options)
    with pytest.raises(ValueError, match="decay cuts them off, as AveragedModel"):
        train(net, optimizer, growth, data, 80, lambda: ema.update_parameters(net))
    indices = net[0].neurons[0]
    assert len(indices.unique()) == len(indices) > 3


def test_averages_are_copies(data):
    net, optimizer, growth = made()
    twin = copy.deepcopy(net)
    train(net, optimizer, growth, data, 60)
    with pytest.raises(ValueError, match="copies of the network with the same live"):
        Growth(net[0], optimizer, averages=[twin[0]])
    with pytest.raises(ValueError, match="got Sequential"):
        Growth(net[0], optimizer, averages=[twin])


@pytest.fixture
def group(tmp_path):
    """A group of one process."""
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/group", rank=0, world_size=1
    )
    yield
    torch.distributed.destroy_process_group()


def grown_as(wrap, data):
    """A network trained as what wraps it, made anew where it has grown."""
    (x, y), (net, optimizer, growth) = data, made()
    wrapped, said = wrap(net), []
    for k in range(80):
        rows, shapes = torch.arange(k % 4, 200, 4), [p.shape for p in net.parameters()]
        optimizer.zero_grad()
        (wrapped(x[rows]) - y[rows]).square().mean().backward()
        optimizer.step()
        growth.step()
        said.append(growth.restructured)
        if said[-1]:
            wrapped = wrap(net)
        else:
            assert shapes == [p.shape for p in net.parameters()]
    return net, said


def test_a_network_grows_under_ddp_as_it_does_alone(data, group):
    net, said = grown_as(nn.parallel.DistributedDataParallel, data)
    alone, expected = grown_as(lambda net: net, data)
    assert said == expected and any(said)
    assert net[0].n_live == alone[0].n_live
    for mine, own in zip(net.parameters(), alone.parameters(), strict=True):
        assert_allclose(mine.detach(), own.detach(), rtol=1e-5, atol=1e-7)


def test_neurons_that_leave_are_told_of(data):
    net, optimizer, growth = made()
    train(net, optimizer, growth, data, 79)
    assert min(net[0].n_live) > 0
    with torch.no_grad():
        net[0].lam[0].zero_()
    growth.recruitment.recorder.forget()  # nobody wakes
    net(data[0]).sum().backward()
    optimizer.param_groups[0]["lr"] = 0.0
    optimizer.step()
    growth.step()
    assert growth.restructured and net[0].n_live[0] == 0


def test_the_first_process_finds_neurons_for_all(data, monkeypatch):
    """Whatever the others have seen, and whatever they would draw."""
    monkeypatch.setattr(recruitment, "in_process_group", lambda: True)
    monkeypatch.setattr(recruitment, "Processes", joined)

    def grown(rank):
        net, optimizer, growth = made()
        train(net, optimizer, growth, data, 7)
        if rank:
            growth.recruitment.recorder.forget()
            growth.recruitment.generator.manual_seed(7)
        train(net, optimizer, growth, data, 1)
        return net

    first, second = in_threads(grown)
    assert first[0].n_live == second[0].n_live and sum(first[0].n_live) > 0
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_networks_that_differ_are_told_of():
    net, *_ = made()
    other = copy.deepcopy(net)
    with torch.no_grad():
        other[0].Q[-1].mul_(1.01)

    def compared(rank):
        recruitment.refuse_different_networks(
            (net, net, other)[rank][0], here.processes
        )

    assert in_threads(compared, 2) == [None, None]
    for error in in_threads(compared, 3):
        assert "The networks of processes 0 and 2 differ" in str(error)


def test_sharded_networks_are_refused(group):
    net, *_ = made()
    fully_shard(net)
    optimizer = torch.optim.Adam(net.parameters())
    with pytest.raises(TypeError, match="every process has whole"):
        Growth(net[0], optimizer)


def test_a_network_that_comes_to_be_sharded_is_refused(group):
    net, _, growth = made()
    fully_shard(net)
    with pytest.raises(TypeError, match="this one is sharded"):
        growth.step()


@pytest.mark.filterwarnings("ignore")  # of one process, and of torch's own modules
@pytest.mark.parametrize(
    ("original", "error", "words"),
    [(True, TypeError, "this one is sharded"), (False, ValueError, "or FSDP; remove")],
)
def test_what_is_sharded_by_the_first_fsdp_is_refused(group, original, error, words):
    """Its parts have other shapes in every process, or are computed."""
    net, *_ = made()
    options = {"use_orig_params": original, "device_id": torch.device("cpu")}
    sharded = FullyShardedDataParallel(net, **options)
    with pytest.raises(error, match=words):
        Growth(net[0], torch.optim.Adam(sharded.parameters()))


@pytest.mark.filterwarnings("ignore")
def test_state_in_other_processes_is_refused(group):
    """It kept the shapes of before, on which the step after the next waking failed."""
    from torch.distributed.optim import ZeroRedundancyOptimizer

    net, *_ = made()
    optimizer = ZeroRedundancyOptimizer(net.parameters(), torch.optim.Adam)
    with pytest.raises(ValueError, match="each parameter in one process, out of reach"):
        Growth(net[0], optimizer)


def test_the_papers_network_may_be_trained_together(data, group):
    """Nothing wakes there, and the proximal step is the same everywhere."""
    net = SpectralNetwork(3, (10,), 1, generator=seeded())
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    growth = Growth(net, optimizer, alpha=1e-3)
    wrapped = nn.parallel.DistributedDataParallel(net)
    train(wrapped, optimizer, growth, data, 3)


SWITCHES = {
    "dtype": (torch.set_default_dtype, torch.float64, torch.float32),
    "device": (torch.set_default_device, "meta", None),
    "deterministic": (torch.use_deterministic_algorithms, True, False),
    "anomaly": (torch.autograd.set_detect_anomaly, True, False),
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_torchs_switches_change_nothing(data, switch):
    """Of a network whose dtype and device are its own."""
    plain, other = made(), made()
    train(*plain, data, 60)
    setter, value, before = SWITCHES[switch]
    x, y = data
    with switched(setter, value, before):
        net, optimizer, growth = other
        for k in range(60):
            rows = slice(k % 4, None, 4)
            optimizer.zero_grad()
            (net(x[rows]) - y[rows]).square().mean().backward()
            optimizer.step()
            growth.step()
        small = net[0].to_direct()
        found = net[0].spectrum()
    assert same(plain[0], net)
    assert torch.equal(small(x), plain[0][0].to_direct()(x))
    for mine, own in zip(found, plain[0][0].spectrum(), strict=True):
        assert all(map(np.array_equal, mine, own))


def skorch_net(*callbacks, epochs=6):
    return NeuralNetRegressor(
        GrowingSpectralNetwork(3, (10,), 1, generator=seeded()),
        optimizer=torch.optim.Adam,
        lr=0.02,
        max_epochs=epochs,
        batch_size=50,
        callbacks=[*callbacks],
        verbose=0,
    )


def growing():
    return GrowthCallback(alpha=1e-3, interval=4, random_state=0)


@pytest.mark.parametrize("first", [True, False])
def test_skorch_resumes(data, tmp_path, first):
    """By `load_params`, and by `LoadInitState` before or after the callback."""
    x, y = (part.numpy() for part in data)
    saved = Checkpoint(dirname=tmp_path)
    net = skorch_net(growing(), saved, epochs=12).fit(x, y)
    n_live = net.module_.n_live
    assert n_live[0] > 0
    again = skorch_net(epochs=5).initialize()
    again.load_params(checkpoint=saved)
    before = copy.deepcopy(again.module_.state_dict())
    again.partial_fit(x, y)
    after = again.module_.state_dict()
    assert all(not torch.equal(after[k], before[k]) for k in ("Q.0", "Q.1", "lam.0"))
    load = LoadInitState(saved)
    callbacks = [growing(), load] if first else [load, growing()]
    resumed = skorch_net(*callbacks, epochs=20).fit(x, y)
    losses = resumed.history[:, "train_loss"]
    assert losses[12] < 1.5 * losses[11]  # no beginning anew
    assert resumed.module_.n_live[0] > 0


def test_a_net_that_is_pickled_in_training_trains_on(data, tmp_path):
    """As `Checkpoint` does, of the callback with the rest."""
    x, y = (part.numpy() for part in data)
    saving = Checkpoint(dirname=tmp_path, f_pickle="net.pkl", load_best=False)
    skorch_net(growing(), saving).fit(x, y)
    again = pickle.loads((tmp_path / "net.pkl").read_bytes())
    assert again.partial_fit(x, y).module_.n_live[0] > 0
