"""Validation of skorch callbacks."""

from collections.abc import Iterable
from typing import Any

from skorch.callbacks import Callback, InputShapeSetter, ParamMapper
from skorch.callbacks.scoring import ScoringBase
from skorch.utils import freeze_parameter, unfreeze_parameter


def refuse_others(callbacks: Iterable[Any]) -> None:
    """Refuse what is no callback of skorch's: not one, its class, nor a pair with it.

    Raises
    ------
    TypeError
        If there is one.
    """
    for given in callbacks:
        pair = isinstance(given, tuple) and len(given) == 2
        callback = given[1] if pair else given
        of_class = isinstance(callback, type) and issubclass(callback, Callback)
        if not (of_class or isinstance(callback, Callback)):
            raise TypeError(
                "callbacks must hold callbacks of skorch's, or pairs of a name and "
                f"one; got {given!r}."
            )


def refuse_unheeded(callbacks: Iterable[tuple[str, Callback]]) -> None:
    """Refuse callbacks without effect on training without autograd.

    Gradients are computed by hand, in one vector that each step uses at once;
    ``requires_grad`` has no effect.

    Raises
    ------
    ValueError
        If there is one; the message says which, and what it needs.
    """
    for name, callback in callbacks:
        reason = _unheeded(callback)
        if reason:
            raise ValueError(
                f"callbacks holds {name} ({type(callback).__name__}), which {reason}, "
                "and would do nothing here. Leave it out, or train a network of your "
                "own with sklearn_sparcs.nn.Growth, where torch's gradients are."
            )


def _unheeded(callback: Callback) -> str:
    """Why a callback would have no effect here; empty if it has one."""
    if type(callback).on_grad_computed is not Callback.on_grad_computed:
        return "acts on gradients that autograd computes"
    if isinstance(callback, ParamMapper) and callback.fn in (
        freeze_parameter,
        unfreeze_parameter,
    ):
        return "freezes parameters for autograd"
    if isinstance(callback, InputShapeSetter):
        return "sets the input's size, which is that of X already"
    return ""


def refuse_unfed(callbacks: Iterable[tuple[str, Callback]]) -> None:
    """Refuse callbacks that need validation data where there are none.

    Raises
    ------
    ValueError
        If there is one: skorch would stop at a missing key, or score nothing.
    """
    for name, callback in callbacks:
        wanted = _wanted(callback)
        if wanted:
            raise ValueError(
                f"callbacks holds {name} ({type(callback).__name__}), which {wanted}, "
                "and there are no validation data: early_stopping=True sets some aside."
            )


def _wanted(callback: Callback) -> str:
    """Why a callback needs validation data; empty if it needs none."""
    monitor = getattr(callback, "monitor", None)
    if isinstance(monitor, str) and monitor.startswith("valid"):
        return f"watches {monitor!r}"
    if isinstance(callback, ScoringBase) and not callback.on_train:
        return "scores them unless it is given on_train=True"
    return ""
