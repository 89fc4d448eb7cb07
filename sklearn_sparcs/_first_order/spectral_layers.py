"""The layers of the hand-written gradient of the paper's network.

A layer hears ``h`` of the one below, a signal a row, by ``weights``, whose last columns
K are those that act on u. Where h is [x, 1, a] and not u (`DirectHidden`), the layer
below writes the first columns, and takes their gradient back (``widen``, ``narrow``).
"""

from .._numerics.array_library import Array, ArrayLibrary

#: φ and λ (a column), or their gradients (λ's a vector).
Pair = tuple[Array, Array]
#: A layer's φ and λ, and their gradients.
Parameters = tuple[Pair, Pair]


def _differences(lam_below: Array, lam: Array) -> Array:
    """λ_{i−1} − λ_i of every link [4.3]; of every receiver if λ_{i−1} = 0."""
    return -lam if lam_below is None else lam_below.T - lam


class Input:
    """u_1 = [x, 1], a sample a column, and λ_1 (a column) if it is trained."""

    def __init__(self, inputs: Array, lam: Array, grad_lam: Array):
        self.h, self.lam, self.grad_lam = inputs, lam, grad_lam

    def widen(self, weights: Array) -> None:
        """There is nothing in u_1 that stands for another signal."""

    def narrow(self, weights: Array, grads: Array) -> None:
        """The gradient of ``weights`` is that of what acts on u_1."""


class DirectHidden:
    """The first hidden layer without v: later layers receive [x, 1] directly.

    K u_2 = K a_2 − (K φ_1) u_1 needs no pass over the samples' u_2, and costs little
    where the inputs are few.

    Parameters
    ----------
    arrays : ArrayLibrary
    activation : str
    layer : Parameters
        Of this layer.
    below : Input
        Its ``h`` becomes the first rows of this one's.
    """

    def __init__(
        self,
        arrays: ArrayLibrary,
        activation: str,
        layer: Parameters,
        below: Input,
    ):
        self.xp, self.product = arrays.xp, arrays.product
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = layer
        self.below, (self.n_inputs, n_rows) = below, below.h.shape
        options = {"dtype": self.phi.dtype, "device": self.phi.device}
        self.h = self.xp.ones((self.n_inputs + len(self.phi), n_rows), **options)
        below.h, self.a = self.h[: self.n_inputs], self.h[self.n_inputs :]
        self.z, self.u_delta = (self.xp.empty_like(self.a) for _ in range(2))
        self.W, self.W_grad = (self.xp.empty_like(self.phi) for _ in range(2))
        in_place = arrays.activation(activation)
        self.function, self.derivative = in_place.forward, in_place.backward

    def forward(self) -> None:
        """Write z and a."""
        self.difference = _differences(self.below.lam, self.lam)
        self.xp.multiply(self.phi, self.difference, out=self.W)
        self.product(self.W, self.below.h, out=self.z)
        self.function(self.z, out=self.a)

    def widen(self, weights: Array) -> None:
        """Write −K φ_1 before K."""
        to_inputs = weights[:, : self.n_inputs]
        self.xp.matmul(weights[:, self.n_inputs :], self.phi, out=to_inputs)
        self.xp.negative(to_inputs, out=to_inputs)

    def narrow(self, weights: Array, grads: Array) -> None:
        """Add to K's gradient what it has through −K φ_1, and keep what φ_1 has."""
        K, K_grad = weights[:, self.n_inputs :], grads[:, self.n_inputs :]
        to_inputs_grad = grads[:, : self.n_inputs]
        K_grad -= to_inputs_grad @ self.phi.T
        self.xp.matmul(K.T, to_inputs_grad, out=self.grad_phi)  # its negative

    def backward(self) -> None:
        """Compute gradients of φ and λ from ``u_delta``, here ∂loss/∂a.

        The layer above has written its part of ``grad_lam`` and ``grad_phi``.
        """
        self.derivative(self.u_delta, self.z, self.a)
        self.xp.matmul(self.u_delta, self.below.h.T, out=self.W_grad)
        self.xp.multiply(self.W_grad, self.difference, out=self.W)
        self.xp.subtract(self.W, self.grad_phi, out=self.grad_phi)
        self.W_grad *= self.phi
        self.grad_lam -= self.W_grad.sum(1)
        if self.below.lam is not None:
            self.below.grad_lam[...] = self.W_grad.sum(0)


