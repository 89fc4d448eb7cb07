"""Data that are split over several places: functions are mapped, answers reduced.

Second-order training asks for sums over samples, and its surveys for some samples by
number. Whoever has the samples answers where they are; only answers travel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import numpy as np

#: From two answers, that of both places together. It is associative.
Join = Callable[[Any, Any], Any]


class Parts(Protocol):
    """Pieces of data, in order, each in its own place."""

    def mapped(self, of: Callable[..., Any], *args: Any) -> "Parts":
        """Apply ``of(piece, *args)`` to every piece, where it is."""

    def folded(self, join: Join) -> Any:
        """Join all pieces in order as they arrive, so that few are here at once."""

    def kept(self) -> "Parts":
        """The pieces, computed once and kept where they are."""


class Listed:
    """Pieces that are all in this process."""

    def __init__(self, pieces: Iterable[Any]) -> None:
        self._pieces = list(pieces)

    def mapped(self, of: Callable[..., Any], *args: Any) -> "Listed":
        """Apply ``of`` to every piece."""
        return Listed(of(piece, *args) for piece in self._pieces)

    def folded(self, join: Join) -> Any:
        """Join all pieces."""
        return reduce(join, self._pieces)

    def kept(self) -> "Listed":
        """Return these pieces: they are in memory already."""
        return self


@dataclass(frozen=True)
class Placed:
    """A piece of a table.

    Attributes
    ----------
    before : int
        Rows in the pieces before it.
    rows : Samples or Observations
    """

    before: int
    rows: Any


def rows_of(piece: Placed, of: Callable[..., Any], *args: Any) -> Any:
    """Apply a function to a piece's rows."""
    return of(piece.rows, *args)


def placed(piece: Placed, of: Callable[..., Any], *args: Any) -> Placed:
    """The piece with its rows replaced by a function of them, as many."""
    return Placed(piece.before, of(piece.rows, *args))


def added(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Add two tuples of sums, term by term."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def brought(
    parts: Parts,
    index: np.ndarray,
    arrays: Callable[[Any, np.ndarray], tuple[np.ndarray, ...]],
) -> list[np.ndarray]:
    """Fetch rows by number, in the order asked for, from all pieces.

    Parameters
    ----------
    parts : Parts
        Of `Placed`.
    index : ndarray of shape (k,)
    arrays : callable
        From a piece's rows and numbers of some of them, arrays of these.
    """
    where, *found = parts.mapped(_picked, index, arrays).folded(_one_after_the_other)
    order = np.argsort(where)
    return [each[order] for each in found]


def _picked(
    piece: Placed,
    index: np.ndarray,
    arrays: Callable[[Any, np.ndarray], tuple[np.ndarray, ...]],
) -> tuple[np.ndarray, ...]:
    """Positions in ``index`` of the rows that a piece holds, and these rows."""
    where, own = _own(piece, index)
    return where, *arrays(piece.rows, own)


def own_of(
    piece: Placed, of: Callable[[Any, np.ndarray], Any], index: np.ndarray
) -> Placed:
    """Replace a piece's rows by a function of them and of its own row numbers."""
    return Placed(piece.before, of(piece.rows, _own(piece, index)[1]))


def _own(piece: Placed, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions in ``index`` of the rows in a piece, and their numbers there."""
    own = index - piece.before
    (where,) = np.nonzero((own >= 0) & (own < len(piece.rows)))
    return where, own[where]


def _one_after_the_other(
    one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    return tuple(np.concatenate(pair) for pair in zip(one, other, strict=True))
