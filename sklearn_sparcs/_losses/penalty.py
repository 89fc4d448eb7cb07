"""The sparse-group penalty on the hidden eigenvalues.

Ω = Σ_{hidden i} w_i [ l1_ratio ‖λ_i‖₁ + (1 − l1_ratio) ‖λ_i‖₂ ],
w_i = depth_factor^(B−i), with i = 1 too where the input's eigenvalues are trained.

With ``l1_ratio=1`` it selects neurons; with 0 it is what the paper calls L2, the
*unsquared* norm of each layer, and selects layers; between the two it is a sparse
group lasso. The paper's ρ is ``alpha``; output eigenvalues are never penalised.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from .._numerics.array_library import Array, ArrayLibrary
from .proximal import ProximalStep


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

    def add_gradient_(
        self, xp: ModuleType, lam: Sequence[Array], grads: Sequence[Array]
    ) -> None:
        """Add a subgradient of alpha · Ω, zero at zero, to each layer's ``grads``."""
        for i, (x, grad) in enumerate(zip(lam, grads, strict=True)):
            strength = self.strength(i, len(lam))
            if self.l1_ratio > 0:
                grad += strength * self.l1_ratio * xp.sign(x)
            if self.l1_ratio < 1:
                norm = xp.sqrt(x @ x)
                grad += strength * (1 - self.l1_ratio) / (norm + (norm == 0)) * x

    def on(
        self, sizes: Sequence[int], like: Tensor, arrays: ArrayLibrary | None = None
    ) -> ProximalStep:
        """The proximal step for hidden layers of these sizes.

        It computes in the dtype and on the device of ``like``, by default with what is
        quickest there.
        """
        arrays = arrays or ArrayLibrary.on(like.device)
        each = [self.strength(i, len(sizes)) for i in range(len(sizes))]
        strengths = arrays.view(like.new_tensor(np.repeat(each, sizes)))
        groups = pairwise(accumulate(sizes, initial=0))
        grouped = self.l1_ratio < 1 and self.alpha > 0
        layers = tuple(slice(a, b) for a, b in groups if grouped and a < b)
        return ProximalStep(arrays, self.l1_ratio, strengths, layers)

    def wakes(self, rates: Tensor, layer: int, n_layers: int, *, alone: bool) -> Tensor:
        """Mask (n,) of the sleeping neurons that pay to wake.

        ``rates`` (n,) are the rates at which the loss falls as each eigenvalue leaves
        zero, and ``alone`` says that none of the layer's has left it. The penalty's
        rate is alpha w_i for the first neuron of a layer, and for the others, since
        the norm of an awake layer is smooth at λ_n = 0, that of its ℓ₁ part alone.
        """
        share = 1.0 if alone else self.l1_ratio
        return rates > self.strength(layer, n_layers) * share

    def alpha_max(self, rates: Tensor, layer: int, n_layers: int) -> float:
        """Smallest alpha at which none of a layer's neurons pays to wake first."""
        return float(rates.max()) / replace(self, alpha=1.0).strength(layer, n_layers)


def _norm(x: Tensor) -> Tensor:
    """‖x‖₂ with the gradient 0, not nan, at 0."""
    square = x.square().sum()
    return torch.where(square > 0, square, 1).sqrt() * (square > 0)
