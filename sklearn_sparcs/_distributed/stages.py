"""Stages of a fit to samples in several processes, where they differ from others'."""

from typing import Any, ClassVar

from sklearn.base import BaseEstimator

from .._estimators.shared_cv import FitsSharedCV
from .._estimators.shared_fit import FitsShared
from .agreement import joined_processes, refuse_differences


class AgreesFirst(BaseEstimator):
    """Parameters that all processes have alike. Not for use by itself."""

    def _validate_params(self) -> None:
        """Refuse parameters in all processes, if in one: else the others would wait.

        Raises
        ------
        ValueError
            In all processes, if theirs differ, or are what they cannot be.
        RuntimeError
            If there is no group of processes.
        """
        refuse_differences(joined_processes(), self)
        super()._validate_params()


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

    def _validate_params(self) -> None:
        """Refuse, in all processes, what they cannot do together.

        Raises
        ------
        ValueError
            If several folds are to be followed at a time, or as for all parameters.
        """
        super()._validate_params()
        if self.n_jobs not in (None, 1):
            raise ValueError(
                f"n_jobs={self.n_jobs} folds at a time would ask the other processes "
                "at once, which answer one question after the other; use n_jobs=None."
            )
