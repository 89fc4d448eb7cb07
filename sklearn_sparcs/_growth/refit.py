"""Joint refit of the output layer, so that no candidate is credited with it.

To second order, with G = H'VH/n, the outgoing weights of a candidate and all present
ones are refitted together: the candidate's share is a Schur complement.
"""

from dataclasses import dataclass

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from .quadratic_model import QuadraticRows

#: What is added to the diagonal of M, as a share of it and of its mean, as signals may
#: be collinear: the precision to this power.
_JITTER = 0.75


@dataclass(frozen=True)
class Refit:
    """M = G + ridge, factorised, and minus the gradient in the present weights.

    Attributes
    ----------
    factor : Tensor of shape (signals, signals)
        Cholesky's, lower.
    ridge : Tensor of shape (signals,)
    pull : Tensor of shape (signals, c)
    """

    factor: Tensor
    ridge: Tensor
    pull: Tensor

    @classmethod
    def of(cls, gram: Tensor, pull: Tensor, ridge: Tensor) -> "Refit":
        """Factorise, from G, H'E/n − ridge W and the ridge (signals,).

        Raises
        ------
        numpy.linalg.LinAlgError
            If G is not finite.
        """
        g = gram.diagonal()
        numbers = torch.finfo(g.dtype)
        added = numbers.eps**_JITTER * (g + 0.1 * g.mean()) + numbers.tiny
        matrix = gram + torch.diag(ridge + added)
        factor, info = torch.linalg.cholesky_ex(matrix)
        while info:  # not positive definite by rounding
            if not matrix.isfinite().all():
                raise LinAlgError("Signals have second moments that are not finite.")
            added = 10 * added
            matrix = gram + torch.diag(ridge + added)
            factor, info = torch.linalg.cholesky_ex(matrix)
        return cls(factor, ridge + added, pull)

    @classmethod
    def on(cls, quadratic: QuadraticRows, outputs: Tensor, ridge: Tensor) -> "Refit":
        """Factorise, from some samples."""
        H = quadratic.signals
        gram = (H * quadratic.curvature[:, None]).T @ H / len(H)
        pull = H.T @ quadratic.residual / len(H) - (ridge * outputs).T
        return cls.of(gram, pull, ridge)

    def __call__(self, rhs: Tensor) -> Tensor:
        """M⁻¹ rhs, of shape (signals, k)."""
        return torch.cholesky_solve(rhs, self.factor)

    @property
    def n_free(self) -> float:
        """Effective number of an output's weights: tr M⁻¹ G."""
        inverse = torch.cholesky_inverse(self.factor)
        return float(len(self.ridge) - (self.ridge * inverse.diagonal()).sum())
