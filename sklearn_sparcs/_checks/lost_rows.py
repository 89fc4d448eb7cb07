"""What a stream misses whose estimator is pickled between its pieces, or copied."""

from .._problems.stream_state import FIRST_ROWS, StreamState
from .warned import warn_user


def warn_of_lost_rows(before: StreamState, now: StreamState) -> None:
    """Say so where rows are missing that a pickle does not hold.

    Parameters
    ----------
    before, now : StreamState
        The stream before its last piece, and with it.
    """
    if before.has_lost_its_first:
        warn_user(
            f"This estimator was pickled or copied after {before.n_seen} rows of its "
            "stream, and a pickle holds no rows: the scaling of features and targets "
            f"stays that of these rows. Pickle only after {FIRST_ROWS} rows.",
            UserWarning,
        )
    if now.is_blind:
        warn_user(
            f"The last {now.n_unexamined} rows were not searched for new neurons, "
            "because the estimator was pickled or copied between them, and a pickle "
            f"holds no rows. Pickle after every {FIRST_ROWS} rows or more, or give as "
            "many at once.",
            UserWarning,
        )
