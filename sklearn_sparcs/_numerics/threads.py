"""How many threads training uses, in this process and in forked ones."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock, local
from typing import Any

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
    with ONE_THREAD:
        yield


class OneThread:
    """One thread for the whole process, while any of its threads asks for that.

    BLAS's number is the process's: the first that asks limits it, and the last that
    ends restores it. Torch's is each thread's own, and what threads to come begin with:
    each restores what the first found.
    """

    def __init__(self) -> None:
        self.in_forked_child = False
        self._reset()

    def _reset(self) -> None:
        self._lock, self._n_asking, self._mine = Lock(), 0, local()
        self._limited: Any = None
        self._n_torch = 1

    def forked(self) -> None:
        """Take note that this is a forked child, in which no other thread asks."""
        self.in_forked_child = True
        self._reset()

    def __enter__(self) -> None:
        with self._lock:
            # asked of every thread: the first time it makes the number the thread's own
            n_torch = torch.get_num_threads()
            if self._n_asking == 0:
                self._limited = _thread_pools().limit(limits=1, user_api="blas")
                self._n_torch = n_torch
            self._n_asking += 1
            self._mine.depth = getattr(self._mine, "depth", 0) + 1
            torch.set_num_threads(1)

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._mine.depth -= 1
            if self._mine.depth == 0:
                torch.set_num_threads(self._n_torch)
            self._n_asking -= 1
            if self._n_asking == 0:
                release_blas()  # this thread may not be the one that limited them
                self._limited.restore_original_limits()
                release_blas()


ONE_THREAD = OneThread()

# Torch's other threads do not survive a fork, and work that waits for them never ends.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=ONE_THREAD.forked)


def release_blas() -> None:
    """Let any thread set the number of BLAS's threads, and not the one that did alone.

    With later releases of threadpoolctl, others do so in vain.
    """
    for library in _thread_pools().lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


@cache
def _thread_pools() -> ThreadpoolController:
    """The libraries that have threads; to find them takes milliseconds."""
    return ThreadpoolController()
