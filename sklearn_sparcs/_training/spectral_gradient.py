"""The gradient of the paper's network, every neuron live, by hand.

Autograd would do at several times the price; the tests hold one against the other.
Forward substitution of u = Φ⁻¹ a, as in `SpectralNetwork`, with u_1 = [x, 1]:

    v_i = φ_{i−1} u_{i−1},  z_i = W_i u_{i−1},  W_i = φ_{i−1} λ_{i−1} − λ_i φ_{i−1},
    a_i = f(z_i),  u_i = a_i − v_i,  y = S u_B,  S = φ_B λ_B − λ_{B+1} φ_B [4.3].

λ_1 is zero, unless the input's eigenvalues are trained. The last hidden layer needs no
v of every sample: y = S a_B − F u_{B−1}, F = S φ_{B−1}, which costs less where outputs
are few. What hears the same signals is one product: W_i above −φ_{i−1}, or above −F.
"""

from collections.abc import Callable

from torch import Tensor

from .._networks.flat import unpack
from .._networks.spectral import SpectralNetwork
from .arrays import Array, ArrayLibrary
from .gradient import BatchGradient

#: φ and λ (a column), or their gradients (λ's a vector).
Pair = tuple[Array, Array]
#: A layer's φ and λ, and their gradients.
Parameters = tuple[Pair, Pair]


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
        inputs = grad.new_ones(n_rows, n_inputs)
        y = grad.new_empty(len(network.lam[-1]), n_rows)
        hidden, output = _linked(
            arrays, network.activation, _Input(view(inputs), *first), layers, view(y)
        )
        batch = view(inputs)[:, : n_inputs - network.bias]
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


def _differences(lam_below: Array, lam: Array) -> Array:
    """λ_{i−1} − λ_i of every link [4.3]; of every receiver if λ_{i−1} = 0."""
    return -lam if lam_below is None else lam_below.T - lam


class _Input:
    """u_1 = [x, 1], a sample a row, and λ_1 (a column) if it is trained."""

    def __init__(self, inputs: Array, lam: Array, grad_lam: Array):
        self.u, self.u_T = inputs.T, inputs
        self.lam, self.grad_lam = lam, grad_lam


class _Hidden:
    """A hidden layer: φ_{i−1}, λ_i, and its neurons' signals, a neuron a row."""

    u: Array

    def __init__(
        self,
        arrays: ArrayLibrary,
        activation: str,
        parameters: Pair,
        grads: Pair,
        below: "_Input | _Hidden",
    ):
        self.arrays, self.below, xp = arrays, below, arrays.xp
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = parameters, grads
        (n, n_heard), n_rows = self.phi.shape, below.u.shape[1]
        options = {"dtype": self.phi.dtype, "device": self.phi.device}
        self.weights, self.weights_grad = (
            xp.empty((2 * n, n_heard), **options) for _ in range(2)
        )
        self.received, self.deltas = (
            xp.empty((2 * n, n_rows), **options) for _ in range(2)
        )
        self.z, self.minus_v = self.received[:n], self.received[n:]
        self.delta, self.u_delta = self.deltas[:n], self.deltas[n:]
        self.a, self.u = (xp.empty((n, n_rows), **options) for _ in range(2))
        self.u_T = self.u.T
        in_place = arrays.activation(activation)
        self.function, self.derivative = in_place.forward, in_place.backward

    def forward(self) -> None:
        """Write z, −v, a and u."""
        self._receive()
        self.function(self.z, out=self.a)
        self.arrays.xp.add(self.a, self.minus_v, out=self.u)

    def backward(self) -> None:
        """From ``u_delta`` to φ, λ and the layer below.

        The layer above has written its part of ``grad_lam``.
        """
        self.delta[...] = self.u_delta
        self.derivative(self.delta, self.z, self.a)
        self._send_back()

    def _receive(self) -> None:
        """Write z and −v, by W above −φ."""
        xp, n = self.arrays.xp, len(self.phi)
        self.difference = _differences(self.below.lam, self.lam)
        xp.multiply(self.phi, self.difference, out=self.weights[:n])
        xp.negative(self.phi, out=self.weights[n:])
        self.arrays.product(self.weights, self.below.u, out=self.received)

    def _send_back(self) -> None:
        xp, below, n = self.arrays.xp, self.below, len(self.phi)
        if isinstance(below, _Hidden):
            self.arrays.product(self.weights.T, self.deltas, out=below.u_delta)
        xp.matmul(self.deltas, below.u_T, out=self.weights_grad)
        W_grad = self.weights_grad[:n]
        xp.multiply(W_grad, self.difference, out=self.grad_phi)
        self.grad_phi -= self.weights_grad[n:]
        W_grad *= self.phi
        self.grad_lam -= W_grad.sum(1)
        below.grad_lam[...] = W_grad.sum(0)


