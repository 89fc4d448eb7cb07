"""Refusal of networks whose arrays memory cannot hold, before any work is done."""

import math
import os
from itertools import pairwise
from typing import Any

from .._networks.checks import checked_layer_sizes

#: Arrays of the size of all eigenvectors that the end of a fit holds at a time.
_COPIES = 4

_NUMBER, _GIBIBYTE = 8, 2**30


def refuse_oversized(sizes: Any, n_features: int) -> None:
    """Refuse hidden layers whose eigenvectors are larger than the machine's memory.

    Neurons asleep are trained at no cost, but the fitted arrays have them too.

    Parameters
    ----------
    sizes : int or sequence of int
        As ``hidden_layer_sizes``.
    n_features : int

    Raises
    ------
    ValueError
        If they are, or one size is not a positive whole number.
    """
    layers = [n_features, *checked_layer_sizes(sizes), 1]
    n_bytes = _NUMBER * _COPIES * sum(n * m for n, m in pairwise(layers))
    memory = machine_memory()
    if n_bytes > memory:
        raise ValueError(
            f"hidden_layer_sizes={sizes!r} with {n_features} features needs arrays of "
            f"{n_bytes / _GIBIBYTE:.3g} GiB, of all neurons that may ever fire, and "
            f"this machine has {memory / _GIBIBYTE:.3g} GiB of memory; allow fewer."
        )


def machine_memory() -> float:
    """Bytes of memory of the machine; infinite where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):  # not on Windows
        return math.inf
