"""The sparse-group penalty on the hidden eigenvalues.

Ω = Σ_{hidden i} w_i [ l1_ratio ‖λ_i‖₁ + (1 − l1_ratio) ‖λ_i‖₂ ],
w_i = depth_factor^(B−i), with i = 1 too where the input's eigenvalues are trained.

With ``l1_ratio=1`` it selects neurons; with 0 it is what the paper calls L2, the
*unsquared* norm of each layer, and selects layers; between the two it is a sparse
group lasso. The paper's ρ is ``alpha``; output eigenvalues are never penalised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .arrays import ArrayLibrary


@dataclass(frozen=True)
class SparseGroupPenalty:
    """alpha · Ω, as a function of eigenvalues, layer by layer, first to last.

    They end with the last hidden layer's; with the input's in front, no other layer's
    strength changes.
    """

    alpha: float
    l1_ratio: float = 1.0
    depth_factor: float = 1.0

    def strength(self, layer: int, n_layers: int) -> float:
        """alpha · w_i of hidden layer ``layer`` = 0 … n_layers − 1."""
        return self.alpha * self.depth_factor ** (n_layers - 1 - layer)

    def value(self, lam: Sequence[Tensor]) -> Tensor:
        """alpha · Ω of one tensor of eigenvalues a hidden layer."""
        total = torch.zeros((), dtype=lam[0].dtype, device=lam[0].device)
        for i, x in enumerate(lam):
            norm = self.l1_ratio * x.abs().sum()
            if self.l1_ratio < 1:
                norm = norm + (1 - self.l1_ratio) * _norm(x)
            total = total + self.strength(i, len(lam)) * norm
        return total

    def add_gradient_(self, xp: Any, lam: Sequence[Any], grads: Sequence[Any]) -> None:
        """Add a subgradient of alpha · Ω, zero at zero, to each layer's ``grads``."""
        for i, (x, grad) in enumerate(zip(lam, grads, strict=True)):
            strength = self.strength(i, len(lam))
            if self.l1_ratio > 0:
                grad += strength * self.l1_ratio * xp.sign(x)
            if self.l1_ratio < 1:
                norm = xp.sqrt(x @ x)
                grad += strength * (1 - self.l1_ratio) / (norm + (norm == 0)) * x

    def strengths(self, sizes: Sequence[int], like: Tensor) -> Tensor:
        """alpha · w_i of every neuron of hidden layers of these sizes, (n,)."""
        strengths = [self.strength(i, len(sizes)) for i in range(len(sizes))]
        return like.new_tensor(np.repeat(strengths, sizes))

    def prox_(
        self,
        arrays: ArrayLibrary,
        lam: Any,
        orthant: Any,
        strengths: Any,
        metric: Any,
        step: float,
        sizes: Sequence[int],
    ) -> None:
        """argmin_x Σ_n metric_n (x_n − λ_n)² / (2 step) + alpha Ω(x) over an orthant.

        Exact, in place. After a step of Adam, its own metric is √v̂ + ε.

        Parameters
        ----------
        arrays : ArrayLibrary
            What computes.
        lam : array (n,)
            The eigenvalues of all hidden layers, one after another.
        orthant : array (n,)
            The sign each is to have, or 0: beyond the kink at zero the gradient that
            led there says nothing.
        strengths : array (n,)
            alpha w_i of each.
        metric : array (n,)
        step : float
        sizes : sequence of int
            Neurons of each layer.
        """
        thresholds = strengths / metric
        thresholds *= step
        lam *= orthant
        lam -= thresholds * self.l1_ratio
        arrays.activation("relu").forward(lam, out=lam)
        if self.l1_ratio < 1 and self.alpha:
            thresholds *= 1 - self.l1_ratio
            start = 0
            for size in filter(None, sizes):
                layer = slice(start, start + size)
                lam[layer] = _group_prox(arrays.xp, lam[layer], thresholds[layer])
                start += size
        lam *= orthant

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
    square = x.square().sum()
    return torch.where(square > 0, square, 1).sqrt() * (square > 0)


def _group_prox(xp: Any, z: Any, step: Any, n_iterations: int = 8) -> Any:
    """argmin_x Σ_n (x_n − z_n)² / (2 step_n) + ‖x‖₂.

    At the solution x = z r / (r + step) with r = ‖x‖: a metric of different steps has
    no closed form. 1 / ‖z / (r + step)‖ is nearly linear in r, so Newton's method on
    it, from a lower bound of r, is exact to rounding in six iterations.
    """
    r = (xp.sqrt((z * z).sum()) - step.max()).clip(0)
    for _ in range(n_iterations):
        square = (z / (r + step)) ** 2
        n2 = square.sum()
        r = r + n2 * (xp.sqrt(n2) - 1) / (square / (r + step)).sum()
    return xp.where(((z / step) ** 2).sum() > 1, z * r / (r + step), 0)
