"""Samples that are split over several places, and the moments of their columns."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from .binary_features import at_ends
from .columns import Moments, half_gap_or, moments_about
from .features import Bounds, clipped, ends_of
from .outliers import evenly_spaced_rows, usual
from .parts import Parts, brought, rows_of
from .samples import Samples


@dataclass(frozen=True)
class SharedSamples:
    """Samples that stay in several places, as `Columns` for `Scaling`.

    Attributes
    ----------
    parts : Parts
        Of `Placed` samples, with weights that have a mean of one over all, or none.
    n : int
    n_features : int
    dtype : dtype
        That of the features.
    weighted : bool
        Whether there are weights.
    mean_count : float or None
        As in `Samples`.
    """

    parts: Parts
    n: int
    n_features: int
    dtype: Any
    weighted: bool = False
    mean_count: float | None = None

    #: Only dense tables are shared.
    is_sparse = False

    def __len__(self) -> int:
        return self.n

    def taken(self, rows: np.ndarray) -> Samples:
        """Fetch rows by number."""
        X, y, *weight = brought(self.parts, rows, _rows)
        return Samples(X, y, weight[0] if weight else None, self.mean_count)

    @property
    def X(self) -> "RowsElsewhere":
        """Features, fetched when they are indexed by row."""
        return RowsElsewhere(self.parts, "X", (self.n, self.n_features))

    @property
    def weight(self) -> "RowsElsewhere | None":
        """Weights, fetched when they are indexed by row."""
        return RowsElsewhere(self.parts, "weight", (self.n,)) if self.weighted else None

    @cached_property
    def ends(self) -> Bounds:
        """Least and greatest value of each feature."""
        return self._ends("X")

    @cached_property
    def ends_of_targets(self) -> Bounds:
        """Least and greatest value of each target."""
        return self._ends("y")

    def _ends(self, name: str) -> Bounds:
        ends: Bounds = self.parts.mapped(rows_of, _ends, name).folded(_wider)
        return ends

    def moments(self, bounds: Bounds | None) -> Moments:
        """Mean of each feature, and standard deviation or half its only gap."""
        mean, scale = self._moments("X", bounds)
        low, high = clipped(np.array(self.ends), bounds)
        two = self.parts.mapped(rows_of, _two_values, low, high, bounds).folded(_both)
        gap = np.where(two, high.astype(np.float64) - low, 0.0)
        return mean, half_gap_or(scale, gap)

    def moments_of_targets(self) -> Moments:
        """Mean and standard deviation of each target."""
        return self._moments("y", None)

    @cached_property
    def target_scale(self) -> np.ndarray:
        """Standard deviation (outputs,) of each target."""
        return self._pooled("y", None).deviation

    def _moments(self, name: str, bounds: Bounds | None) -> Moments:
        found = self._pooled(name, bounds)
        return found.first + found.mean, found.scale

    def _pooled(self, name: str, bounds: Bounds | None) -> "_Pooled":
        some = _columns(self.taken(np.zeros(1, dtype=int)), name)
        first = clipped(some, bounds).astype(np.float64)
        pooled: _Pooled = self.parts.mapped(
            rows_of, _Pooled.of, name, first, bounds
        ).folded(_Pooled.with_more)
        return pooled

    def usual(self) -> Bounds:
        """Bounds beyond which values are outliers."""
        return self._usual

    @cached_property
    def _usual(self) -> Bounds:
        some = self.taken(evenly_spaced_rows(np.arange(self.n)))
        return usual(some.X, some.weight)


@dataclass(frozen=True)
class RowsElsewhere:
    """An array-like of shared samples, whose rows are fetched by index.

    Attributes
    ----------
    parts : Parts
        Of `Placed` samples.
    name : str
        Of an array that each of these holds.
    shape : tuple of int
        That of all these arrays together.
    """

    parts: Parts
    name: str
    shape: tuple[int, ...]

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        (found,) = brought(self.parts, rows, partial(_named_rows, self.name))
        return found


class _Pooled(NamedTuple):
    """Moments of the differences from one row, of which others' can be joined.

    ``n`` is the sum of weights, ``square`` that of squares about the mean.
    """

    first: np.ndarray
    n: float
    mean: np.ndarray
    square: np.ndarray

    @classmethod
    def of(
        cls, samples: Samples, name: str, first: np.ndarray, bounds: Bounds | None
    ) -> "_Pooled":
        """Moments of the features, or the targets, of some samples."""
        columns, weight = _columns(samples, name), samples.weight
        scaler = moments_about(first, columns, weight, bounds)
        n = len(samples) if weight is None else float(weight.sum())
        return cls(first.ravel(), n, scaler.mean_, scaler.var_ * n)

    def with_more(self, other: "_Pooled") -> "_Pooled":
        """Moments of both together (Chan, Golub and LeVeque, 1979)."""
        n, apart = self.n + other.n, other.mean - self.mean
        between = np.square(apart) * (self.n * other.n / n)
        return _Pooled(
            self.first,
            n,
            self.mean + apart * (other.n / n),
            self.square + other.square + between,
        )

    @property
    def deviation(self) -> np.ndarray:
        """Standard deviations."""
        return np.sqrt(self.square / self.n)

    @property
    def scale(self) -> np.ndarray:
        """Standard deviations; one where that is rounding, as scikit-learn has it."""
        variance, eps = self.square / self.n, np.finfo(float).eps
        rounding = self.n * eps * variance + np.square(self.n * eps * self.mean)
        return np.where(variance <= rounding, 1.0, np.sqrt(variance))


def _rows(samples: Samples, index: np.ndarray) -> tuple[np.ndarray, ...]:
    held = samples.X, samples.y, samples.weight
    return tuple(each[index] for each in held if each is not None)


def _named_rows(
    name: str, samples: Samples, index: np.ndarray
) -> tuple[np.ndarray, ...]:
    return (getattr(samples, name)[index],)


def _columns(samples: Samples, name: str) -> np.ndarray:
    """Features, or targets, as an array of two dimensions."""
    values: np.ndarray = getattr(samples, name)
    return values.reshape(len(values), -1)


def _ends(samples: Samples, name: str) -> Bounds:
    return ends_of(_columns(samples, name))


def _wider(one: Bounds, other: Bounds) -> Bounds:
    return np.minimum(one[0], other[0]), np.maximum(one[1], other[1])


def _two_values(
    samples: Samples, low: np.ndarray, high: np.ndarray, bounds: Bounds | None
) -> np.ndarray:
    """Whether each feature has no values but these."""
    return at_ends(clipped(samples.X, bounds), low, high)


def _both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return one & other
