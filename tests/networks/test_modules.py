"""As modules among torch's own: any shape of input, any switch, nothing shared."""

import copy
from functools import partial

import pytest
import torch
from numpy.testing import assert_allclose
from torch import nn

from sklearn_sparcs.nn import (
    DirectNetwork,
    GrowingSpectralNetwork,
    SpectralLinear,
    SpectralNetwork,
)


def seeded():
    return torch.Generator().manual_seed(0)


def live(options):
    """A growing network with neurons in one of its two layers."""
    net = GrowingSpectralNetwork(3, (5, 4), 2, generator=seeded(), **options)
    like = net.Q[-1].detach()
    sizes = [(0, 4), (2, 4), (2, 6)]
    draw = {"generator": seeded(), "dtype": torch.float64, "device": "cpu"}
    tensors = [torch.randn(*s, **draw).to(like) for s in sizes]
    tensors += [like.new_ones(0), like.new_ones(2)]
    empty = torch.arange(0, device=like.device)
    net.restructure(tensors, [empty, torch.arange(2, device=like.device)])
    return net


def spectral(options, **kind):
    net = SpectralNetwork(3, (5, 4), 2, generator=seeded(), **kind, **options)
    for lam in net.penalized_eigenvalues():
        spread = torch.linspace(-1, 1, len(lam), dtype=torch.float64, device="cpu")
        lam.data += spread.to(lam)
    return net


#: Every module, made with a dtype and a device or without.
MODULES = {
    "growing": live,
    "spectral": spectral,
    "gated": lambda options: spectral(options, gated=True),
    "repeated": lambda options: spectral(options, repeated=True),
    "direct": lambda options: DirectNetwork(
        3, (5, 4), 2, generator=seeded(), **options
    ),
    "linear": lambda options: SpectralLinear(3, 2, generator=seeded(), **options),
}


@pytest.fixture(params=MODULES)
def make(request):
    return MODULES[request.param]


@pytest.mark.parametrize("shape", [(), (7,), (2, 5), (2, 1, 4), (0,), (3, 0)])
def test_samples_in_any_number_of_dimensions(make, shape):
    net = make({"dtype": torch.float64})
    x = torch.randn(*shape, 3, generator=seeded(), dtype=torch.float64)
    y = net(x)
    assert y.shape == (*shape, 2)
    assert_allclose(y.detach().reshape(-1, 2), net(x.reshape(-1, 3)).detach())
    y.sum().backward()


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_the_default_dtype_is_that_of_a_network_made_without_one(make, dtype):
    wanted = make({"dtype": dtype})
    torch.set_default_dtype(dtype)
    try:
        net = make({})
    finally:
        torch.set_default_dtype(torch.float32)
    for mine, own in zip(net.parameters(), wanted.parameters(), strict=True):
        assert torch.equal(mine, own) and mine.dtype == dtype


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_comes_out_as_arrays(make, dtype):
    """Which NumPy does not have of every kind."""
    net = make({"dtype": dtype})
    double = make({"dtype": dtype}).to(torch.float64)
    if hasattr(net, "spectral_matrices"):
        found, expected = net.spectral_matrices().A, double.spectral_matrices().A
        assert_allclose(found, expected, atol=1e-5)


def test_the_default_device_is_where_a_network_is_made_without_one(make):
    with torch.device("meta"):
        net, kept = make({}), make({"device": "cpu"})
    assert {p.device.type for p in net.parameters()} == {"meta"}
    assert {p.device.type for p in kept.parameters()} == {"cpu"}
    assert {b.device.type for b in kept.buffers()} <= {"cpu"}


