"""What the first process asks of the pieces of all."""

import gc

import numpy as np
import torch
from helpers.together import here, in_threads

from sklearn_sparcs._data.parts import added
from sklearn_sparcs._distributed.parts import Leader, PieceStore, Request


def times(piece, factor):
    return piece * factor


def as_sums(piece):
    return (torch.tensor(piece),)


def pair(one, other):
    return f"({one} {other})"


def led(lead, size=3):
    """What the first process finds, and what the others keep in the end."""

    def run(rank):
        if rank == 0:
            found = lead(Leader(here.processes, 1.0).parts())
            gc.collect()
            here.processes.from_first(found)
            return found
        store = PieceStore(here.processes, rank + 1.0)
        while isinstance(said := here.processes.from_first(), Request):
            store.answer(said)
        return store._kept

    return in_threads(run, size)


def test_answers_are_joined_in_the_order_of_the_processes():
    found, *_ = led(lambda parts: parts.mapped(times, 2).mapped(times, 3).folded(pair))
    assert found == "((6.0 12.0) 18.0)"


def test_sums_are_added():
    (total,), *_ = led(lambda parts: parts.mapped(as_sums).folded(added))
    assert float(total) == 6.0


def test_what_nobody_refers_to_is_forgotten():
    def lead(parts):
        for factor in range(1, 6):
            parts = parts.mapped(times, factor).kept()
        return parts.folded(max)

    found, *kept = led(lead)
    assert found == 3.0 * np.prod([1, 2, 3, 4, 5])
    for rank, own in enumerate(kept, start=1):
        # what there was in the beginning, and the last; the one before goes next time
        assert len(own) <= 3 and own[0] == rank + 1.0
