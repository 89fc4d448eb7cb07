"""What of the backward passes since a step has reached a network's parameters.

A step may be of several batches: gradients are accumulated until they are zeroed, a
closure asks for several, a network is called more than once. What counts is what
reaches the parameters: validation, a frozen network, or a gradient with respect to the
input leaves nothing here.
"""

from torch import Tensor

from .._losses.processes import in_process_group
from .accumulated import Accumulated
from .blind_spots import BY_HAND, CONTAINED
from .contained_gradients import ContainedGradients
from .seen import Passage
from .underway import Underway


class BackwardPasses:
    """Backward passes through a network, of which an optimiser's next step is made.

    Parameters
    ----------
    parameter : Tensor
        One that every backward pass reaches: it stands for all.
    """

    def __init__(self, parameter: Tensor):
        self._parameter = parameter
        self._underway, self._accumulated = Underway(), Accumulated(parameter)
        self._contained = ContainedGradients()
        self._by_hand = False
        #: Of the loss when the optimiser stepped; None before.
        self._scale: float | None = None

    @property
    def stepped(self) -> bool:
        """Whether the optimiser has been about to step."""
        return self._scale is not None

    @property
    def n_zeroed(self) -> int:
        """Sums of gradients that were zeroed without a step, `MOST_ZEROED` at most."""
        return self._accumulated.n_zeroed

    def follow(self, x: Tensor, output: Tensor) -> None:
        """A batch passes; its gradient may follow."""
        forward, place = self._underway.forward(), output.output_nr

        def sent_back(grads: tuple[Tensor | None, ...]) -> tuple[Tensor | None, ...]:
            grad = grads[place]
            if grad is None:
                return grads
            sent = self._sent_back(forward, x, grad)
            return *grads[:place], sent, *grads[place + 1 :]

        # of the node: a hook of the tensor would come before those of others, which
        # may change the gradient
        if output.grad_fn is not None:
            output.grad_fn.register_prehook(sent_back)

    def _sent_back(self, forward: int, x: Tensor, grad: Tensor) -> Tensor:
        """∂loss/∂y of a forward pass is there, and goes on to the parameters."""
        if _are_many(grad):
            self._underway.several = True
            return grad
        self._accumulated.notice_zeroing()
        self._underway.send(forward, x, grad)
        return self._contained.marked(grad)

    def reached(self) -> None:
        """A backward pass has been added to the parameter's gradient."""
        self._accumulated.add(self._underway.arrive())

    def stepping(self, scale: float) -> None:
        """The optimiser is about to take a step, of a loss that was scaled."""
        self._scale = scale
        if self.n_zeroed and not in_process_group():
            self._by_hand |= not self._accumulated.put_together(scale)
        self._accumulated.forget_zeroed()

    def unseen(self) -> list[str]:
        """What of the step cannot be seen here, in words."""
        unknown = self._underway.several and not self._accumulated.passages
        found = {BY_HAND: self._by_hand or unknown, CONTAINED: self._contained.found}
        return [words for words, holds in found.items() if holds]

    def take(self) -> list[Passage]:
        """What the step was made of, in units of the loss; then the next one begins.

        Where nothing has reached the parameters, their gradient was set by hand: it is
        of what was under way.
        """
        passages = self._accumulated.passages or self._underway.passages
        factor = 1 / (self._scale or 1.0)
        self.forget()
        self._by_hand = self._contained.found = False
        self._scale = None
        return [(x, factor * grad) for x, grad in passages.values()]

    def forget(self) -> None:
        """Forget what has passed, and not that the optimiser has stepped."""
        self._underway.clear()
        self._accumulated = Accumulated(self._parameter)


def _are_many(grad: Tensor) -> bool:
    """Whether it stands for gradients of many losses, under vmap: they have no memory.

    Such are not added to a parameter's gradient.
    """
    try:
        grad.data_ptr()
    except RuntimeError:
        return True
    return False
