"""What estimators share that train by epochs: their schedule, and their warnings."""

import warnings
from inspect import currentframe
from numbers import Integral, Real
from pathlib import Path
from types import FrameType
from typing import Any

import sklearn
from sklearn.exceptions import ConvergenceWarning
from skorch.callbacks import EpochTimer, PrintLog

from .._activations import ACTIVATIONS
from .._growth.recipe import batch_size_for
from .._sklearn import Interval, StrOptions
from .._training.run import Schedule
from .._training.status import Status

#: Where code is that no user wrote.
_INSIDE = tuple(str(Path(found).parent) for found in (sklearn.__file__, __file__))

TRAINING_CONSTRAINTS: dict[str, list[Any]] = {
    "activation": [StrOptions(set(ACTIVATIONS))],
    "fit_intercept": ["boolean"],
    "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "max_iter": [Interval(Integral, 1, None, closed="left")],
    "shuffle": ["boolean"],
    "tol": [Interval(Real, 0, None, closed="left")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
    "warm_start": ["boolean"],
    "device": [str],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}


class TrainsByEpochs:
    """A schedule from the estimator's parameters. Not for use by itself."""

    batch_size: int | str
    max_iter: int
    tol: float
    n_iter_no_change: int
    shuffle: bool
    verbose: bool | int
    callbacks: list[Any] | None = None

    def _schedule(self, n_samples: int, max_iter: int | None = None) -> Schedule:
        """How to run epochs over so many samples."""
        timing = [EpochTimer(), PrintLog()] if self.verbose else []
        return Schedule(
            batch_size_for(self.batch_size, n_samples),
            self.max_iter if max_iter is None else max_iter,
            self.tol,
            self.n_iter_no_change,
            self.shuffle,
            (*timing, *(self.callbacks or ())),
            int(self.verbose),
        )

    def _warn(self, status: Status) -> None:
        """Say why training ended, where that asks for something to be done."""
        if status.message:
            message = status.message.format(max_iter=self.max_iter)
            warnings.warn(message, ConvergenceWarning, stacklevel=_users_level())


def _users_level() -> int:
    """How many calls above its caller's the user's own line is."""
    frame: FrameType | None = currentframe()
    level = 0
    while frame is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame, level = frame.f_back, level + 1
    return level
