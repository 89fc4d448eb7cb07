"""Scores of samples in several places, by sums over rows.

They are scikit-learn's of these names. Sums are weighted; (Σ w, …) are joined by
addition, wherever the rows are.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .._data.shared_samples import SharedSamples
from .._fitted.encoding import ClassEncoding, Encoding, RealEncoding

#: From an encoding, encoded targets and outputs (n, outputs), what each row (n,) or
#: (n, outputs) costs.
Cost: TypeAlias = Callable[[Encoding, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Score:
    """A score that is a function of a mean cost over rows.

    Attributes
    ----------
    cost : callable
        What each row costs.
    of_mean : callable
        From mean costs, and the samples that have them, the score.
    by_probabilities : bool
        Whether it depends on how sure a network is of a class.
    """

    cost: Cost
    of_mean: Callable[[np.ndarray, SharedSamples], float]
    by_probabilities: bool = False


def explained(left: np.ndarray, total: np.ndarray) -> float:
    """R², the mean over targets, of mean squares (outputs,): left over, and there.

    As scikit-learn has it, one of targets that never vary and are met, else zero.
    """
    perfect = (left == 0).astype(float)
    share = np.where(total > 0, 1 - left / np.where(total > 0, total, 1.0), perfect)
    return float(share.mean())


def _squared_errors(
    encoding: Encoding, y: np.ndarray, output: np.ndarray
) -> np.ndarray:
    """Squared errors (n, outputs) as costs."""
    assert isinstance(encoding, RealEncoding)
    predicted = encoding.predictions(output).reshape(y.shape)
    return np.square(y.astype(np.float64) - predicted)


def _misclassified(encoding: Encoding, y: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Misclassifications (n,) as costs: zero or one."""
    assert isinstance(encoding, ClassEncoding)
    predicted = encoding.predictions(encoding.scores(output))
    return (predicted != encoding.classes[_numbers(y)]).astype(np.float64)


def _log_loss(encoding: Encoding, y: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Negative log-probabilities (n,) of the true classes as costs.

    Probabilities are clipped by the rounding unit, as in scikit-learn's ``log_loss``.
    """
    assert isinstance(encoding, ClassEncoding)
    P = encoding.probabilities(output)
    eps = np.finfo(P.dtype).eps
    found = np.take_along_axis(P, _numbers(y)[:, None], axis=1)[:, 0]
    return -np.log(found.clip(eps, 1 - eps)).astype(np.float64)


def _numbers(y: np.ndarray) -> np.ndarray:
    """Numbers (n,) of encoded classes."""
    return y.ravel().astype(np.intp)


def _explained(left: np.ndarray, samples: SharedSamples) -> float:
    """R²; of a single sample, which has no variance, it is not known."""
    if len(samples) < 2:
        return math.nan
    return explained(left, np.square(samples.target_scale))


def _minus(mean: np.ndarray, samples: SharedSamples) -> float:
    return -float(mean.mean())


#: Of real targets, and of classes.
OF_TARGETS = {
    "r2": Score(_squared_errors, _explained),
    "neg_mean_squared_error": Score(_squared_errors, _minus),
}
OF_CLASSES = {
    "accuracy": Score(_misclassified, lambda mean, _: 1 - float(mean)),
    "neg_log_loss": Score(_log_loss, _minus, by_probabilities=True),
}
