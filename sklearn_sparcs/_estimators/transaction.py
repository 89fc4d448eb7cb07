"""Context managers that restore an estimator's attributes, as after a failed fit."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unchanged_on_failure(estimator: object) -> Iterator[None]:
    """Restore all attributes if the body raises."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


@contextmanager
def unchanged(estimator: object) -> Iterator[None]:
    """Restore all attributes after the body."""
    before = dict(vars(estimator))
    try:
        yield
    finally:
        vars(estimator).clear()
        vars(estimator).update(before)