def test_a_network_is_loaded_into_one_without_storage(make):
    with torch.device("meta"):
        net = make({})
    wanted = make({})
    other = copy.deepcopy(net).to_empty(device="cpu")
    for buffer in other.buffers():  # as it may be
        buffer.fill_(7)
    net.load_state_dict(wanted.state_dict(), assign=True)
    other.load_state_dict(wanted.state_dict())
    x = torch.randn(4, 3, generator=seeded())
    for loaded in (net, other):
        assert_allclose(loaded(x).detach(), wanted(x).detach())
        assert {b.device.type for b in loaded.buffers()} <= {"cpu"}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_loops_over_folds_reset_begins_anew(make, dtype):
    """Nothing that was learnt stays, and parameters stay the objects that they are."""
    torch.manual_seed(0)
    net = make({"dtype": dtype})
    changed = copy.deepcopy(net.state_dict())
    objects = {id(p) for p in net.parameters()}
    for tensor in (*net.parameters(), *net.buffers()):
        tensor.data.add_(1)
    net.reset_parameters(seeded())
    again = copy.deepcopy(net.state_dict())
    net.reset_parameters()
    assert {id(p) for p in net.parameters()} == objects
    net.reset_parameters(seeded())
    fresh = {
        "SpectralLinear": lambda: changed,
        "DirectNetwork": lambda: changed,
        "SpectralNetwork": lambda: asleep(changed),
        "GrowingSpectralNetwork": lambda: GrowingSpectralNetwork(
            3, (5, 4), 2, generator=seeded(), dtype=dtype
        ).state_dict(),
    }[type(net).__name__]()
    for name, value in net.state_dict().items():
        assert torch.equal(value, again[name]) and torch.equal(value, fresh[name])
        assert value.dtype == fresh[name].dtype


def test_what_a_subclass_adds_stays_when_it_is_reset(make):
    """It is reset by itself, as the modules of torch are."""
    net = make({})
    net.added = nn.LayerNorm(3)
    net.added.weight.data.fill_(7)
    net.reset_parameters(seeded())
    assert net.added.weight.tolist() == [7.0] * 3


@pytest.mark.parametrize("trained", [True, False])
def test_a_network_of_inference_mode_loads_a_state(trained):
    make = partial(SpectralNetwork, 3, (4,), 1, input_eigenvalues=trained)
    wanted = make()
    with torch.inference_mode():
        net = make()
        buffers = dict(net.named_buffers())
        net.load_state_dict(wanted.state_dict())
        x = torch.randn(4, 3, generator=seeded())
        assert torch.equal(net(x), wanted(x))
    assert all(net.get_buffer(name) is mine for name, mine in buffers.items())
    with torch.device("meta"):
        net = make()
    with torch.inference_mode():
        net.load_state_dict(wanted.state_dict(), assign=True)
    assert not net.input_lam.is_inference()  # which could never be trained on


def asleep(state):
    """A state of the paper's network whose hidden eigenvalues are zero."""
    hidden = {"lam.0", "lam.1"}
    return {k: 0 * v if k in hidden else v for k, v in state.items()}


def test_a_state_whose_parts_do_not_fit_is_not_loaded():
    """An eigenvalue too many would fail in a later forward pass."""
    net = GrowingSpectralNetwork(3, (4,), 2)
    state = net.state_dict() | {
        "Q.0": torch.ones(2, 4),
        "Q.1": torch.ones(2, 6),
        "lam.0": torch.ones(3),
        "neurons_0": torch.arange(2),
    }
    with pytest.raises(RuntimeError, match=r"size mismatch for lam\.0"):
        net.load_state_dict(state)
    assert net.n_live == [0]


@pytest.mark.parametrize("neurons", [[1, 1], [-1, 0], [0, 4], [0.5, 1.0]])
@pytest.mark.parametrize("strict", [True, False])
def test_a_state_with_neurons_that_cannot_be_is_not_loaded(neurons, strict):
    """Copies of a neuron would count as one, and others stand for one another."""
    net, head = nn.Sequential(nn.Linear(3, 3), GrowingSpectralNetwork(3, (4,), 2)), "1."
    before = {name: value.clone() for name, value in net.state_dict().items()}
    state = before | {
        f"{head}Q.0": torch.ones(2, 4),
        f"{head}Q.1": torch.ones(2, 6),
        f"{head}lam.0": torch.ones(2),
        f"{head}neurons_0": torch.tensor(neurons),
    }
    with pytest.raises(RuntimeError, match=r"1\.neurons_0 must be different .* 0 to 3"):
        net.load_state_dict(state, strict=strict)
    for name, value in net.state_dict().items():
        assert_allclose(value, before[name])


@pytest.mark.parametrize("strict", [True, False])
def test_a_state_of_more_neurons_than_are_allowed_says_so(strict):
    """Torch alone says that the model has none, as it begins."""
    net = nn.Sequential(nn.Linear(3, 3), GrowingSpectralNetwork(3, (5, 1), 2))
    saved = {f"1.{name}": value for name, value in live({}).state_dict().items()}
    said = r"1\.neurons_1 has 2 live neurons, and hidden_layer_sizes\[1\] allows 1"
    with pytest.raises(RuntimeError, match=said):
        net.load_state_dict(net.state_dict() | saved, strict=strict)
    assert net[1].n_live == [0, 0]


