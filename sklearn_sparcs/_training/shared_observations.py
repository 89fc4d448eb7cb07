"""Observations in several places."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._data.parts import Parts, added, brought, own_of, placed, rows_of
from .observations import Observations, Sums


@dataclass(frozen=True)
class SharedObservations:
    """Observations in several places, as `Data`.

    Attributes
    ----------
    parts : Parts
        Of `Placed` observations.
    n : int
    device : torch.device
        Where samples are put that are brought here.
    mean_count : float or None
        As in `Samples`.
    """

    parts: Parts
    n: int
    device: torch.device
    mean_count: float | None = None

    #: The samples are elsewhere.
    here = None

    def __len__(self) -> int:
        return self.n

    @property
    def n_counted(self) -> float:
        """Number of samples that all rows represent."""
        return self.n * (1.0 if self.mean_count is None else self.mean_count)

    def total(self, of: Callable[..., Sums], *args: Any) -> Sums:
        """The sums of all places."""
        total: Sums = self.parts.mapped(rows_of, of, *args).folded(added)
        return total

    def taken(self, index: Tensor) -> Observations:
        """Fetch samples by number (k,), in that order."""
        found = brought(self.parts, index.cpu().numpy(), _arrays)
        inputs, y, *weight = (torch.from_numpy(a).to(self.device) for a in found)
        given = weight[0] if weight else None
        return Observations(inputs, y, given, self.mean_count)

    def some(self, index: Tensor) -> "SharedObservations":
        """Select samples by number (k,), left where they are."""
        parts = self.parts.mapped(own_of, _rows, index.cpu().numpy())
        return replace(self, parts=parts, n=len(index))

    def mapped(
        self, of: Callable[..., Observations], *args: Any
    ) -> "SharedObservations":
        """Replace the samples by ``of(observations, *args)``, where they are."""
        return replace(self, parts=self.parts.mapped(placed, of, *args).kept())


def _rows(data: Observations, index: np.ndarray) -> Observations:
    return data.taken(torch.from_numpy(index))


def _arrays(data: Observations, index: np.ndarray) -> tuple[np.ndarray, ...]:
    some = _rows(data, index)
    held = some.inputs, some.y, some.weight
    return tuple(each.cpu().numpy() for each in held if each is not None)
