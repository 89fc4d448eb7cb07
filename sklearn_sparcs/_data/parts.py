"""Data in several places: what is asked of each place, and what comes back.

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
    """Pieces of data, in their order, each where it is."""

    def mapped(self, of: Callable[..., Any], *args: Any) -> "Parts":
        """What ``of(piece, *args)`` makes of every piece, where that is."""

    def folded(self, join: Join) -> Any:
        """All pieces joined in their order, on their way here: never all at once."""

    def kept(self) -> "Parts":
        """The pieces, computed once and kept where they are."""


class Listed:
    """Pieces that are all in this process."""

    def __init__(self, pieces: Iterable[Any]) -> None:
        self._pieces = list(pieces)

    def mapped(self, of: Callable[..., Any], *args: Any) -> "Listed":
        """What ``of`` makes of every piece."""
        return Listed(of(piece, *args) for piece in self._pieces)

    def folded(self, join: Join) -> Any:
        """All pieces joined."""
        return reduce(join, self._pieces)

    def kept(self) -> "Listed":
        """These, which are here."""
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
    """What a function makes of a piece's rows."""
    return of(piece.rows, *args)


def placed(piece: Placed, of: Callable[..., Any], *args: Any) -> Placed:
    """The piece with what a function makes of its rows, as many."""
    return Placed(piece.before, of(piece.rows, *args))


def added(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Sums, term by term."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def brought(
    parts: Parts,
    index: np.ndarray,
    arrays: Callable[[Any, np.ndarray], tuple[np.ndarray, ...]],
) -> list[np.ndarray]:
    """Some of the rows by number, in that order, from wherever they are.

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
    """Where rows of the piece stand in an index, and the rows."""
    where, own = _own(piece, index)
    return where, *arrays(piece.rows, own)


def own_of(
    piece: Placed, of: Callable[[Any, np.ndarray], Any], index: np.ndarray
) -> Placed:
    """What a function makes of a piece's rows, and of its own numbers in an index."""
    return Placed(piece.before, of(piece.rows, _own(piece, index)[1]))


def _own(piece: Placed, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rows of the piece stand in an index, and their numbers in the piece."""
    own = index - piece.before
    (where,) = np.nonzero((own >= 0) & (own < len(piece.rows)))
    return where, own[where]


def _one_after_the_other(
    one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    return tuple(np.concatenate(pair) for pair in zip(one, other, strict=True))
