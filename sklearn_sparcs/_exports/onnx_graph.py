"""A network as nodes of an ONNX graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from onnx import TensorProto

from .._data.features import Bounds
from .._direct.form import DirectForm

#: Nodes that compute an activation function by themselves.
_KINDS = {"identity": "Identity", "relu": "Relu", "tanh": "Tanh", "logistic": "Sigmoid"}


class Scope(Protocol):
    """skl2onnx's scope, which makes names unique."""

    def get_unique_variable_name(self, seed: str) -> str:
        """A new name for a variable."""

    def get_unique_operator_name(self, seed: str) -> str:
        """A new name for a node."""

    def get_options(self, model: Any, defaults: dict[str, Any]) -> dict[str, Any]:
        """Options of a model's converter."""


class Container(Protocol):
    """skl2onnx's container of nodes and constants."""

    def add_node(
        self, op_type: str, inputs: Any, outputs: Any, **attributes: Any
    ) -> None:
        """Append a node."""

    def add_initializer(
        self, name: str, onnx_type: int, shape: Any, content: Any
    ) -> None:
        """Append a constant."""


@dataclass(frozen=True)
class Graph:
    """A part of an ONNX graph under construction, with names of its own.

    Attributes
    ----------
    scope : Scope
    container : Container
    """

    scope: Scope
    container: Container

    def node(self, kind: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        """Append a node of a kind; the name of its output, ``out`` if that is given."""
        name = self.scope.get_unique_operator_name(kind)
        out = out or self.scope.get_unique_variable_name(kind.lower())
        self.container.add_node(kind, list(inputs), [out], name=name, **attributes)
        return out

    def doubles(self, values: Any) -> str:
        """Append numbers, in double precision; their name."""
        array = np.asarray(values, np.float64)
        return self._constant(array, TensorProto.DOUBLE, array.ravel())

    def labels(self, values: np.ndarray) -> str:
        """Append class labels, whole numbers or words; their name."""
        if values.dtype.kind in "i":
            return self._constant(values, TensorProto.INT64, values)
        words = [str(word).encode() for word in values]
        return self._constant(values, TensorProto.STRING, words)

    def _constant(self, like: np.ndarray, kind: int, content: Any) -> str:
        name = self.scope.get_unique_variable_name("constant")
        self.container.add_initializer(name, kind, like.shape, content)
        return name

    def network(self, form: DirectForm, *features: str) -> str:
        """Append a network; the name of its outputs.

        It computes in double precision whatever it hears: in raw units the weights'
        terms are large, and cancel.
        """
        last = len(form.layer_sizes)
        heard = [self.node("Cast", name, to=TensorProto.DOUBLE) for name in features]
        whole = self.within(self._side_by_side(heard), form.bounds)
        signals = {1: self.within(whole, form.hidden_bounds)}
        for i in range(2, last + 1):
            if i == last:
                signals[1] = whole
            z = self._layer(form, i, [signals[j] for j in form.senders(i)])
            signals[i] = z if i == last else self._activation(form.activation, z)
        return signals[last]

    def within(self, signals: str, bounds: Bounds | None) -> str:
        """Append clipping to bounds, if there are any."""
        if bounds is None:
            return signals
        low, high = map(self.doubles, bounds)
        return self.node("Min", self.node("Max", signals, low), high)

    def _layer(self, form: DirectForm, i: int, heard: Sequence[str]) -> str:
        """Append the weighted sum of layer i."""
        weight = np.hstack([form.coefs[i, j] for j in form.senders(i)])
        constants = map(self.doubles, (weight, form.intercepts[i]))
        return self.node("Gemm", self._side_by_side(heard), *constants, transB=1)

    def _side_by_side(self, signals: Sequence[str]) -> str:
        if len(signals) == 1:
            return signals[0]
        return self.node("Concat", *signals, axis=1)

    def _activation(self, name: str, z: str) -> str:
        if name == "gelu":
            return self._gelu(z)
        return self.node(_KINDS[name], z)

    def _gelu(self, z: str) -> str:
        """z (1 + erf(z / √2)) / 2; runtimes have erf in single precision alone."""
        root = self.node("Mul", z, self.doubles(np.sqrt(0.5)))
        single = self.node("Cast", root, to=TensorProto.FLOAT)
        erf = self.node("Cast", self.node("Erf", single), to=TensorProto.DOUBLE)
        half = self.node("Mul", z, self.doubles(0.5))
        return self.node("Mul", half, self.node("Add", erf, self.doubles(1.0)))
