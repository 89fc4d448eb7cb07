"""Inspection of the call stack: the user's own line, and who fits many times."""

import os
from collections.abc import Iterator
from inspect import currentframe
from itertools import takewhile
from pathlib import Path
from types import FrameType

import sklearn

#: Where code is that no user wrote.
_INSIDE = tuple(
    str(folder) + os.sep
    for folder in (Path(sklearn.__file__).parent, Path(__file__).parents[1])
)

#: Packages whose code calls ``fit`` many times, and their parts that call it once.
_MANY = ("sklearn.", "joblib.")
_ONCE = ("sklearn.base", "sklearn.pipeline", "sklearn.compose._target", "sklearn.utils")


def users_level() -> int:
    """How many calls above its caller's the user's own line is."""
    return sum(1 for _ in takewhile(_is_inside, _outwards(currentframe())))


def among_many() -> bool:
    """Whether a search, an ensemble or the like calls, which goes on to the next fit.

    As `GridSearchCV` does, and others of scikit-learn that fit more than once.
    """
    calls = _outwards(currentframe())
    names = (frame.f_globals.get("__name__", "") for frame in calls)
    return any(n.startswith(_MANY) and not n.startswith(_ONCE) for n in names)


def _is_inside(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_INSIDE)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """A call, the one that made it, and so on."""
    while frame is not None:
        yield frame
        frame = frame.f_back
