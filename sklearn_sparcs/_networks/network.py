"""What every network has, in spectral or in direct space."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from torch import Tensor, nn

from .._direct.form import DirectForm


class HasForm(Protocol):
    """What has a function of its own."""

    def form(self) -> DirectForm:
        """The same function as plain arrays."""


class Network(HasForm, Protocol):
    """What a solver needs of the network that it trains."""

    @property
    def neurons(self) -> Sequence[Tensor]:
        """Indices of the neurons that fire, a tensor a hidden layer."""

    def __call__(self, x: Tensor, /) -> Tensor:
        """Output, shape (n, outputs), for x of shape (n, features)."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """What is trained."""

    def penalized_eigenvalues(self) -> list[Tensor]:
        """What a penalty acts on, a vector a layer; none in direct space."""
