"""Φ, Λ and A of a network, as the paper writes them down."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import torch

from .._data.tensors import as_tensor
from .spectrum import (
    adjacency_matrix,
    eigenvector_matrix,
    inverse_eigenvector_matrix,
)


@dataclass(frozen=True)
class SpectralMatrices:
    """The matrices A = Φ Λ Φ⁻¹ of a network, dense, over the neurons of all layers.

    They are returned by ``spectral_matrices()`` of fitted estimators and of modules, as
    copies in float64 of N by N numbers each. For training use `adjacency_matrix`, which
    autograd can differentiate.

    Attributes
    ----------
    layer_sizes : tuple of int
        N_1 … N_{B+1}: the input's, with its constant if it has one, each hidden
        layer's, asleep or not, and the output's.
    Phi : ndarray of shape (N, N)
        Eigenvectors in columns, with N = Σ N_i: ones on the diagonal, φ_k below it.
    Phi_inverse : ndarray of shape (N, N)
        Φ⁻¹ [4.1].
    Lambda : ndarray of shape (N, N)
        The eigenvalues λ_1 … λ_{B+1}, on the diagonal.
    A : ndarray of shape (N, N)
        All weights below the diagonal blocks, and self-loops λ on the diagonal. Entry
        (m, n) is the link from neuron n to neuron m.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models", section 4.

    Examples
    --------
    Of an estimator; the eigenvalues of A are those that it lists:

    >>> import numpy as np
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import SparcsRegressor
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressor((8,), alpha=0.05, random_state=0).fit(X, y)
    >>> matrices = model.spectral_matrices()
    >>> A, Phi, Lambda = matrices.A, matrices.Phi, matrices.Lambda
    >>> bool(np.allclose(A @ Phi, Phi @ Lambda))
    True
    >>> matrices.layer_sizes[0], matrices.block(3, 1).shape
    (11, (1, 11))
    """

    layer_sizes: tuple[int, ...]
    Phi: np.ndarray
    Phi_inverse: np.ndarray
    Lambda: np.ndarray
    A: np.ndarray

    @classmethod
    def of(
        cls, eigenvalues: Sequence[np.ndarray], eigenvectors: Sequence[np.ndarray]
    ) -> "SpectralMatrices":
        """The matrices of a spectrum.

        Parameters
        ----------
        eigenvalues : sequence of ndarrays of shape (N_i,)
            λ_1 … λ_{B+1}.
        eigenvectors : sequence of ndarrays of shape (N_{k+1}, N_k)
            φ_1 … φ_B.

        Returns
        -------
        SpectralMatrices
        """
        lam, phi = (
            [as_tensor(np.asarray(block, dtype=np.float64)) for block in blocks]
            for blocks in (eigenvalues, eigenvectors)
        )
        return cls(
            layer_sizes=tuple(len(block) for block in lam),
            Phi=eigenvector_matrix(phi).numpy(),
            Phi_inverse=inverse_eigenvector_matrix(phi).numpy(),
            Lambda=torch.cat(lam).diag().numpy(),
            A=adjacency_matrix(phi, lam).numpy(),
        )

    def block(self, receiver: int, sender: int) -> np.ndarray:
        """W_ij, the weights from layer j to layer i [4.3]: a block of A.

        Parameters
        ----------
        receiver : int
            Layer i, counted from 1, the input.
        sender : int
            Layer j. Where it is not before i there are no links: the block is zero,
            or for j = i the self-loops.

        Returns
        -------
        ndarray of shape (N_i, N_j)

        Raises
        ------
        ValueError
            If there is no layer of that number.
        """
        n_layers = len(self.layer_sizes)
        for name, layer in (("receiver", receiver), ("sender", sender)):
            if not 1 <= layer <= n_layers:
                raise ValueError(
                    f"{name} must be a layer from 1, the input, to {n_layers}, the "
                    f"output; got {layer!r}."
                )
        ends = list(accumulate(self.layer_sizes, initial=0))
        rows = slice(ends[receiver - 1], ends[receiver])
        return self.A[rows, ends[sender - 1] : ends[sender]]
