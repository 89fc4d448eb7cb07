"""`Parts` whose pieces dask computes on its workers."""

from collections.abc import Callable, Sequence
from typing import Any

from dask.base import compute, persist
from dask.delayed import Delayed, delayed
from dask.sizeof import sizeof

from .._data.parts import Join, Placed
from .._numerics.library_defaults import library_defaults

#: Answers that are joined at a time: a tree of this width leads here.
_WIDTH = 4


class DaskParts:
    """Pieces as delayed objects, computed by any worker, and again if they are lost.

    Parameters
    ----------
    pieces : sequence of Delayed
        One at least.
    """

    def __init__(self, pieces: Sequence[Delayed]) -> None:
        self._pieces = list(pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def mapped(self, of: Callable[..., Any], *args: Any) -> "DaskParts":
        """Apply ``of`` to every piece, lazily."""
        # one node of the graph for all pieces: it is sent once to each worker
        asked = delayed(_Call(of, args), traverse=False)
        answer = delayed(_called, pure=False)
        return DaskParts([answer(piece, asked) for piece in self._pieces])

    def folded(self, join: Join) -> Any:
        """Compute all pieces and join them by a tree."""
        level, joined = self._pieces, delayed(_joined, pure=False)
        while len(level) > 1:
            groups = range(0, len(level), _WIDTH)
            level = [joined(join, level[i : i + _WIDTH]) for i in groups]
        (found,) = compute(level[0])
        return found

    def kept(self) -> "DaskParts":
        """Compute the pieces and keep them on their workers."""
        return DaskParts(persist(*self._pieces))


class _Call:
    """A function and its arguments, opaque: dask looks for no collections in it."""

    def __init__(self, of: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.of, self.args = of, args


def _called(piece: Any, asked: _Call) -> Any:
    """Apply the function to a piece, whichever thread this is."""
    with library_defaults():
        return asked.of(piece, *asked.args)


def _joined(join: Join, answers: list[Any]) -> Any:
    first, *others = answers
    for other in others:
        first = join(first, other)
    return first


def _n_bytes(piece: Placed) -> int:
    """Size in bytes; dask would move a piece that it takes to be small."""
    return sum(getattr(each, "nbytes", 0) for each in vars(piece.rows).values())


sizeof.register(Placed, _n_bytes)
