"""Activation functions: one record for each, with all that the package needs of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from scipy.special import erf, expit, ndtr
from torch import Tensor, nn


@dataclass(frozen=True)
class Waking:
    """How sleeping neurons with an activation function are tried and woken.

    Its eigenvalue has size ``eigenvalue``, its incoming eigenvector q length ``norm``,
    and the entries by which it sends have length ``length`` together, unless they are
    made shorter until they help: ``soften``.

    A piecewise linear function shows its kink at any size, so a small eigenvalue
    changes nothing else. A smooth one is linear near zero: its input, |λ| ‖q‖ in
    size, must be of order one, and what it sends softened.
    """

    eigenvalue: float
    norm: float
    soften: bool
    length: float = 1.0


@dataclass(frozen=True)
class InPlace:
    """A function and its derivative that write to arrays of the caller's.

    ``forward(z, out=a)`` writes a = f(z). ``backward(delta, z, a)`` multiplies
    ``delta`` by f'(z), so that ∂loss/∂a becomes ∂loss/∂z and ones become f'(z); it may
    use z as scratch memory.
    """

    forward: Callable[..., object]
    backward: Callable[[Any, Any, Any], object]


@dataclass(frozen=True)
class Activation:
    """An activation function f: its derivative, implementations and properties.

    Attributes
    ----------
    name : str
    tensor : callable
        f of a tensor; autograd finds its gradient.
    array : callable
        f of an array, for prediction without torch.
    numpy, torch : InPlace
        f and f' in place, for the gradients that are written by hand.
    module : callable
        Makes torch's own module, for export.
    waking : Waking
        How a sleeping neuron with this activation wakes.
    homogeneous : bool
        Whether f(c z) = c f(z) for c > 0.
    """

    name: str
    tensor: Callable[[Tensor], Tensor]
    array: Callable[[np.ndarray], np.ndarray]
    numpy: InPlace
    torch: InPlace
    module: Callable[[], nn.Module]
    waking: Waking
    homogeneous: bool = False

    @property
    def fires_at_zero(self) -> bool:
        """Whether f(0) ≠ 0."""
        return bool(self.array(np.zeros(1))[0])


_KINK = Waking(eigenvalue=0.01, norm=1.0, soften=False)
_SMOOTH = Waking(eigenvalue=0.1, norm=10.0, soften=True)

_aten = torch.ops.aten


def _identity_backward(delta: Any, z: Any, a: Any) -> None:
    """f' = 1."""


_IDENTITY = Activation(
    name="identity",
    tensor=lambda z: z,
    array=lambda z: z,
    numpy=InPlace(np.positive, _identity_backward),
    torch=InPlace(lambda z, out: out.copy_(z), _identity_backward),
    module=nn.Identity,
    waking=_KINK,
    homogeneous=True,
)


def _logistic_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    np.subtract(1, a, out=z)
    np.multiply(z, a, out=z)
    np.multiply(delta, z, out=delta)


_LOGISTIC = Activation(
    name="logistic",
    tensor=torch.sigmoid,
    array=expit,
    numpy=InPlace(expit, _logistic_backward),
    torch=InPlace(
        torch.sigmoid,
        lambda delta, z, a: _aten.sigmoid_backward.grad_input(
            delta, a, grad_input=delta
        ),
    ),
    module=nn.Sigmoid,
    waking=replace(_SMOOTH, norm=20.0),  # tanh(z) = 2 logistic(2z) − 1
)


def _tanh_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    np.multiply(a, a, out=z)
    np.subtract(1, z, out=z)
    np.multiply(delta, z, out=delta)


_TANH = Activation(
    name="tanh",
    tensor=torch.tanh,
    array=np.tanh,
    numpy=InPlace(np.tanh, _tanh_backward),
    torch=InPlace(
        torch.tanh,
        lambda delta, z, a: _aten.tanh_backward.grad_input(delta, a, grad_input=delta),
    ),
    module=nn.Tanh,
    waking=_SMOOTH,
)


def _relu_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    np.multiply(delta, a > 0, out=delta)


_RELU = Activation(
    name="relu",
    tensor=torch.relu,
    array=lambda z: np.maximum(z, 0),
    # quicker than np.maximum on large arrays
    numpy=InPlace(lambda z, out: z.clip(0, np.inf, out=out), _relu_backward),
    torch=InPlace(
        lambda z, out: torch.clamp_min(z, 0, out=out),
        lambda delta, z, a: _aten.threshold_backward.grad_input(
            delta, a, 0, grad_input=delta
        ),
    ),
    module=nn.ReLU,
    waking=_KINK,
    homogeneous=True,
)


def _gelu(z: np.ndarray, out: np.ndarray) -> None:
    ndtr(z, out=out)
    np.multiply(out, z, out=out)


def _gelu_backward(delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi).astype(z.dtype)
    np.multiply(delta, ndtr(z) + z * density, out=delta)


_GELU = Activation(
    name="gelu",
    tensor=nn.functional.gelu,
    array=lambda z: z * (0.5 * (1 + erf(z * np.sqrt(0.5).astype(z.dtype)))),
    numpy=InPlace(_gelu, _gelu_backward),
    torch=InPlace(
        _aten.gelu.out,
        lambda delta, z, a: _aten.gelu_backward.grad_input(delta, z, grad_input=delta),
    ),
    module=nn.GELU,
    waking=_SMOOTH,
)

#: Every activation that a network may have, by name.
ACTIVATIONS: dict[str, Activation] = {
    f.name: f for f in (_IDENTITY, _LOGISTIC, _TANH, _RELU, _GELU)
}
