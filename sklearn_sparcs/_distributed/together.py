"""A fit that one process leads, and that all have in the end."""

from collections.abc import Callable
from typing import Any

from .._data.parts import Parts, Placed
from .._estimators.shared_fit import FitsShared
from .._estimators.transaction import unchanged_on_failure
from .._training.processes import Processes
from .parts import Answers, Leader, Question


class FitsTogether(FitsShared):
    """Second-order growth of samples in several processes. Not for use by itself."""

    def _fit_together(
        self, processes: Processes, own: Placed, fit: Callable[[Parts], Any]
    ) -> Any:
        """Fit to the pieces of all processes, in the first, and hand on what it is.

        Raises
        ------
        Exception
            In all processes, what is raised in the first.
        """
        with unchanged_on_failure(self):
            if processes.leads:
                self._lead(processes, fit, Leader(processes, own))
            else:
                self._follow(processes, Answers(processes, own))
        return self

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

    def _lead(
        self, processes: Processes, fit: Callable[[Parts], Any], leader: Leader
    ) -> None:
        try:
            fit(leader.parts())
        except ConnectionError:
            raise  # nobody would hear of it
        except BaseException as error:
            processes.from_first(error)
            raise
        params = self.get_params(deep=False)
        state = self.__getstate__()
        processes.from_first({k: state[k] for k in state if k not in params})

    def _follow(self, processes: Processes, answers: Answers) -> None:
        """Answer what is asked, and take over what was found."""
        while isinstance(said := processes.from_first(), Question):
            answers.to(said)
        if isinstance(said, BaseException):
            raise said
        params = self.get_params(deep=False)
        self.__dict__.clear()
        self.__setstate__({**params, **said})
