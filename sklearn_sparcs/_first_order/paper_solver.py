"""The paper's recipe: Adam on all of φ and λ, the penalty by its subgradient."""

import torch
from torch import Tensor

from .._losses.losses import Loss
from .._losses.penalty import SparseGroupPenalty
from .._networks.spectral import SpectralNetwork
from .._numerics.array_library import ArrayLibrary
from .adam_solver import AdamSolver
from .gradient_cache import GradientCache
from .spectral_gradient import SpectralGradient


class PaperSolver(AdamSolver):
    """`AdamSolver` for the paper's network, with its gradient written by hand.

    Parameters
    ----------
    network : SpectralNetwork
        Not gated.
    loss : Loss
    penalty : SparseGroupPenalty
    learning_rate : float
    """

    network: SpectralNetwork

    def __init__(
        self,
        network: SpectralNetwork,
        loss: Loss,
        penalty: SparseGroupPenalty,
        learning_rate: float,
    ):
        super().__init__(network, loss, penalty, learning_rate)
        device = self.optimizer.flat.device
        self._gradients = GradientCache(self._new_gradient, device)
        self._arrays = ArrayLibrary.on(device)
        view, penalized = self._arrays.view, network.penalized_eigenvalues()
        self._lam = [view(lam.data) for lam in penalized]
        self._lam_grads = [view(lam.grad) for lam in penalized if lam.grad is not None]

    @torch.no_grad()
    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on loss and penalty."""
        output = self._gradients[len(x)](x, y, weight, self.loss)
        self.penalty.add_gradient_(self._arrays.xp, self._lam, self._lam_grads)
        self.optimizer.update()
        return output

    def output(self, x: Tensor) -> Tensor:
        """The network's output, in the buffers of the gradient."""
        return self._gradients[len(x)].forward(x)

    def _new_gradient(self, n_rows: int) -> SpectralGradient:
        return SpectralGradient(self.network, self.optimizer.grad, n_rows)
