"""Class labels of a table in partitions: a summary, and their encoding."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._data.parts import placed, rows_of
from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .._fitted.encoding import ClassEncoding
from .._sklearn import is_missing


@dataclass(frozen=True)
class Labels:
    """Summary of a partition's labels.

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
        """Summarise the labels of an array or a series.

        Raises
        ------
        ValueError
            If y has more dimensions than one.
        """
        y = plain(y)
        refuse_indicators(y)
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


def shared_encoding(
    found: Sequence[Labels], class_weight: Any
) -> tuple[ClassEncoding, np.ndarray | None]:
    """The encoding of labels, by a union of those that partitions have, and weights.

    Parameters
    ----------
    found : sequence of Labels
        A partition each.
    class_weight : dict, "balanced" or None

    Returns
    -------
    encoding : ClassEncoding
    weights : ndarray of shape (classes,), or None
        Those of the classes.

    Raises
    ------
    ValueError
        If labels are missing, of several kinds, or no classes.
    """
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


def of_classes(
    samples: SharedSamples, encoding: ClassEncoding, weighted: bool
) -> SharedSamples:
    """Encode samples whose y holds class numbers, as the loss takes them.

    Raises
    ------
    ValueError
        If they are ``weighted``, and a class has no weight.
    """
    if weighted:
        _refuse_weightless(samples, encoding.classes)
    if encoding.n_outputs == 1:
        return samples
    return replace(samples, parts=samples.parts.mapped(placed, _with_indices))


def refuse_indicators(y: Any) -> None:
    """Refuse several labels a sample.

    Raises
    ------
    ValueError
        If y has more dimensions than one.
    """
    if y.ndim != 1:
        raise ValueError(
            "y in partitions must be one-dimensional, a class a sample; got "
            f"{y.ndim} dimensions. Several labels a sample are for the estimator of "
            "one machine."
        )


def numbers_of(encoding: ClassEncoding, y: Any) -> np.ndarray:
    """The numbers (n,) of labels, as doubles."""
    return encoding.encode(plain(y)).ravel().astype(np.float64)


def _refuse_unfit(found: Sequence[tuple[int, Labels]]) -> None:
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


def _refuse_weightless(samples: SharedSamples, classes: np.ndarray) -> None:
    """Refuse classes of which no sample counts: one machine would rule them out."""
    counts = samples.parts.mapped(rows_of, _counts, len(classes)).folded(np.add)
    if not counts.all():
        raise ValueError(
            f"No sample of {classes[counts == 0].tolist()} has a weight above zero; "
            "leave the rows of such classes out, or use the estimator of one machine."
        )


def _counts(samples: Samples, n_classes: int) -> np.ndarray:
    """Number of samples of each class."""
    return np.bincount(samples.y.ravel().astype(np.intp), minlength=n_classes)


def _with_indices(samples: Samples) -> Samples:
    """Classes as indices (n,), as softmax takes them."""
    return replace(samples, y=samples.y[:, 0].astype(np.int64))
