"""Stages of a fit to samples in several processes, where they differ from others'."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar, cast

from sklearn.base import BaseEstimator

from .._shared.shared_cv import FitsSharedCV
from .._shared.shared_fit import FitsShared
from .agreement import joined_processes, refuse_differences

_Method = TypeVar("_Method", bound=Callable[..., Any])


class AgreesFirst(BaseEstimator):
    """Parameters that all processes have alike. Not for use by itself."""

    def _agree(self) -> None:
        """Refuse parameters in all processes, if in one: else the others would wait.

        Raises
        ------
        ValueError
            In all processes, if theirs differ.
        RuntimeError
            If there is no group of processes.
        """
        refuse_differences(joined_processes(), self)


def agreeing_first(method: _Method) -> _Method:
    """A method before which processes agree on parameters.

    It stands above scikit-learn's validation, which can be switched off, and which
    would end a fit in one process alone.
    """

    @wraps(method)
    def agreed(self: AgreesFirst, *args: Any, **others: Any) -> Any:
        self._agree()
        return method(self, *args, **others)

    return cast(_Method, agreed)


class FitsTogether(AgreesFirst, FitsShared):
    """Second-order growth of samples in several processes. Not for use by itself."""

    def partial_fit(self, X: Any, y: Any, **others: Any) -> Any:
        """Refused: an epoch would train this process's network alone.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        **others
            Whatever else `partial_fit` takes on one machine.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError(
            "partial_fit would train this process's network alone; call fit, or use "
            "the estimator of one machine."
        )


class FitsTogetherCV(AgreesFirst, FitsSharedCV):
    """Cross-validation of samples in several processes. Not for use by itself."""

    #: The others answer one question after the other, all in the same order.
    _folds_by: ClassVar[str] = "sequential"

    def _agree(self) -> None:
        """Refuse, in all processes, what they cannot do together.

        Raises
        ------
        ValueError
            If several folds are to be followed at a time, or parameters differ.
        RuntimeError
            If there is no group of processes.
        """
        super()._agree()
        if self.n_jobs not in (None, 1):
            raise ValueError(
                f"n_jobs={self.n_jobs} folds at a time would ask the other processes "
                "at once, which answer one question after the other; use n_jobs=None."
            )
