"""How a fixed architecture is trained: by autograd, or by hand as in the paper."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .._data.batches import TrainingData
from .._networks.flat import pack, unpack
from .._networks.network import Network
from .._networks.spectral import SpectralNetwork
from .._networks.spectrum import put_to_sleep
from .adam import Adam
from .arrays import ArrayLibrary
from .cuda_graph import replayed_on_cuda
from .gradient import BatchGradient
from .losses import Loss
from .penalty import SparseGroupPenalty
from .spectral_gradient import LayerGradient


@dataclass(frozen=True)
class Snapshot:
    """A network and its optimiser at one moment."""

    parameters: list[Tensor]
    first: Tensor
    second: Tensor
    n_steps: int
    neurons: list[Tensor]


class Solver(ABC):
    """An optimiser's hold on a network, whose parameters are views of one vector."""

    network: Network
    optimizer: Adam

    #: Whether neurons may still wake.
    growing = False

    def __init__(self, network: Network, loss: Loss, penalty: SparseGroupPenalty):
        self.network, self.loss, self.penalty = network, loss, penalty

    def penalty_value(self) -> Tensor | float:
        """alpha · Ω of the penalised eigenvalues."""
        penalized = self.network.penalized_eigenvalues()
        return self.penalty.value(penalized) if penalized else 0.0

    def n_live(self) -> int:
        """How many hidden neurons fire."""
        return sum(map(len, self.network.neurons))

    @property
    def idle(self) -> bool:
        """Whether an epoch would change nothing."""
        return False

    @abstractmethod
    def parameters(self) -> list[Tensor]:
        """The network's parameters, in the order of the optimiser's vector."""

    @abstractmethod
    def grow(self, data: TrainingData) -> None:
        """Wake neurons, if it is time to look and any pay."""

    def look_soon(self) -> None:
        """Progress has stalled: look for neurons that pay, if any may still wake."""
        return

    @abstractmethod
    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """Train on one batch; returns the output that it started from."""

    def output(self, x: Tensor) -> Tensor:
        """The network's output where no gradient is asked for; no one may keep it."""
        return self.network(x)

    @abstractmethod
    def end_epoch(self) -> None:
        """Tidy up."""

    @abstractmethod
    def prune(self, threshold: float) -> None:
        """Put the neurons to sleep whose |λ| does not exceed ``threshold``."""

    def snapshot(self) -> Snapshot:
        """A copy of the network, its architecture and the moments."""
        optimizer = self.optimizer
        return Snapshot(
            unpack(optimizer.flat.clone(), self.parameters()),
            optimizer.first.clone(),
            optimizer.second.clone(),
            optimizer.n_steps,
            list(self.network.neurons),
        )

    @abstractmethod
    def restore(self, snapshot: Snapshot) -> None:
        """Take a copy back, unchanged and unshared."""


class AdamSolver(Solver):
    """Adam on every parameter of any network, the gradient by autograd."""

    def __init__(
        self,
        network: Network,
        loss: Loss,
        penalty: SparseGroupPenalty,
        learning_rate: float,
    ):
        super().__init__(network, loss, penalty)
        parameters = self.parameters()
        self.optimizer = Adam(pack(parameters), learning_rate)
        values = unpack(self.optimizer.flat, parameters)
        grads = unpack(self.optimizer.grad, parameters)
        for parameter, value, grad in zip(parameters, values, grads, strict=True):
            parameter.data, parameter.grad = value, grad

    def parameters(self) -> list[Tensor]:
        """The network's, as torch lists them."""
        return list(self.network.parameters())

    def grow(self, data: TrainingData) -> None:
        """Nothing to do: every neuron is there from the start."""

    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on loss and penalty."""
        self.optimizer.grad.zero_()
        output = self.network(x)
        (self.loss(output, y, weight) + self.penalty_value()).backward()
        self.optimizer.step()
        return output.detach()

    def end_epoch(self) -> None:
        """Nothing to do."""

    def prune(self, threshold: float) -> None:
        """Set their eigenvalues to zero."""
        put_to_sleep(self.network.penalized_eigenvalues(), threshold)

    def restore(self, snapshot: Snapshot) -> None:
        """Copy it back."""
        self.optimizer.flat.copy_(pack(snapshot.parameters))
        self.optimizer.resume(snapshot.first, snapshot.second, snapshot.n_steps)


class ByHand(ABC):
    """For solvers whose gradient is written by hand: one for each number of rows.

    They are kept, with their buffers, until ``_gradients`` is emptied.
    """

    optimizer: Adam
    _gradients: dict[int, Any]

    @abstractmethod
    def _new_gradient(self, n_rows: int) -> BatchGradient:
        """A gradient for batches of so many rows."""

    def _gradient(self, n_rows: int) -> Any:
        """The gradient for batches of so many rows, its buffers ready."""
        if n_rows not in self._gradients:
            gradient, device = self._new_gradient(n_rows), self.optimizer.flat.device
            self._gradients[n_rows] = replayed_on_cuda(gradient, device)
        return self._gradients[n_rows]

    def output(self, x: Tensor) -> Tensor:
        """The network's output, in the buffers of the gradient."""
        return self._gradient(x.shape[0]).forward(x)


class PaperSolver(ByHand, AdamSolver):
    """The paper's recipe: Adam on all of φ and λ, the penalty by its subgradient."""

    network: SpectralNetwork

    def __init__(
        self,
        network: SpectralNetwork,
        loss: Loss,
        penalty: SparseGroupPenalty,
        learning_rate: float,
    ):
        super().__init__(network, loss, penalty, learning_rate)
        self._gradients = {}
        self._arrays = ArrayLibrary.on(network.phi[0].device)
        view, penalized = self._arrays.view, network.penalized_eigenvalues()
        self._lam = [view(lam.data) for lam in penalized]
        self._lam_grads = [view(lam.grad) for lam in penalized if lam.grad is not None]

    @torch.no_grad()
    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on loss and penalty."""
        output = self._gradient(x.shape[0])(x, y, weight, self.loss)
        self.penalty.add_gradient_(self._arrays.xp, self._lam, self._lam_grads)
        self.optimizer.update()
        return output

    def _new_gradient(self, n_rows: int) -> LayerGradient:
        return LayerGradient(self.network, self.optimizer.grad, n_rows)
