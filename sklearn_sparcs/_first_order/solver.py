"""The interface of solvers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import Tensor

from .._data.batches import TrainingData
from .._losses.losses import Loss
from .._losses.penalty import SparseGroupPenalty
from .._networks.flat import unpack
from .._networks.network import Network
from .adam import Adam


@dataclass(frozen=True)
class Snapshot:
    """A network and its optimiser at one moment.

    ``parameters`` are in the order of the solver's, ``first`` and ``second`` Adam's
    moments of all of them, one after another, ``n_steps`` the steps behind these, and
    ``neurons`` the live ones' indices in each hidden layer.
    """

    parameters: list[Tensor]
    first: Tensor
    second: Tensor
    n_steps: int
    neurons: list[Tensor]


class Solver(ABC):
    """An optimiser's hold on a network, whose parameters are views of one vector."""

    network: Network
    optimizer: Adam
    #: Smallest alpha at which no neuron would have woken, where neurons wake at all.
    alpha_max: float | None = None

    def __init__(self, network: Network, loss: Loss, penalty: SparseGroupPenalty):
        self.network, self.loss, self.penalty = network, loss, penalty

    # -- training ------------------------------------------------------------------

    @abstractmethod
    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """Train on one batch; returns the output that it started from."""

    def grow(self, data: TrainingData) -> None:
        """Add neurons, if a survey is due and any pay; by default nothing is done."""
        return

    def look_soon(self) -> None:
        """Make the next survey due soon, because progress has stalled."""
        return

    def stop_growing(self) -> None:
        """Hold no more surveys."""
        return

    def retire(self) -> None:
        """Remove neurons whose eigenvalue is zero, if the shape can change."""
        return

    @property
    def idle(self) -> bool:
        """Whether an epoch would change nothing."""
        return False

    # -- the network ---------------------------------------------------------------

    @abstractmethod
    def parameters(self) -> list[Tensor]:
        """The network's parameters, in the order of the optimiser's vector."""

    def output(self, x: Tensor) -> Tensor:
        """The network's output without gradients; the next call may overwrite it."""
        return self.network(x)

    def penalty_value(self) -> Tensor | float:
        """alpha · Ω of the penalised eigenvalues."""
        penalized = self.network.penalized_eigenvalues()
        return self.penalty.value(penalized) if penalized else 0.0

    def n_live(self) -> int:
        """Number of hidden neurons that fire."""
        return sum(map(len, self.network.neurons))

    @abstractmethod
    def prune(self, threshold: float) -> None:
        """Set the eigenvalues with |λ| up to ``threshold`` to zero."""

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
        """Continue from a copy of the snapshot."""
