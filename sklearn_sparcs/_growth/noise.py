"""Significance of candidate neurons: is a gain more than noise would give?

Under noise each sample's share in a candidate's pull r = Σ a' E has a random sign, so
that |r|² has the mean

    V = Σ a'² |E|²/m        or, if the noise is alike everywhere,
    V = τ Σ a'² u²/m,       τ = Σ |E|²/m / Σ u²/m,

over the samples (m: how many each row stands for, u²: the variance that the loss itself
expects of each); the larger counts, for the first rests on few samples where a neuron
fires at few. |r|²/V is about a χ² variable over its degrees of freedom
ν = (tr Σ)² / tr Σ², Σ being the outputs' covariance of E, and χ² exceeds

    ν + 2 √(ν L) + 2 L

with a probability below exp(−L) (Laurent and Massart, 2000, lemma 1). Here

    L = k LOG_TRIED + z²/2,    z standard errors,

since the best k of many were chosen. Where they have climbed besides, each has fitted
its own weights to the noise, and ν is larger by `FREE` for each signal that the data
are rich enough to tell apart. A table is held against three: the best direction as it
was drawn, which finds what few signals show; the best that has climbed; and a `TEAM` of
drawn ones together, r' V⁻¹ r of k ν degrees of freedom, since there are functions, a
wave for one, of which no single neuron says much.

The constants are those with which about one in fifty tables of noise at most exceeds
2.5 standard errors: 60 to 1000 samples, 3 to 40 features, targets normal or
heavy-tailed, one or three, and two or four classes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .quadratic_model import QuadraticRows

#: Logarithm of the number of independent candidates that a survey's best is worth.
LOG_TRIED = 2.5

#: Degrees of freedom that a candidate gains by climbing, a signal.
FREE = 1.35

#: Drawn candidates that are tried together.
TEAM = 4

#: Share of the largest variance below which candidates are one another's copies.
_SHARED = 1e-10


@dataclass(frozen=True)
class Noise:
    """Sums over samples for the variance of candidates' pulls under noise.

    Attributes
    ----------
    robust : Tensor of shape (k, k)
        Σ a' a'' |E|²/m.
    expected : Tensor of shape (k, k)
        Σ a' a'' u²/m.
    total, variance : Tensor, a number
        Σ |E|²/m and Σ u²/m.
    covariance : Tensor of shape (c, c)
        Σ E E'/m.
    """

    robust: Tensor
    expected: Tensor
    total: Tensor
    variance: Tensor
    covariance: Tensor

    @classmethod
    def of(cls, new: Tensor, quadratic: QuadraticRows) -> "Noise":
        """The sums over some samples, for candidates' outputs a' (rows, k)."""
        E, count = quadratic.residual, quadratic.count
        u = quadratic.curvature / count
        if quadratic.weight is not None:
            u = u * quadratic.weight
        of_each = E.square().sum(dim=1) / count
        return cls(
            (new * of_each[:, None]).T @ new,
            (new * u[:, None]).T @ new,
            of_each.sum(),
            u.sum(),
            E.T @ (E / count[:, None]),
        )

    @property
    def sums(self) -> tuple[Tensor, ...]:
        """All sums as a tuple, which can be added to that of other samples."""
        return self.robust, self.expected, self.total, self.variance, self.covariance

    def variance_of_means(self, n: int, freedom: float) -> "Variance":
        """The variance of Σ a' E / n; ``freedom`` is n / (n − effective weights)."""
        tau = freedom * self.total / self.variance.clamp_min(1e-300)
        trace = self.covariance.diagonal().sum()
        nu = trace.square() / self.covariance.square().sum().clamp_min(1e-300)
        return Variance(self.robust / n**2, tau * self.expected / n**2, nu)


@dataclass(frozen=True)
class Variance:
    """Two estimates of the variance of pulls under noise.

    Attributes
    ----------
    robust, alike : Tensor of shape (k, k)
        Mean of Σ_outputs r r' under noise, as it is seen in each sample, or as it is if
        alike everywhere.
    nu : Tensor, a number
        ν, degrees of freedom of the outputs.
    """

    robust: Tensor
    alike: Tensor
    nu: Tensor

    def chi2(self, pull: Tensor) -> Tensor:
        """ν |r|²/V (k,) of each pull r (k, c)."""
        V = torch.maximum(self.robust.diagonal(), self.alike.diagonal())
        return self.nu * pull.square().sum(dim=1) / V.clamp_min(1e-300)

    def joint_chi2(self, pull: Tensor) -> Tensor:
        """The χ² of all pulls (k, c) together: a number of ν k degrees of freedom.

        In every direction the larger variance counts: the eigenvectors that both
        matrices share are found where one of them is the identity.
        """
        d, U = torch.linalg.eigh(self.alike)
        kept = d > _SHARED * d.max()
        white = U[:, kept] / d[kept].sqrt()
        ratio, turn = torch.linalg.eigh(white.T @ self.robust @ white)
        parts = (white @ turn).T @ pull
        return self.nu * (parts.square().sum(dim=1) / ratio.clamp_min(1)).sum()

    def of(self, some: list[int]) -> "Variance":
        """The variance of some of the pulls."""
        return Variance(self.robust[some][:, some], self.alike[some][:, some], self.nu)


def standard_errors(chi2: Tensor, nu: Tensor, n_chosen: int = 1) -> Tensor:
    """The z of the bound that a variable of ν degrees of freedom reaches; 0 if none.

    ``n_chosen`` candidates have been chosen for it.
    """
    root = ((2 * chi2 - nu).clamp_min(0).sqrt() - nu.sqrt()).clamp_min(0) / 2
    return (2 * (root.square() - n_chosen * LOG_TRIED)).clamp_min(0).sqrt()
