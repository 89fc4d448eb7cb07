"""Pieces that dask computes, on whatever it runs on: `Parts`."""

from collections.abc import Callable, Sequence
from typing import Any

from dask.base import compute, persist
from dask.delayed import Delayed, delayed
from dask.sizeof import sizeof

from .._data.parts import Join, Placed
from .._training.as_usual import torch_as_usual

#: Answers that are joined at a time: a tree of this width leads here.
_WIDTH = 4


class DaskParts:
    """Pieces as dask knows them: computed where it likes, and anew if they are lost.

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
        """What ``of`` makes of every piece, once it is asked for."""
        # one node of the graph for all pieces: what is asked travels once a worker
        asked = delayed(_Asked(of, args), traverse=False)
        answer = delayed(_answered, pure=False)
        return DaskParts([answer(piece, asked) for piece in self._pieces])

    def folded(self, join: Join) -> Any:
        """All pieces joined by a tree, computed."""
        level, joined = self._pieces, delayed(_joined, pure=False)
        while len(level) > 1:
            groups = range(0, len(level), _WIDTH)
            level = [joined(join, level[i : i + _WIDTH]) for i in groups]
        (found,) = compute(level[0])
        return found

    def kept(self) -> "DaskParts":
        """The pieces, computed and kept where they are."""
        return DaskParts(persist(*self._pieces))


class _Asked:
    """A question: opaque, so that dask does not look for collections in it."""

    def __init__(self, of: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.of, self.args = of, args


def _answered(piece: Any, asked: _Asked) -> Any:
    """What is asked of a piece, in whichever thread this is."""
    with torch_as_usual():
        return asked.of(piece, *asked.args)


def _joined(join: Join, answers: list[Any]) -> Any:
    first, *others = answers
    for other in others:
        first = join(first, other)
    return first


def _n_bytes(piece: Placed) -> int:
    """What a piece weighs: dask moves what it takes to be light, rather than wait."""
    return sum(getattr(each, "nbytes", 0) for each in vars(piece.rows).values())


sizeof.register(Placed, _n_bytes)
