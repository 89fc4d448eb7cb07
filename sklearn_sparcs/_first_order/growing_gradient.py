"""The hand-written gradient of a growing network.

Autograd would do, at many times the price: on a small batch its bookkeeping costs
more than the products. This is the chain rule of `GrowingNetwork.forward` (the tests
hold one against the other), with every buffer and view made once and used until the
architecture changes. No weight W_ij is formed: with w_i = −λ_i ∘ v_i the recursion
of `_networks.structure`, section by section of h = [x, 1, a_2, …], reads

    w_i = (−λ_i Q_i) h,   z_i = w_i + T_i m_{i−1},   a_i = f(z_i) ∘ 1[λ_i ≠ 0],
    m_i = λ_i ∘ u_i = w_i + λ_i ∘ a_i,

and at the output, where a_B and m_B come through the same T,

    y = −Q h + T m_B = −Q (h without a_B) + T (m_B − a_B).
"""

from dataclasses import dataclass

from torch import Tensor

from .._activations import ACTIVATIONS
from .._networks.flat import unpack
from .._networks.growing import GrowingNetwork
from .._numerics.array_library import Array, ArrayLibrary
from .gradient import BatchGradient


class GrowingGradient(BatchGradient):
    """Gradient of the loss of a batch, for one architecture and number of rows.

    Parameters
    ----------
    network : GrowingNetwork
    grad : Tensor (n_parameters,)
        Where the gradient goes, laid out as ``network.flat``.
    n_rows : int
    arrays : ArrayLibrary, optional
        What computes; by default the quickest on the network's device.

    Attributes
    ----------
    y : Tensor (n_rows, n_outputs)
        The last output.
    inputs : Tensor (n_rows, n_inputs)
        The last batch, and a column of ones with a bias.
    fired, deltas : Tensor (n_live, n_rows)
        What the live hidden neurons sent, and ∂loss/∂z.
    output_delta : Tensor (n_outputs, n_rows)
        ∂loss/∂y.
    """

    def __init__(
        self,
        network: GrowingNetwork,
        grad: Tensor,
        n_rows: int,
        arrays: ArrayLibrary | None = None,
    ):
        arrays = arrays or ArrayLibrary.on(grad.device)
        n_hidden, n_inputs = sum(network.n_live), network.n_inputs
        n_outputs = len(network.Q[-1])
        self.inputs = grad.new_ones(n_rows, n_inputs)
        # a neuron a row, so that products and activations run along memory
        self.fired = grad.new_empty(n_hidden, n_rows)
        self.deltas = grad.new_empty(n_hidden, n_rows)
        y, self.output_delta = grad.new_empty(2, n_outputs, n_rows)
        view = arrays.view
        shared = _Shared(
            arrays,
            network,
            [view(p) for p in network.structure()],
            [view(g) for g in unpack(grad, network.structure())],
            view(self.inputs),
            view(self.fired),
            view(self.deltas),
        )
        hidden: list[_Hidden] = []
        below: _Hidden | None = None
        for k, n_live in enumerate(network.n_live):
            below = _Hidden(shared, k, below) if n_live else None
            hidden += [below] if below else []
        output = _Output(shared, view(y), view(self.output_delta), below)
        batch = view(self.inputs)[:, : n_inputs - network.bias]
        super().__init__(arrays, batch, y.T, hidden, output)


@dataclass(frozen=True)
class _Shared:
    """The arrays that the layers share, in the terms of `GrowingGradient`."""

    arrays: ArrayLibrary
    network: GrowingNetwork
    parameters: list[Array]
    grads: list[Array]
    inputs: Array
    fired: Array
    deltas: Array


