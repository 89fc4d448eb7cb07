"""A stream that has left the scale it began in is named."""

from collections.abc import Sequence

from .._data.scaling import Scaling
from .._problems.drift import farthest_feature, spread_of_targets
from .._problems.stream_state import FIRST_ROWS
from .._problems.task import Task
from .warned import warn_user

#: What can be done.
_ADVICE = (
    "training hardly moves. Begin anew, with a fresh estimator or with fit, from rows "
    "that stand for those to come."
)


def warn_of_scale(rows: Task, scaling: Scaling, names: Sequence[str] | None) -> None:
    """Warn if the last rows are far from the scale that the first ones have set.

    Parameters
    ----------
    rows : Task
        The last ones.
    scaling : Scaling
    names : sequence of str or None
        Of the features.
    """
    if len(rows.y) < FIRST_ROWS:
        return
    if (spread := spread_of_targets(rows, scaling)) is not None:
        warn_user(
            f"The last targets vary {spread:.2g} times as much as the first ones "
            f"of the stream, which set their scale: {_ADVICE}",
            UserWarning,
        )
    if (far := farthest_feature(rows, scaling)) is not None:
        j, distance = far
        name = j if names is None else repr(str(names[j]))
        warn_user(
            f"The last values of column {name} are {distance:.2g} times as far from "
            "its mean as the first ones of the stream, which set its scale: "
            f"{_ADVICE}",
            UserWarning,
        )
