"""Gradients of several backward passes, which a loop puts together by itself.

So do loops of several losses whose gradients are turned against one another before they
are added, a step each (Yu et al., "Gradient surgery for multi-task learning", 2020).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

#: Roundings of single precision that a gradient may be off by, to its length.
_CLOSE = 1e-3


def is_along(gradient: Tensor, other: Tensor) -> bool:
    """Whether one is the other, times a positive number, as a clipped one is."""
    g, o = gradient.double().flatten(), other.double().flatten()
    lengths = float(g.norm() * o.norm())
    return lengths == 0 or float(g @ o) > (1 - _CLOSE**2 / 2) * lengths


def shares(gradient: Tensor, parts: Sequence[Tensor]) -> list[float] | None:
    """Factors of the parts that they add up to the gradient with; None if they do not.

    The smallest such, if there are several.
    """
    columns = torch.stack([part.double().flatten() for part in parts], dim=1).cpu()
    whole = gradient.double().flatten().cpu()
    found = torch.linalg.pinv(columns, rtol=1e-6) @ whole
    missed = float((columns @ found - whole).norm())
    close = math.isfinite(missed) and missed <= _CLOSE * float(whole.norm())
    return found.tolist() if close else None
