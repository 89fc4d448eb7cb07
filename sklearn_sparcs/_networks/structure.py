"""The gated spectral network, restricted to its live neurons.

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

Its cost does not know how wide the network may become. `spectrum_of` gives the
eigenvectors and eigenvalues of the whole network back, sleeping neurons included.

A structure is the list [Q_2, …, Q_{B+1}, λ_2, …, λ_B], Q_i of shape (live in layer i,
signals before it), whose output has eigenvalues one; or any other such list, as of an
optimiser's moments. In Python, hidden layers are counted from 0, and the output is the
last of the Q. Functions here take structures and return new ones.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .spectrum import Spectrum, at_least_single

Structure = Sequence[Tensor]


def linear_structure(
    n_inputs: int, n_hidden_layers: int, n_outputs: int, **options: Any
) -> list[Tensor]:
    """A network without a live neuron, y = 0: ``options`` say where, and as what."""
    rows = [0] * n_hidden_layers + [n_outputs]
    Q = [torch.zeros(n, n_inputs, **options) for n in rows]
    return Q + [torch.zeros(n, **options) for n in rows[:-1]]


def parts(structure: Structure) -> tuple[list[Tensor], list[Tensor]]:
    """Incoming eigenvectors Q of every layer, and eigenvalues λ of the hidden ones."""
    n = (len(structure) + 1) // 2
    return list(structure[:n]), list(structure[n:])


def weights_of(structure: Structure) -> list[Tensor]:
    """W_i = [−T λ_{i−1} Q_{i−1}, T λ_{i−1}] − λ_i Q_i for i = 2 … B + 1 [4.3]."""
    Q, lam = parts(structure)
    weights = []
    for k, q in enumerate(Q):
        weight = lam[k][:, None] * q if k < len(lam) else q
        if k and len(lam[k - 1]):
            links = q[:, -len(lam[k - 1]) :] * lam[k - 1]
            weight = weight + torch.cat([links @ Q[k - 1], -links], dim=1)
        weights.append(-weight)
    return weights


def output_of(structure: Structure, f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Output y = z_{B+1}, shape (…, outputs), for x (…, inputs) with its constant."""
    h, (_, eigenvalues) = x, parts(structure)
    *hidden, last = weights_of(structure)
    for weight, lam in zip(hidden, eigenvalues, strict=True):
        # a layer without neurons takes part, as its parameters are asked for gradients;
        # the gate matters between a proximal step and the next retirement
        h = torch.cat([h, f(h @ weight.T) * (lam != 0)], dim=-1)
    return h @ last.T


def with_recruits(
    structure: Structure,
    layer: int,
    incoming: Tensor,
    lam: Tensor,
    outgoing: Sequence[Tensor],
) -> list[Tensor]:
    """The structure with k neurons more at the end of a hidden layer.

    ``incoming`` (k, signals before the layer) are their rows of Q, ``lam`` (k,) their
    eigenvalues, and ``outgoing`` their columns (rows, k) of every later Q; they take
    the structure's dtype.
    """
    Q, eigenvalues = parts(structure)
    like, position = Q[layer], Q[layer].shape[1] + len(Q[layer])
    Q[layer] = torch.cat([like, incoming.to(like)])
    eigenvalues[layer] = torch.cat([eigenvalues[layer], lam.to(like)])
    for k, columns in enumerate(outgoing, start=layer + 1):
        left, right = Q[k][:, :position], Q[k][:, position:]
        Q[k] = torch.cat([left, columns.to(like), right], dim=1)
    return Q + eigenvalues


def without(structure: Structure, keep: Sequence[Tensor]) -> list[Tensor]:
    """The structure on the kept live neurons of each hidden layer, and no others."""
    Q, eigenvalues = parts(structure)
    device = Q[-1].device
    rows = [*keep, torch.arange(len(Q[-1]), device=device)]
    columns = [torch.arange(Q[0].shape[1], device=device)]
    for q, kept in zip(Q[:-1], keep, strict=True):
        columns.append(kept + q.shape[1])
    kept_Q = [q[rows[k]][:, torch.cat(columns[: k + 1])] for k, q in enumerate(Q)]
    return kept_Q + [lam[kept] for lam, kept in zip(eigenvalues, keep, strict=True)]


