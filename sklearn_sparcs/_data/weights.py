"""Sample weights of a table in partitions: a summary, and normalisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .blocks import array_of
from .samples import COUNTABLE, Samples, refuse_extreme_weights


@dataclass(frozen=True)
class Weights:
    """Summary of some samples' weights.

    Attributes
    ----------
    n : int
        Samples whose weight is above zero.
    total : float
    ends : ndarray of shape (2,)
        The least that is above zero, and the greatest.
    least : float
        The least of all.
    whole : bool
        Whether all are whole numbers.
    finite : bool
        Whether all are finite.
    """

    n: int
    total: float
    ends: np.ndarray
    least: float
    whole: bool
    finite: bool

    @classmethod
    def of(cls, weight: np.ndarray) -> "Weights":
        """Summarise weights (n,)."""
        above = weight[weight > 0]
        return cls(
            len(above),
            float(above.sum()),
            np.array([above.min(initial=np.inf), above.max(initial=0.0)]),
            float(weight.min(initial=np.inf)),
            bool(np.all(weight == weight.round())),
            bool(np.isfinite(weight).all()),
        )

    @classmethod
    def joined(cls, parts: Sequence["Weights"]) -> "Weights":
        """Join the summaries of all parts."""
        low, high = np.transpose([part.ends for part in parts])
        return cls(
            sum(part.n for part in parts),
            float(np.sum([part.total for part in parts])),
            np.array([low.min(), high.max()]),
            min(part.least for part in parts),
            all(part.whole for part in parts),
            all(part.finite for part in parts),
        )


@dataclass(frozen=True)
class Unit:
    """The divisor of the weights.

    Attributes
    ----------
    mean : float
        That of the weights above zero.
    alike : bool
        Whether all of these are one number, and say nothing.
    mean_count : float or None
        As in `Samples`.
    """

    mean: float
    alike: bool
    mean_count: float | None

    @classmethod
    def of(cls, weights: Weights) -> "Unit":
        """Find the unit from a summary of all samples' weights."""
        mean = weights.total / weights.n
        counts = weights.whole and weights.total <= COUNTABLE
        alike = weights.ends[0] == weights.ends[1]
        return cls(mean, bool(alike), mean if counts else None)

    def samples(self, X: np.ndarray, y: np.ndarray, weight: np.ndarray) -> Samples:
        """Samples in these units, without those whose weight is zero."""
        if not weight.all():
            X, y, weight = X[weight > 0], y[weight > 0], weight[weight > 0]
        return Samples(
            X, y, None if self.alike else weight / self.mean, self.mean_count
        )


def refuse_unfit_weights(partitions: Sequence[tuple[int, Weights]]) -> None:
    """Refuse weights that no fit can use.

    Parameters
    ----------
    partitions : sequence of (int, Weights)
        Numbers, and what is known of each.

    Raises
    ------
    ValueError
        If there are such; the message says which, and what would be right.
    """
    for k, weights in partitions:
        if not weights.finite:
            raise ValueError(
                f"sample_weight contains NaN or infinity, in partition {k}. Give zero "
                "to what must not count."
            )
        if weights.least < 0:
            raise ValueError(
                f"sample_weight holds {weights.least:.3g}, in partition {k}; weights "
                "must be zero or more."
            )
        if weights.n:
            refuse_extreme_weights(weights.ends, f"In partition {k}, sample_weight")
    if not any(weights.n for _, weights in partitions):
        raise ValueError(
            "No sample has a weight above zero, by class_weight and sample_weight."
        )


def weight_of(
    y: Any, of_classes: np.ndarray | None, weight: Any = None
) -> np.ndarray | None:
    """The weights (n,) of some samples: their own, times those of their classes.

    Parameters
    ----------
    y : {ndarray, Series, DataFrame} of shape (n,) or (n, outputs)
        Numbers of classes, where ``of_classes`` are given.
    of_classes : ndarray of shape (classes,), or None
    weight : ndarray or Series of shape (n,), or None
    """
    own = None if weight is None else array_of(weight, np.float64)
    if of_classes is None:
        return own
    found = of_classes[array_of(y, np.intp).ravel()]
    return found if own is None else found * own
