"""A point of a path."""

from dataclasses import dataclass

from .._networks.live import LiveNetwork


@dataclass(frozen=True)
class PathPoint:
    """The network found at one alpha.

    Attributes
    ----------
    alpha : float
    network : LiveNetwork
    """

    alpha: float
    network: LiveNetwork

    @property
    def n_live(self) -> int:
        """Number of neurons that are awake."""
        return sum(self.network.n_live)
