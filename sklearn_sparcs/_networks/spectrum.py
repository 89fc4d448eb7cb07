"""The spectral map: from eigenvectors and eigenvalues to weights.

Conventions
-----------
Layers are numbered as in the paper: 1 is the input, 2 … B hidden, B + 1 the output;
layer i has N_i neurons. Python lists start at the first of them:

- ``phi[k - 1]`` is φ_k, shape (N_{k+1}, N_k), k = 1 … B: the blocks below the
  diagonal of the eigenvector matrix Φ, which has ones on its diagonal;
- ``lam[i - 1]`` is λ_i, shape (N_i,), i = 1 … B + 1: the eigenvalues. λ_1 = 0
  unless the input's eigenvalues are trained.

The network
-----------
A layer sends a_i = f(z_i), z_i = Σ_{j<i} W_ij a_j [4.5]; W_ij are the blocks of
A = Φ Λ Φ⁻¹ [4.3]. Forward substitution of u = Φ⁻¹ a, with u_1 = x, needs no W_ij:

    v_i = φ_{i−1} u_{i−1},  z_i = φ_{i−1} (λ_{i−1} ∘ u_{i−1}) − λ_i ∘ v_i,
    a_i = f(z_i),  u_i = a_i − v_i,

and y = z_{B+1}.

Equation numbers are those of Peri, Chicchi, Fanelli and Giambagli, "Spectral
Architecture Search for Neural Network Models". Its text gives the inverse for
B = 2 as Φ² − 3Φ − 3I; [4.1] is right, and gives Φ² − 3Φ + 3I.
"""

from collections.abc import Iterable, Sequence
from math import comb

import numpy as np
import torch
from torch import Tensor

#: φ_1 … φ_B, or λ_1 … λ_{B+1}.
Blocks = Sequence[Tensor]
#: All λ and all φ, as arrays.
Spectrum = tuple[list[np.ndarray], list[np.ndarray]]


def eigenvector_matrix(phi: Blocks) -> Tensor:
    """Φ, the eigenvectors of a network: ones on the diagonal, φ_k below it.

    Parameters
    ----------
    phi : sequence of Tensors
        φ_k, shape (N_{k+1}, N_k), for k = 1 … B, as `SpectralNetwork.phi`.

    Returns
    -------
    Tensor of shape (N, N)
        With N = Σ N_i, the neurons of all layers, the input's first.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models", section 4.

    Examples
    --------
    >>> import torch
    >>> from sklearn_sparcs.nn import eigenvector_matrix
    >>> eigenvector_matrix([torch.tensor([[2.0]]), torch.tensor([[3.0]])])
    tensor([[1., 0., 0.],
            [2., 1., 0.],
            [0., 3., 1.]])
    """
    sizes = [phi[0].shape[1], *(block.shape[0] for block in phi)]
    matrix = torch.eye(sum(sizes), dtype=phi[0].dtype, device=phi[0].device)
    column = 0
    for block in phi:
        row = column + block.shape[1]
        matrix[row : row + block.shape[0], column:row] = block
        column = row
    return matrix


def inverse_eigenvector_matrix(phi: Blocks) -> Tensor:
    """Φ⁻¹ in closed form, Σ_{i=0}^B (−1)^i C(B+1, i+1) Φ^i [4.1].

    Parameters
    ----------
    phi : sequence of Tensors
        φ_k, shape (N_{k+1}, N_k), for k = 1 … B.

    Returns
    -------
    Tensor of shape (N, N)

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models": [4.1].

    Examples
    --------
    >>> import torch
    >>> from sklearn_sparcs.nn import inverse_eigenvector_matrix
    >>> inverse_eigenvector_matrix([torch.tensor([[2.0]]), torch.tensor([[3.0]])])
    tensor([[ 1.,  0.,  0.],
            [-2.,  1.,  0.],
            [ 6., -3.,  1.]])
    """
    matrix = eigenvector_matrix(phi)
    power = torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)
    inverse = torch.zeros_like(matrix)
    for i in range(len(phi) + 1):
        inverse = inverse + (-1) ** i * comb(len(phi) + 1, i + 1) * power
        power = power @ matrix
    return inverse


