"""Adam's step sizes: shorter where batches make gradients noisy.

Noise moves an eigenvalue by a step's length whatever its gradient, and takes small ones
across zero, which puts their neurons to sleep. A batch that is the whole table has no
noise, so nothing is shortened for tables of one or two batches.
"""

from math import ceil

#: Adam's step where batches are the table, and the shortest that noise makes of it.
LONGEST, SHORTEST = 0.01, 0.005
#: Batches of an epoch up to which steps are longest.
_FEW_BATCHES = 2
#: Eigenvalues take steps at least this many times as long as eigenvectors do.
SLOWEST = 0.3


def quietness(n_samples: int, batch_size: int) -> float:
    """One where batches are few, then falling as the inverse of their number."""
    return min(1.0, _FEW_BATCHES / ceil(n_samples / batch_size))


def learning_rate(init: float | str, quiet: float) -> float:
    """Adam's step for eigenvectors: the user's, or one that suits the batches."""
    return max(quiet * LONGEST, SHORTEST) if init == "auto" else float(init)


def eigenvalue_rate(quiet: float) -> float:
    """Steps of eigenvalues in those of eigenvectors."""
    return max(quiet**2, SLOWEST)
