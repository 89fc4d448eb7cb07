"""Access to the state of a torch optimiser, as growth reads and rewrites it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils.hooks import RemovableHandle

#: Names that torch's optimisers have for a mean of gradients.
_FIRST = ("exp_avg", "momentum_buffer", "grad_avg")
#: Names that they have for a mean of squared gradients, or their sum.
_SECOND = ("exp_avg_sq", "max_exp_avg_sq", "square_avg", "sum")
#: Names that they have for a mean of the parameter itself.
_VALUES = ("ax",)

#: Optimisers that growth does not go with, by name, and why.
_REFUSED = {
    "LBFGS": "remembers differences of parameters and gradients of one length, and "
    "searches along lines that a neuron would break off",
    "Rprop": "goes by the signs of gradients, against which no strength of a penalty "
    "can be weighed",
    "Adafactor": "takes steps relative to the size of a parameter, which begins at "
    "zero where neurons wake",
    "ZeroRedundancyOptimizer": "keeps the state of each parameter in one process, out "
    "of reach",
}

#: From parameters, or an optimiser's state of them, before a change to those after it.
Rewriting = Callable[[Sequence[Tensor]], list[Tensor]]


class OptimizerAdapter:
    """Access to a torch optimiser's state for one network among what it trains.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
    parameters : sequence of Tensor
        The network's.

    Raises
    ------
    TypeError
        If it is no optimiser.
    ValueError
        If the optimiser does not train all of them, or is of a kind that cannot.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, parameters: Sequence[Tensor]):
        self.optimizer = optimizer
        if isinstance(optimizer, type) or not hasattr(optimizer, "param_groups"):
            raise TypeError(
                "optimizer must be a torch.optim.Optimizer that has been made, such as "
                f"torch.optim.Adam(net.parameters()); got {optimizer!r}."
            )
        kinds = (kind.__name__ for kind in type(optimizer).__mro__)
        refused = next((kind for kind in kinds if kind in _REFUSED), None)
        if refused is not None:
            raise ValueError(
                f"Growth does not go with {refused}, which {_REFUSED[refused]}; use "
                "one of Adam's kind, or SGD."
            )
        for parameter in parameters:
            self._group_of(parameter)

    def before_step(self, hook: Callable[..., None]) -> RemovableHandle:
        """Have a hook called before every step of the optimiser.

        Raises
        ------
        ValueError
            If it is a wrapper that takes none.
        """
        with self._hooks_asked_for():
            return self.optimizer.register_step_pre_hook(hook)

    def after_step(self, hook: Callable[..., None]) -> RemovableHandle:
        """Have a hook called after every step of the optimiser.

        Raises
        ------
        ValueError
            If it is a wrapper that takes none.
        """
        with self._hooks_asked_for():
            return self.optimizer.register_step_post_hook(hook)

    @contextmanager
    def _hooks_asked_for(self) -> Iterator[None]:
        """Say of a wrapper that it takes no hooks; some inherit that, and cannot."""
        try:
            yield
        except AttributeError:
            raise ValueError(
                f"Growth watches the steps of a torch.optim.Optimizer, and "
                f"{type(self.optimizer).__name__} has no hooks for that; give it the "
                "optimizer that is wrapped."
            ) from None

    def direction(self, parameter: Tensor) -> float:
        """One where the optimiser minimises, and minus one where it maximises."""
        group = self._group_of(parameter)
        return -1.0 if group.get("maximize", False) else 1.0

    def metric(self, lam: Tensor) -> Tensor:
        """Long-run denominator of a gradient: 1 / lr for plain descent.

        (√v̂ + ε) / lr for Adam and its kin.
        """
        group = self._group_of(lam)
        damping = _damping(self._state_of(lam), group)
        if damping is not None and isinstance(self.optimizer, torch.optim.RAdam):
            damping = _rectified(damping, self.n_steps(lam, 0), group["betas"][1])
        metric = torch.ones_like(lam) if damping is None else damping
        # momentum applies each gradient 1 / (1 − momentum) times
        metric = metric * (1 - group.get("momentum", 0.0))
        return metric / (1 - group.get("dampening", 0.0)) / group["lr"]

    def n_steps(self, parameter: Tensor, default: int) -> float:
        """Steps behind a parameter's moments, where the optimiser counts them."""
        return float(self._state_of(parameter).get("step", default))

    def betas(self, parameter: Tensor) -> tuple[float, float]:
        """The decay of a parameter's two moments; zero where there is none."""
        group = self._group_of(parameter)
        return group.get("betas", (group.get("momentum", 0.0), 0.0))

    def rewrite_state(
        self,
        parameters: Sequence[Tensor],
        first: Rewriting,
        second: Rewriting,
        values: Rewriting,
    ) -> None:
        """Replace the state of the parameters after the network has changed.

        An entry that only some of the parameters have counts as zero for the others.
        A parameter whose state has an unknown entry loses its state: the optimiser
        begins anew with it.
        """
        kinds = ((_FIRST, first), (_SECOND, second), (_VALUES, values))
        for name, change in ((n, change) for names, change in kinds for n in names):
            states = [self._state_of(p) for p in parameters]
            kept = [state.get(name) for state in states]
            if all(moment is None for moment in kept):
                continue
            present = [
                torch.zeros_like(p) if moment is None else moment
                for moment, p in zip(kept, parameters, strict=True)
            ]
            for state, old, new in zip(states, kept, change(present), strict=True):
                if old is not None:
                    state[name] = new
        known = {*_FIRST, *_SECOND, *_VALUES}
        for parameter in parameters:
            if not known.issuperset(_tensors(self._state_of(parameter))):
                self._begin_anew(parameter)

    @contextmanager
    def unchanged_on_failure(self, parameters: Sequence[Tensor]) -> Iterator[None]:
        """Restore the state of the parameters if the body raises."""
        state = self.optimizer.state
        before = {p: dict(state[p]) for p in parameters if p in state}
        try:
            yield
        except BaseException:
            for parameter in parameters:
                state.pop(parameter, None)
            state.update(before)
            raise

    def forget_unfitting(self, parameters: Sequence[Tensor]) -> None:
        """Reset the state of parameters whose shape has changed."""
        for parameter in parameters:
            kept = _tensors(self._state_of(parameter)).values()
            if any(value.shape != parameter.shape for value in kept):
                self._begin_anew(parameter)

    def _begin_anew(self, parameter: Tensor) -> None:
        state = self.optimizer.state.pop(parameter)
        if "sum" in state:  # Adagrad's, which is made before the first step
            group = self._group_of(parameter)
            start = torch.full_like(parameter, group["initial_accumulator_value"])
            fresh = {"step": torch.zeros_like(state["step"]), "sum": start}
            self.optimizer.state[parameter] = fresh

    def _state_of(self, parameter: Tensor) -> dict[str, Any]:
        return self.optimizer.state.get(parameter, {})

    def _group_of(self, parameter: Tensor) -> dict[str, Any]:
        """The parameter group that holds a parameter."""
        for group in self.optimizer.param_groups:
            if any(candidate is parameter for candidate in group["params"]):
                return group
        raise ValueError(
            "The optimizer does not train the network; make it with parameters that "
            "contain network.parameters()."
        )


