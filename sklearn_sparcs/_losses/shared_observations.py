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
class Selection:
    """Samples selected by number, of which sums ask their places alone.

    Attributes
    ----------
    parts : Parts
        All samples, which know their numbers.
    numbers : ndarray of shape (k,)
        Those of the samples selected, in order.
    """

    parts: Parts
    numbers: np.ndarray


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
    selection : Selection or None
        What these samples were selected from.
    """

    parts: Parts
    n: int
    device: torch.device
    mean_count: float | None = None
    selection: Selection | None = None

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
        selected = self._selected(index)
        found = brought(selected.parts, selected.numbers, _arrays)
        inputs, y, *weight = (torch.from_numpy(a).to(self.device) for a in found)
        given = weight[0] if weight else None
        return Observations(inputs, y, given, self.mean_count)

    def some(self, index: Tensor) -> "SharedObservations":
        """Select samples by number (k,), left where they are."""
        selected = self._selected(index)
        parts = selected.parts.mapped(own_of, _rows, selected.numbers)
        return replace(self, parts=parts, n=len(index), selection=selected)

    def _selected(self, index: Tensor) -> Selection:
        """Samples by number, among all that there are."""
        numbers = index.cpu().numpy()
        if self.selection is None:
            return Selection(self.parts, numbers)
        return Selection(self.selection.parts, self.selection.numbers[numbers])

    def mapped(
        self, of: Callable[..., Observations], *args: Any
    ) -> "SharedObservations":
        """Replace the samples by ``of(observations, *args)``, where they are."""
        parts, selection = self.parts.mapped(placed, of, *args).kept(), self.selection
        if selection is not None:
            whole = selection.parts.mapped(placed, of, *args).kept()
            selection = Selection(whole, selection.numbers)
        return replace(self, parts=parts, selection=selection)


def _rows(data: Observations, index: np.ndarray) -> Observations:
    return data.taken(torch.from_numpy(index))


def _arrays(data: Observations, index: np.ndarray) -> tuple[np.ndarray, ...]:
    some = _rows(data, index)
    held = some.inputs, some.y, some.weight
    return tuple(each.cpu().numpy() for each in held if each is not None)
