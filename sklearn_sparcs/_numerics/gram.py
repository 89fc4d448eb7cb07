"""Gram matrices, summed over slices of rows."""

from itertools import pairwise

from torch import Tensor

#: A Gram matrix this large is computed by blocks, those below the diagonal left out.
_BLOCKED = 128
#: Into so many.
_N_BLOCKS = 4


def add_gram(total: Tensor, J: Tensor) -> None:
    """Add J' J, at least the blocks on the diagonal and right of it."""
    p = J.shape[1]
    n_blocks = _N_BLOCKS if p >= _BLOCKED else 1
    for a, b in pairwise(p * k // n_blocks for k in range(n_blocks + 1)):
        total[a:b, a:].addmm_(J[:, a:b].T, J[:, a:])


def mirrored(total: Tensor) -> Tensor:
    """The symmetric matrix of which the upper triangle is given."""
    return total.triu() + total.triu(1).T
