"""torch's switches of the whole process, thrown for a while."""

from contextlib import contextmanager


@contextmanager
def switched(setter, value, before):
    """Call a setter with a value, and in the end with that of before."""
    setter(value)
    try:
        yield
    finally:
        setter(before)
