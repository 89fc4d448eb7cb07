"""What the estimators that train in epochs share: the schedule, and warnings."""

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from skorch.callbacks import EpochTimer, PrintLog

from .._activations import ACTIVATIONS
from .._checks.callers import among_many
from .._checks.warned import warn_user
from .._first_order.run import Schedule
from .._numerics.status import Status
from .._recruitment.recipe import batch_size_for
from .._sklearn import Interval, Options, StrOptions
from .fit_callbacks import EpochsAsSteps, FollowedByCallbacks
from .verbose import AlphaLog, show

TRAINING_CONSTRAINTS: dict[str, list[Any]] = {
    "activation": [StrOptions(set(ACTIVATIONS))],
    "fit_intercept": ["boolean"],
    "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "tol": [Interval(Real, 0, None, closed="left")],
    "n_iter_no_change": [
        Interval(Integral, 1, None, closed="left"),
        Options(Real, {math.inf}),
    ],
    "warm_start": ["boolean"],
    "device": [str],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


class TrainsByEpochs(FollowedByCallbacks):
    """Base of the estimators that train in epochs. Not for use by itself."""

    batch_size: int | str
    max_iter: int
    tol: float
    n_iter_no_change: float
    shuffle: bool
    verbose: bool | int
    callbacks: list[Any] | None = None

    def _schedule(self, n_samples: int, *, stream: bool = False) -> Schedule:
        """The schedule for epochs over so many samples.

        A stream takes one, and what it comes to: an epoch that was undone would be the
        same in the next call, which would be undone again.
        """
        timing = [EpochTimer(), PrintLog(sink=show)] if self.verbose else []
        followed = [EpochsAsSteps(self._tell_of_step)] if self._is_followed else []
        return Schedule(
            batch_size_for(self.batch_size, n_samples),
            1 if stream else self.max_iter,
            self.tol,
            self.n_iter_no_change,
            self.shuffle,
            (*timing, *followed, *(self.callbacks or ())),
            int(self.verbose),
            keeps_best=not stream,
        )

    def _told(self) -> Callable[[Mapping[str, Any]], None]:
        """A function to call with a row after every step of a second-order fit."""
        log = AlphaLog() if self.verbose else None

        def told(row: Mapping[str, Any]) -> None:
            if log is not None:
                log(row)
            self._tell_of_step()

        return told

    @staticmethod
    def _pass_interrupt_on(status: Status) -> None:
        """Raise an interrupt again if a search or an ensemble is running this fit.

        Raises
        ------
        KeyboardInterrupt
            If training was interrupted in a search, an ensemble or the like.
        """
        if status == Status.INTERRUPTED and among_many():
            raise KeyboardInterrupt

    def _warn(self, status: Status) -> None:
        """Warn of why training ended, if the user can do something about it."""
        if status.message:
            message = status.message.format(max_iter=self.max_iter)
            warn_user(message, ConvergenceWarning)
