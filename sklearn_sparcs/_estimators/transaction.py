"""When an estimator changes: at the end of a fit that succeeded, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from sklearn.base import BaseEstimator

_Method = TypeVar("_Method", bound=Callable[..., Any])


def atomic(method: _Method) -> _Method:
    """A method that changes its estimator in one moment, in the end, if it succeeds.

    It runs on a twin, whose attributes then become the estimator's. Other threads that
    predict meanwhile do so with what was there before, and of two that fit it at a time
    the last to end counts, with all that it has found.
    """

    @wraps(method)
    def changing(self: BaseEstimator, *args: Any, **others: Any) -> Any:
        twin = _twin(self)
        found = method(twin, *args, **others)
        self.__dict__ = {**vars(twin), **self.get_params(deep=False)}
        return found

    return cast(_Method, changing)


def leaving_no_trace(method: _Method) -> _Method:
    """A method that changes nothing of its estimator, whatever it needs on its way."""

    @wraps(method)
    def passing(self: BaseEstimator, *args: Any, **others: Any) -> Any:
        return method(_twin(self), *args, **others)

    return cast(_Method, passing)


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


def _twin(estimator: BaseEstimator) -> Any:
    """Another one with the same attributes, the very same objects."""
    twin = object.__new__(type(estimator))
    twin.__dict__ = dict(vars(estimator))
    return twin
