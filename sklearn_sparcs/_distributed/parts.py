"""`Parts` whose pieces are held by the processes of torch.distributed.

The first process leads: it alone trains, and asks. The others answer what it asks, so
that nothing need be decided twice, and no process can decide otherwise than another.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import count
from typing import Any

from .._data.parts import Join, Placed, added
from .._losses.processes import Processes
from .._numerics.library_defaults import library_defaults

#: Functions of a piece, one after the other, with what else they take.
Steps = tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...]


@dataclass(frozen=True)
class Request:
    """A request to all processes: functions to apply to a piece that each keeps.

    Attributes
    ----------
    key : int
        Under which they keep it.
    steps : tuple of (callable, tuple)
    join : callable or None
        Joins the answers; None if there are none, but what was made is kept.
    kept_as : int or None
        Under which, then.
    forgotten : tuple of int
        What need not be kept any more.
    """

    key: int
    steps: Steps
    join: Join | None = None
    kept_as: int | None = None
    forgotten: tuple[int, ...] = ()


class PieceStore:
    """The pieces that a process keeps, and its answers to requests.

    Parameters
    ----------
    processes : Processes
    piece : Placed
        What this one has, under the key zero.
    """

    def __init__(self, processes: Processes, piece: Placed) -> None:
        self._processes, self._kept = processes, {0: piece}

    def answer(self, request: Request) -> Any:
        """Apply a request to this process's piece; the first gets the results."""
        made: Any = self._kept[request.key]
        with library_defaults():
            for of, args in request.steps:
                made = of(made, *args)
        for key in request.forgotten:
            del self._kept[key]
        if request.kept_as is not None:
            self._kept[request.kept_as] = made
        if request.join is None:
            return None
        if request.join is added:
            return self._processes.summed(made)
        answers = self._processes.to_first(made)
        return reduce(request.join, answers) if answers else None


class Leader:
    """The first process, which sends the requests.

    Parameters
    ----------
    processes : Processes
    piece : Placed
        What this one has.
    """

    def __init__(self, processes: Processes, piece: Placed) -> None:
        self._processes, self._store = processes, PieceStore(processes, piece)
        self._numbers, self._forgotten = count(1), list[int]()

    def parts(self) -> "LedParts":
        """The pieces of all processes."""
        return LedParts(self, Kept(0))

    def asked(self, kept: "Kept", steps: Steps, join: Join) -> Any:
        """Apply functions to the pieces of all processes, and join the results."""
        return self._ask(Request(kept.key, steps, join, None, self._dropped()))

    def kept(self, kept: "Kept", steps: Steps) -> "Kept":
        """Apply functions to all pieces; keep the results while the handle is alive."""
        key, forgotten = next(self._numbers), self._dropped()
        self._ask(Request(kept.key, steps, None, key, forgotten))
        found = Kept(key)
        weakref.finalize(found, self._forgotten.append, key).atexit = False
        return found

    def _ask(self, request: Request) -> Any:
        self._processes.from_first(request)
        return self._store.answer(request)

    def _dropped(self) -> tuple[int, ...]:
        """Keys of handles that were garbage collected since the last request."""
        found = tuple(self._forgotten)
        del self._forgotten[: len(found)]
        return found


@dataclass(frozen=True)
class Kept:
    """Handle of a piece that every process keeps under the same key."""

    key: int


class LedParts:
    """Pieces in all processes, which act on the first one's requests.

    Parameters
    ----------
    leader : Leader
    kept : Kept
        Where they begin.
    steps : tuple of (callable, tuple)
        What is to be made of them.
    """

    def __init__(self, leader: Leader, kept: Kept, steps: Steps = ()) -> None:
        self._leader, self._kept, self._steps = leader, kept, steps

    def mapped(self, of: Callable[..., Any], *args: Any) -> "LedParts":
        """Apply ``of`` to every piece, lazily."""
        return LedParts(self._leader, self._kept, (*self._steps, (of, args)))

    def folded(self, join: Join) -> Any:
        """Join all pieces in the order of the processes."""
        return self._leader.asked(self._kept, self._steps, join)

    def kept(self) -> "LedParts":
        """Compute the pieces and keep them in their processes."""
        return LedParts(self._leader, self._leader.kept(self._kept, self._steps))
