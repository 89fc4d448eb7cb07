"""The last rows of a stream: a small piece says little, several together do."""

from dataclasses import dataclass, replace

import numpy as np

from .._data.scaling import Scaling
from .drift import out_of_scale
from .task import Task

#: Rows until which every call begins anew with all of them: scaling and linear start
#: are then not those of the first few.
FIRST_ROWS = 100
#: Rows that are kept to look for neurons in, and numbers at most that they hold.
_KEPT_ROWS, _KEPT_NUMBERS = 500, 2**22
#: Rows between two looks, at least.
_ROWS_BETWEEN = 50


@dataclass(frozen=True)
class StreamState:
    """What is known of a stream beside the network that learns it.

    Attributes
    ----------
    pieces : tuple of Task
        The last ones, copies of some rows of each.
    n_seen : int
        Rows so far.
    n_unexamined : int
        Those since neurons were looked for, the last piece's among them.
    n_here : int
        Those since a pickle, which holds none.
    total_weight : float
        Of all rows so far.
    goes_on : bool
        Whether a fit went before.
    ends : pair of ndarrays of shape (outputs,), or None
        Least and greatest real targets so far.
    was_flat : bool
        Whether real targets had not varied before the last piece.
    left_scale : bool
        Whether the rows held, half of all or more, are far from the scale of before.
    """

    pieces: tuple[Task, ...] = ()
    n_seen: int = 0
    n_unexamined: int = 0
    n_here: int = 0
    total_weight: float = 0.0
    goes_on: bool = False
    ends: tuple[np.ndarray, np.ndarray] | None = None
    was_flat: bool = False
    left_scale: bool = False

    @classmethod
    def of_fit(cls, task: Task) -> "StreamState | None":
        """What a stream goes on from that comes after a fit to these rows.

        None is the network alone. It says nothing if targets did not vary, and then
        rows go on being all that is known, as in a stream.
        """
        is_flat = cls(ends=_ends_with(None, task.y)).is_flat
        return cls().followed_by(task) if is_flat else None

    def followed_by(self, piece: Task, scaling: Scaling | None = None) -> "StreamState":
        """The stream with one more piece, which is held once if it comes again.

        ``scaling`` is the one of before, if what comes may leave it.
        """
        n_rows = len(piece.y)
        most = max(1, min(_KEPT_ROWS, _KEPT_NUMBERS // piece.X.shape[1]))
        copy = piece.taken(np.arange(max(0, n_rows - most), n_rows))
        others = [old for old in self.pieces if n_rows == 1 or not old.same_as(copy)]
        now = replace(
            self,
            pieces=_last_rows([*others, copy], most),
            n_seen=self.n_seen + n_rows,
            n_unexamined=n_rows + (0 if self.due else self.n_unexamined),
            n_here=self.n_here + n_rows,
            total_weight=self.total_weight + float(piece.given_weight.sum()),
            goes_on=self.goes_on or self.has_lost_its_first,
            ends=_ends_with(self.ends, piece.y),
            was_flat=self.is_flat,
        )
        if scaling is None or not now.is_mostly_held:
            return replace(now, left_scale=False)
        return replace(now, left_scale=out_of_scale(now.whole(), scaling))

    def without_rows(self) -> "StreamState":
        """What a pickle holds of it: numbers, and no row.

        Where targets have not varied it is as if none had come, but for their value.
        """
        if self.is_flat:
            return StreamState(ends=self.ends)
        n_unexamined = 0 if self.due else self.n_unexamined
        return replace(self, pieces=(), n_unexamined=n_unexamined, n_here=0)

    @property
    def is_short(self) -> bool:
        """Whether what was seen is too little to go on from.

        Targets that have not varied say nothing of their scale, however many they are;
        nor do first rows that were out of proportion, while others are still few.
        """
        says_nothing = self.n_seen < FIRST_ROWS or self.was_flat or self.left_scale
        return says_nothing and not self.goes_on

    @property
    def due(self) -> bool:
        """Whether enough rows have come to look for neurons again."""
        since = min(self.n_unexamined, self.n_here)
        return self.is_short or since >= _ROWS_BETWEEN

    @property
    def has_lost_its_first(self) -> bool:
        """Whether a pickle came before there were rows enough to go on from."""
        is_short = self.n_seen < FIRST_ROWS and not self.goes_on
        return is_short and self.n_seen > 0 and not self.pieces

    @property
    def is_blind(self) -> bool:
        """Whether pickles follow so soon on one another that none can be looked in."""
        return self.n_unexamined >= FIRST_ROWS and not self.due

    @property
    def is_mostly_held(self) -> bool:
        """Whether what is held is the stream, or half of it at least."""
        n_held = sum(len(piece.y) for piece in self.pieces)
        return 2 * n_held >= self.n_seen and not self.goes_on

    @property
    def is_flat(self) -> bool:
        """Whether real targets have not varied so far."""
        return (
            not self.goes_on
            and self.ends is not None
            and bool(np.equal(*self.ends).all())
        )

    @property
    def targets(self) -> np.ndarray | None:
        """Those of all rows that are held, if any is."""
        return np.concatenate([p.y for p in self.pieces]) if self.pieces else None

    def whole(self) -> Task:
        """All rows that are held, in the form of the last piece."""
        return Task.joined(self.pieces)

    def to_train_on(self, piece: Task) -> Task:
        """All rows while they are few, else the piece, weighed as the stream is.

        Its weights are in units of the mean of all so far: in those of its own mean, a
        piece of one row would weigh as much as any other.
        """
        if self.is_short:
            return self.whole()
        return replace(piece, mean_weight=self.total_weight / self.n_seen)


def _last_rows(pieces: list[Task], most: int) -> tuple[Task, ...]:
    """The last pieces, of about ``most`` rows in all."""
    n_rows = np.cumsum([len(piece.y) for piece in reversed(pieces)])
    return tuple(pieces[-1 - int(np.searchsorted(n_rows[:-1], most)) :])


def _ends_with(
    ends: tuple[np.ndarray, np.ndarray] | None, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """The ends with more targets (n,) or (n, outputs), if they are real."""
    if y.dtype.kind != "f":
        return None
    rows = y.reshape(len(y), -1)
    low, high = ends or (rows[0], rows[0])
    return np.minimum(low, rows.min(axis=0)), np.maximum(high, rows.max(axis=0))
