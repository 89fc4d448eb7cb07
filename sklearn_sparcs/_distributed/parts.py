"""Pieces in processes that work together, one in each: `Parts`.

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
from .._training.as_usual import torch_as_usual
from .._training.processes import Processes

#: Functions of a piece, one after the other, with what else they take.
Steps = tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...]


@dataclass(frozen=True)
class Question:
    """What is to be made of a piece that all processes keep.

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


class Answers:
    """The pieces that a process keeps, and what it makes of them.

    Parameters
    ----------
    processes : Processes
    piece : Placed
        What this one has, under the key zero.
    """

    def __init__(self, processes: Processes, piece: Placed) -> None:
        self._processes, self._kept = processes, {0: piece}

    def to(self, question: Question) -> Any:
        """What all make of their pieces, joined in the first process."""
        made: Any = self._kept[question.key]
        with torch_as_usual():
            for of, args in question.steps:
                made = of(made, *args)
        for key in question.forgotten:
            del self._kept[key]
        if question.kept_as is not None:
            self._kept[question.kept_as] = made
        if question.join is None:
            return None
        if question.join is added:
            return self._processes.summed(made)
        answers = self._processes.to_first(made)
        return reduce(question.join, answers) if answers else None


class Leader:
    """The process that asks.

    Parameters
    ----------
    processes : Processes
    piece : Placed
        What this one has.
    """

    def __init__(self, processes: Processes, piece: Placed) -> None:
        self._processes, self._answers = processes, Answers(processes, piece)
        self._numbers, self._forgotten = count(1), list[int]()

    def parts(self) -> "LedParts":
        """The pieces of all processes."""
        return LedParts(self, Kept(0))

    def asked(self, kept: "Kept", steps: Steps, join: Join) -> Any:
        """The answers of all, joined."""
        return self._ask(Question(kept.key, steps, join, None, self._dropped()))

    def kept(self, kept: "Kept", steps: Steps) -> "Kept":
        """What all make of their pieces, kept by them as long as it is referred to."""
        key, forgotten = next(self._numbers), self._dropped()
        self._ask(Question(kept.key, steps, None, key, forgotten))
        found = Kept(key)
        weakref.finalize(found, self._forgotten.append, key).atexit = False
        return found

    def _ask(self, question: Question) -> Any:
        self._processes.from_first(question)
        return self._answers.to(question)

    def _dropped(self) -> tuple[int, ...]:
        """What has been dropped since the last question."""
        found = tuple(self._forgotten)
        del self._forgotten[: len(found)]
        return found


@dataclass(frozen=True)
class Kept:
    """A piece in every process, by the key under which they keep it."""

    key: int


class LedParts:
    """Pieces of which the first process asks the others.

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
        """What ``of`` makes of every piece, once it is asked for."""
        return LedParts(self._leader, self._kept, (*self._steps, (of, args)))

    def folded(self, join: Join) -> Any:
        """All pieces joined, in the order of the processes."""
        return self._leader.asked(self._kept, self._steps, join)

    def kept(self) -> "LedParts":
        """The pieces, computed and kept where they are."""
        return LedParts(self._leader, self._leader.kept(self._kept, self._steps))
