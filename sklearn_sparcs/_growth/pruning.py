"""Fewer neurons at a price that is agreed beforehand (spectral pruning, figure 10)."""

from collections.abc import Callable
from typing import Any, Protocol

import torch

from .._networks.network import Network


class Prunable(Protocol):
    """What `prune` needs of a `Solver`, or of anything else that holds a network."""

    @property
    def network(self) -> Network:
        """The network."""

    def prune(self, threshold: float) -> None:
        """Put the neurons to sleep whose |λ| does not exceed ``threshold``."""

    def snapshot(self) -> Any:
        """A copy of the network."""

    def restore(self, snapshot: Any) -> None:
        """Take a copy back."""


def prune(solver: Prunable, loss: Callable[[], float], tol: float) -> float:
    """Put neurons to sleep, smallest |λ| first, while the loss rises by up to ``tol``.

    The threshold on |λ| is found by bisection, as if the loss rose steadily with it;
    whether it does or not, the network that is left keeps to the tolerance.

    Parameters
    ----------
    solver : holds the network, which is pruned in place
    loss : callable
        The network's present loss.
    tol : float
        Largest relative rise. At zero nothing is pruned, even if that would lower
        the loss: the result is then the network itself.

    Returns
    -------
    float
        The threshold: every neuron left has a larger |λ|.
    """
    if tol == 0 or not _hidden(solver.network):
        return 0.0
    thresholds = [0.0, *eigenvalue_sizes(solver.network).tolist()]
    original, allowed = solver.snapshot(), loss() * (1 + tol)
    low, high = 0, len(thresholds)  # `low` keeps to the tolerance, `high` does not
    while high - low > 1:
        middle = (low + high) // 2
        solver.prune(thresholds[middle])
        low, high = (middle, high) if loss() <= allowed else (low, middle)
        solver.restore(original)
    solver.prune(thresholds[low])
    return thresholds[low]


def _hidden(network: Network) -> list[torch.Tensor]:
    """Eigenvalues of the hidden layers, without the input's, which come first."""
    penalized = network.penalized_eigenvalues()
    return penalized[len(penalized) - len(network.neurons) :]


def eigenvalue_sizes(network: Network) -> torch.Tensor:
    """|λ| of the hidden neurons where it is not zero, the smallest first."""
    hidden = _hidden(network)
    sizes = torch.cat([lam.detach().abs() for lam in hidden] or [torch.zeros(0)])
    return sizes[sizes > 0].sort().values
