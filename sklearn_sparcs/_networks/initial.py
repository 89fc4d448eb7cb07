"""Initial weights."""

import torch
from torch import Tensor


def uniform(
    *shape: int,
    bound: float,
    generator: torch.Generator | None,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Weights drawn from −bound to bound.

    They are drawn in float64, and where the generator is, so that a seed means the
    same in every ``dtype`` and on every ``device``.
    """
    device = device or torch.get_default_device()
    source = device if generator is None else generator.device
    drawn = torch.rand(*shape, generator=generator, dtype=torch.float64, device=source)
    scaled = (2 * drawn - 1) * bound
    return scaled.to(device, dtype or torch.get_default_dtype())


def linear_bound(n_in: int) -> float:
    """The bound of the weights that `torch.nn.Linear` starts with."""
    return max(n_in, 1) ** -0.5


def xavier_uniform(
    n_out: int,
    n_in: int,
    generator: torch.Generator | None,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Weights (n_out, n_in) by Xavier's rule, which keeps signals as wide as they are.

    Drawn as by `uniform`.
    """
    bound = (6 / max(n_in + n_out, 1)) ** 0.5
    return uniform(
        n_out, n_in, bound=bound, generator=generator, dtype=dtype, device=device
    )
