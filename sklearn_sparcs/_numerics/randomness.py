"""Random number generators that leave the global ones alone."""

from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state


def own_random_state(random_state: Any) -> np.random.RandomState:
    """A source of randomness that is never NumPy's global one.

    ``None`` is fresh entropy; an int or an instance is what it is everywhere.
    """
    return (
        np.random.RandomState()
        if random_state is None
        else check_random_state(random_state)
    )


def generators(random_state: np.random.RandomState, n: int) -> list[torch.Generator]:
    """Generators of our own, so that torch's global one is left alone."""
    return [torch.Generator().manual_seed(seed) for seed in seeds(random_state, n)]


def seeds(random_state: np.random.RandomState, n: int) -> list[int]:
    """Numbers to seed draws with."""
    drawn = random_state.randint(np.iinfo(np.int32).max, size=n)
    return [int(seed) for seed in drawn]
