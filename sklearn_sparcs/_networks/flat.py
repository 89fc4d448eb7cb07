"""Tensors packed into one vector, and unpacked again."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor


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
