"""The result of a second-order optimisation."""

from dataclasses import dataclass

from .._networks.live import LiveNetwork
from .._numerics.status import Status
from .objective import Evaluation


@dataclass(frozen=True)
class OptimizationResult:
    """Result of some iterations of an optimiser.

    Attributes
    ----------
    at : Evaluation
        The network, on the samples of the objective.
    damping : float
        What the next training may start with.
    status : Status
        Whether the value settled, or the iterations ended before.
    values : tuple of float
        Loss and penalty at the start, and after every iteration.
    """

    at: Evaluation
    damping: float
    status: Status
    values: tuple[float, ...]

    @property
    def network(self) -> LiveNetwork:
        """The network."""
        return self.at.network

    @property
    def value(self) -> float:
        """Loss and penalty of the network."""
        return self.at.value
