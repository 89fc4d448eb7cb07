"""Conversion of networks to plain arrays and to plain torch modules."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, fx, nn

from .._activations import ACTIVATIONS
from .._data.features import Bounds
from .._data.tensors import as_tensor
from .._direct.form import DirectForm, Link


def form_of(
    weights: Sequence[Tensor],
    bias: bool,
    activation: str,
    neurons: Sequence[Tensor],
    links: Iterable[Link] | None = None,
) -> DirectForm:
    """The form of a network with the weights W_2 … W_{B+1}, in float64.

    ``neurons`` are the hidden neurons' indices; with ``bias``, the last input is the
    constant 1; with ``links``, a wiring that is given (`DirectForm.from_weights`).
    """
    return DirectForm.from_weights(
        [w.detach().double().cpu().numpy() for w in weights],
        weights[0].shape[1] - bias,
        bias,
        activation,
        [n.cpu().numpy() for n in neurons],
        links,
    )


def to_torch(
    form: DirectForm,
    output_bounds: Bounds | None = None,
    dtype: torch.dtype = torch.float64,
) -> fx.GraphModule:
    """A module that computes what the form does, in ``dtype``, from memory of its own.

    It is built of `torch.nn.Linear`, one for each layer on its senders side by side,
    and the activation's own module. Features are cut off at the form's bounds, and
    outputs at theirs, if there are any. It is in evaluation mode.

    Raises
    ------
    TypeError
        If ``dtype`` is no floating torch dtype.
    """
    if not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
        raise TypeError(
            f"dtype must be a floating torch dtype, such as torch.float32; got {dtype}."
        )
    root, graph = nn.Module(), fx.Graph()
    last = len(form.layer_sizes)
    for i in range(2, last + 1):
        root.add_module(f"layer_{i}", _linear(form, i))
    root.activation = ACTIVATIONS[form.activation].module()
    # whose dtype and device features take: tools that quantise replace weights
    root.register_buffer("zero", torch.zeros((), device="cpu"))
    x, zero = graph.placeholder("x"), graph.get_attr("zero")
    inside = _clamped(x, form.bounds, "feature", root, graph)
    whole = graph.call_method("to", (inside, zero))
    signals = {1: _clamped(whole, form.hidden_bounds, "hidden", root, graph)}
    for i in range(2, last + 1):
        if i == last:
            signals[1] = whole
        heard = [signals[j] for j in form.senders(i)]
        both = (
            heard[0] if len(heard) == 1 else graph.call_function(torch.cat, (heard, -1))
        )
        z = graph.call_module(f"layer_{i}", (both,))
        signals[i] = z if i == last else graph.call_module("activation", (z,))
    graph.output(_clamped(signals[last], output_bounds, "output", root, graph))
    return fx.GraphModule(root, graph).to(dtype).eval()


def _clamped(
    signals: fx.Node, bounds: Bounds | None, name: str, root: nn.Module, graph: fx.Graph
) -> fx.Node:
    """Signals cut off at bounds, if there are any, which become buffers."""
    if bounds is None:
        return signals
    names = f"{name}_low", f"{name}_high"
    for buffer, bound in zip(names, bounds, strict=True):
        root.register_buffer(buffer, torch.tensor(bound))
    low, high = map(graph.get_attr, names)
    return graph.call_function(torch.clamp, (signals, low, high))


def _linear(form: DirectForm, i: int) -> nn.Linear:
    """Layer i on its senders side by side."""
    coefs = [form.coefs[i, j] for j in form.senders(i)]
    weight = as_tensor(np.hstack(coefs))
    # torch's generator is left alone
    layer = nn.utils.skip_init(nn.Linear, *weight.T.shape, dtype=weight.dtype)
    layer.weight.data.copy_(weight)
    layer.bias.data.copy_(as_tensor(form.intercepts[i]))
    return layer
