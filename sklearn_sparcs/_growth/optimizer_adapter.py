"""What growth asks of an optimiser of torch's, and changes in it."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

#: Names that torch's optimisers have for a mean of gradients.
_FIRST = ("exp_avg", "momentum_buffer")
#: Names that they have for a mean of squared gradients.
_SECOND = ("exp_avg_sq", "max_exp_avg_sq")


class OptimizerAdapter:
    """An optimiser of torch's, seen from one network that it trains among others.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
    parameters : sequence of Tensor
        The network's.

    Raises
    ------
    ValueError
        If the optimiser does not train all of them.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, parameters: Sequence[Tensor]):
        self.optimizer = optimizer
        for parameter in parameters:
            self._place_of(parameter)

    def metric(self, lam: Tensor) -> Tensor:
        """(√v̂ + ε) / lr for Adam and its kin, 1 / lr for others."""
        group, _ = self._place_of(lam)
        state = self._state_of(lam)
        metric = torch.ones_like(lam)
        if "exp_avg_sq" in state:
            unbiased = 1 - group["betas"][1] ** float(state["step"])
            metric = (state["exp_avg_sq"] / unbiased).sqrt() + group["eps"]
        return metric / group["lr"]

    def n_steps(self, parameter: Tensor, default: int) -> float:
        """Steps behind a parameter's moments, where the optimiser counts them."""
        return float(self._state_of(parameter).get("step", default))

    def betas(self, parameter: Tensor) -> tuple[float, float]:
        """The decay of a parameter's two moments; zero where there is none."""
        group, _ = self._place_of(parameter)
        return group.get("betas", (group.get("momentum", 0.0), 0.0))

    def rewrite_moments(
        self,
        parameters: Sequence[Tensor],
        first: Callable[[Sequence[Tensor]], list[Tensor]],
        second: Callable[[Sequence[Tensor]], list[Tensor]],
    ) -> None:
        """Replace the parameters' moments by what becomes of them.

        A moment that the optimiser has of some of them only counts as zero elsewhere.
        """
        states = [self._state_of(p) for p in parameters]
        names = [(name, first) for name in _FIRST] + [
            (name, second) for name in _SECOND
        ]
        for name, change in names:
            moments = [state.get(name) for state in states]
            present = [
                torch.zeros_like(p) if moment is None else moment
                for moment, p in zip(moments, parameters, strict=True)
            ]
            for state, old, new in zip(states, moments, change(present), strict=True):
                if old is not None:
                    state[name] = new

    def replace(self, old: Tensor, new: Tensor) -> None:
        """Train another parameter in the place of one, with its moments."""
        group, place = self._place_of(old)
        group["params"][place] = new
        if old in self.optimizer.state:
            self.optimizer.state[new] = self.optimizer.state.pop(old)

    def _state_of(self, parameter: Tensor) -> dict[str, Any]:
        return self.optimizer.state.get(parameter, {})

    def _place_of(self, parameter: Tensor) -> tuple[dict[str, Any], int]:
        """The group that a parameter is in, and its place there."""
        for group in self.optimizer.param_groups:
            for place, candidate in enumerate(group["params"]):
                if candidate is parameter:
                    return group, place
        raise ValueError(
            "The optimizer does not train the network; make it with parameters that "
            "contain network.parameters()."
        )
