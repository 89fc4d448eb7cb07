"""Activation functions by name, for tensors and for arrays."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.special import erf, expit
from torch import Tensor, nn

TensorFunction = Callable[[Tensor], Tensor]
ArrayFunction = Callable[[np.ndarray], np.ndarray]

#: The functions a network is trained with.
TORCH: dict[str, TensorFunction] = {
    "identity": lambda z: z,
    "logistic": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "gelu": nn.functional.gelu,
}

#: Activations with f(0) ≠ 0.
RESTLESS = {"logistic"}

#: The same functions for prediction, without torch.
NUMPY: dict[str, ArrayFunction] = {
    "identity": lambda z: z,
    "logistic": expit,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "gelu": lambda z: z * (0.5 * (1 + erf(z * np.sqrt(0.5).astype(z.dtype)))),
}

#: The same functions as torch's own modules, for export.
MODULES: dict[str, Callable[[], nn.Module]] = {
    "identity": nn.Identity,
    "logistic": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "gelu": nn.GELU,
}


@dataclass(frozen=True)
class Waking:
    """How a sleeping neuron is tried, and wakes: at which |λ|, with ‖q‖ how large, and
    how large together the entries by which it sends.

    A piecewise linear function shows its kink at any size, so a small eigenvalue
    changes nothing else. A smooth one is linear near zero: its input, |λ| ‖q‖ in
    size, must be of order one, and what it sends softened until it helps.
    """

    eigenvalue: float
    norm: float
    soften: bool
    length: float = 1.0


_KINK = Waking(eigenvalue=0.01, norm=1.0, soften=False)
_SMOOTH = Waking(eigenvalue=0.1, norm=10.0, soften=True)

WAKING = {
    "identity": _KINK,
    "logistic": replace(_SMOOTH, norm=20.0),  # tanh(z) = 2 logistic(2z) − 1
    "tanh": _SMOOTH,
    "relu": _KINK,
    "gelu": _SMOOTH,
}
