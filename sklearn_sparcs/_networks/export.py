"""Out of the house: a network as plain arrays, or as a plain torch module."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, fx, nn

from .._activations import ACTIVATIONS
from .._data.features import Bounds
from .._direct.form import DirectForm


def form_of(
    weights: Sequence[Tensor], bias: bool, activation: str, neurons: Sequence[Tensor]
) -> DirectForm:
    """The form of a network with the weights W_2 … W_{B+1}, in float64.

    ``neurons`` are the hidden neurons' indices; with ``bias``, the last input is the
    constant 1 (`DirectForm.from_weights`).
    """
    return DirectForm.from_weights(
        [w.detach().double().cpu().numpy() for w in weights],
        weights[0].shape[1] - bias,
        bias,
        activation,
        [n.cpu().numpy() for n in neurons],
    )


def to_torch(form: DirectForm) -> fx.GraphModule:
    """A module that computes what the form does, in the form's dtype.

    It is built of `torch.nn.Linear`, one for each layer on its senders side by side,
    and the activation's own module; features are cut off at the form's bounds.
    """
    root, graph = nn.Module(), fx.Graph()
    whole = _cut(graph.placeholder("x"), form.bounds, ("low", "high"), root, graph)
    names = ("hidden_low", "hidden_high")
    signals = {1: _cut(whole, form.hidden_bounds, names, root, graph)}
    root.activation = ACTIVATIONS[form.activation].module()
    last = len(form.layer_sizes)
    for i in range(2, last + 1):
        if i == last:
            signals[1] = whole
        root.add_module(f"layer_{i}", _linear(form, i))
        heard = [signals[j] for j in form.senders(i)]
        both = (
            heard[0] if len(heard) == 1 else graph.call_function(torch.cat, (heard, 1))
        )
        z = graph.call_module(f"layer_{i}", (both,))
        signals[i] = z if i == last else graph.call_module("activation", (z,))
    graph.output(signals[last])
    return fx.GraphModule(root, graph)


def _cut(
    x: fx.Node,
    bounds: Bounds | None,
    names: tuple[str, str],
    root: nn.Module,
    graph: fx.Graph,
) -> fx.Node:
    """Features cut off at the bounds, buffers of these names, if there are any."""
    if bounds is None:
        return x
    for name, bound in zip(names, bounds, strict=True):
        root.register_buffer(name, torch.from_numpy(bound))
    low, high = (graph.get_attr(name) for name in names)
    return graph.call_function(torch.clamp, (x, low, high))


def _linear(form: DirectForm, i: int) -> nn.Linear:
    """Layer i on its senders side by side."""
    coefs = [form.coefs[i, j] for j in form.senders(i)]
    weight = torch.from_numpy(np.hstack(coefs))
    layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    layer.weight.data.copy_(weight)
    layer.bias.data.copy_(torch.from_numpy(form.intercepts[i]))
    return layer
