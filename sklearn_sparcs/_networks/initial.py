"""How weights are drawn at the start."""

import torch
from torch import Tensor


def uniform(
    *shape: int,
    bound: float,
    generator: torch.Generator | None,
    dtype: torch.dtype = torch.float64,
) -> Tensor:
    """Weights drawn from −bound to bound."""
    drawn = torch.rand(*shape, generator=generator, dtype=dtype)
    return (2 * drawn - 1) * bound


def linear_bound(n_in: int) -> float:
    """The bound of the weights that `torch.nn.Linear` starts with."""
    return max(n_in, 1) ** -0.5


def xavier_uniform(
    n_out: int,
    n_in: int,
    generator: torch.Generator | None,
    dtype: torch.dtype | None = None,
) -> Tensor:
    """Weights (n_out, n_in) by Xavier's rule, which keeps signals as wide as they are.

    They are drawn in float64, so that a seed means the same in every ``dtype``.
    """
    bound = (6 / max(n_in + n_out, 1)) ** 0.5
    drawn = uniform(n_out, n_in, bound=bound, generator=generator)
    return drawn.to(dtype or torch.get_default_dtype())
