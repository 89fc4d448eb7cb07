"""Scaled samples on the device, and mini-batches of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from .features import ROWS_PER_SLICE
from .samples import Samples
from .scaling import Scaling
from .tensors import as_tensor

#: Features, targets, and weights or None.
Batch = tuple[Tensor, Tensor, Tensor | None]

#: Bytes of X up to which a scaled copy of the whole is made, by type of device.
LARGEST_COPY = {"cpu": 2**26, "cuda": 2**31}

#: Most entries of a dense slice, or of the batches that are gathered at a time.
_DENSE_SIZE = 2**18


@dataclass(frozen=True)
class TrainingData:
    """Scaled samples; sparse or very large ones are scaled and moved in batches.

    Attributes
    ----------
    x : Tensor, csr_array or ndarray of shape (n, features)
        A scaled tensor on the device; or a scaled CSR matrix; or an array too large to
        copy, which stays what and where it is, to be scaled a few rows at a time.
    y : Tensor of shape (n,) or (n, outputs)
        Scaled targets, on the device.
    weight : Tensor of shape (n,) or None
        Its mean is one.
    mean_count : float or None
        As in `Samples`.
    scaling : Scaling or None
        What is still to be applied to the rows of ``x``.
    offset : ndarray of shape (features,), or float
        What was taken out of features, in scaled units: they are rounded as sums with
        it.
    """

    x: Any
    y: Tensor
    weight: Tensor | None
    mean_count: float | None = None
    scaling: Scaling | None = None
    offset: np.ndarray | float = 0.0

    @classmethod
    def of(
        cls, samples: Samples, scaling: Scaling, device: torch.device
    ) -> "TrainingData":
        """Scale samples, and move them where they are computed with.

        A dense X of more bytes than `LARGEST_COPY` is scaled and moved a few rows at a
        time, whenever they are asked for.
        """
        X, weight = samples.X, samples.weight
        largest = LARGEST_COPY.get(device.type, LARGEST_COPY["cpu"])
        later = not sparse.issparse(X) and X.nbytes > largest
        x = X if later else scaling.features(X)
        return cls(
            x if later or sparse.issparse(x) else _tensor(x, device),
            _tensor(scaling.targets(samples.y, X.dtype), device),
            None if weight is None else _tensor(weight.astype(X.dtype), device),
            samples.mean_count,
            scaling if later else None,
            scaling.offset,
        )

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

    @property
    def n_counted(self) -> float:
        """Number of samples that all rows represent."""
        return len(self) * (1.0 if self.mean_count is None else self.mean_count)

    def multiplicity(self, weight: Tensor | None) -> Tensor | float:
        """Number of samples that each row of a batch with such weights represents."""
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
        x = self.x[picked]
        x = x.toarray() if self.scaling is None else self.scaling.features(x)
        return as_tensor(x).to(y.device), y, weight

    @property
    def slice_size(self) -> int:
        """Rows at a time where no gradient is needed."""
        return max(1, min(ROWS_PER_SLICE, _DENSE_SIZE // self.x.shape[1]))

    def slices(self, size: int | None = None) -> Iterator[Batch]:
        """Every sample in order, a slice at a time."""
        size = size or self.slice_size
        for start in range(0, len(self), size):
            yield self.rows(slice(start, start + size))

    def sample(self, n: int, generator: torch.Generator) -> "TrainingData":
        """About ``n`` distinct samples; all of them if there are no more."""
        if len(self) <= n:
            return self
        drawn = drawn_rows(len(self), n, generator)
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


def drawn_rows(n_rows: int, n: int, generator: torch.Generator) -> Tensor:
    """Indices of about ``n`` distinct rows."""
    if n_rows <= 10 * n:
        return torch.randperm(n_rows, generator=generator)[:n]
    # a permutation of all rows would cost more than the rows drawn
    return torch.randint(n_rows, (n,), generator=generator).unique()


def _tensor(array: np.ndarray, device: torch.device) -> Tensor:
    return as_tensor(array).to(device)
