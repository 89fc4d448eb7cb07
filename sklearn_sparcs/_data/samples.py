"""Training and validation samples: rows, targets and weights."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.model_selection import train_test_split

from .._sklearn import check_sample_weight
from .tensors import as_array

#: Least and greatest weight that is not zero: sums and squares of ratios stay finite.
_LEAST, _GREATEST = 1e-100, 1e100
#: Up to here a float counts samples: above, every one is a whole number.
COUNTABLE = 2.0**53


@dataclass(frozen=True)
class Samples:
    """Rows with positive weights.

    Attributes
    ----------
    X : ndarray or csr_array of shape (n, features)
    y : ndarray of shape (n,) or (n, outputs)
        Encoded targets.
    weight : ndarray of shape (n,) or None
        Its mean is one, save in a stream, where that of all its pieces is; None where
        all are one.
    mean_count : float or None
        Where whole numbers were given as weights, the mean that they had: a sample of
        weight two is then two samples.
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray | None
    mean_count: float | None = None

    @classmethod
    def of(
        cls,
        X: Any,
        y: np.ndarray,
        weight: np.ndarray | None,
        mean_weight: float | None = None,
    ) -> "Samples":
        """Leave out what has no weight, and divide the others' weights by their mean.

        Or by another ``mean_weight``.
        """
        if weight is None:
            return cls(X, y, None)
        if not weight.all():
            X, y, weight = X[weight > 0], y[weight > 0], weight[weight > 0]
        counts = np.all(weight == weight.round()) and weight.sum() <= COUNTABLE
        return _normalised(cls(X, y, weight, 1.0 if counts else None), mean_weight)

    def __len__(self) -> int:
        return len(self.y)

    @property
    def target_scale(self) -> np.ndarray:
        """Standard deviation (outputs,) of each target, as samples count."""
        if self.weight is None:
            return np.asarray(self.y.std(axis=0, dtype=float))
        centred = self.y - np.average(self.y, axis=0, weights=self.weight)
        return np.sqrt(np.average(np.square(centred), axis=0, weights=self.weight))

    def taken(self, rows: np.ndarray) -> "Samples":
        """Select rows, and rescale their weights to a mean of one."""
        weight = None if self.weight is None else self.weight[rows]
        return _normalised(Samples(self.X[rows], self.y[rows], weight, self.mean_count))


def _normalised(samples: Samples, mean: float | None = None) -> Samples:
    """Samples with weights divided by their mean; None if all are one then."""
    weight, count = samples.weight, samples.mean_count
    if weight is None:
        return samples
    mean = weight.mean() if mean is None else mean
    alike = np.all(weight == weight[0]) and np.isclose(weight[0], mean, rtol=1e-12)
    return replace(
        samples,
        weight=None if alike else weight / mean,
        mean_count=None if count is None else float(count * mean),
    )


def usable_weight(sample_weight: Any, X: Any) -> np.ndarray | None:
    """Checked weights (n,) in float64, or None. Zero weights are allowed, not all.

    Raises
    ------
    ValueError
        If there is a negative weight, none above zero, or not one a sample, or if some
        are too large or small to compute with, or are dates, which NumPy counts.
    """
    if sample_weight is None:
        return None
    given = as_array(sample_weight)
    if np.asarray(given).dtype.kind in "mM":
        raise ValueError("sample_weight holds dates or durations; it must be numbers.")
    with config_context(assume_finite=False):
        weight: np.ndarray = check_sample_weight(
            given, X, dtype=np.float64, ensure_non_negative=True
        )
    refuse_extreme_weights(weight, "sample_weight")
    return weight


def refuse_extreme_weights(weight: np.ndarray, name: str) -> None:
    """Refuse weights that are too large or small to compute with.

    Raises
    ------
    ValueError
        If there are such; ``name`` says what they were given as.
    """
    beyond = (weight > _GREATEST) | ((weight < _LEAST) & (weight > 0))
    if beyond.any():
        raise ValueError(
            f"{name} holds {weight[beyond][0]:.3g}; weights that are not zero must lie "
            f"between {_LEAST:g} and {_GREATEST:g}. Multiply all by one number."
        )


def validation_split(
    samples: Samples,
    *,
    fraction: float,
    labels: np.ndarray | None,
    random_state: np.random.RandomState,
) -> tuple[Samples, Samples]:
    """Split into training and validation samples, alike in their ``labels`` if given.

    A class of one sample is trained on. Where there are fewer places than classes, the
    split is random.

    Raises
    ------
    ValueError
        If either part would be empty.
    """
    n_valid = int(np.ceil(fraction * len(samples)))
    if not 0 < n_valid < len(samples):
        raise ValueError(
            f"early_stopping=True sets {n_valid} of {len(samples)} samples aside "
            f"(validation_fraction={fraction}), which leaves a part empty; give more "
            "samples or set early_stopping=False."
        )
    rows, alone = np.arange(len(samples)), np.arange(0)
    if labels is not None:
        _, place, counts = np.unique(labels, return_inverse=True, return_counts=True)
        several = counts[place] > 1
        n_classes, n_rows = int((counts > 1).sum()), int(several.sum())
        if 0 < n_classes <= min(n_valid, n_rows - n_valid):
            rows, alone, labels = rows[several], rows[~several], labels[several]
        else:
            labels = None
    train, valid = train_test_split(
        rows, test_size=n_valid, stratify=labels, random_state=random_state
    )
    return samples.taken(np.r_[train, alone]), samples.taken(valid)
