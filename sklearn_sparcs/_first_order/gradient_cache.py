"""Hand-written gradients, cached by batch size."""

from collections.abc import Callable

import torch

from .cuda_graph import replayed_on_cuda
from .gradient import BatchGradient, Gradient


class GradientCache:
    """The gradient of one network, made once for each number of rows.

    Parameters
    ----------
    new : callable
        Makes a gradient for batches of so many rows.
    device : torch.device
        Where the network is.
    """

    def __init__(self, new: Callable[[int], BatchGradient], device: torch.device):
        self._new, self._device = new, device
        self._made: dict[int, Gradient] = {}

    def __getitem__(self, n_rows: int) -> Gradient:
        """The gradient for batches of so many rows, its buffers ready."""
        if n_rows not in self._made:
            self._made[n_rows] = replayed_on_cuda(self._new(n_rows), self._device)
        return self._made[n_rows]

    def clear(self) -> None:
        """Forget every gradient: the network has another architecture."""
        self._made.clear()