class _FirstHidden(_Hidden):
    """The first hidden layer where λ_1 = 0: z = −λ_2 ∘ v needs no product."""

    def _receive(self) -> None:
        """Write z and −v."""
        xp = self.arrays.xp
        weights = self.weights[: len(self.phi)]
        xp.negative(self.phi, out=weights)
        self.arrays.product(weights, self.below.u, out=self.minus_v)
        xp.multiply(self.minus_v, self.lam, out=self.z)

    def _send_back(self) -> None:
        xp = self.arrays.xp
        xp.multiply(self.delta, self.minus_v, out=self.z)  # z is not needed again
        self.grad_lam += self.z.sum(1)
        self.delta *= self.lam
        self.u_delta += self.delta  # now −∂loss/∂v
        xp.matmul(self.u_delta, self.below.u_T, out=self.grad_phi)
        xp.negative(self.grad_phi, out=self.grad_phi)


class _LastHidden:
    """The last hidden layer and the output, which hears it without v."""

    def __init__(
        self,
        arrays: ArrayLibrary,
        activation: str,
        hidden: Parameters,
        output: Parameters,
        y: Array,
        below: _Input | _Hidden,
    ):
        self.arrays, self.below, self.y, xp = arrays, below, y, arrays.xp
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = hidden
        (self.phi_out, self.lam_out), (self.grad_phi_out, self.grad_lam_out) = output
        (n, n_heard), (n_outputs, n_rows) = self.phi.shape, y.shape
        options = {"dtype": y.dtype, "device": y.device}
        self.weights, self.weights_grad = (
            xp.empty((n + n_outputs, n_heard), **options) for _ in range(2)
        )
        self.received, self.deltas = (
            xp.empty((n + n_outputs, n_rows), **options) for _ in range(2)
        )
        self.z, self.a_delta = self.received[:n], self.deltas[:n]
        self.skipped, self.delta = self.received[n:], self.deltas[n:]
        self.a = xp.empty((n, n_rows), **options)
        self.S, self.S_grad = (xp.empty_like(self.phi_out) for _ in range(2))
        in_place = arrays.activation(activation)
        self.function, self.derivative = in_place.forward, in_place.backward

    def forward(self) -> None:
        """Write y, by W above −S φ."""
        xp, product, n = self.arrays.xp, self.arrays.product, len(self.phi)
        W, minus_F = self.weights[:n], self.weights[n:]
        self.difference = _differences(self.below.lam, self.lam)
        self.difference_out = _differences(self.lam, self.lam_out)
        xp.multiply(self.phi, self.difference, out=W)
        xp.multiply(self.phi_out, self.difference_out, out=self.S)
        product(self.S, self.phi, out=minus_F)
        xp.negative(minus_F, out=minus_F)
        product(self.weights, self.below.u, out=self.received)
        self.function(self.z, out=self.a)
        product(self.S, self.a, out=self.y)
        self.y += self.skipped

    def backward(self) -> None:
        """From ``delta`` = ∂loss/∂y to every φ and λ, and the layer below."""
        product, below = self.arrays.product, self.below
        product(self.S.T, self.delta, out=self.a_delta)
        self.derivative(self.a_delta, self.z, self.a)
        if isinstance(below, _Hidden):
            product(self.weights.T, self.deltas, out=below.u_delta)
        self.arrays.xp.matmul(self.deltas, below.u_T, out=self.weights_grad)
        self.arrays.xp.matmul(self.delta, self.a.T, out=self.S_grad)
        self._to_parameters()

    def _to_parameters(self) -> None:
        xp, n, below = self.arrays.xp, len(self.phi), self.below
        W_grad, F_grad = self.weights_grad[:n], self.weights_grad[n:]  # −∂loss/∂F
        self.S_grad -= F_grad @ self.phi.T
        through_F = self.weights[:n]  # W is not needed again
        self.arrays.product(self.S.T, F_grad, out=through_F)
        xp.multiply(W_grad, self.difference, out=self.grad_phi)
        self.grad_phi -= through_F
        xp.multiply(self.S_grad, self.difference_out, out=self.grad_phi_out)
        self.S_grad *= self.phi_out
        self.grad_lam_out[...] = -self.S_grad.sum(1)
        W_grad *= self.phi
        self.grad_lam[...] = self.S_grad.sum(0) - W_grad.sum(1)
        if below.lam is not None:
            below.grad_lam[...] = W_grad.sum(0)


