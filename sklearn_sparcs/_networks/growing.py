"""The gated spectral network, held by its live neurons alone.

A neuron of the gated network fires only if its eigenvalue is non-zero, so the
support of the eigenvalues is the architecture. A sleeping neuron passes linear
signal on and nothing else: which sleeping neuron carries which part of it is a
choice without consequence. So we keep no sleeping neuron at all. With
h_i = [x, a_2, …, a_i] the live signals up to layer i, layer i's live neurons have

    Q_i  incoming eigenvectors seen from the live neurons: v_i = Q_i h_{i−1},
    T_i  the columns of Q_i on layer i − 1: the entries of φ_{i−1} between live neurons,
    λ_i  their eigenvalues, none of them zero;

and with u_i = a_i − v_i the paper's network [4.3, 4.5] reads

    z_i = T_i (λ_{i−1} ∘ u_{i−1}) − λ_i ∘ v_i,   a_i = f(z_i),   y = z_{B+1}.

Its cost does not know how wide the network may become. ``spectrum`` gives the
eigenvectors and eigenvalues of the whole network back, sleeping neurons included.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._activations import ACTIVATIONS
from .flat import pack, unpack, xavier_uniform
from .spectral import Spectrum


class GrowingNetwork(nn.Module):
    """Gated spectral network of at most ``hidden_layer_sizes`` live neurons.

    ``Q[k]`` and ``lam[k]`` belong to hidden layer k = 0 … B − 2, ``Q[B − 1]`` to the
    output, whose eigenvalues are one. All are views of the vector ``flat``.
    ``neurons[k]`` are the live neurons' indices.
    """

    #: A neuron fires only if its eigenvalue is not zero.
    gated = True

    def __init__(
        self,
        n_features: int,
        hidden_layer_sizes: Sequence[int],
        n_outputs: int,
        *,
        activation: str = "relu",
        bias: bool = True,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ):
        super().__init__()
        options: Any = {"dtype": dtype, "device": device}
        self.hidden_layer_sizes = tuple(hidden_layer_sizes)
        self.activation, self.bias = activation, bias
        self.waking = ACTIVATIONS[activation].waking
        self.n_inputs = n_features + bias
        rows = [0] * len(self.hidden_layer_sizes) + [n_outputs]
        hidden = rows[:-1]
        self.restructure(
            [torch.zeros(n, self.n_inputs, **options) for n in rows]
            + [torch.zeros(n, **options) for n in hidden],
            [torch.zeros(n, dtype=torch.long, device=device) for n in hidden],
        )

    @property
    def n_live(self) -> list[int]:
        """Live neurons of each hidden layer."""
        return [len(lam) for lam in self.lam]

    def start_at(self, linear_map: Tensor) -> None:
        """Set y = linear_map · [x, 1]: a network with no live neuron does no more."""
        self.Q[-1].copy_(-linear_map)

    def start_at_random(self, generator: torch.Generator) -> None:
        """Set y to a random linear map, Xavier-uniform."""
        n_outputs, n_inputs = self.Q[-1].shape
        self.start_at(xavier_uniform(n_outputs, n_inputs, generator))

    def eigenvalues(self, layer: int) -> Tensor:
        """λ of the live neurons of hidden layer ``layer``, or of the output: ones."""
        if layer < len(self.lam):
            return self.lam[layer]
        return torch.ones_like(self.Q[-1][:, 0])

    def weights(self) -> list[Tensor]:
        """W_i = [−T λ_{i−1} Q_{i−1}, T λ_{i−1}] − λ_i Q_i for i = 2 … B + 1 [4.3]."""
        weights = []
        for k, q in enumerate(self.Q):
            weight = self.lam[k][:, None] * q if k < len(self.lam) else q
            if k and len(self.lam[k - 1]):
                links = q[:, -len(self.lam[k - 1]) :] * self.lam[k - 1]
                weight = weight + torch.cat([links @ self.Q[k - 1], -links], dim=1)
            weights.append(-weight)
        return weights

    def forward(self, x: Tensor) -> Tensor:
        """Output y = z_{B+1}, shape (n, outputs), for x of shape (n, features)."""
        f = ACTIVATIONS[self.activation].tensor
        h = F.pad(x, (0, 1), value=1.0) if self.bias else x
        *hidden, last = self.weights()
        for weight, lam in zip(hidden, self.lam, strict=True):
            if len(lam):
                # the gate matters between a proximal step and the next retirement
                h = torch.cat([h, f(h @ weight.T) * (lam != 0)], dim=1)
        return h @ last.T

    def structure(self) -> list[Tensor]:
        """Every parameter, Q first: what ``with_recruits`` and ``without`` rewrite."""
        return [*self.Q, *self.lam]

    def restructure(self, tensors: Sequence[Tensor], neurons: Sequence[Tensor]) -> None:
        """Take over copies of parameters of other shapes, in a vector of their own."""
        self.flat = nn.Parameter(pack(tensors), requires_grad=False)
        views = unpack(self.flat.data, tensors)
        n = len(self.hidden_layer_sizes) + 1
        self.Q, self.lam = views[:n], views[n:]
        self.neurons = list(neurons)

    @property
    def live_eigenvalues(self) -> Tensor:
        """Every hidden neuron's λ, the first layer's first: a view of ``flat``."""
        return self.flat.data[len(self.flat) - sum(self.n_live) :]

    def with_recruits(
        self,
        tensors: Sequence[Tensor],
        layer: int,
        incoming: Tensor,
        lam: Tensor,
        outgoing: Sequence[Tensor],
    ) -> list[Tensor]:
        """``tensors``, shaped as ``structure()``, with k neurons more in ``layer``."""
        n = len(self.Q)
        Q, eigenvalues = list(tensors[:n]), list(tensors[n:])
        position = self.n_inputs + sum(self.n_live[: layer + 1])
        Q[layer] = torch.cat([Q[layer], incoming])
        eigenvalues[layer] = torch.cat([eigenvalues[layer], lam])
        for k, columns in enumerate(outgoing, start=layer + 1):
            left, right = Q[k][:, :position], Q[k][:, position:]
            Q[k] = torch.cat([left, columns, right], dim=1)
        return Q + eigenvalues

    def without(
        self, tensors: Sequence[Tensor], keep: Sequence[Tensor]
    ) -> list[Tensor]:
        """``tensors``, shaped as ``structure()``, on the kept live neurons only."""
        n = len(self.Q)
        rows = [*keep, torch.arange(len(self.Q[-1]), device=self.Q[-1].device)]
        columns = [torch.arange(self.n_inputs, device=rows[-1].device)]
        for k, kept in enumerate(keep):
            columns.append(kept + self.n_inputs + sum(self.n_live[:k]))
        Q = [
            q[rows[k]][:, torch.cat(columns[: k + 1])]
            for k, q in enumerate(tensors[:n])
        ]
        return Q + [lam[kept] for lam, kept in zip(tensors[n:], keep, strict=True)]

    @torch.no_grad()
    def scale_outgoing(self, layer: int, n_newest: int, factor: float) -> None:
        """Multiply what the newest neurons of a hidden layer send by ``factor``."""
        end = self.n_inputs + sum(self.n_live[: layer + 1])
        for q in self.Q[layer + 1 :]:
            q[:, end - n_newest : end] *= factor

    def hidden_eigenvalues(self) -> list[Tensor]:
        """Eigenvalues of the live neurons of each hidden layer."""
        return list(self.lam)

    def spectrum(self, random_state: np.random.RandomState) -> Spectrum:
        """Eigenvalues λ_1 … λ_{B+1} and eigenvectors φ_1 … φ_B of the whole network.

        Sleeping neurons are given random eigenvectors that carry, together,
        exactly the linear signal that the live neurons ask for. A hidden layer
        without room for that is widened by relays: neurons that never fire.
        """
        Q = [q.detach().cpu().numpy().astype(np.float64) for q in self.Q]
        phi: list[np.ndarray] = []
        lam = [np.ones(len(Q[-1]))]
        rows = Q[-1]  # eigenvectors of the layer above, seen from the live signals
        for k in reversed(range(len(self.lam))):
            live = self.neurons[k].cpu().numpy()
            here, below = rows[:, Q[k].shape[1] :], rows[:, : Q[k].shape[1]]
            demand = below + here @ Q[k]
            sleeping, share = _carriers(
                demand, self.hidden_layer_sizes[k] - len(live), random_state
            )
            asleep = np.setdiff1d(np.arange(len(live) + len(sleeping)), live)
            rows_k = np.empty((len(live) + len(sleeping), Q[k].shape[1]))
            rows_k[live], rows_k[asleep] = Q[k], sleeping
            block = np.empty((len(rows), len(rows_k)))
            block[:, live], block[:, asleep] = here, -share
            eigenvalues = np.zeros(len(rows_k))
            eigenvalues[live] = self.lam[k].detach().cpu().numpy()
            phi.insert(0, block)
            lam.insert(0, eigenvalues)
            rows = rows_k
        phi.insert(0, rows)
        lam.insert(0, np.zeros(self.n_inputs))
        return lam, phi


def _carriers(
    demand: np.ndarray, n_sleeping: int, random_state: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    """Rows for the sleeping neurons, and the combinations of them that are asked for.

    Returns ``rows`` (m, signals) and ``share`` (asked, m) with
    ``share @ rows == demand``, where m is ``n_sleeping``, or the rank of the
    demand if that is larger. With room enough the rows span every signal.
    """
    basis = np.eye(demand.shape[1])
    if n_sleeping < len(basis):
        _, values, basis = np.linalg.svd(demand, full_matrices=False)
        basis = basis[
            values > values.max(initial=0) * np.finfo(float).eps * max(demand.shape)
        ]
    m = max(n_sleeping, len(basis))
    mixing = np.linalg.qr(random_state.standard_normal((m, len(basis))))[0]
    scale = np.sqrt(m / max(len(basis), 1))  # rows of norm one, on average
    return scale * mixing @ basis, (demand @ basis.T) @ mixing.T / scale
