"""One implementation for NumPy and torch.

A training step is a few dozen operations, on a CPU most of them on small arrays: there
NumPy's calls are cheaper than torch's, whose products of large arrays are quicker. Both
know the operations used here by the same names, with ``out=``; an `ArrayLibrary` holds
them and the few that differ. NumPy works in the memory of the tensors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import torch
from scipy.special import expit
from torch import Tensor

from .._activations import ACTIVATIONS, Activation, InPlace

#: An array of either library.
Array = Any

#: Entries of a layer's signals from which torch is the quicker one on a CPU.
_LARGE = 2**17


@dataclass(frozen=True)
class ArrayLibrary:
    """The library that computes, NumPy or torch.

    ``xp`` is the module, ``view`` takes a tensor to what it computes on,
    ``product(a, b, out=c)`` is the quickest matrix product into contiguous memory, and
    ``in_place`` picks from an activation's record what works on these arrays.
    """

    xp: Any
    view: Callable[[Tensor], Array]
    product: Callable[..., object]
    expit: Callable[..., object]
    in_place: Callable[[Activation], InPlace]

    @classmethod
    def on(cls, device: torch.device) -> "ArrayLibrary":
        """NumPy on a CPU, torch elsewhere."""
        return NUMPY if device.type == "cpu" else TORCH

    @classmethod
    def suiting(cls, device: torch.device, n_signals: int) -> "ArrayLibrary":
        """The quicker on the device, for layers of so many signals of a batch."""
        return TORCH if n_signals >= _LARGE else cls.on(device)

    def activation(self, name: str) -> InPlace:
        """The activation function of that name, and its derivative."""
        return self.in_place(ACTIVATIONS[name])


NUMPY = ArrayLibrary(
    xp=np,
    view=Tensor.numpy,
    product=np.dot,
    expit=expit,
    in_place=attrgetter("numpy"),
)

TORCH = ArrayLibrary(
    xp=torch,
    view=Tensor.detach,
    product=torch.matmul,
    expit=torch.sigmoid,
    in_place=attrgetter("torch"),
)
