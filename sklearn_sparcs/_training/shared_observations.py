"""Observations in several places."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._data.parts import Parts, added, brought, placed, rows_of
from .observations import Observations, Sums


@dataclass(frozen=True)
class SharedObservations:
    """Observations without weights, each in its place: `Data`.

    Attributes
    ----------
    parts : Parts
        Of `Placed` observations.
    n : int
    device : torch.device
        Where samples are put that are brought here.
    """

    parts: Parts
    n: int
    device: torch.device

    #: The samples are elsewhere.
    here = None

    def __len__(self) -> int:
        return self.n

    @property
    def n_counted(self) -> float:
        """How many samples there are."""
        return float(self.n)

    def total(self, of: Callable[..., Sums], *args: Any) -> Sums:
        """The sums of all places."""
        total: Sums = self.parts.mapped(rows_of, of, *args).folded(added)
        return total

    def taken(self, index: Tensor) -> Observations:
        """Some of the samples by number (k,), brought here in that order."""
        found = brought(self.parts, index.cpu().numpy(), _arrays)
        inputs, y = (torch.from_numpy(each).to(self.device) for each in found)
        return Observations(inputs, y)

    def mapped(
        self, of: Callable[..., Observations], *args: Any
    ) -> "SharedObservations":
        """What ``of`` makes of the samples, where they are."""
        return replace(self, parts=self.parts.mapped(placed, of, *args).kept())


def _arrays(data: Observations, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    some = data.taken(torch.from_numpy(index))
    return some.inputs.cpu().numpy(), some.y.cpu().numpy()