def adjacency_matrix(phi: Blocks, lam: Blocks) -> Tensor:
    """A = Φ Λ Φ⁻¹: all weights below the diagonal, self-loops λ on it.

    Parameters
    ----------
    phi : sequence of Tensors
        φ_k, shape (N_{k+1}, N_k), for k = 1 … B.
    lam : sequence of Tensors
        λ_i, shape (N_i,), for i = 1 … B + 1: the input's eigenvalues first, which are
        zero unless they are trained.

    Returns
    -------
    Tensor of shape (N, N)
        Entry (m, n) is the weight of the link from neuron n to neuron m.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models": [4.1] for the inverse, [4.3] for the blocks.

    Examples
    --------
    All the weights of a network:

    >>> import torch
    >>> from sklearn_sparcs.nn import SpectralNetwork, adjacency_matrix
    >>> net = SpectralNetwork(2, (3,), 1)
    >>> A = adjacency_matrix(net.phi, [net.input_lam, *net.lam])
    >>> A.shape, bool(torch.allclose(A.diagonal()[-1:], net.lam[-1]))
    (torch.Size([7, 7]), True)
    """
    scaled = eigenvector_matrix(phi) * torch.cat(list(lam))
    return scaled @ inverse_eigenvector_matrix(phi)


def weight_block(phi: Blocks, lam: Blocks, receiver: int, sender: int) -> Tensor:
    """W_ij, shape (N_i, N_j), of receiver i and sender j < i [4.3]."""
    block = _bracket(phi, lam, receiver)
    for k in range(receiver - 2, sender - 1, -1):
        block = block @ phi[k - 1]
    return (-1) ** (receiver - 1 - sender) * block


def at_least_single(values: Tensor) -> Tensor:
    """The values; in single precision if they are in half, as bfloat16 is."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


@torch.no_grad()
def put_to_sleep(eigenvalues: Iterable[Tensor], threshold: float) -> None:
    """Set the eigenvalues of size up to ``threshold`` to zero, in place."""
    for lam in eigenvalues:
        lam[lam.abs() <= threshold] = 0


def live_weights(phi: Blocks, lam: Blocks, live: Blocks) -> list[Tensor]:
    """Weights of every link between live neurons, without a batch in sight.

    With h_i = [a_1, a_2 on live, …, a_i on live], the linear signal of layer i
    is u_i = U_i h_i, and z_{i+1} on live = W_{i+1} h_i. Only these products by φ
    know the width of the network; whatever touches the data is as narrow as the
    live neurons.

    Parameters
    ----------
    phi, lam : sequences of tensors
        Eigenvectors and eigenvalues, as in the module's conventions.
    live : sequence of B + 1 index tensors
        Live neurons of each layer. Input and output are always live as a whole.

    Returns
    -------
    list of B tensors
        W_i for i = 2 … B + 1, shape (live in layer i, live in layers 1 … i − 1):
        the blocks W_ij [4.3] on live rows and columns, side by side.
    """
    weights = []
    paths: Tensor | None = None  # U_i without the identity on layer i's own signal
    for i in range(2, len(phi) + 2):
        bracket = _bracket(phi, lam, i, rows=live[i - 1])
        weights.append(_through(bracket, paths, live[i - 2]))
        if i <= len(phi):
            paths = -_through(phi[i - 2], paths, live[i - 2])
    return weights


def _bracket(
    phi: Blocks, lam: Blocks, i: int, rows: Tensor | slice = slice(None)
) -> Tensor:
    """φ_{i−1} diag(λ_{i−1}) − diag(λ_i) φ_{i−1} on the given rows [4.3]."""
    difference = lam[i - 2] - lam[i - 1][rows, None]
    return phi[i - 2][rows] * difference


def _through(block: Tensor, paths: Tensor | None, senders: Tensor) -> Tensor:
    """block · [paths, identity on the senders]: the identity needs no product."""
    own = block[:, senders]
    return own if paths is None else torch.cat([block @ paths, own], dim=1)
