"""Samples on the device, and the batches that training takes of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from .features import Bounds, clipped

#: Features, targets, and weights or None.
Batch = tuple[Tensor, Tensor, Tensor | None]

#: Rows at a time where no gradient is needed, and entries that they may have.
SLICE = 8192
_DENSE_SIZE = 2**18


@dataclass(frozen=True)
class TrainingData:
    """Scaled samples, on the device when they are asked for.

    ``x`` (n, features) is a scaled tensor on the device; or a scaled scipy CSR matrix;
    or an array too large to copy, which stays what and where it is: ``scaling``, its
    features' mean and scale in its dtype, and their bounds, is then applied to the rows
    asked for. ``y`` and ``weight`` (or None) are tensors on the device.

    The weights have mean one; where whole numbers were given they count repeated
    samples, and ``mean_count`` is the mean that they had.
    """

    x: Any  # Tensor | csr_array | ndarray
    y: Tensor
    weight: Tensor | None
    mean_count: float | None = None
    scaling: tuple[np.ndarray, np.ndarray, Bounds | None] | None = None

    def __len__(self) -> int:
        return len(self.y)

    @property
    def is_sparse(self) -> bool:
        """Whether ``x`` is a CSR matrix."""
        return sparse.issparse(self.x)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype computed in: that of ``x``."""
        if isinstance(self.x, Tensor):
            return self.x.dtype
        return torch.float32 if self.x.dtype == np.float32 else torch.float64

    def multiplicity(self, weight: Tensor | None) -> Tensor | float:
        """How many samples each row of a batch with such weights stands for."""
        if self.mean_count is None:
            return 1.0
        return self.mean_count * (1.0 if weight is None else weight)

    def rows(self, index: Tensor | slice) -> Batch:
        """Some of the samples, as dense tensors."""
        y = self.y[index]
        weight = None if self.weight is None else self.weight[index]
        if isinstance(self.x, Tensor):
            return self.x[index], y, weight
        picked = index if isinstance(index, slice) else index.cpu().numpy()
        if self.scaling is None:
            x = self.x[picked].toarray()
        else:
            mean, scale, bounds = self.scaling
            x = clipped(self.x[picked], bounds) - mean
            x /= scale
        return torch.from_numpy(x).to(y.device), y, weight

    @property
    def slice_size(self) -> int:
        """Rows at a time where no gradient is needed."""
        return max(1, min(SLICE, _DENSE_SIZE // self.x.shape[1]))

    def slices(self, size: int | None = None) -> Iterator[Batch]:
        """Every sample in order, a slice at a time."""
        size = size or self.slice_size
        for start in range(0, len(self), size):
            yield self.rows(slice(start, start + size))

    def sample(self, n: int, generator: torch.Generator) -> "TrainingData":
        """About ``n`` samples, none twice; all of them if they fit."""
        if len(self) <= n:
            return self
        if len(self) <= 10 * n:
            drawn = torch.randperm(len(self), generator=generator)[:n]
        else:  # a permutation would cost more than the samples are for
            drawn = torch.randint(len(self), (n,), generator=generator).unique()
        return TrainingData(*self.rows(drawn.to(self.y.device)), self.mean_count)

    def batches(self, size: int, order: Tensor | None) -> Iterator[Batch]:
        """Every sample once, in the given order, many batches gathered at a time."""
        if order is None:
            order = torch.arange(len(self), device=self.y.device)
        several = size * max(1, _DENSE_SIZE // (size * self.x.shape[1]))
        for rows in order.split(several):
            x, y, weight = self.rows(rows)
            weights = repeat(None) if weight is None else weight.split(size)
            yield from zip(x.split(size), y.split(size), weights, strict=False)