def _tensors(state: dict[str, Any]) -> dict[str, Tensor]:
    """Tensors of the state, by entries, rows or columns of a parameter."""
    return {k: v for k, v in state.items() if isinstance(v, Tensor) and v.ndim > 0}


def _damping(state: dict[str, Any], group: dict[str, Any]) -> Tensor | None:
    """Denominator of the optimiser's step beside 1 / lr, by entry, or None."""
    if "exp_avg_sq" in state:
        second = state.get("max_exp_avg_sq", state["exp_avg_sq"])
        unbiased = 1 - group["betas"][1] ** float(state["step"])
        return (second / unbiased).sqrt() + group["eps"]
    if "acc_delta" in state:
        steps, size = state["acc_delta"], state["square_avg"]
        return ((size + group["eps"]) / (steps + group["eps"])).sqrt()
    if "square_avg" in state:
        centred = state.get("grad_avg", torch.zeros_like(state["square_avg"]))
        return (state["square_avg"] - centred**2).sqrt() + group["eps"]
    if "sum" in state:
        slower = 1 + (float(state["step"]) - 1) * group["lr_decay"]
        return (state["sum"].sqrt() + group["eps"]) * slower
    return state.get("exp_inf")


def _rectified(damping: Tensor, n_steps: float, beta: float) -> Tensor:
    """The damping as RAdam has it, which mistrusts the variance of few steps.

    References
    ----------
    Liu et al., "On the variance of the adaptive learning rate and beyond": algorithm 2.
    """
    last = 2 / (1 - beta) - 1
    rho = last - 2 * n_steps * beta**n_steps / (1 - beta**n_steps)
    if rho <= 5:
        return torch.ones_like(damping)
    grown = (rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho)
    return damping / grown**0.5
