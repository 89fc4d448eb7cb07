"""Fits to a stream, a piece at a time: each call is one epoch of Adam.

What a stream has beside the stages of a fit (`base`) is a `StreamState`: its first
pieces are trained on together until they are enough to go on from, and its last rows
are where neurons are looked for.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from .._checks.lost_rows import warn_of_lost_rows
from .._checks.out_of_scale import warn_of_scale
from .._data.scaling import Scaling
from .._first_order.checkpoint import Checkpoint
from .._growth.search_result import SearchResult
from .._numerics.library_defaults import library_defaults
from .._numerics.randomness import own_random_state
from .._numerics.status import Status
from .._problems.problem import Problem
from .._problems.stream_state import StreamState
from .._problems.task import Task
from .base import BaseSparcs, Continuation
from .transaction import atomic


class PieceOutcome(NamedTuple):
    """How an epoch ended, the scale it was in, and the stream before and with it."""

    status: Status
    scaling: Scaling
    before: StreamState
    now: StreamState


class LearnsStreams(BaseSparcs):
    """Base of estimators with ``partial_fit``. Not for use by itself."""

    def _fit_piece(
        self, X: Any, y: Any, sample_weight: Any, classes: Any = None
    ) -> Any:
        """Fit to a piece of the user's stream, for one epoch."""
        status, scaling, before, now = self._learn_piece(X, y, sample_weight, classes)
        warn_of_lost_rows(before, now)
        if self.standardize and not now.is_short:
            names = getattr(self, "feature_names_in_", None)
            warn_of_scale(now.whole(), scaling, names)
        if status != Status.MAX_ITER:
            self._warn(status)
        return self

    @atomic
    def _learn_piece(
        self, X: Any, y: Any, sample_weight: Any, classes: Any
    ) -> PieceOutcome:
        """Fit without warnings, and return what they depend on."""
        with library_defaults():
            self._refuse_contradictions()
            last = self._last_checkpoint()
            before, now, task = self._taken_in(last, X, y, sample_weight, classes)
            checkpoint = None if now.is_short else last
            state = own_random_state(self.random_state)
            problem = self._problem(task, "first_order", checkpoint, state)
            found = self._epoch(problem, checkpoint, now, state)
            self._pass_interrupt_on(found.status)
            continuation = Continuation(checkpoint, self.history_ if last else (), now)
            self._take_over(found, task.samples(), state, continuation)
            self._record_no_uncertainty(problem)
            status = self._record_pruned(found, task.samples())
        return PieceOutcome(status, problem.scaling, before, now)

    def _taken_in(
        self,
        last: Checkpoint | None,
        X: Any,
        y: Any,
        sample_weight: Any,
        classes: Any,
    ) -> tuple[StreamState, StreamState, Task]:
        """The stream before its piece and with it, and what of it is trained on."""
        before = last.continued_stream if last else StreamState()
        piece = self._task(
            X,
            y,
            sample_weight,
            fresh=last is None,
            classes=classes,
            before=before.targets,
        )
        self.encoding_ = self._encoding_of(piece.y, piece.weight)
        scaling = last.scaling if last and self.standardize else None
        now = before.followed_by(piece, scaling)
        return before, now, now.to_train_on(piece)

    def _epoch(
        self,
        problem: Problem,
        checkpoint: Checkpoint | None,
        stream: StreamState,
        state: np.random.RandomState,
    ) -> SearchResult:
        """Train for one epoch; neurons are looked for in the last rows, when due."""
        by_epochs = self._by_epochs(problem, checkpoint, state, stream=True)
        if self.solver == "adam":
            return by_epochs.full()
        last = by_epochs.recipe.layers[-1:]
        layers = last if checkpoint is None else checkpoint.open_layers
        rows = problem.data_of(stream.whole())
        return by_epochs.grown(layers if stream.due else (), rows)

    def _record_no_uncertainty(self, problem: Problem) -> None:
        """Record that nothing is known of errors, as after a part of the data."""
        self._record_spread(problem, None)
        self.linear_p_value_ = math.nan
