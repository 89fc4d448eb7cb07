"""A gradient that is recorded once on a GPU, and then replayed.

A step is a few dozen small kernels, and to launch them costs more than to run them. A
CUDA graph launches all of them as one.
"""

from typing import Any

import torch
from torch import Tensor

from .losses import Loss

#: Steps with one architecture after which a recording is expected to pay.
N_EAGER_STEPS = 16


class ReplayedGradient:
    """A gradient (`LiveGradient` or `LayerGradient`) on a CUDA device, as a graph.

    The first steps run as they are: they warm the libraries up, and an architecture
    that does not last is not worth a recording.
    """

    def __init__(self, gradient: Any):
        self.gradient, self.forward = gradient, gradient.forward
        self._graph: torch.cuda.CUDAGraph | None = None
        self._n_steps = 0

    def __call__(
        self, x: Tensor, y: Tensor, weight: Tensor | None, loss: Loss
    ) -> Tensor:
        """Write the gradient of the data loss; return the network's output."""
        self._n_steps += 1
        if self._n_steps <= N_EAGER_STEPS:
            return self.gradient(x, y, weight, loss)
        if self._graph is None:
            self._batch = [None if t is None else t.clone() for t in (x, y, weight)]
            self._graph = torch.cuda.CUDAGraph()
            stream = torch.cuda.Stream(x.device)
            with (
                torch.cuda.device(x.device),
                # other threads may go on using their devices
                torch.cuda.graph(
                    self._graph, stream=stream, capture_error_mode="thread_local"
                ),
            ):
                self.gradient(*self._batch, loss)
        for kept, new in zip(self._batch, (x, y, weight), strict=True):
            if kept is not None and new is not None:
                kept.copy_(new)
        self._graph.replay()
        return self.gradient.y


def replayed_on_cuda(gradient: Any, device: torch.device) -> Any:
    """The gradient itself on a CPU."""
    return ReplayedGradient(gradient) if device.type == "cuda" else gradient