def test_a_module_is_exported_and_says_that_it_is_not_scripted(make):
    net, x = nn.Sequential(make({})), torch.randn(4, 3, generator=seeded())
    exported = torch.export.export(net, (x,)).module()
    assert_allclose(exported(x).detach(), net(x).detach())
    for whole in (net, net[0]):
        with (
            pytest.warns(DeprecationWarning, match=r"torch\.jit\.script"),
            pytest.raises(TypeError, match=f"compile a {type(net[0]).__name__}; use"),
        ):
            torch.jit.script(whole)


@pytest.mark.parametrize("kind", ["direct", "growing", "spectral"])
def test_what_comes_out_shares_nothing(kind):
    net = MODULES[kind]({"dtype": torch.float64})
    x = torch.randn(4, 3, generator=seeded(), dtype=torch.float64)
    form, before = net.form(), net(x).detach()
    small = DirectNetwork.of(form, dtype=torch.float64)
    with torch.no_grad():
        for parameter in small.parameters():
            parameter.zero_()
    assert_allclose(form(x.numpy()), before)
    for values in (*form.coefs.values(), *form.intercepts.values()):
        values[...] = 7.0
    assert torch.equal(net(x).detach(), before)


def test_no_layer_that_comes_out_draws_from_torchs_generator():
    layer = SpectralLinear(3, 2, generator=seeded())
    torch.manual_seed(3)
    layer.to_linear()
    drawn = torch.rand(2)
    torch.manual_seed(3)
    assert torch.equal(drawn, torch.rand(2))


#: Ways to write a network's program down.
WRITTEN = {
    "compiled": lambda net, x: torch.compile(net, backend="eager", fullgraph=True),
    "exported": lambda net, x: torch.export.export(net, (x,)).module(),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_program_is_written_down_for_any_values(make, written):
    net, x = make({}), torch.randn(4, 3, generator=seeded())
    program = WRITTEN[written](net, x)
    assert_allclose(program(x).detach(), net(x).detach(), atol=1e-6)


@pytest.mark.parametrize("shape", [(), (7,), (2, 5)])
def test_a_network_in_direct_space_is_traced_symbolically(shape):
    """As quantisation and feature extractors of torch's kind ask."""
    net = MODULES["direct"]({})
    x = torch.randn(*shape, 3, generator=seeded())
    assert torch.equal(torch.fx.symbolic_trace(net)(x), net(x))


def test_many_networks_at_once(make):
    """With other neurons that fire in each, as an ensemble has them."""
    nets, x = [make({}), make({})], torch.randn(4, 3, generator=seeded())
    for lam in getattr(nets[0], "lam", [])[:1]:
        lam.data[:1] = 0
    shell = copy.deepcopy(nets[0]).to("meta")
    parameters, buffers = torch.func.stack_module_state(nets)
    found = torch.vmap(
        lambda p, b: torch.func.functional_call(shell, (p, b), (x,)), in_dims=(0, 0)
    )(parameters, buffers)
    for y, net in zip(found, nets, strict=True):
        assert_allclose(y.detach(), net(x).detach(), atol=1e-6)


def test_every_parameter_is_asked_for_its_gradient():
    """Of a layer that has no neuron yet, too."""
    net = GrowingSpectralNetwork(3, (5, 4), 2, generator=seeded())
    found = torch.autograd.grad(net(torch.ones(2, 3)).sum(), list(net.parameters()))
    assert [g.shape for g in found] == [p.shape for p in net.parameters()]


def test_a_parameter_of_another_shape_forgets_what_autograd_kept():
    """An old graph is held when the next one is made, as a loop holds its loss."""
    net = GrowingSpectralNetwork(3, (5,), 1, generator=seeded())
    held = net(torch.ones(2, 3)).sum()
    held.backward()
    met = []
    net.lam[0].register_hook(lambda grad: met.append(grad.shape))
    parameters = list(net.parameters())
    net.restructure(
        [torch.ones(2, 4), torch.ones(1, 6), torch.ones(2)], [torch.arange(2)]
    )
    assert all(p.grad is None for p in parameters)
    net(torch.ones(2, 3)).sum().backward()
    assert [p.grad.shape for p in parameters] == [p.shape for p in net.parameters()]
    assert all(
        mine is own for mine, own in zip(parameters, net.parameters(), strict=True)
    )
    assert met == [(2,)] and net.lam[0].dtype == torch.float32
    assert isinstance(net.lam[0], nn.Parameter)