def first_asleep(live: Tensor, size: int, n: int) -> Tensor:
    """The first ``n`` indices below ``size`` that no live neuron has, or all."""
    end = min(size, len(live) + n)
    mask = live.new_ones(end, dtype=torch.bool)
    mask[live[live < end]] = False
    return mask.nonzero().flatten()[:n]


def spectrum_of(
    structure: Structure,
    neurons: Sequence[Tensor],
    hidden_layer_sizes: Sequence[int],
    random_state: np.random.RandomState,
) -> Spectrum:
    """Eigenvalues λ_1 … λ_{B+1} and eigenvectors φ_1 … φ_B of the whole network.

    ``neurons`` are the live ones' indices. Sleeping neurons are given random
    eigenvectors that carry, together, exactly the linear signal that the live neurons
    ask for. A hidden layer without room for that is widened by relays: neurons that
    never fire. It is worked out in float64, and given in the structure's dtype, or in
    single precision for half, which NumPy does not know all kinds of.
    """
    tensors = [at_least_single(t.detach()).cpu().numpy() for t in structure]
    n_hidden, dtype = len(neurons), tensors[0].dtype
    Q = [q.astype(np.float64) for q in tensors[: n_hidden + 1]]
    phi: list[np.ndarray] = []
    lam = [np.ones(len(Q[-1]))]
    rows = Q[-1]  # eigenvectors of the layer above, seen from the live signals
    for k in reversed(range(n_hidden)):
        live = neurons[k].cpu().numpy()
        n_sleeping = hidden_layer_sizes[k] - len(live)
        block, rows = _whole_layer(rows, Q[k], live, n_sleeping, random_state)
        eigenvalues = np.zeros(len(rows))
        eigenvalues[live] = tensors[n_hidden + 1 + k]
        phi.insert(0, block)
        lam.insert(0, eigenvalues)
    phi.insert(0, rows)
    lam.insert(0, np.zeros(Q[0].shape[1]))
    return [x.astype(dtype) for x in lam], [p.astype(dtype) for p in phi]


def _whole_layer(
    above: np.ndarray,
    Q: np.ndarray,
    live: np.ndarray,
    n_sleeping: int,
    random_state: np.random.RandomState,
) -> tuple[np.ndarray, np.ndarray]:
    """φ from a hidden layer to the one above, and the layer's own rows.

    ``above`` are the rows of the layer above, seen from the live signals; ``Q`` are
    those of the layer's live neurons.
    """
    here, below = above[:, Q.shape[1] :], above[:, : Q.shape[1]]
    sleeping, share = _carriers(below + here @ Q, n_sleeping, random_state)
    n = len(live) + len(sleeping)
    asleep = np.setdiff1d(np.arange(n), live)
    rows = np.empty((n, Q.shape[1]))
    rows[live], rows[asleep] = Q, sleeping
    block = np.empty((len(above), n))
    block[:, live], block[:, asleep] = here, -share
    return block, rows


def _carriers(
    demand: np.ndarray, n_sleeping: int, random_state: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    """Rows for the sleeping neurons, and combinations of them that give the demand.

    Returns ``rows`` (m, signals) and ``share`` (asked, m) with
    ``share @ rows == demand``, where m is ``n_sleeping``, or the rank of the
    demand if that is larger. With room enough the rows span every signal.
    """
    n_signals = demand.shape[1]
    basis = np.eye(n_signals) if n_sleeping >= n_signals else _row_space(demand)
    m = max(n_sleeping, len(basis))
    mixing = np.linalg.qr(random_state.standard_normal((m, len(basis))))[0]
    scale = np.sqrt(m / max(len(basis), 1))  # rows of norm one, on average
    return scale * mixing @ basis, (demand @ basis.T) @ mixing.T / scale


def _row_space(demand: np.ndarray) -> np.ndarray:
    """An orthonormal basis (rank, signals) of the rows of the demand."""
    _, values, basis = np.linalg.svd(demand, full_matrices=False)
    smallest = values.max(initial=0) * np.finfo(float).eps * max(demand.shape)
    return basis[values > smallest]
