"""Adam on one flat buffer, one fused kernel a step."""

from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from .._numerics.array_library import Array

#: What the first and the second moment keep of themselves at each step.
BETAS = (0.9, 0.999)
#: Added to the root of the second moment.
EPSILON = 1e-8


class Adam(torch.optim.Optimizer):
    """``torch.optim.Adam`` [1]_ for one vector, with little besides the arithmetic.

    Parameters
    ----------
    flat : Tensor (n,)
        The parameters; they are updated in place.
    lr : float

    Attributes
    ----------
    grad, first, second : Tensor (n,)
        The gradient to be, and the moments.
    n_steps : int
        Steps behind the moments.

    References
    ----------
    .. [1] Kingma, Ba, "Adam: A Method for Stochastic Optimization", 2015.
    """

    def __init__(self, flat: Tensor, lr: float):
        super().__init__([flat], {"lr": lr})
        # read by torch's schedulers, which expect to see step() called through them
        self._opt_called = True
        self.renew(flat, torch.zeros_like(flat), torch.zeros_like(flat), 0)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Accept the one group there is (torch's own would import its compiler)."""
        self.param_groups.append({**self.defaults, **param_group})

    def renew(self, flat: Tensor, first: Tensor, second: Tensor, n_steps: int) -> None:
        """Go on with another vector and its moments."""
        self.param_groups[0]["params"] = [flat]
        self.flat, self.first, self.second = flat, first, second
        self.grad = torch.zeros_like(flat)
        self.n_steps = n_steps
        self._count = torch.full((), float(n_steps), device=flat.device)
        # a tensor, as a Python number costs more than the sum
        self._one = torch.ones_like(self._count)

    @torch.no_grad()
    def resume(self, first: Tensor, second: Tensor, n_steps: int) -> None:
        """Go on with copies of other moments, the parameters being theirs."""
        self.first.copy_(first)
        self.second.copy_(second)
        self.n_steps = n_steps
        self._count.fill_(float(n_steps))

    def update(self) -> None:
        """One step along ``grad``, taken where autograd is off."""
        self.n_steps += 1
        self._count.add_(self._one)
        torch._fused_adam_(
            [self.flat],
            [self.grad],
            [self.first],
            [self.second],
            [],
            [self._count],
            lr=self.learning_rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )

    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """`update`, under the name and with the bookkeeping of torch's optimisers."""
        with torch.no_grad():
            self.update()

    @property
    def learning_rate(self) -> float:
        """Adam's present step size, which schedulers change."""
        return self.param_groups[0]["lr"]

    def metric(self, xp: ModuleType, second: Array) -> Array:
        """√v̂ + ε of some of the second moments: a step is lr · m̂ over this."""
        metric = xp.sqrt(second)
        metric *= (1 - BETAS[1] ** self.n_steps) ** -0.5
        metric += EPSILON
        return metric
