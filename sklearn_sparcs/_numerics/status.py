"""How a run of training ended, and the warning that goes with it."""

from enum import StrEnum


class Status(StrEnum):
    """How a run ended; members equal their names as strings.

    Attributes
    ----------
    message : str
        What the user is warned with, ``{max_iter}`` left open; empty if nothing is
        amiss.
    """

    message: str

    def __new__(cls, word: str, message: str) -> "Status":
        """A member that is its word, with a message beside it."""
        status = str.__new__(cls, word)
        status._value_ = word
        status.message = message
        return status

    RUNNING = "running", ""
    CONVERGED = "converged", ""
    MAX_ITER = (
        "max_iter",
        "max_iter={max_iter} was reached before the loss settled; raise "
        "max_iter, tol or alpha.",
    )
    DIVERGED = (
        "diverged",
        "The loss stopped being finite, and the best iterate before that was "
        "kept; lower learning_rate_init, or set standardize=True if it is not.",
    )
    INTERRUPTED = (
        "interrupted",
        "Training was interrupted by the user; the best iterate was kept.",
    )
