"""The hand-written gradient of the paper's network.

Autograd would do at several times the price; the tests hold one against the other.
Forward substitution of u = Φ⁻¹ a, as in `SpectralNetwork`, with u_1 = [x, 1]:

    v_i = φ_{i−1} u_{i−1},  z_i = W_i u_{i−1},  W_i = φ_{i−1} λ_{i−1} − λ_i φ_{i−1},
    a_i = f(z_i),  u_i = a_i − v_i,  y = S u_B,  S = φ_B λ_B − λ_{B+1} φ_B [4.3].

λ_1 is zero, unless the input's eigenvalues are trained. The last hidden layer needs no
v of every sample: y = S a_B − F u_{B−1}, F = S φ_{B−1}, which costs less where outputs
are few. What hears the same signals is one product: W_i above −φ_{i−1}, or above −F.
So is the first one, where inputs are few: K u_2 = K a_2 − (K φ_1) u_1 for any K.
"""

from collections.abc import Callable

from torch import Tensor

from .._networks.flat import unpack
from .._networks.spectral import SpectralNetwork
from .._numerics.array_library import Array, ArrayLibrary
from .gradient import BatchGradient
from .spectral_layers import (
    DirectHidden,
    Hidden,
    Input,
    LastHidden,
    Output,
    Pair,
    Parameters,
    ScaledHidden,
)

#: The first hidden layer is taken without v where there are no more inputs than this.
FEW_INPUTS = 64


class SpectralGradient(BatchGradient):
    """Gradient of the loss of a batch of so many rows.

    Parameters
    ----------
    network : SpectralNetwork
        Not gated.
    grad : Tensor (n_parameters,)
        Where the gradient goes, in the order of the network's parameters.
    n_rows : int
    arrays : ArrayLibrary, optional
        What computes; by default the quickest on the network's device.
    """

    def __init__(
        self,
        network: SpectralNetwork,
        grad: Tensor,
        n_rows: int,
        arrays: ArrayLibrary | None = None,
    ):
        n_inputs, widest = network.phi[0].shape[1], max(map(len, network.lam))
        arrays = arrays or ArrayLibrary.suiting(grad.device, n_rows * widest)
        view = arrays.view
        first, layers = _layers(network, grad, view)
        source = Input(view(grad.new_ones(n_inputs, n_rows)), *first)
        y = grad.new_empty(len(network.lam[-1]), n_rows)
        hidden, output = linked(arrays, network.activation, source, layers, view(y))
        batch = source.h[: n_inputs - network.bias].T
        super().__init__(arrays, batch, y.T, hidden, output)


def _layers(
    network: SpectralNetwork, grad: Tensor, view: Callable[[Tensor], Array]
) -> tuple[Pair, list[Parameters]]:
    """λ_1 and its gradient, None if it is not trained; then every layer's."""
    parameters = [p.data for p in network.parameters()]
    values = [view(p) for p in parameters]
    grads = [view(g) for g in unpack(grad, parameters)]
    first: Pair = (None, None)
    if network.input_eigenvalues:
        first = values.pop(0)[:, None], grads.pop(0)
    n = len(network.phi)
    layers = [
        ((values[k], values[n + k][:, None]), (grads[k], grads[n + k]))
        for k in range(n)
    ]
    return first, layers


def linked(
    arrays: ArrayLibrary,
    activation: str,
    source: Input,
    layers: list[Parameters],
    y: Array,
) -> tuple[list[DirectHidden | Hidden], LastHidden | Output]:
    """The hidden layers, the first one first, and the output that ends in ``y``.

    Each is of the kind that takes fewest operations.
    """
    *inner, last = layers
    closing = inner.pop() if inner and _cheaper_without_v(inner[-1], *y.shape) else None
    hidden: list[DirectHidden | Hidden] = []
    below: Input | DirectHidden | Hidden = source
    for layer in inner:
        if isinstance(below, Input) and len(below.h) <= FEW_INPUTS:
            below = DirectHidden(arrays, activation, layer, below)
        else:
            kind = ScaledHidden if below.lam is None else Hidden
            below = kind(arrays, activation, layer, below)
        hidden.append(below)
    if closing is None:
        return hidden, Output(arrays, last, y, below)
    return hidden, LastHidden(arrays, activation, closing, last, y, below)


def _cheaper_without_v(last_hidden: Parameters, n_outputs: int, n_rows: int) -> bool:
    """Whether F, and its product with the rows, costs less than v of the rows."""
    n_hidden = len(last_hidden[0][0])
    return n_outputs * (n_hidden + n_rows) < n_hidden * n_rows
