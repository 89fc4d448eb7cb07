"""What a stream misses whose estimator is pickled between its pieces, or copied."""

from .._training.stream_state import FIRST_ROWS, StreamState
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
            f"This estimator was pickled or copied {before.n_seen} rows into its "
            "stream, and a pickle holds no rows: features and targets stay scaled as "
            f"they were in those. Pickle it once there are {FIRST_ROWS}.",
            UserWarning,
        )
    if now.is_blind:
        warn_user(
            f"Neurons have not been looked for in the last {now.n_unexamined} rows: "
            "pickles or copies lie between, which hold no rows. Pickle after every "
            f"{FIRST_ROWS} rows or more, or give as many at once.",
            UserWarning,
        )
