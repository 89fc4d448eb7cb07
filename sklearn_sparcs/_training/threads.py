"""How many threads a step is worth."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch
from threadpoolctl import ThreadpoolController

#: Entries of a batch below which one thread trains as quickly as several.
_SMALL_BATCH = 2**17


@contextmanager
def threads_that_suit(size: int) -> Iterator[None]:
    """One thread for small batches, where waking a second costs more than it does.

    The limit is the process's: fits in several threads share it.
    """
    if size >= _SMALL_BATCH:
        yield
        return
    before = torch.get_num_threads()
    with _thread_pools().limit(limits=1, user_api="blas"):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)


@cache
def _thread_pools() -> ThreadpoolController:
    """The libraries that have threads; to find them takes milliseconds."""
    return ThreadpoolController()
