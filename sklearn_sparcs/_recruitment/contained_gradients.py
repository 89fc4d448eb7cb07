"""Whether a loss contains gradients at a network's output, as gradient penalties do."""

import torch
from torch import Tensor


class ContainedGradients:
    """Marks gradients that may be differentiated, to hear of it if a loss has them.

    Attributes
    ----------
    found : bool
        Whether a loss was gone back through to one of them; set to False by who has
        taken that in.
    """

    def __init__(self) -> None:
        self.found = False
        # added to such a gradient: what contains the sum comes back to it
        self._zero = torch.zeros((), device="cpu", requires_grad=True)
        self._zero.register_hook(lambda _: self._come_back())

    def marked(self, grad: Tensor) -> Tensor:
        """The same gradient, marked unless it cannot be differentiated."""
        return grad + self._zero if torch.is_grad_enabled() else grad

    def _come_back(self) -> None:
        self.found = True
