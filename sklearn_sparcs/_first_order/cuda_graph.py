"""Gradients that are recorded once as a CUDA graph, and then replayed.

A step is a few dozen small kernels, and to launch them costs more than to run them. A
CUDA graph launches all of them as one.
"""

import torch
from torch import Tensor

from .._losses.losses import OutputGradient
from .gradient import BatchGradient, Gradient

#: Steps with one architecture after which a recording is expected to pay.
N_EAGER_STEPS = 16


class ReplayedGradient:
    """A hand-written gradient on a CUDA device, as a graph.

    The first steps run as they are: they warm the libraries up, and an architecture
    that does not last is not worth a recording.
    """

    def __init__(self, gradient: BatchGradient):
        self.gradient, self.y = gradient, gradient.y
        self._graph = torch.cuda.CUDAGraph()
        self._batch: list[Tensor | None] = []
        self._n_steps = 0

    def forward(self, x: Tensor) -> Tensor:
        """The network's output, shape (n, outputs), in a buffer that is used again."""
        return self.gradient.forward(x)

    def __call__(
        self, x: Tensor, y: Tensor, weight: Tensor | None, loss: OutputGradient
    ) -> Tensor:
        """Write the gradient of the data loss; return the network's output."""
        self._n_steps += 1
        if self._n_steps <= N_EAGER_STEPS:
            return self.gradient(x, y, weight, loss)
        if not self._batch:
            self._record(x, y, weight, loss)
        for kept, new in zip(self._batch, (x, y, weight), strict=True):
            if kept is not None and new is not None:
                kept.copy_(new)
        self._graph.replay()
        return self.y

    def _record(
        self, x: Tensor, y: Tensor, weight: Tensor | None, loss: OutputGradient
    ) -> None:
        """Record the gradient of a copy of a batch, which later ones are written to."""
        x, y = x.clone(), y.clone()
        weight = None if weight is None else weight.clone()
        self._batch = [x, y, weight]
        stream = torch.cuda.Stream(x.device)
        with (
            torch.cuda.device(x.device),
            # other threads may go on using their devices
            torch.cuda.graph(
                self._graph, stream=stream, capture_error_mode="thread_local"
            ),
        ):
            self.gradient(x, y, weight, loss)


def replayed_on_cuda(gradient: BatchGradient, device: torch.device) -> Gradient:
    """A gradient that is replayed on a CUDA device; elsewhere the gradient itself."""
    return ReplayedGradient(gradient) if device.type == "cuda" else gradient
