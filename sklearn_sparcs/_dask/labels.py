"""Labels in the partitions of dask's collections, and their numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute
from dask.delayed import delayed

from .._data.parts import placed, rows_of
from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .._estimators.encoding import ClassEncoding
from .._sklearn import is_missing
from .blocks import collection, no_rows, partitions_of
from .predictions import as_columns, framed
from .table import checked_table


@dataclass(frozen=True)
class Labels:
    """What is known of a partition's labels.

    Attributes
    ----------
    n_rows, n_missing : int
    distinct : ndarray
        Those that are not missing.
    counts : ndarray
        How many there are of each.
    """

    n_rows: int
    n_missing: int
    distinct: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, y: Any) -> "Labels":
        """Of an array or a series."""
        y = plain(y)
        none = np.zeros(len(y), dtype=bool)
        if y.dtype.kind == "f":
            none = np.isnan(y)
        elif y.dtype == object:
            none = np.fromiter(map(is_missing, y), dtype=bool, count=len(y))
        known = np.unique(y[~none], return_counts=True)
        return cls(len(y), int(none.sum()), *known)


def plain(y: Any) -> np.ndarray:
    """Labels of an array or a series as an array, of the dtype that NumPy has."""
    return y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)


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
    if collection(y, "y").ndim != 1:
        raise ValueError(
            "y in partitions must be one-dimensional, a class a sample; got "
            f"{y.ndim} dimensions. Several labels a sample are for the estimator of "
            "one machine."
        )
    known = delayed(Labels.of, pure=False)
    found = compute(*[known(piece) for piece in partitions_of(y)])
    full = [(k, labels) for k, labels in enumerate(found) if labels.n_rows]
    if not full:
        raise ValueError("X and y are empty: there is no row in any partition.")
    _refuse_unfit(full)
    distinct = np.concatenate([labels.distinct for _, labels in full])
    encoding = ClassEncoding.of(distinct)
    if class_weight is None:
        return encoding, None
    counts = np.zeros(len(encoding.classes))
    number = np.searchsorted(encoding.classes, distinct)
    np.add.at(counts, number, np.concatenate([labels.counts for _, labels in full]))
    return encoding, encoding.weights_of_classes(class_weight, counts)


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


def _refuse_unfit(found: list[tuple[int, Labels]]) -> None:
    """Refuse what is missing, and words here and numbers there."""
    number, first = found[0]
    for k, labels in found:
        if labels.n_missing:
            raise ValueError(
                f"y has {labels.n_missing} missing of {labels.n_rows} labels in "
                f"partition {k}; leave such rows out, or make them a class of their "
                "own."
            )
        if labels.distinct.dtype.kind != first.distinct.dtype.kind:
            raise ValueError(
                f"Partitions must be alike: partition {number} has labels of dtype "
                f"{first.distinct.dtype}, and partition {k} of {labels.distinct.dtype}."
            )


def checked_classes(
    X: Any,
    y: Any,
    encoding: ClassEncoding,
    weight: Any,
    of_classes: np.ndarray | None,
) -> SharedSamples:
    """Samples of encoded classes, whose partitions agree.

    Raises
    ------
    ValueError
        If they do not, or hold what no fit can use, or a class has no weight.
    """
    samples, _ = checked_table(X, _numbers(y, encoding), weight, of_classes)
    if of_classes is not None or weight is not None:
        _refuse_weightless(samples, encoding.classes)
    if encoding.n_outputs == 1:
        return samples
    return replace(samples, parts=samples.parts.mapped(placed, _with_indices))


def _refuse_weightless(samples: SharedSamples, classes: np.ndarray) -> None:
    """Refuse classes of which no sample counts: one machine would rule them out."""
    counts = samples.parts.mapped(rows_of, _counts, len(classes)).folded(np.add)
    if not counts.all():
        raise ValueError(
            f"No sample of {classes[counts == 0].tolist()} has a weight above zero; "
            "leave the rows of such classes out, or use the estimator of one machine."
        )


def _counts(samples: Samples, n_classes: int) -> np.ndarray:
    """How many samples there are of each class."""
    return np.bincount(samples.y.ravel().astype(np.intp), minlength=n_classes)


def _numbers(y: Any, encoding: ClassEncoding) -> Any:
    """The numbers of labels, as doubles, in the same partitions."""
    numbers = partial(_numbers_of_block, encoding)
    if isinstance(y, da.Array):
        return da.map_blocks(numbers, y, dtype=np.float64, meta=np.empty(0))
    meta = framed(np.empty(0), no_rows(y))
    return y.map_partitions(partial(_numbers_of_series, numbers), meta=meta)


def _numbers_of_block(encoding: ClassEncoding, y: Any) -> np.ndarray:
    return encoding.encode(plain(y)).ravel().astype(np.float64)


def _numbers_of_series(numbers: Callable[[Any], np.ndarray], y: Any) -> Any:
    return framed(numbers(y), y)


def _with_indices(samples: Samples) -> Samples:
    """Classes as indices (n,), as softmax takes them."""
    return replace(samples, y=samples.y[:, 0].astype(np.int64))
