"""Validation of dask arrays and frames as a table of samples."""

from functools import partial
from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute
from dask.delayed import Delayed, delayed

from .._checks.rounded_data import warn_of_rounding_in_partitions
from .._data.partition_checks import (
    PartitionSummary,
    TableSummary,
    refuse_dimensions,
    samples_of,
    short,
)
from .._data.parts import Placed
from .._data.shared_samples import SharedSamples
from .._data.weights import Unit
from .blocks import collection, partitions_of
from .parts import DaskParts


def checked_table(
    X: Any, y: Any, weight: Any = None, of_classes: np.ndarray | None = None
) -> tuple[SharedSamples, PartitionSummary]:
    """Samples of real targets, and the summary of the first partition with rows.

    Parameters
    ----------
    X : dask Array of shape (n, features) or DataFrame
    y : dask Array of shape (n,) or (n, outputs), Series or DataFrame
    weight : dask Array of shape (n,) or Series, or None
    of_classes : ndarray of shape (classes,), or None
        Weights of classes, whose numbers y then holds.

    Raises
    ------
    ValueError
        If partitions do not agree with each other, or hold what no fit can use.
    TypeError
        If X, y or weights are no collection of dask's.
    """
    blocks = _blocks(X, y, weight)
    asked = delayed(PartitionSummary.of, pure=False)
    whole = TableSummary.of(compute(*[asked(of_classes, *each) for each in blocks]))
    warn_of_rounding_in_partitions(whole)
    given = whole.dtype, whole.unit, of_classes
    make = delayed(partial(_placed, *given), pure=False)
    pieces = [make(start, *blocks[k]) for k, start in whole.before.items()]
    return whole.shared(DaskParts(pieces).kept()), whole.like


def _blocks(X: Any, y: Any, weight: Any) -> list[tuple[Delayed, ...]]:
    """Partitions of X, of y, and of weights if there are any, one by one."""
    X, y = collection(X, "X"), collection(y, "y")
    weights = [] if weight is None else [collection(weight, "sample_weight")]
    refuse_dimensions(X, y, *weights)
    rows = [partitions_of(X), _alike(X, y, "y")]
    rows += [_alike(X, each, "sample_weight") for each in weights]
    return list(zip(*rows, strict=True))


def _alike(X: Any, given: Any, name: str) -> list[Delayed]:
    """Partitions of y or of weights, which are those of X."""
    divisions = getattr(X, "divisions", (None,)), getattr(given, "divisions", (None,))
    if None not in divisions[0] + divisions[1] and divisions[0] != divisions[1]:
        raise ValueError(
            f"X and {name} must be partitioned alike; their divisions differ: "
            f"{short(divisions[0])} and {short(divisions[1])}. Repartition {name} by "
            "divisions=X.divisions."
        )
    if isinstance(X, da.Array) and isinstance(given, da.Array):
        given = _cut_alike(X, given, name)
    n_X, found = len(partitions_of(X)), partitions_of(given)
    if n_X != len(found):
        raise ValueError(
            f"X and {name} must be partitioned alike; X has {n_X} partitions of "
            f"rows, and {name} {len(found)}."
        )
    return found


def _cut_alike(X: da.Array, given: da.Array, name: str) -> da.Array:
    """Another array in the chunks of X's rows, if both are known."""
    if any(np.isnan(size) for size in (*X.chunks[0], *given.chunks[0])):
        return given
    if X.shape[0] != given.shape[0]:
        raise ValueError(f"X has {X.shape[0]} rows, and {name} {given.shape[0]}.")
    return given.rechunk({0: X.chunks[0]})


def _placed(
    dtype: Any,
    unit: Unit | None,
    of_classes: np.ndarray | None,
    before: int,
    *blocks: Any,
) -> Placed:
    """A partition as arrays, without the rows that do not count."""
    return Placed(before, samples_of(dtype, unit, of_classes, *blocks))
