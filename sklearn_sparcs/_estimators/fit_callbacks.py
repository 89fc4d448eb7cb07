"""Support for scikit-learn's callbacks, such as progress bars."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from skorch.callbacks import Callback

from .._sklearn import CallbackSupportMixin


class FollowedByCallbacks(CallbackSupportMixin):
    """An estimator with scikit-learn's callbacks. Not for use by itself.

    Before version 1.9 scikit-learn has no such callbacks, and none are told.
    """

    @contextmanager
    def _as_task(self, X: Any, y: Any) -> Iterator[None]:
        """Call the callbacks when a fit begins and, if it succeeds, when it ends."""
        if not hasattr(self, "_init_callback_context"):
            yield
            return
        task = self._init_callback_context(max_subtasks=None)
        task.call_on_fit_task_begin(estimator=self, X=X, y=y)
        yield
        # the estimator is already fitted: nothing has to be reconstructed
        fitted: dict[str, Any] = {}
        task.call_on_fit_task_end(
            estimator=self, X=X, y=y, reconstruction_attributes=fitted
        )

    @property
    def _is_followed(self) -> bool:
        """Whether a fit is running that has callbacks."""
        on = hasattr(self, "_callback_fit_ctx")
        return on and bool(getattr(self, "_skl_callbacks", ()))

    def _tell_of_step(self) -> None:
        """Call the callbacks, if any, after a step of the fit."""
        if self._is_followed:
            _tell_of_step(self, self._callback_fit_ctx)

    @contextmanager
    def _stage(self, name: str, n_steps: int) -> Iterator[Callable[[int], None]]:
        """A stage of steps, and a function to call with the number of steps done."""
        if not self._is_followed:
            yield lambda n: None
            return
        stage = self._callback_fit_ctx.subcontext(name, max_subtasks=n_steps)
        stage.call_on_fit_task_begin(estimator=self)

        def tell(n: int) -> None:
            for _ in range(n):
                _tell_of_step(self, stage)

        yield tell
        stage.call_on_fit_task_end(estimator=self)


def _tell_of_step(estimator: FollowedByCallbacks, task: Any) -> None:
    step = task.subcontext(task_name="step")
    step.call_on_fit_task_begin(estimator=estimator)
    step.call_on_fit_task_end(estimator=estimator)


class EpochsAsSteps(Callback):
    """Calls a function after every epoch."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self.tell = tell

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Call the function."""
        self.tell()
