"""What a warm start continues from: the last network and optimiser, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch

from .._data.scaling import Scaling
from .._data.tensors import as_tensor
from .._problems.problem import Problem
from .._problems.stream_state import StreamState
from .solver import Snapshot


class Moments(NamedTuple):
    """Adam's, after so many steps."""

    first: np.ndarray
    second: np.ndarray
    n_steps: int


@dataclass(frozen=True)
class Checkpoint:
    """A fit that has ended well.

    Attributes
    ----------
    agreed : mapping of str
        Values of the estimator's parameters that must be the same to go on.
    scaling : Scaling
    parameters : tuple of ndarrays
        Those of the network, in the solver's order.
    neurons : tuple of ndarrays
        Indices of the live neurons of each hidden layer.
    moments : Moments or None
        None begins with new ones.
    stream : StreamState or None
        The last rows, where it was a stream or of targets that did not vary; without
        them, what a pickle holds of it.
    """

    agreed: Mapping[str, Any]
    scaling: Scaling
    parameters: tuple[np.ndarray, ...]
    neurons: tuple[np.ndarray, ...]
    moments: Moments | None
    stream: StreamState | None = None

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        scaling: Scaling,
        agreed: Mapping[str, Any],
        stream: StreamState | None = None,
    ) -> "Checkpoint":
        """Arrays of a solver's snapshot."""
        return cls(
            agreed,
            scaling,
            tuple(_array(p) for p in snapshot.parameters),
            tuple(_array(n) for n in snapshot.neurons),
            Moments(_array(snapshot.first), _array(snapshot.second), snapshot.n_steps),
            stream,
        )

    @property
    def open_layers(self) -> range:
        """The hidden layers that were open: from the first live one on."""
        live = [k for k, neurons in enumerate(self.neurons) if len(neurons)]
        n_layers = len(self.neurons)
        return range(min([*live, max(n_layers - 1, 0)]), n_layers)

    def snapshot(self, problem: Problem) -> Snapshot:
        """Tensors where and as what the problem computes."""

        def tensor(array: np.ndarray) -> torch.Tensor:
            return as_tensor(array).to(**problem.options)

        parameters = [tensor(p) for p in self.parameters]
        size = sum(p.numel() for p in parameters)
        first, second, n_steps = self.moments or (np.zeros(size), np.zeros(size), 0)
        device = problem.options["device"]
        return Snapshot(
            parameters,
            tensor(first),
            tensor(second),
            n_steps,
            [as_tensor(n).to(device) for n in self.neurons],
        )

    @property
    def continued_stream(self) -> StreamState:
        """The stream that goes on from here."""
        return StreamState(goes_on=True) if self.stream is None else self.stream

    @property
    def is_of_one_value(self) -> bool:
        """Whether its targets have not varied, and say nothing of their scale."""
        return self.stream is not None and self.stream.is_flat

    def network_alone(self) -> "Checkpoint":
        """The checkpoint of the network alone, without moments and data."""
        stream = None if self.stream is None else self.stream.without_rows()
        return replace(self, moments=None, stream=stream)


def refuse_changed(was: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Refuse to continue a fit with other parameters.

    Raises
    ------
    ValueError
        If one has changed; the message says which, and from what to what.
    """
    for name, value in asked.items():
        if value != was[name]:
            raise ValueError(
                f"{name} was {was[name]!r} in the last fit and is {value!r} now; keep "
                "it to go on from that fit, or set warm_start=False and call fit to "
                "begin anew."
            )


def _array(tensor: torch.Tensor) -> np.ndarray:
    """A copy of a tensor as an array."""
    return tensor.detach().cpu().numpy().copy()