class Hidden:
    """A hidden layer: φ_{i−1}, λ_i, and its neurons' signals, a neuron a row.

    Parameters
    ----------
    arrays : ArrayLibrary
    activation : str
    layer : Parameters
        Of this layer.
    below : Input, DirectHidden or Hidden
        What it hears.
    """

    h: Array

    def __init__(
        self,
        arrays: ArrayLibrary,
        activation: str,
        layer: Parameters,
        below: "Input | DirectHidden | Hidden",
    ):
        self.arrays, self.below, xp = arrays, below, arrays.xp
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = layer
        (n, n_below), (n_heard, n_rows) = self.phi.shape, below.h.shape
        options = {"dtype": self.phi.dtype, "device": self.phi.device}
        self.weights, self.weights_grad = (
            xp.empty((2 * n, n_heard), **options) for _ in range(2)
        )
        self.K, self.K_grad = (
            weights[:, n_heard - n_below :]
            for weights in (self.weights, self.weights_grad)
        )
        self.received, self.deltas = (
            xp.empty((2 * n, n_rows), **options) for _ in range(2)
        )
        self.z, self.minus_v = self.received[:n], self.received[n:]
        self.delta, self.u_delta = self.deltas[:n], self.deltas[n:]
        self.a, self.h = (xp.empty((n, n_rows), **options) for _ in range(2))
        in_place = arrays.activation(activation)
        self.function, self.derivative = in_place.forward, in_place.backward

    def widen(self, weights: Array) -> None:
        """There is nothing in u_i that stands for another signal."""

    def narrow(self, weights: Array, grads: Array) -> None:
        """The gradient of ``weights`` is that of what acts on u_i."""

    def forward(self) -> None:
        """Write z, −v, a and u."""
        self._receive()
        self.function(self.z, out=self.a)
        self.arrays.xp.add(self.a, self.minus_v, out=self.h)

    def backward(self) -> None:
        """Compute gradients of φ, λ and the layer below from ``u_delta``.

        The layer above has written its part of ``grad_lam``.
        """
        self.delta[...] = self.u_delta
        self.derivative(self.delta, self.z, self.a)
        self._send_back()

    def _receive(self) -> None:
        """Write z and −v, by W above −φ."""
        xp, n = self.arrays.xp, len(self.phi)
        self.difference = _differences(self.below.lam, self.lam)
        xp.multiply(self.phi, self.difference, out=self.K[:n])
        xp.negative(self.phi, out=self.K[n:])
        self.below.widen(self.weights)
        self.arrays.product(self.weights, self.below.h, out=self.received)

    def _send_back(self) -> None:
        xp, below, n = self.arrays.xp, self.below, len(self.phi)
        if not isinstance(below, Input):
            self.arrays.product(self.K.T, self.deltas, out=below.u_delta)
        xp.matmul(self.deltas, below.h.T, out=self.weights_grad)
        below.narrow(self.weights, self.weights_grad)
        W_grad = self.K_grad[:n]
        xp.multiply(W_grad, self.difference, out=self.grad_phi)
        self.grad_phi -= self.K_grad[n:]
        W_grad *= self.phi
        self.grad_lam -= W_grad.sum(1)
        below.grad_lam[...] = W_grad.sum(0)


class ScaledHidden(Hidden):
    """The first hidden layer where λ_1 = 0: z = −λ_2 ∘ v needs no product."""

    def _receive(self) -> None:
        """Write z and −v."""
        xp = self.arrays.xp
        minus_phi = self.K[len(self.phi) :]
        xp.negative(self.phi, out=minus_phi)
        self.arrays.product(minus_phi, self.below.h, out=self.minus_v)
        xp.multiply(self.minus_v, self.lam, out=self.z)

    def _send_back(self) -> None:
        xp = self.arrays.xp
        xp.multiply(self.delta, self.minus_v, out=self.z)  # z is not needed again
        self.grad_lam += self.z.sum(1)
        self.delta *= self.lam
        self.u_delta += self.delta  # now −∂loss/∂v
        xp.matmul(self.u_delta, self.below.h.T, out=self.grad_phi)
        xp.negative(self.grad_phi, out=self.grad_phi)


