"""How many threads training uses, in this process and in forked ones."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import RLock, get_ident
from typing import Any, NamedTuple
from weakref import WeakSet

import torch
from threadpoolctl import ThreadpoolController

#: Entries of a table, or of a batch, below which several threads train hardly quicker
#: than one on an idle machine, and many times slower on one whose cores are busy.
_SMALL = 2**17


@contextmanager
def suitable_threads(size: int) -> Iterator[None]:
    """Context with one thread for small data, where a second would cost more."""
    if size >= _SMALL:
        yield
        return
    with ONE_THREAD.asked_for():
        yield


class OneThread:
    """One thread for the whole process, while any of its threads asks for that.

    BLAS's number is the process's: the first that asks limits it, and the last that
    ends restores it. Torch's is each thread's own, and what threads to come begin with:
    each restores what the first found.

    An interrupt may come between any two lines. So who asks is forgotten with the frame
    that does, and what was found is kept until it has been restored.
    """

    def __init__(self) -> None:
        self.in_forked_child = False
        self._reset()

    def _reset(self) -> None:
        # reentrant, since a thread that is interrupted as it lets go still holds it
        self._lock = RLock()
        self._asking: WeakSet[_Asking] = WeakSet()
        self._found: _Found | None = None

    def forked(self) -> None:
        """Take note that this is a forked child, in which no other thread asks."""
        self.in_forked_child = True
        self._reset()

    @contextmanager
    def asked_for(self) -> Iterator[None]:
        """Context with one thread."""
        asking = _Asking(get_ident())
        try:
            self._begin(asking)
            yield
        finally:
            self._end(asking)

    def _begin(self, asking: "_Asking") -> None:
        with self._lock:
            # asked of every thread: the first time it makes the number the thread's own
            n_torch = torch.get_num_threads()
            if self._found is None:
                self._found = _Found(n_torch, [blas.num_threads for blas in _blas()])
            self._asking.add(asking)
            for blas in _blas():
                blas.set_num_threads(1)
            torch.set_num_threads(1)

    def _end(self, asking: "_Asking") -> None:
        with self._lock:
            self._asking.discard(asking)
            if self._found is None:
                return
            if asking.thread not in {other.thread for other in self._asking}:
                torch.set_num_threads(self._found.torch)
            if not self._asking:
                release_blas()  # this thread may not be the one that limited them
                for blas, n in zip(_blas(), self._found.blas, strict=True):
                    blas.set_num_threads(n)
                release_blas()
                self._found = None


@dataclass(eq=False)
class _Asking:
    """One that asks for one thread, in a thread of that number."""

    thread: int


class _Found(NamedTuple):
    """The threads that torch had, and each library of BLAS."""

    torch: int
    blas: list[int]


ONE_THREAD = OneThread()

# Torch's other threads do not survive a fork, and work that waits for them never ends.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=ONE_THREAD.forked)


def release_blas() -> None:
    """Let any thread set the number of BLAS's threads, and not the one that did alone.

    With later releases of threadpoolctl, others do so in vain.
    """
    for library in _blas():
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


@cache
def _blas() -> list[Any]:
    """The libraries of BLAS that are loaded; to find them takes milliseconds."""
    libraries = ThreadpoolController().lib_controllers
    return [library for library in libraries if library.user_api == "blas"]
