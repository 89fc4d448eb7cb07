"""Checks that all processes have the same parameters and compatible tables."""

from collections.abc import Callable, Mapping
from typing import Any

from sklearn.base import BaseEstimator

from .._losses.processes import Processes, in_process_group
from .._version import __version__

#: The first process's is what counts.
_ITS_OWN = ("random_state",)


def joined_processes() -> Processes:
    """The processes that fit together.

    Raises
    ------
    RuntimeError
        If there is no group of them.
    """
    if not in_process_group():
        raise RuntimeError(
            "Processes fit together once torch.distributed.init_process_group() has "
            "joined them: start them by torchrun, or use the estimator of one machine."
        )
    return Processes()


def said_by_all(processes: Processes, of: Callable[..., Any], *given: Any) -> list[Any]:
    """Results of ``of(*given)`` from all processes, in all of them.

    Raises
    ------
    Exception
        In all of them, what the first raises that raises any.
    """
    own: Any
    try:
        own = of(*given)
    except Exception as error:
        own = error
    found = processes.of_all(own)
    for rank, said in enumerate(found):
        if isinstance(said, Exception):
            raise type(said)(f"Process {rank}: {said}") from said
    return found


def refuse_differences(processes: Processes, estimator: BaseEstimator) -> None:
    """Refuse processes that have not the same parameters, or another package.

    And a device by number, which would be the same card for all on a machine.

    Raises
    ------
    ValueError
        If there are such; the message says which.
    """
    params: dict[str, Any] = estimator.get_params(deep=False)
    if str(params["device"]).startswith("cuda:"):
        raise ValueError(
            f"device={params['device']!r} would be one card for all processes of a "
            'machine; give each its own by torch.cuda.set_device, and device="cuda".'
        )
    said = processes.of_all(_said(params))
    for rank, other in enumerate(said):
        for name, value in said[0].items():
            if other[name] != value:
                raise ValueError(
                    f"Processes that fit together must agree: process 0 has "
                    f"{name}={value}, and process {rank} {other[name]}."
                )


def _said(params: Mapping[str, Any]) -> dict[str, str]:
    """Values that must be the same in all processes, as text."""
    own = {k: repr(value) for k, value in params.items() if k not in _ITS_OWN}
    return {"sklearn_sparcs": __version__, **own}
