"""Processes that are threads of this one: all that is said is pickled."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from threading import Barrier, local

import torch

from sklearn_sparcs._losses.processes import Processes

#: Seconds after which a thread is not waited for any more.
PATIENCE = 60
#: Rows of each of three.
OWN = slice(0, 110), slice(110, 120), slice(120, 300)


class Board:
    """Where each of some threads writes, and all read."""

    def __init__(self, size):
        self.said, self.barrier = [b""] * size, Barrier(size)

    def of_all(self, rank, own):
        self.said[rank] = pickle.dumps(own)
        self.barrier.wait(PATIENCE)
        found = [pickle.loads(each) for each in self.said]
        self.barrier.wait(PATIENCE)
        return found


class Threads(Processes):
    """One of them."""

    def __init__(self, rank, board):
        self.rank, self.size, self._board = rank, len(board.said), board

    def of_all(self, own):
        return self._board.of_all(self.rank, own)

    def from_first(self, own=None):
        return self.of_all(own)[0]

    def to_first(self, own):
        found = self.of_all(own)
        return found if self.leads else []

    def summed(self, own):
        terms = zip(*self.of_all(own), strict=True)
        return tuple(reduce(torch.add, each) for each in terms)  # of tensors alone


#: The one that this thread is.
here = local()


def joined():
    """In the place of `joined_processes`."""
    return here.processes


def in_threads(of, size=2):
    """What ``of(rank)`` returns, or raises, in so many threads."""
    board = Board(size)

    def run(rank):
        here.processes = Threads(rank, board)
        try:
            return of(rank)
        except Exception as error:
            return error

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(run, range(size)))


def fits(model, *table, do="fit"):
    """What ``model(rank).fit``, or another method, makes of each one's own rows."""

    def fit(rank):
        return getattr(model(rank), do)(*(each[OWN[rank]] for each in table))

    return in_threads(fit, len(OWN))
