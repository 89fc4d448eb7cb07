"""Pruning by |λ| within a tolerance on the loss (spectral pruning, figure 10)."""

import math
from collections.abc import Callable
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.network import Network
from .._networks.spectral import SpectralNetwork

#: A copy of a network, of whatever type.
_Copy = TypeVar("_Copy")


class Prunable(Protocol[_Copy]):
    """Anything that can prune, copy and restore the network that it holds."""

    @property
    def network(self) -> Network:
        """The network that is pruned."""

    def prune(self, threshold: float) -> None:
        """Put the neurons to sleep whose |λ| does not exceed ``threshold``."""

    def snapshot(self) -> _Copy:
        """A copy of the network."""

    def restore(self, snapshot: _Copy) -> None:
        """Take a copy back."""


def prune(solver: Prunable[_Copy], loss: Callable[[], float], tol: float) -> float:
    """Put neurons to sleep, smallest |λ| first, while the loss rises by up to ``tol``.

    The threshold on |λ| is found by bisection, as if the loss rose steadily with it;
    whether it does or not, the network that is left keeps to the tolerance.

    Parameters
    ----------
    solver : Prunable
        Holds the network, which is pruned in place.
    loss : callable
        The network's present loss.
    tol : float
        Largest relative rise. At zero nothing is pruned, even if that would lower
        the loss: the result is then the network itself.

    Returns
    -------
    float
        The threshold: every neuron left has a larger |λ|.

    Raises
    ------
    ValueError
        If the loss is nan to begin with.
    """
    if tol == 0 or not solver.network.penalized_eigenvalues():
        return 0.0
    thresholds = [0.0, *eigenvalue_sizes(solver.network).tolist()]
    original, before = solver.snapshot(), float(loss())
    if math.isnan(before):
        raise ValueError("The loss is nan before anything is pruned; nothing can rise.")
    allowed = before + tol * abs(before)
    low, high = 0, len(thresholds)  # `low` keeps to the tolerance, `high` does not
    while high - low > 1:
        middle = (low + high) // 2
        solver.prune(thresholds[middle])
        try:
            low, high = (middle, high) if loss() <= allowed else (low, middle)
        finally:
            solver.restore(original)
    solver.prune(thresholds[low])
    return thresholds[low]


def eigenvalue_sizes(network: Network) -> Tensor:
    """|λ| of the hidden neurons where it is not zero, the smallest first."""
    lam = network.penalized_eigenvalues()
    hidden = lam[max(len(lam) - len(network.neurons), 0) :]  # without the input's
    sizes = torch.cat(
        [x.detach().abs() for x in hidden] or [torch.zeros(0, dtype=torch.float32)]
    )
    return sizes[sizes > 0].sort().values


@torch.no_grad()
def prune_to_tolerance(
    network: GrowingSpectralNetwork | SpectralNetwork,
    loss: Callable[[], float],
    tol: float = 0.05,
) -> float:
    """Put neurons to sleep, smallest |λ| first, while a loss rises by up to ``tol``.

    Parameters
    ----------
    network : GrowingSpectralNetwork or SpectralNetwork
        Pruned in place: their eigenvalues become zero.
    loss : callable
        The present loss of whatever the network is a part of, on data of your choice.
        It is called about log₂(live neurons) times.
    tol : float, default=0.05
        Largest relative rise (the paper's five per cent, figure 10).

    Returns
    -------
    float
        The threshold: every neuron left has a larger |λ|.

    Raises
    ------
    TypeError
        If the network has no eigenvalues to prune by.
    ValueError
        If the tolerance is negative, or the loss is nan to begin with.

    Examples
    --------
    >>> import torch
    >>> from sklearn_sparcs.nn import SpectralNetwork, prune_to_tolerance
    >>> net = SpectralNetwork(2, (3,), 1)
    >>> _ = net.lam[0].data.copy_(torch.tensor([1e-7, 1.0, -2.0]))
    >>> x = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
    >>> y = net(x)
    >>> loss = lambda: float(1 + (net(x) - y).square().sum())
    >>> threshold = prune_to_tolerance(net, loss, tol=1e-9)
    >>> net.lam[0].tolist()
    [0.0, 1.0, -2.0]
    """
    if not isinstance(network, GrowingSpectralNetwork | SpectralNetwork):
        raise TypeError(
            "prune_to_tolerance takes a GrowingSpectralNetwork or a SpectralNetwork, "
            f"whose eigenvalues it prunes by; got {type(network).__name__}."
        )
    if not tol >= 0:
        raise ValueError(f"tol must be at least 0; got {tol!r}.")
    return prune(_Eigenvalues(network), loss, tol)


class _Eigenvalues:
    """The eigenvalues of a network, as `prune` holds them."""

    def __init__(self, network: GrowingSpectralNetwork | SpectralNetwork):
        self.network = network

    def prune(self, threshold: float) -> None:
        """Set the eigenvalues of size up to ``threshold`` to zero."""
        self.network.prune(threshold)

    def snapshot(self) -> list[Tensor]:
        """Copies of the eigenvalues."""
        return [lam.detach().clone() for lam in self.network.penalized_eigenvalues()]

    def restore(self, snapshot: list[Tensor]) -> None:
        """Write the copies back."""
        lam = self.network.penalized_eigenvalues()
        for x, value in zip(lam, snapshot, strict=True):
            x.copy_(value)
