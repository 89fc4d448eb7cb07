"""One code for NumPy on a CPU and torch on a GPU.

A training step is a few dozen operations, most of them on small arrays: there NumPy's
calls are cheaper than torch's. Both know the operations used here by the same names,
with ``out=``; an `ArrayLibrary` holds them and the few that differ. NumPy works in the
memory of the tensors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.special import expit, ndtr
from torch import Tensor

#: ``forward(z, out=a)`` writes a = f(z); ``backward(delta, z, a)`` turns ∂loss/∂a into
#: ∂loss/∂z in place, and may use z as scratch memory.
Forward = Callable[..., object]
Backward = Callable[[Any, Any, Any], object]


@dataclass(frozen=True)
class ArrayLibrary:
    """What computes.

    ``xp`` is the module, ``view`` takes a tensor to what it computes on, and
    ``product(a, b, out=c)`` is the quickest matrix product into contiguous memory.
    """

    xp: Any
    view: Callable[[Tensor], Any]
    product: Callable[..., object]
    expit: Callable[..., object]
    forward: dict[str, Forward]
    backward: dict[str, Backward]

    @classmethod
    def on(cls, device: torch.device) -> "ArrayLibrary":
        """NumPy on a CPU, torch elsewhere."""
        return NUMPY if device.type == "cpu" else TORCH


def _identity_backward(delta: Any, z: Any, a: Any) -> None:
    """f' = 1."""


def _relu_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    np.multiply(delta, a > 0, out=delta)


def _tanh_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    np.multiply(a, a, out=z)
    np.subtract(1, z, out=z)
    np.multiply(delta, z, out=delta)


def _logistic_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    np.subtract(1, a, out=z)
    np.multiply(z, a, out=z)
    np.multiply(delta, z, out=delta)


def _gelu(z: np.ndarray, out: np.ndarray) -> None:
    ndtr(z, out=out)
    np.multiply(out, z, out=out)


def _gelu_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi).astype(z.dtype)
    np.multiply(delta, ndtr(z) + z * density, out=delta)


NUMPY = ArrayLibrary(
    xp=np,
    view=Tensor.numpy,
    product=np.dot,
    expit=expit,
    forward={
        "identity": np.positive,
        "logistic": expit,
        "tanh": np.tanh,
        # quicker than np.maximum on large arrays
        "relu": lambda z, out: z.clip(0, np.inf, out=out),
        "gelu": _gelu,
    },
    backward={
        "identity": _identity_backward,
        "logistic": _logistic_backward,
        "tanh": _tanh_backward,
        "relu": _relu_backward,
        "gelu": _gelu_backward,
    },
)

_aten = torch.ops.aten

TORCH = ArrayLibrary(
    xp=torch,
    view=Tensor.detach,
    product=torch.matmul,
    expit=torch.sigmoid,
    forward={
        "identity": lambda z, out: out.copy_(z),
        "logistic": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": lambda z, out: torch.clamp_min(z, 0, out=out),
        "gelu": _aten.gelu.out,
    },
    backward={
        "identity": _identity_backward,
        "logistic": lambda delta, z, a: _aten.sigmoid_backward.grad_input(
            delta, a, grad_input=delta
        ),
        "tanh": lambda delta, z, a: _aten.tanh_backward.grad_input(
            delta, a, grad_input=delta
        ),
        "relu": lambda delta, z, a: _aten.threshold_backward.grad_input(
            delta, a, 0, grad_input=delta
        ),
        "gelu": lambda delta, z, a: _aten.gelu_backward.grad_input(
            delta, z, grad_input=delta
        ),
    },
)
