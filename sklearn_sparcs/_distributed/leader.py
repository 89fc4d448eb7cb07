"""Work that the first process leads, and whose result all processes get."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from sklearn.base import BaseEstimator

from .._data.parts import Parts, Placed
from .._data.shared_samples import SharedSamples
from .._estimators.transaction import unchanged_on_failure
from .._fitted.encoding import Encoding
from .._losses.processes import Processes
from .parts import Leader, PieceStore, Request

#: Checked samples, the encoding of their targets, and no rows of X.
Given: TypeAlias = tuple[SharedSamples, Encoding, Any]

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class LeaderRun:
    """A checked table, of which every process has some rows.

    Attributes
    ----------
    processes : Processes
    own : Placed
        This one's rows.
    given : callable
        From the pieces of all processes, the table as an estimator takes it.
    """

    processes: Processes
    own: Placed
    given: Callable[[Parts], Given]

    def led(self, of: Callable[..., _Result], *args: Any) -> _Result:
        """Run ``of(*given, *args)`` in the first process; return its result in all.

        Raises
        ------
        Exception
            In all processes, what is raised in the first.
        """
        return self._lead(of, *args) if self.processes.leads else self._follow()

    def fitted(
        self, estimator: BaseEstimator, fit: Callable[..., Any], *args: Any
    ) -> Any:
        """The estimator, once ``fit(*given, *args)`` did its work in the first process.

        Raises
        ------
        Exception
            In all processes, what is raised in the first.
        """

        def state(*given: Any) -> dict[str, Any]:
            fit(*given)
            found, params = estimator.__getstate__(), estimator.get_params(deep=False)
            return {k: found[k] for k in found if k not in params}

        with unchanged_on_failure(estimator):
            found = self.led(state, *args)
            if not self.processes.leads:
                params = estimator.get_params(deep=False)
                vars(estimator).clear()
                estimator.__setstate__({**params, **found})
        return estimator

    def _lead(self, of: Callable[..., _Result], *args: Any) -> _Result:
        """Run ``of``, and send its result or exception to the other processes."""
        try:
            given = self.given(Leader(self.processes, self.own).parts())
            found = of(*given, *args)
        except ConnectionError:
            raise  # no connection to send it by
        except BaseException as error:
            self.processes.from_first(error)
            raise
        self.processes.from_first(found)
        return found

    def _follow(self) -> Any:
        """Answer requests until the result arrives."""
        store = PieceStore(self.processes, self.own)
        while isinstance(said := self.processes.from_first(), Request):
            store.answer(said)
        if isinstance(said, BaseException):
            raise said
        return said
