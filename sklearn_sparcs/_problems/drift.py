"""How far a stream is from the scale that its first rows have set."""

import numpy as np
from scipy import sparse

from .._data.scaling import Scaling
from .task import Task

#: How many times as large, or as small, a scale may be as that of the first rows.
FAR = 1e3


def spread_of_targets(rows: Task, scaling: Scaling) -> float | None:
    """How much targets vary, in units of their scale; None if that is not far from one.

    Targets that do not vary at all say nothing, and classes have no scale.
    """
    if not rows.loss.scales_targets:
        return None
    y = rows.y.reshape(len(rows.y), -1)
    spread = float((y.std(axis=0) / scaling.y_scale).max())
    return spread if spread > FAR or 0 < spread < 1 / FAR else None


def farthest_feature(rows: Task, scaling: Scaling) -> tuple[int, float] | None:
    """The column that is farthest from its mean, and how far, in units of its scale.

    None if that is not far. A sparse X is not looked at.
    """
    if sparse.issparse(rows.X):
        return None
    scaled = scaling.features(rows.X).astype(np.float64)
    square = np.square(scaled).mean(axis=0)
    j = int(square.argmax())
    return (j, float(np.sqrt(square[j]))) if square[j] > FAR**2 else None


def out_of_scale(rows: Task, scaling: Scaling) -> bool:
    """Whether targets or a feature are."""
    spread = spread_of_targets(rows, scaling)
    return spread is not None or farthest_feature(rows, scaling) is not None
