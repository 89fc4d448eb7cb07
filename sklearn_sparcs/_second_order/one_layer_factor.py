"""Gauss-Newton's matrix of one hidden layer and many outputs, factored.

With one hidden layer the outputs' blocks differ by numbers a neuron alone: B_k is
diag(t_k) M (`GaussNewtonMatrix.sent`, `cross`), and all have one ridge R. In the
signals' coordinates W in which the mean output's block σ G + R is 1, and R diagonal
with entries ρ_j (a symmetric-definite eigenproblem: Golub and Van Loan, *Matrix
Computations*, 8.7), an output's inverse is diagonal, too:

    (σ_k G + R)⁻¹ = W diag(d_k) W',    d_kj = 1 / (σ_k / σ (1 − ρ_j) + ρ_j),

so with N = M W, and m and m' being the neurons of two weights, Schur's complement takes
away

    Σ_j N_j N_j' ω_mm'j,    ω_mm'j = Σ_k t_km t_km' d_kj,

which takes p² s operations and p s numbers; for any B_k (`Factor`) it is c times both.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .gauss_newton import GaussNewtonMatrix, cholesky, damped, factor_of_hidden


@dataclass(frozen=True)
class OneLayerFactor:
    """Factors of matrix + ridge + damping, which solve systems with it.

    Attributes
    ----------
    signals : Tensor of shape (s, s)
        W, coordinates of an output's weights in columns.
    inverse : Tensor of shape (c, s)
        d_kj.
    cross : Tensor of shape (p, s)
        N = M W.
    sent : Tensor of shape (c, neurons)
        t_k.
    hidden : Tensor of shape (p, p)
        Lower factor of Schur's complement.
    basis : Tensor of shape (c, c)
        U: an output's coordinates, in columns.
    """

    signals: Tensor
    inverse: Tensor
    cross: Tensor
    sent: Tensor
    hidden: Tensor
    basis: Tensor

    @classmethod
    def of(
        cls, matrix: GaussNewtonMatrix, ridge: Tensor, damping: float
    ) -> "OneLayerFactor":
        """Factors of a matrix that has ``sent``."""
        assert matrix.sent is not None
        p, s = matrix.cross.shape[1:]
        mean = matrix.sigma.mean()
        own = ridge[p : p + s] + mean * damped(matrix.gram.diagonal(), damping)
        W, shares = _simultaneous(mean * matrix.gram + own.diag(), own)
        inverse = 1 / (torch.outer(matrix.sigma / mean, 1 - shares) + shares)
        cross = matrix.cross[0] @ W
        taken = _taken(cross, matrix.sent, inverse)
        hidden = factor_of_hidden(matrix.hidden - taken, matrix, ridge, damping)
        return cls(W, inverse, cross, matrix.sent, hidden, matrix.basis)

    def solve(self, right: Tensor) -> Tensor:
        """The solution for a right-hand side (weights,)."""
        p, s = self.cross.shape
        given = self.basis.T @ right[p:].view(-1, s) @ self.signals
        heard = (self.inverse * given) @ self.cross.T
        taken = (self.sent[:, :, None] * heard.view(*self.sent.shape, -1)).sum(0)
        theta = right[:p] - taken.view(p)
        theta = torch.cholesky_solve(theta[:, None], self.hidden)
        each = self.sent[:, :, None] * theta.view(self.sent.shape[1], -1)
        rest = given - each.view(-1, p) @ self.cross
        outs = self.basis @ (self.inverse * rest) @ self.signals.T
        return torch.cat([theta[:, 0], outs.view(-1)])


def _simultaneous(block: Tensor, ridge: Tensor) -> tuple[Tensor, Tensor]:
    """W (s, s) and ρ (s,) with W' (block) W = 1 and W' diag(ridge) W = ρ.

    In double precision: beside weights without a ridge, of rounding's size, others have
    a large one.
    """
    L = cholesky(block.double())
    half = torch.linalg.solve_triangular(L, ridge.double().diag(), upper=False)
    shares, Q = torch.linalg.eigh(
        torch.linalg.solve_triangular(L, half.mT, upper=False)
    )
    W = torch.linalg.solve_triangular(L.mT, Q, upper=True)
    return W.to(block.dtype), shares.clamp(0, 1).to(block.dtype)


def _taken(cross: Tensor, sent: Tensor, inverse: Tensor) -> Tensor:
    """What eliminating the outputs takes from the hidden weights' block (p, p).

    Its lower triangle, a neuron's columns after the other's.
    """
    (p, s), n_neurons = cross.shape, sent.shape[1]
    each = cross.view(n_neurons, -1, s)
    taken = cross.new_zeros(p, p)
    for m, columns in enumerate(taken.split(each.shape[1], dim=1)):
        omega = (sent[:, m:] * sent[:, m, None]).T @ inverse
        weighted = (each[m:] * omega[:, None]).view(-1, s)
        columns[-len(weighted) :] = weighted @ each[m].T
    return taken
