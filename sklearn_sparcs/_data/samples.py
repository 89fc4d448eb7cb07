"""Rows, targets and weights: which of them train, and which validate."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split

from .._sklearn import check_sample_weight


class Samples(NamedTuple):
    """Rows of X (array or CSR), encoded targets, and weights (n,) or None.

    Weights have mean one. Where they were whole numbers, ``mean_count`` is the mean
    that they had: a sample of weight two is then two samples.
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray | None
    mean_count: float | None = None


def usable_weight(sample_weight, X):
    """Checked weights (n,) in float64, or None. Zero weights are allowed, not all.

    Raises
    ------
    ValueError
        If there is a negative weight, none above zero, or not one a sample.
    """
    if sample_weight is None:
        return None
    return check_sample_weight(
        sample_weight, X, dtype=np.float64, ensure_non_negative=True
    )


def without_weightless(X, y, weight) -> Samples:
    """Leave out samples of weight zero, and give the others a mean weight of one."""
    if weight is None:
        return Samples(X, y, None)
    if not weight.all():
        X, y, weight = X[weight > 0], y[weight > 0], weight[weight > 0]
    mean = weight.mean()
    alike = np.all(weight == weight[0])
    counts = np.all(weight == weight.round())
    return Samples(X, y, None if alike else weight / mean, mean if counts else None)


def validation_split(
    samples: Samples, *, fraction: float, labels: np.ndarray | None, random_state: Any
) -> tuple[Samples, Samples]:
    """Split into training and validation samples, alike in their ``labels`` if given.

    Raises
    ------
    ValueError
        If either part would be empty, or a class is too rare to be in both.
    """
    n_samples = samples.X.shape[0]
    n_valid = int(np.ceil(fraction * n_samples))
    if not 0 < n_valid < n_samples:
        raise ValueError(
            f"early_stopping=True sets {n_valid} of {n_samples} samples aside "
            f"(validation_fraction={fraction}), which leaves a part empty; give more "
            "samples or set early_stopping=False."
        )
    train, valid = train_test_split(
        np.arange(n_samples),
        test_size=n_valid,
        stratify=labels,
        random_state=random_state,
    )
    return _taken(samples, train), _taken(samples, valid)


def _taken(samples: Samples, rows: np.ndarray) -> Samples:
    weight = None if samples.weight is None else samples.weight[rows]
    return samples._replace(X=samples.X[rows], y=samples.y[rows], weight=weight)
