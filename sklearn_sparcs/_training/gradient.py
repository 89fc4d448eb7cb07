"""What the hand-written gradients share: a batch forward, its loss, and back."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .arrays import ArrayLibrary
from .losses import Loss


class BatchGradient:
    """Gradient of the loss of a batch. Not for use by itself.

    A subclass sets what computes; ``_x``, the part of its buffers that takes the batch;
    its hidden layers and the output, which has ``y`` and ``delta`` = ∂loss/∂y of shape
    (outputs, n); and ``y``, that output as a tensor (n, outputs).
    """

    arrays: ArrayLibrary
    y: Tensor
    _x: Any
    _hidden: Sequence[Any]
    _output: Any

    def forward(self, x: Tensor) -> Tensor:
        """The network's output, shape (n, outputs), in a buffer that is used again."""
        self._x[...] = self.arrays.view(x)
        for layer in self._hidden:
            layer.forward()
        self._output.forward()
        return self.y

    def __call__(
        self, x: Tensor, y: Tensor, weight: Tensor | None, loss: Loss
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
