"""Random directions for the incoming weights of candidate neurons.

A direction hears a random subset of the signals, its size log-uniform: what a neuron
has to see is often in few of them. Its kink lies at a random sample, and w · h is
spread by a log-uniform number of standard deviations.
"""

from math import log
from typing import Any

import torch
from torch import Tensor

#: Standard deviations of w · h that directions have, least and most.
SPREAD = (0.5, 4.0)


def directions(
    n: int,
    heard: Tensor,
    weight: Tensor | None,
    bias: bool,
    generator: torch.Generator,
) -> Tensor:
    """``n`` directions for signals ``heard`` (rows, s), the constant left out of them.

    Parameters
    ----------
    n : int
    heard : Tensor of shape (rows, s)
    weight : Tensor of shape (rows,) or None
        Of the samples: a sample of weight two is met twice as often.
    bias : bool
        Whether there is a constant to put the kink somewhere with.
    generator : torch.Generator
        It is asked for the same numbers whatever the samples are.

    Returns
    -------
    Tensor of shape (n, s + bias)
        The constant's weight last.
    """
    s = heard.shape[1]
    options: Any = {"generator": generator, "dtype": torch.float64}
    drawn = torch.randn(n, s, **options).to(heard)
    u = torch.rand(3, n, **options).to(heard)
    lot = torch.rand(n, s, **options).to(heard)
    width = torch.exp(u[0] * log(s + 1)).floor().clamp_max(max(s, 1))
    w = drawn * (lot.argsort(dim=1).argsort(dim=1) < width[:, None])
    lo, hi = SPREAD
    w *= (lo * (hi / lo) ** u[1] / (_spread(heard @ w.T, weight) + 1e-12))[:, None]
    if not bias:
        return w
    kink = heard[_picked(u[2], heard, weight)]
    return torch.cat([w, -(w * kink).sum(dim=1, keepdim=True)], dim=1)


def _spread(z: Tensor, weight: Tensor | None) -> Tensor:
    """Standard deviation (n,) of the columns of z (rows, n)."""
    if weight is None:
        return z.std(dim=0, correction=0)
    share = weight / weight.sum()
    return (share @ (z - share @ z).square()).sqrt()


def _picked(u: Tensor, heard: Tensor, weight: Tensor | None) -> Tensor:
    """Indices of samples, by numbers between zero and one."""
    if weight is None:
        weight = heard.new_ones(len(heard))
    ends = weight.double().cumsum(dim=0)
    found = torch.searchsorted(ends, u.double() * ends[-1], right=True)
    return found.clamp_max(len(heard) - 1)
