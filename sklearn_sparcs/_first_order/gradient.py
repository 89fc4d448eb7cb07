"""The base of the hand-written gradients: forward, loss, backward."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from .._losses.losses import OutputGradient
from .._numerics.array_library import Array, ArrayLibrary


class Layer(Protocol):
    """A layer between its buffers and those of the layers that it hears."""

    def forward(self) -> None:
        """Write what the layer sends, from what it hears."""

    def backward(self) -> None:
        """Write the parameters' gradients, and the share of the layers heard."""


class OutputLayer(Layer, Protocol):
    """The last layer: where the loss is taken."""

    #: The network's output, shape (outputs, n).
    y: Array
    #: ∂loss/∂y, of the same shape, which ``backward`` begins with.
    delta: Array


class Gradient(Protocol):
    """The gradient of the loss of a batch, with buffers for a number of rows."""

    #: The last output, shape (n, outputs).
    y: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """The network's output, shape (n, outputs), in a buffer that is used again."""

    def __call__(
        self, x: Tensor, y: Tensor, weight: Tensor | None, loss: OutputGradient
    ) -> Tensor:
        """Write the gradient of the data loss; return the output, as `forward` does."""


class BatchGradient:
    """The gradient of the loss of a batch, layer by layer. Base of those by hand.

    Parameters
    ----------
    arrays : ArrayLibrary
        What computes.
    x : array (n, features)
        The part of the buffers that takes the batch.
    y : Tensor (n, outputs)
        The output layer's buffer.
    hidden : sequence of Layer
        The hidden layers, the first one first.
    output : OutputLayer
        The output.
    """

    def __init__(
        self,
        arrays: ArrayLibrary,
        x: Array,
        y: Tensor,
        hidden: Sequence[Layer],
        output: OutputLayer,
    ):
        self.arrays, self.y = arrays, y
        self._x, self._hidden, self._output = x, hidden, output

    def forward(self, x: Tensor) -> Tensor:
        """The network's output, shape (n, outputs), in a buffer that is used again."""
        self._x[...] = self.arrays.view(x)
        for layer in self._hidden:
            layer.forward()
        self._output.forward()
        return self.y

    def __call__(
        self, x: Tensor, y: Tensor, weight: Tensor | None, loss: OutputGradient
    ) -> Tensor:
        """Write the gradient of the data loss; return the output, as `forward` does.

        To be called where autograd is off.
        """
        self.forward(x)
        view, output = self.arrays.view, self._output
        w = None if weight is None else view(weight)
        loss.gradient(self.arrays, output.y, view(y), w, out=output.delta)
        output.backward()
        for layer in reversed(self._hidden):
            layer.backward()
        return self.y
