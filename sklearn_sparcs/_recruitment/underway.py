"""Gradients at a network's output that are under way to its parameters.

Not all arrive there: those of the input alone do not, and those that are returned to a
loop (``torch.autograd.grad``) are the parameters' only if it sets them by hand.
"""

from dataclasses import dataclass
from itertools import count

import torch
from torch import Tensor

from .gradient_surgery import is_along
from .seen import Passage


class Underway:
    """Passages by forward pass whose gradients have not reached the parameters.

    Attributes
    ----------
    several : bool
        Whether one of them has had several gradients: which of these go on is unknown.
    """

    def __init__(self) -> None:
        self.several = False
        self._sent: dict[int, _Sent] = {}
        self._clock = count()

    def forward(self) -> int:
        """Count a forward pass; its number is the time at which it was."""
        return next(self._clock)

    def send(self, forward: int, x: Tensor, grad: Tensor) -> None:
        """A forward pass is gone back through: its gradient may go on.

        One that was there before the batch passed has not gone on.
        """
        self._sent = {k: sent for k, sent in self._sent.items() if sent.at > forward}
        rows = x.detach().reshape(-1, x.shape[-1]).clone()
        sensitivity = grad.detach().reshape(-1, grad.shape[-1]).clone()
        before = self._sent.get(forward)
        if before is not None and not is_along(before.passage[1], sensitivity):
            self.several = True
        self._sent[forward] = _Sent(
            (rows, sensitivity), next(self._clock), torch.is_grad_enabled()
        )

    @property
    def passages(self) -> dict[int, Passage]:
        """What is under way."""
        return {k: sent.passage for k, sent in self._sent.items()}

    def arrive(self) -> dict[int, Passage]:
        """A backward pass has reached the parameters: what it has brought there.

        Gradients that could be differentiated have gone into the loss, unless the
        parameters' can be, too.
        """
        differentiable, sent = torch.is_grad_enabled(), self._sent.items()
        self._sent = {}
        return {k: of.passage for k, of in sent if of.differentiable == differentiable}

    def clear(self) -> None:
        """Forget what is under way."""
        self._sent, self.several = {}, False


@dataclass(frozen=True)
class _Sent:
    """A passage, when its gradient was there, and whether that may be differentiated.

    It may under ``create_graph=True``.
    """

    passage: Passage
    at: int
    differentiable: bool
