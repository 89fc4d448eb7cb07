"""Samples as second-order steps see them, in memory or elsewhere."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional as F

from .._data.batches import TrainingData

#: Sums over samples, tensors each.
Sums: TypeAlias = tuple[Tensor, ...]


class Data(Protocol):
    """Samples, here or in several places."""

    def __len__(self) -> int:
        """How many samples there are."""

    @property
    def here(self) -> "LocalData | None":
        """All samples, if they are in this process."""

    @property
    def n_counted(self) -> float:
        """How many samples all rows stand for."""

    def total(self, of: Callable[..., Sums], *args: Any) -> Sums:
        """The sums that ``of(observations, *args)`` gives, over all samples."""

    def taken(self, index: Tensor) -> "Observations":
        """Some of the samples by number (k,), brought here in that order."""

    def some(self, index: Tensor) -> "Data":
        """Some of the samples by number (k,), where they are; so numbered anew."""

    def mapped(self, of: Callable[..., "Observations"], *args: Any) -> "Data":
        """What ``of(observations, *args)`` makes of the samples, where they are."""


class LocalData(ABC):
    """Samples in this process: `Data`.

    Attributes
    ----------
    y : Tensor of shape (n,) or (n, outputs)
    weight : Tensor of shape (n,) or None
        Its mean is one.
    mean_count : float or None
        As in `Samples`.
    """

    y: Tensor
    weight: Tensor | None
    mean_count: float | None

    @abstractmethod
    def rows(self, index: Tensor | slice) -> "Observations":
        """Some of the samples, with the weights that they have here."""

    def __len__(self) -> int:
        return len(self.y)

    @property
    def count(self) -> Tensor:
        """How many samples each row (n,) stands for."""
        ones = self.rows(slice(0)).inputs.new_ones(len(self))
        if self.mean_count is None:
            return ones
        return self.mean_count * (ones if self.weight is None else self.weight)

    @property
    def n_counted(self) -> float:
        """How many samples all rows stand for."""
        return float(self.count.sum())

    @property
    def here(self) -> Self:
        """These."""
        return self

    def total(self, of: Callable[..., Sums], *args: Any) -> Sums:
        """The sums of these samples."""
        return of(self, *args)

    def taken(self, index: Tensor) -> "Observations":
        """Some of the samples by number (k,)."""
        return self.rows(index.to(self.y.device))

    def some(self, index: Tensor) -> "Observations":
        """The same."""
        return self.taken(index)

    def mapped(self, of: Callable[..., "Observations"], *args: Any) -> "Observations":
        """What ``of`` makes of these samples."""
        return of(self, *args)


@dataclass(frozen=True)
class Observations(LocalData):
    """All samples as dense tensors, the constant among the inputs.

    Attributes
    ----------
    inputs : Tensor of shape (n, n_inputs)
    y, weight, mean_count
        As in `LocalData`.
    """

    inputs: Tensor
    y: Tensor
    weight: Tensor | None = None
    mean_count: float | None = None

    @classmethod
    def of(cls, data: TrainingData, bias: bool) -> "Observations":
        """Scaled samples, with the constant appended if the network hears one."""
        x = torch.cat([x for x, _, _ in data.slices()])
        return cls(with_constant(x, bias), data.y, data.weight, data.mean_count)

    def rows(self, index: Tensor | slice) -> "Observations":
        """Some of the samples, with the weights that they have here."""
        weight = None if self.weight is None else self.weight[index]
        return Observations(self.inputs[index], self.y[index], weight, self.mean_count)


def with_constant(x: Tensor, bias: bool) -> Tensor:
    """Features (n, features), and a one beside them if ``bias``."""
    return F.pad(x, (0, 1), value=1.0) if bias else x
