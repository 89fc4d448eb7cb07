"""Protocols that networks fulfil, in spectral and in direct space."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from torch import Tensor, nn

from .._direct.form import DirectForm


class HasForm(Protocol):
    """Anything that converts to a `DirectForm`."""

    def form(self) -> DirectForm:
        """Convert to plain arrays."""


class Network(HasForm, Protocol):
    """Interface of networks that solvers train."""

    @property
    def neurons(self) -> Sequence[Tensor]:
        """Indices of the neurons that fire, a tensor a hidden layer."""

    def __call__(self, x: Tensor, /) -> Tensor:
        """Output, shape (n, outputs), for x of shape (n, features)."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """The trained parameters."""

    def penalized_eigenvalues(self) -> list[Tensor]:
        """The penalised eigenvalues, a vector a layer; none in direct space."""
