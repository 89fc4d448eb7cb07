"""Class labels in the partitions of dask collections."""

from collections.abc import Callable
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute
from dask.delayed import delayed

from .._data.shared_samples import SharedSamples
from .._fitted.encoding import ClassEncoding
from .._shared.shared_labels import (
    Labels,
    numbers_of,
    of_classes,
    plain,
    refuse_indicators,
    shared_encoding,
)
from .blocks import collection, no_rows, partitions_of
from .predictions import as_columns, framed
from .table import checked_table


def encoding_of(y: Any, class_weight: Any) -> tuple[ClassEncoding, np.ndarray | None]:
    """The encoding of labels, by a union of those that partitions have, and weights.

    Parameters
    ----------
    y : dask Array of shape (n,), or Series
    class_weight : dict, "balanced" or None

    Returns
    -------
    encoding : ClassEncoding
    weights : ndarray of shape (classes,), or None
        Those of the classes.

    Raises
    ------
    ValueError
        If labels are missing, of several kinds, several a sample, or no classes.
    TypeError
        If y is no collection of dask's.
    """
    refuse_indicators(collection(y, "y"))
    known = delayed(Labels.of, pure=False)
    found = compute(*[known(piece) for piece in partitions_of(y)])
    return shared_encoding(found, class_weight)


def accuracy(y: Any, predicted: Any, weight: Any = None) -> float:
    """Share of labels that are predicted, in the same partitions."""
    met = _as_array(y) == _as_array(predicted)
    if weight is None:
        return float(met.mean().compute())
    known = as_columns(weight)[:, 0]
    share, total = compute((met * known).sum(), known.sum())
    return float(share / total)


def _as_array(y: Any) -> da.Array:
    """Labels of an array or a series as an array, whatever pandas' dtype is."""
    if isinstance(y, da.Array):
        return y
    pieces = [delayed(plain)(piece) for piece in partitions_of(y)]
    return da.concatenate([da.from_delayed(p, (np.nan,), object) for p in pieces])


def checked_classes(
    X: Any,
    y: Any,
    encoding: ClassEncoding,
    weight: Any,
    class_weights: np.ndarray | None,
) -> SharedSamples:
    """Samples of encoded classes, whose partitions agree.

    Raises
    ------
    ValueError
        If they do not, or hold what no fit can use, or a class has no weight.
    """
    samples, _ = checked_table(X, _numbers(y, encoding), weight, class_weights)
    weighted = class_weights is not None or weight is not None
    return of_classes(samples, encoding, weighted)


def _numbers(y: Any, encoding: ClassEncoding) -> Any:
    """The numbers of labels, as doubles, in the same partitions."""
    numbers = partial(numbers_of, encoding)
    if isinstance(y, da.Array):
        return da.map_blocks(numbers, y, dtype=np.float64, meta=np.empty(0))
    meta = framed(np.empty(0), no_rows(y))
    return y.map_partitions(partial(_numbers_of_series, numbers), meta=meta)


def _numbers_of_series(numbers: Callable[[Any], np.ndarray], y: Any) -> Any:
    return framed(numbers(y), y)
