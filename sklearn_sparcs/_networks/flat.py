"""Many tensors as one vector, and how weights are drawn."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor


def xavier_uniform(
    n_out: int,
    n_in: int,
    generator: torch.Generator | None,
    dtype: torch.dtype | None = None,
) -> Tensor:
    bound = (6 / max(n_in + n_out, 1)) ** 0.5
    drawn = torch.rand(n_out, n_in, generator=generator, dtype=torch.float64)
    return ((2 * drawn - 1) * bound).to(dtype or torch.get_default_dtype())


def pack(tensors: Sequence[Tensor]) -> Tensor:
    """Every entry of the tensors, in one new vector."""
    return torch.cat([t.detach().reshape(-1) for t in tensors])


def unpack(flat: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """The way back of `pack`: views, shaped as the tensors of ``like``."""
    ends = [0]
    for t in like:
        ends.append(ends[-1] + prod(t.shape))
    return [
        flat[a:b].view(t.shape) for (a, b), t in zip(pairwise(ends), like, strict=True)
    ]
