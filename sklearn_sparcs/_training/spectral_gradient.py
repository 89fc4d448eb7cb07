"""The gradient of the paper's network, every neuron live, by hand.

Autograd would do at several times the price; the tests hold one against the other.
Forward substitution of u = Φ⁻¹ a, as in `SpectralNetwork`, with u_1 = [x, 1]:

    v_i = φ_{i−1} u_{i−1},  z_i = φ_{i−1} (λ_{i−1} ∘ u_{i−1}) − λ_i ∘ v_i,
    a_i = f(z_i),  u_i = a_i − v_i,  y = S u_B,  S = φ_B λ_B − λ_{B+1} φ_B [4.3].

λ_1 is zero, unless the input's eigenvalues are trained. A single hidden layer needs
neither v nor u of every sample: z_2 = (φ_1 λ_1 − λ_2 φ_1) u_1, and
y = S a_2 − (S φ_1) u_1.
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
        arrays = arrays or ArrayLibrary.on(grad.device)
        view, n_inputs = arrays.view, network.phi[0].shape[1]
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
        self.arrays, xp = arrays, arrays.xp
        (self.phi, self.lam), (self.grad_phi, self.grad_lam) = parameters, grads
        self.below = below
        shape = self.phi.shape[0], below.u.shape[1]
        options = {"dtype": self.phi.dtype, "device": self.phi.device}
        self.v, self.z, self.a, self.u, self.u_delta, self.delta = (
            xp.empty(shape, **options) for _ in range(6)
        )
        self.u_T = self.u.T
        if below.lam is not None:  # the part of u_{i−1} that its own λ sends
            self.sent, self.sent_delta = (
                xp.empty(tuple(below.u.shape), **options) for _ in range(2)
            )
        self.row_of_ones = xp.ones_like(self.v[0])
        in_place = arrays.activation(activation)
        self.function, self.derivative = in_place.forward, in_place.backward

    def forward(self) -> None:
        """Write v, z, a and u."""
        xp, product, below = self.arrays.xp, self.arrays.product, self.below
        product(self.phi, below.u, out=self.v)
        xp.multiply(self.v, self.lam, out=self.u)
        if below.lam is None:
            xp.negative(self.u, out=self.z)
        else:
            xp.multiply(below.u, below.lam, out=self.sent)
            product(self.phi, self.sent, out=self.z)
            xp.subtract(self.z, self.u, out=self.z)
        self.function(self.z, out=self.a)
        xp.subtract(self.a, self.v, out=self.u)

    def backward(self) -> None:
        """From ``u_delta`` to φ, λ and the layer below.

        The layer above has written its part of ``grad_lam``.
        """
        xp, below = self.arrays.xp, self.below
        self.delta[...] = self.u_delta
        self.derivative(self.delta, self.z, self.a)
        xp.multiply(self.delta, self.v, out=self.z)  # z is not needed again
        self.grad_lam -= self.z @ self.row_of_ones
        xp.multiply(self.delta, self.lam, out=self.z)
        xp.add(self.u_delta, self.z, out=self.u_delta)  # now −∂loss/∂v
        xp.matmul(self.u_delta, below.u_T, out=self.grad_phi)
        xp.negative(self.grad_phi, out=self.grad_phi)
        if below.lam is not None:
            self._to_eigenvalues(below)
        if isinstance(below, _Hidden):
            self._to_signals(below)

    def _to_eigenvalues(self, below: "_Input | _Hidden") -> None:
        xp, product = self.arrays.xp, self.arrays.product
        self.grad_phi += self.delta @ self.sent.T
        product(self.phi.T, self.delta, out=self.sent_delta)
        xp.multiply(self.sent_delta, below.u, out=self.sent)  # not needed again
        xp.matmul(self.sent, self.row_of_ones, out=below.grad_lam)

    def _to_signals(self, below: "_Hidden") -> None:
        xp, product = self.arrays.xp, self.arrays.product
        product(self.phi.T, self.u_delta, out=below.u_delta)
        xp.multiply(self.sent_delta, below.lam, out=self.sent_delta)
        xp.subtract(self.sent_delta, below.u_delta, out=below.u_delta)


class _OneHidden:
    """The only hidden layer and the output, by weights that no sample enters."""

    def __init__(
        self,
        arrays: ArrayLibrary,
        activation: str,
        hidden: Parameters,
        output: Parameters,
        y: Array,
        below: _Input,
    ):
        self.arrays, xp = arrays, arrays.xp
        (self.phi_1, self.lam), (self.grad_phi_1, self.grad_lam) = hidden
        (self.phi_2, self.lam_out), (self.grad_phi_2, self.grad_lam_out) = output
        self.below, self.y, self.delta = below, y, xp.empty_like(y)
        self.W, self.G = (xp.empty_like(self.phi_1) for _ in range(2))
        self.S, self.S_grad = (xp.empty_like(self.phi_2) for _ in range(2))
        options = {"dtype": y.dtype, "device": y.device}
        self.F, self.F_grad = (
            xp.empty((y.shape[0], self.phi_1.shape[1]), **options) for _ in range(2)
        )
        self.z, self.a, self.a_delta = (
            xp.empty((self.phi_1.shape[0], y.shape[1]), **options) for _ in range(3)
        )
        self.scratch = xp.empty_like(y)
        in_place = arrays.activation(activation)
        self.function, self.derivative = in_place.forward, in_place.backward

    def forward(self) -> None:
        """Write y, with F = S φ_1."""
        xp, product, u = self.arrays.xp, self.arrays.product, self.below.u
        self.difference_1 = _differences(self.below.lam, self.lam)
        xp.multiply(self.phi_1, self.difference_1, out=self.W)
        product(self.W, u, out=self.z)
        self.function(self.z, out=self.a)
        self.difference_2 = _differences(self.lam, self.lam_out)
        xp.multiply(self.phi_2, self.difference_2, out=self.S)
        product(self.S, self.phi_1, out=self.F)
        product(self.S, self.a, out=self.y)
        product(self.F, u, out=self.scratch)
        xp.subtract(self.y, self.scratch, out=self.y)

    def backward(self) -> None:
        """From ``delta`` = ∂loss/∂y to every φ and λ."""
        xp, product, matmul = self.arrays.xp, self.arrays.product, self.arrays.xp.matmul
        product(self.S.T, self.delta, out=self.a_delta)
        self.derivative(self.a_delta, self.z, self.a)
        matmul(self.a_delta, self.below.u_T, out=self.G)  # ∂loss/∂W
        matmul(self.delta, self.below.u_T, out=self.F_grad)  # −∂loss/∂F
        matmul(self.delta, self.a.T, out=self.S_grad)
        self.S_grad -= self.F_grad @ self.phi_1.T
        product(self.S.T, self.F_grad, out=self.W)  # not needed again
        xp.multiply(self.G, self.difference_1, out=self.grad_phi_1)
        self.grad_phi_1 -= self.W
        xp.multiply(self.S_grad, self.difference_2, out=self.grad_phi_2)
        self.S_grad *= self.phi_2
        self.grad_lam_out[...] = -self.S_grad.sum(1)
        self.G *= self.phi_1
        self.grad_lam[...] = self.S_grad.sum(0) - self.G.sum(1)
        if self.below.lam is not None:
            self.below.grad_lam[...] = self.G.sum(0)


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
) -> tuple[list[_Hidden], _OneHidden | _Output]:
    """The hidden layers, and the output that ends in ``y``."""
    if len(layers) == 2:
        only, last = layers
        return [], _OneHidden(arrays, activation, only, last, y, source)
    hidden: list[_Hidden] = []
    below: _Input | _Hidden = source
    for layer in layers[:-1]:
        below = _Hidden(arrays, activation, *layer, below)
        hidden.append(below)
    return hidden, _Output(arrays, *layers[-1], y, below)
