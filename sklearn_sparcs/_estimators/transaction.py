"""When an estimator changes: at the end of a fit that went well, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unchanged_on_failure(estimator: object) -> Iterator[None]:
    """Put every attribute back if what is done to the estimator raises."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


@contextmanager
def unchanged(estimator: object) -> Iterator[None]:
    """Put every attribute back, whatever is done to the estimator."""
    before = dict(vars(estimator))
    try:
        yield
    finally:
        vars(estimator).clear()
        vars(estimator).update(before)
