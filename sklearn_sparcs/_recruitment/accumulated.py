"""Passages whose gradients have been added to those of the parameters.

There they add up until they are zeroed. Where several such sums are put together by
hand, as the gradient of one step, each counts with its share (`gradient_surgery`).
"""

from collections import deque
from dataclasses import dataclass, field

from torch import Tensor

from .gradient_surgery import is_along, shares
from .seen import Passage

#: Sums of gradients that have been zeroed that are known of in a step.
MOST_ZEROED = 32


@dataclass
class _Sum:
    """Backward passes whose gradients were added up.

    Attributes
    ----------
    met : dict of Passages
        What they have brought, by forward pass.
    left : Tensor or None
        Their sum in the parameter; None before any has come, or where another's hook
        has taken it away.
    """

    met: dict[int, Passage] = field(default_factory=dict)
    left: Tensor | None = None

    def add(self, brought: dict[int, Passage]) -> None:
        """Add what came to the gradients that the same forward passes have had."""
        for key, (x, grad) in brought.items():
            self.met[key] = x, self.met[key][1] + grad if key in self.met else grad

    def times(self, share: float) -> dict[int, Passage]:
        """What was met, where only a share of its gradients counts."""
        return {key: (x, share * grad) for key, (x, grad) in self.met.items()}


class Accumulated:
    """Passages whose gradients are in a parameter, and those zeroed since a step.

    Parameters
    ----------
    parameter : Tensor
        One that every backward pass reaches: it stands for all.
    """

    def __init__(self, parameter: Tensor):
        self._parameter = parameter
        self._zeroed: deque[_Sum] = deque(maxlen=MOST_ZEROED)
        self._now = _Sum()

    @property
    def passages(self) -> dict[int, Passage]:
        """What is in the parameter now, by forward pass."""
        return self._now.met

    @property
    def n_zeroed(self) -> int:
        """Sums that were zeroed without a step, `MOST_ZEROED` at most."""
        return len(self._zeroed)

    def add(self, brought: dict[int, Passage]) -> None:
        """A backward pass has been added to the parameter's gradient.

        A forward pass may be gone back through more than once, as losses of one output
        are in turn: its samples are there once, and its gradients add up.
        """
        self._now.add(brought)
        grad = self._parameter.grad
        self._now.left = None if grad is None else grad.detach().clone()

    def notice_zeroing(self) -> None:
        """Before more is added: begin another sum if this one has been zeroed."""
        now = self._now
        if (now.met or now.left is not None) and _is_zero(self._parameter.grad):
            if now.left is not None:
                self._zeroed.append(now)
            self._now = _Sum()

    def put_together(self, scale: float) -> bool:
        """Let every sum count as it makes up the parameter's gradient.

        They do not where the last was alone what counts, as a closure's second look.

        Parameters
        ----------
        scale : float
            Of the loss, by which the gradient has been divided: a sum is found if it
            is one.

        Returns
        -------
        bool
            Whether the gradient was found to be made of them.
        """
        grad, left = self._parameter.grad, self._now.left
        if grad is None or (left is not None and is_along(grad, left)):
            return True
        sums = [each for each in (*self._zeroed, self._now) if not _is_zero(each.left)]
        if not sums:
            return True
        found = shares(grad, [each.left for each in sums if each.left is not None])
        if found is None or scale != 1:
            return False
        self._now = _Sum(left=left)
        for share, each in zip(found, sums, strict=True):
            self._now.add(each.times(share))
        return True

    def forget_zeroed(self) -> None:
        """Forget what is not in the parameter any more."""
        self._zeroed.clear()


def _is_zero(grad: Tensor | None) -> bool:
    return grad is None or not bool(grad.any())
