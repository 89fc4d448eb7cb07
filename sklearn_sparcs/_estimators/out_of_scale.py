"""A stream that has left the scale it began in is named."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from .._data.scaling import Scaling
from .._training.recent import FIRST_ROWS
from .._training.task import Task
from .warned import warn_user

#: How many times as large, or as small, a scale may be as that of the first rows.
_FAR = 1e3
#: What can be done.
_ADVICE = (
    "training hardly moves. Begin anew, with a fresh estimator or with fit, from rows "
    "that stand for those to come."
)


def warn_of_scale(rows: Task, scaling: Scaling, names: Sequence[str] | None) -> None:
    """Warn if the last rows are far from the scale that the first ones have set.

    Targets that do not vary at all say nothing.

    Parameters
    ----------
    rows : Task
        The last ones. A sparse X is not looked at.
    scaling : Scaling
    names : sequence of str or None
        Of the features.
    """
    if len(rows.y) < FIRST_ROWS:
        return
    if rows.loss.scales_targets:
        spread = (rows.y.reshape(len(rows.y), -1).std(axis=0) / scaling.y_scale).max()
        if spread > _FAR or 0 < spread < 1 / _FAR:
            warn_user(
                f"The last targets vary {spread:.2g} times as much as the first ones "
                f"of the stream, which set their scale: {_ADVICE}",
                UserWarning,
            )
    if not sparse.issparse(rows.X):
        scaled = scaling.features(rows.X).astype(np.float64)
        _warn_of_features(np.square(scaled).mean(axis=0), names)


def _warn_of_features(square: np.ndarray, names: Sequence[str] | None) -> None:
    """Of the feature that is farthest, by mean squares in units of the scaling."""
    j = int(square.argmax())
    if square[j] > _FAR**2:
        name = j if names is None else repr(str(names[j]))
        warn_user(
            f"The last values of column {name} are {np.sqrt(square[j]):.2g} times as "
            f"far from its mean as the first ones of the stream, which set its scale: "
            f"{_ADVICE}",
            UserWarning,
        )