class _Hidden:
    """The live neurons of a hidden layer.

    ``sent`` is what the next layer hears through T: m, less a if that is the output.
    ``sent_delta`` is what the loss makes of it, written by the next layer.
    """

    def __init__(self, shared: _Shared, k: int, below: "_Hidden | None"):
        network, self.arrays = shared.network, shared.arrays
        xp, n_hidden, n_inputs = self.arrays.xp, len(network.lam), network.n_inputs
        self.Q, self.grad_Q = shared.parameters[k], shared.grads[k]
        self.lam = shared.parameters[n_hidden + 1 + k][:, None]
        self.grad_lam = shared.grads[n_hidden + 1 + k]
        n, n_before = self.Q.shape[0], self.Q.shape[1] - n_inputs
        own = slice(n_before, n_before + n)
        self.minus_lam = xp.empty_like(self.lam)
        self.W, self.G = xp.empty_like(self.Q), xp.empty_like(self.Q)
        self.inputs, self.before = shared.inputs, shared.fired[:n_before]
        self.n_inputs, self.n_before = n_inputs, n_before
        self.fired, self.delta = shared.fired[own], shared.deltas[own]
        self.delta_before = shared.deltas[:n_before]
        self.w, self.sent, self.sent_delta, self.scratch = (
            xp.empty_like(self.fired) for _ in range(4)
        )
        # sums along rows, as products: quicker than either library's sum
        self.row_of_ones = xp.ones_like(self.fired[0])
        self.signal_of_ones = xp.ones_like(self.Q[0])
        self.below = below
        self.z = xp.empty_like(self.fired) if below else self.w
        if below:
            start = self.Q.shape[1] - below.Q.shape[0]
            self.T, self.grad_T = self.Q[:, start:], self.grad_Q[:, start:]
        self.is_last = k == n_hidden - 1
        self.sends = self.is_last or network.n_live[k + 1] > 0
        self.share = xp.empty_like(self.lam) if self.is_last else self.lam
        in_place = self.arrays.activation(network.activation)
        self.function, self.derivative = in_place.forward, in_place.backward
        # elsewhere λ = 0 gives z = 0, and f(0) = 0
        fires_at_zero = ACTIVATIONS[network.activation].fires_at_zero
        self.gated = below is not None or fires_at_zero

    def forward(self) -> None:
        """Write w, z, a and what is sent."""
        xp, product, n = self.arrays.xp, self.arrays.product, self.n_inputs
        xp.negative(self.lam, out=self.minus_lam)
        xp.multiply(self.Q, self.minus_lam, out=self.W)
        product(self.W[:, :n], self.inputs.T, out=self.w)
        if self.n_before:
            product(self.W[:, n:], self.before, out=self.scratch)
            xp.add(self.w, self.scratch, out=self.w)
        if self.below:
            product(self.T, self.below.sent, out=self.z)
            xp.add(self.z, self.w, out=self.z)
        self.function(self.z, out=self.fired)
        if self.gated:
            self.fired *= self.lam != 0
        if self.is_last:
            xp.subtract(self.lam, 1, out=self.share)
        if self.sends:
            xp.multiply(self.fired, self.share, out=self.sent)
            xp.add(self.sent, self.w, out=self.sent)

    def backward(self) -> None:
        """Compute the gradients of Q and λ, and those for the layers below."""
        xp, delta = self.arrays.xp, self.delta
        if self.is_last:
            xp.multiply(self.sent_delta, self.share, out=delta)
        elif self.sends:
            xp.multiply(self.sent_delta, self.share, out=self.scratch)
            xp.add(delta, self.scratch, out=delta)
        if self.gated:
            delta *= self.lam != 0
        self.derivative(delta, self.z, self.fired)
        w_delta = delta
        if self.sends:
            xp.multiply(self.sent_delta, self.fired, out=self.scratch)
            xp.matmul(self.scratch, self.row_of_ones, out=self.grad_lam)
            w_delta = self.sent_delta
            xp.add(w_delta, delta, out=w_delta)
        else:
            self.grad_lam[...] = 0
        self._through_Q(w_delta)
        if self.below:
            self.grad_T += delta @ self.below.sent.T
            self.arrays.product(self.T.T, delta, out=self.below.sent_delta)

    def _through_Q(self, w_delta: Array) -> None:
        xp, n = self.arrays.xp, self.n_inputs
        xp.matmul(w_delta, self.inputs, out=self.G[:, :n])
        if self.n_before:
            xp.matmul(w_delta, self.before.T, out=self.G[:, n:])
            self.delta_before += self.W[:, n:].T @ w_delta
        xp.multiply(self.G, self.minus_lam, out=self.grad_Q)
        xp.multiply(self.G, self.Q, out=self.W)  # W is not needed again
        xp.subtract(self.grad_lam, self.W @ self.signal_of_ones, out=self.grad_lam)


class _Output:
    """y = −Q h + T m − T a, shape (outputs, rows), and ``delta`` = ∂loss/∂y."""

    def __init__(self, shared: _Shared, y: Array, delta: Array, below: _Hidden | None):
        self.arrays, self.y, self.delta = shared.arrays, y, delta
        xp, n = self.arrays.xp, shared.network.n_inputs
        n_hidden_layers = len(shared.network.lam)
        Q, grad_Q = shared.parameters[n_hidden_layers], shared.grads[n_hidden_layers]
        end = Q.shape[1] - (below.Q.shape[0] if below else 0)
        self.Q_inputs, self.Q_before, self.T = Q[:, :n], Q[:, n:end], Q[:, end:]
        self.grad_inputs, self.grad_before = grad_Q[:, :n], grad_Q[:, n:end]
        self.grad_T = grad_Q[:, end:]
        self.W_inputs, self.scratch = xp.empty_like(self.Q_inputs), xp.empty_like(y)
        self.inputs, self.before = shared.inputs, shared.fired[: end - n]
        self.n_before, self.delta_before = end - n, shared.deltas[: end - n]
        self.below = below

    def forward(self) -> None:
        """Write y."""
        xp, product = self.arrays.xp, self.arrays.product
        xp.negative(self.Q_inputs, out=self.W_inputs)
        product(self.W_inputs, self.inputs.T, out=self.y)
        if self.n_before:
            product(self.Q_before, self.before, out=self.scratch)
            xp.subtract(self.y, self.scratch, out=self.y)
        if self.below:
            product(self.T, self.below.sent, out=self.scratch)
            xp.add(self.y, self.scratch, out=self.y)

    def backward(self) -> None:
        """Compute the gradient of Q, and those for the layers below."""
        xp, product = self.arrays.xp, self.arrays.product
        if self.below:
            xp.matmul(self.delta, self.below.sent.T, out=self.grad_T)
            product(self.T.T, self.delta, out=self.below.sent_delta)
        product(self.delta, self.inputs, out=self.W_inputs)  # not needed again
        xp.negative(self.W_inputs, out=self.grad_inputs)
        if self.n_before:
            xp.negative(self.delta @ self.before.T, out=self.grad_before)
            product(self.Q_before.T, self.delta, out=self.delta_before)
            xp.negative(self.delta_before, out=self.delta_before)
