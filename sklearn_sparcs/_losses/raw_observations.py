"""Samples too large to copy, as second-order steps see them."""

from dataclasses import dataclass, field

from torch import Tensor

from .._data.batches import TrainingData
from .observations import LocalData, Observations, with_constant


@dataclass(frozen=True)
class RawObservations(LocalData):
    """Samples whose X stays what and where it is: rows are scaled as they are asked.

    Attributes
    ----------
    data : TrainingData
    bias : bool
        Whether the network hears a constant.
    y, weight, mean_count
        As in `LocalData`.
    """

    data: TrainingData = field(repr=False)
    bias: bool
    y: Tensor = field(repr=False)
    weight: Tensor | None = field(repr=False)
    mean_count: float | None

    @classmethod
    def of(cls, data: TrainingData, bias: bool) -> "RawObservations":
        """The samples, with the constant among their inputs if there is one."""
        return cls(data, bias, data.y, data.weight, data.mean_count)

    def rows(self, index: Tensor | slice) -> Observations:
        """Some of the samples, scaled and dense."""
        x, y, weight = self.data.rows(index)
        return Observations(with_constant(x, self.bias), y, weight, self.mean_count)


def observed(data: TrainingData, bias: bool) -> LocalData:
    """Samples as a network hears them: a scaled copy, or X as it is if it is large."""
    kind = Observations if data.scaling is None else RawObservations
    return kind.of(data, bias)
