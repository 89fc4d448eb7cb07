"""The result of a search for an architecture, whichever solver ran it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from .._direct.form import DirectForm
from .._first_order.solver import Snapshot
from .._networks.growing import GrowingNetwork
from .._networks.spectral import SpectralNetwork
from .._numerics.status import Status
from .._problems.problem import Problem
from .holdout import HeldOut

#: Share of the objective, or of the validation loss, that a deeper network must save.
DEPTH_GAIN = 0.05


@dataclass(frozen=True)
class SearchResult(ABC):
    """Result of a search: a network, and its losses.

    Attributes
    ----------
    problem : Problem
    history : list of dict
        What was recorded, a row an epoch or an alpha.
    status : Status
        Why the search ended.
    value : float
        What it was judged by; the smaller, the better.
    alpha : float
        The strength of the penalty that the network was trained under.
    alpha_max : float or None
        Smallest alpha at which no neuron wakes in the linear model, where any may.
    held_out : tuple of HeldOut
        Samples that a network at this alpha was not trained on, if there are any.
    temperature : float
        What the outputs of the trained network are divided by (`temperature`).
    """

    problem: Problem = field(repr=False)
    history: list[dict[str, Any]] = field(repr=False)
    status: Status
    value: float
    alpha: float
    alpha_max: float | None
    held_out: tuple[HeldOut, ...] = field(default=(), repr=False, kw_only=True)
    temperature: float = field(default=1.0, kw_only=True)

    @property
    @abstractmethod
    def network(self) -> GrowingNetwork | SpectralNetwork:
        """The network in spectral space."""

    @abstractmethod
    def snapshot(self) -> Snapshot:
        """A state from which another search can continue."""

    @abstractmethod
    def pruned(self, tol: float) -> DirectForm:
        """Fewer neurons in raw units, as the loss may rise by a share of ``tol``."""

    @property
    def prior(self) -> float:
        """Precision of the hidden weights' prior, if they have one (`prior`)."""
        return 0.0

    @property
    def to_beat(self) -> float:
        """The value that a deeper network must be below to be worth its depth."""
        return (1 - DEPTH_GAIN) * self.value

    @property
    def n_live(self) -> int:
        """Number of hidden neurons that fire."""
        return sum(map(len, self.network.neurons))
