"""The sparse-group penalty on the hidden eigenvalues.

Ω = Σ_{hidden i} w_i [ l1_ratio ‖λ_i‖₁ + (1 − l1_ratio) ‖λ_i‖₂ ],
w_i = depth_factor^(B−i).

With ``l1_ratio=1`` it selects neurons; with 0 it is what the paper calls L2, the
*unsquared* norm of each layer, and selects layers; between the two it is a sparse
group lasso. The paper's ρ is ``alpha``; output eigenvalues are never penalised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class SparseGroupPenalty:
    """alpha · Ω, as a function of the hidden layers' eigenvalues, first to last."""

    alpha: float
    l1_ratio: float = 1.0
    depth_factor: float = 1.0

    def strength(self, layer: int, n_layers: int) -> float:
        """alpha · w_i of hidden layer ``layer`` = 0 … n_layers − 1."""
        return self.alpha * self.depth_factor ** (n_layers - 1 - layer)

    def value(self, lam: Sequence[Tensor]) -> Tensor:
        """alpha · Ω of one tensor of eigenvalues a hidden layer."""
        norms = (
            self.strength(i, len(lam))
            * (self.l1_ratio * x.abs().sum() + (1 - self.l1_ratio) * _norm(x))
            for i, x in enumerate(lam)
        )
        return sum(norms, torch.zeros((), dtype=lam[0].dtype, device=lam[0].device))

    def prox(self, lam: Tensor, step: Tensor, layer: int, n_layers: int) -> Tensor:
        """argmin_x Σ_n (x_n − λ_n)² / (2 step_n) + alpha w_i Ω_i(x), exactly.

        ``step`` (n,) is the step size of each eigenvalue, Adam's lr / (√v̂ + ε):
        proximal gradient descent in Adam's own metric.
        """
        strength = self.strength(layer, n_layers)
        shrunk = torch.relu(lam.abs() - step * (strength * self.l1_ratio)).copysign(lam)
        if self.l1_ratio == 1.0:
            return shrunk
        return _group_prox(shrunk, step * (strength * (1 - self.l1_ratio)))

    def wakes(self, rates: Tensor, awake: Tensor, layer: int, n_layers: int) -> Tensor:
        """Mask (n,) of the sleeping neurons that pay to wake.

        ``rates`` (n,) are the rates at which the loss falls as each eigenvalue
        leaves zero, ``awake`` the layer's eigenvalues that already have. The
        penalty's rate is alpha w_i for the first neuron of a layer, and for the
        others, since the norm of an awake layer is smooth at λ_n = 0, that of its
        ℓ₁ part alone.
        """
        share = self.l1_ratio if len(awake) else 1.0
        return rates > self.strength(layer, n_layers) * share


def _norm(x: Tensor) -> Tensor:
    """‖x‖₂ with the gradient 0, not nan, at 0."""
    return torch.linalg.vector_norm(x) if bool((x != 0).any()) else (0 * x).sum()


def _group_prox(z: Tensor, step: Tensor, n_bisections: int = 60) -> Tensor:
    """argmin_x Σ_n (x_n − z_n)² / (2 step_n) + ‖x‖₂.

    At the solution x = z r / (r + step) with r = ‖x‖, and r is the root of a
    decreasing function on [0, ‖z‖]: found by bisection, since a metric of
    different steps has no closed form.
    """
    if bool((z / step).norm() <= 1):
        return torch.zeros_like(z)
    low, high = torch.zeros_like(z[0]), z.norm()
    for _ in range(n_bisections):
        r = (low + high) / 2
        inside = (z / (r + step)).norm() > 1
        low, high = torch.where(inside, r, low), torch.where(inside, high, r)
    return z * high / (high + step)