class LastHidden:
    """The last hidden layer and the output, which receives it without v.

    Parameters
    ----------
    arrays : ArrayLibrary
    activation : str
    hidden, output : Parameters
        Of both layers.
    y : array (outputs, n)
        Takes the output.
    below : Input, DirectHidden or Hidden
        What both hear.
    """

    def __init__(
        self,
        arrays: ArrayLibrary,
        activation: str,
        hidden: Parameters,
        output: Parameters,
        y: Array,
        below: Input | DirectHidden | Hidden,
    ):
        self.arrays, self.below, self.y, xp = arrays, below, y, arrays.xp
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = hidden
        (self.phi_out, self.lam_out), (self.grad_phi_out, self.grad_lam_out) = output
        (n, n_below), (n_heard, n_rows) = self.phi.shape, below.h.shape
        options = {"dtype": y.dtype, "device": y.device}
        self.weights, self.weights_grad = (
            xp.empty((n + len(y), n_heard), **options) for _ in range(2)
        )
        self.K, self.K_grad = (
            weights[:, n_heard - n_below :]
            for weights in (self.weights, self.weights_grad)
        )
        self.received, self.deltas = (
            xp.empty((n + len(y), n_rows), **options) for _ in range(2)
        )
        self.z, self.a_delta = self.received[:n], self.deltas[:n]
        self.skipped, self.delta = self.received[n:], self.deltas[n:]
        self.a = xp.empty((n, n_rows), **options)
        self.S, self.S_grad = (xp.empty_like(self.phi_out) for _ in range(2))
        in_place = arrays.activation(activation)
        self.function, self.derivative = in_place.forward, in_place.backward

    def forward(self) -> None:
        """Write y, by W above −F, where F = S φ."""
        xp, product, n = self.arrays.xp, self.arrays.product, len(self.phi)
        self.difference = _differences(self.below.lam, self.lam)
        self.difference_out = _differences(self.lam, self.lam_out)
        xp.multiply(self.phi, self.difference, out=self.K[:n])
        xp.multiply(self.phi_out, self.difference_out, out=self.S)
        minus_F = self.K[n:]
        xp.matmul(self.S, self.phi, out=minus_F)
        xp.negative(minus_F, out=minus_F)
        self.below.widen(self.weights)
        product(self.weights, self.below.h, out=self.received)
        self.function(self.z, out=self.a)
        product(self.S, self.a, out=self.y)
        self.y += self.skipped

    def backward(self) -> None:
        """Compute gradients of every φ, λ and the layer below from ∂loss/∂y."""
        product, below = self.arrays.product, self.below
        product(self.S.T, self.delta, out=self.a_delta)
        self.derivative(self.a_delta, self.z, self.a)
        if not isinstance(below, Input):
            product(self.K.T, self.deltas, out=below.u_delta)
        self.arrays.xp.matmul(self.deltas, below.h.T, out=self.weights_grad)
        self.arrays.xp.matmul(self.delta, self.a.T, out=self.S_grad)
        below.narrow(self.weights, self.weights_grad)
        self._to_parameters()

    def _to_parameters(self) -> None:
        xp, n, below = self.arrays.xp, len(self.phi), self.below
        W_grad, F_grad = self.K_grad[:n], self.K_grad[n:]  # −∂loss/∂F
        self.S_grad -= F_grad @ self.phi.T
        xp.multiply(W_grad, self.difference, out=self.grad_phi)
        self.grad_phi -= self.S.T @ F_grad
        xp.multiply(self.S_grad, self.difference_out, out=self.grad_phi_out)
        self.S_grad *= self.phi_out
        self.grad_lam_out[...] = -self.S_grad.sum(1)
        W_grad *= self.phi
        self.grad_lam[...] = self.S_grad.sum(0) - W_grad.sum(1)
        if below.lam is not None:
            below.grad_lam[...] = W_grad.sum(0)


class Output:
    """y = S u_B, shape (outputs, n), and ``delta`` = ∂loss/∂y.

    Parameters
    ----------
    arrays : ArrayLibrary
    layer : Parameters
        Of the output.
    y : array (outputs, n)
        Takes the output.
    below : Input, DirectHidden or Hidden
        What it hears.
    """

    def __init__(
        self,
        arrays: ArrayLibrary,
        layer: Parameters,
        y: Array,
        below: Input | DirectHidden | Hidden,
    ):
        self.arrays, self.y, self.below, xp = arrays, y, below, arrays.xp
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = layer
        self.delta = xp.empty_like(y)
        options = {"dtype": y.dtype, "device": y.device}
        n_heard, n_below = len(below.h), self.phi.shape[1]
        self.weights, self.weights_grad = (
            xp.empty((len(y), n_heard), **options) for _ in range(2)
        )
        self.S, self.S_grad = (
            weights[:, n_heard - n_below :]
            for weights in (self.weights, self.weights_grad)
        )

    def forward(self) -> None:
        """Write y."""
        self.difference = _differences(self.below.lam, self.lam)
        self.arrays.xp.multiply(self.phi, self.difference, out=self.S)
        self.below.widen(self.weights)
        self.arrays.product(self.weights, self.below.h, out=self.y)

    def backward(self) -> None:
        """Compute gradients of φ_B, λ_{B+1} and the layer below from ∂loss/∂y."""
        xp, below = self.arrays.xp, self.below
        xp.matmul(self.delta, below.h.T, out=self.weights_grad)
        below.narrow(self.weights, self.weights_grad)
        xp.multiply(self.S_grad, self.difference, out=self.grad_phi)
        self.S_grad *= self.phi
        self.grad_lam[...] = -self.S_grad.sum(1)
        if below.lam is not None:
            below.grad_lam[...] = self.S_grad.sum(0)
        if not isinstance(below, Input):
            self.arrays.product(self.S.T, self.delta, out=below.u_delta)
