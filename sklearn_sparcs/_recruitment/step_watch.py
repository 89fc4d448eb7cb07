"""Whether an optimiser's steps have moved the network that growth looks after."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .optimizer_adapter import OptimizerAdapter


class StepWatch:
    """Watches an optimiser for steps that move some of its parameters.

    An optimiser leaves those without a gradient where they are, as the head of a task
    that has no sample in a batch. Gradients are looked for before a step, as one's own
    optimiser may free them, and behind it, as a closure computes them. A wrapper may
    step in a way that hooks are not told of: until one has been, every step counts.

    Parameters
    ----------
    optimizer : OptimizerAdapter
    parameters : sequence of Tensor
    """

    def __init__(self, optimizer: OptimizerAdapter, parameters: Sequence[Tensor]):
        self._parameters = parameters
        self._ever_told, self._moved = False, False
        self._handles = [
            optimizer.before_step(self._before),
            optimizer.after_step(self._after),
        ]

    def end_step(self) -> bool:
        """Whether a step has moved the parameters since this was last asked."""
        moved, self._moved = self._moved or not self._ever_told, False
        return moved

    def close(self) -> None:
        """Stop watching."""
        for handle in self._handles:
            handle.remove()

    def _before(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        # with a closure, they are the last step's
        if not any(map(callable, [*args[1:], *kwargs.values()])):
            self._look()

    def _after(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        self._ever_told = True
        self._look()

    def _look(self) -> None:
        self._moved |= any(p.grad is not None for p in self._parameters)