class _Output:
    """y = S u_B, shape (outputs, rows), and ``delta`` = ∂loss/∂y."""

    def __init__(
        self,
        arrays: ArrayLibrary,
        parameters: Pair,
        grads: Pair,
        y: Array,
        below: _Input | _Hidden,
    ):
        self.arrays, self.y, self.below = arrays, y, below
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = parameters, grads
        self.delta = arrays.xp.empty_like(y)
        self.S, self.S_grad = (arrays.xp.empty_like(self.phi) for _ in range(2))

    def forward(self) -> None:
        """Write y."""
        self.difference = _differences(self.below.lam, self.lam)
        self.arrays.xp.multiply(self.phi, self.difference, out=self.S)
        self.arrays.product(self.S, self.below.u, out=self.y)

    def backward(self) -> None:
        """From ``delta`` to φ_B, λ_{B+1} and the layer below."""
        xp, below = self.arrays.xp, self.below
        xp.matmul(self.delta, below.u_T, out=self.S_grad)
        xp.multiply(self.S_grad, self.difference, out=self.grad_phi)
        self.S_grad *= self.phi
        self.grad_lam[...] = -self.S_grad.sum(1)
        if below.lam is not None:
            below.grad_lam[...] = self.S_grad.sum(0)
        if isinstance(below, _Hidden):
            self.arrays.product(self.S.T, self.delta, out=below.u_delta)


def _linked(
    arrays: ArrayLibrary,
    activation: str,
    source: _Input,
    layers: list[Parameters],
    y: Array,
) -> tuple[list[_Hidden], _LastHidden | _Output]:
    """The hidden layers, and the output that ends in ``y``."""
    *inner, last = layers
    closing = inner.pop() if inner and _cheaper_without_v(inner[-1], *y.shape) else None
    hidden: list[_Hidden] = []
    below: _Input | _Hidden = source
    for layer in inner:
        kind = _FirstHidden if below.lam is None else _Hidden
        below = kind(arrays, activation, *layer, below)
        hidden.append(below)
    if closing is None:
        return hidden, _Output(arrays, *last, y, below)
    return hidden, _LastHidden(arrays, activation, closing, last, y, below)


def _cheaper_without_v(last_hidden: Parameters, n_outputs: int, n_rows: int) -> bool:
    """Whether S φ, and its product with the rows, costs less than v of the rows."""
    n_hidden = len(last_hidden[0][0])
    return n_outputs * (n_hidden + n_rows) < n_hidden * n_rows
