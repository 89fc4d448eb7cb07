"""Checks of what `Growth` is given, before it watches anything."""

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor, nn

from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.spectral import SpectralNetwork

#: Networks that growth goes with.
Grows = GrowingSpectralNetwork | SpectralNetwork


def refuse_numbers_out_of_range(
    *, at_least_zero: dict[str, Any], counts: dict[str, Any], shares: dict[str, Any]
) -> None:
    """Refuse parameters of growth that are no numbers, or none that make sense.

    Raises
    ------
    ValueError
        If one is.
    """
    for name, value in at_least_zero.items():
        if not _lies(value, 0):
            raise ValueError(f"{name} must be at least 0; got {value!r}.")
    for name, value in counts.items():
        if not _lies(value, 1):
            raise ValueError(f"{name} must be at least 1; got {value!r}.")
        if not isinstance(value, Integral):
            raise ValueError(f"{name} must be a whole number; got {value!r}.")
    for name, value in shares.items():
        if not _lies(value, 0, 1):
            raise ValueError(f"{name} must lie between 0 and 1; got {value!r}.")


def refuse_other_generator(generator: Any) -> None:
    """Refuse what does not draw on the CPU, such as a seed.

    Raises
    ------
    TypeError
        If it is that.
    """
    if generator is None:
        return
    if not isinstance(generator, torch.Generator) or generator.device.type != "cpu":
        raise TypeError(
            "generator must be a torch.Generator of the CPU, such as "
            f"torch.Generator().manual_seed(0); got {generator!r}."
        )


def refuse_other_state(state: Mapping[str, Any]) -> None:
    """Refuse a state that is not of growth, as of the optimiser beside it.

    Raises
    ------
    ValueError
        If it is that.
    """
    if not {"n_steps", "steps", "generator"} <= set(state):
        raise ValueError(
            "This is not what Growth.state_dict() gives, as the optimizer's and the "
            f"network's state are not; it has {list(state)}."
        )


def _lies(value: Any, low: float, high: float = math.inf) -> bool:
    """Whether it is a number within bounds."""
    return isinstance(value, Real) and low <= float(value) <= high


def refuse_unfit(network: Any) -> None:
    """Refuse networks that growth cannot watch, or change.

    Raises
    ------
    TypeError
        If it is another module, as one that wraps the network, or is sharded.
    ValueError
        If it is gated, frozen, or its parameters are computed from others.
    """
    if not isinstance(network, Grows):
        raise TypeError(
            "Growth takes a GrowingSpectralNetwork or a SpectralNetwork: the part that "
            "grows, such as net.head, and not what torch.compile or "
            f"DistributedDataParallel made of it; got {type(network).__name__}."
        )
    if isinstance(network, SpectralNetwork) and network.gated:
        raise ValueError(
            "A SpectralNetwork with gated=True has neurons that no gradient wakes; "
            "use GrowingSpectralNetwork, or gated=False."
        )
    parameters = changed_by_growth(network)
    refuse_sharded(parameters)
    refuse_computed(parameters)
    if is_frozen(parameters):
        raise ValueError(
            "The network is frozen; call network.requires_grad_(True) before Growth "
            "is made. It may be frozen later."
        )


def refuse_sharded(parameters: Sequence[Tensor]) -> None:
    """Refuse parameters of which a process has only a part.

    Raises
    ------
    TypeError
        If one is.
    """
    marks = ("device_mesh", "_fsdp_flattened")  # DTensor, and the first FSDP
    if any(hasattr(p, mark) for p in parameters for mark in marks):
        raise TypeError(
            "Growth takes a network that every process has whole, as under "
            "DistributedDataParallel; this one is sharded (FSDP, DTensor)."
        )


def refuse_computed(parameters: Sequence[Tensor]) -> None:
    """Refuse parameters that are none, as they are computed from others.

    Raises
    ------
    ValueError
        If one is.
    """
    if not all(isinstance(p, nn.Parameter) for p in parameters):
        raise ValueError(
            "Growth changes the network's parameters, and here one is computed from "
            "others, by torch.nn.utils.prune, a parametrization or FSDP; remove that "
            "first."
        )


def changed_by_growth(network: Grows) -> Sequence[Tensor]:
    """Parameters that growth changes: of the paper's network, eigenvalues alone."""
    if isinstance(network, GrowingSpectralNetwork):
        return network.structure()
    return network.penalized_eigenvalues()


def is_frozen(parameters: Sequence[Tensor]) -> bool:
    """Whether parameters are not trained, if there are any.

    Raises
    ------
    ValueError
        If some of them are trained and some are not.
    """
    trained = [p.requires_grad for p in parameters]
    if any(trained) and not all(trained):
        raise ValueError(
            "Growth changes eigenvalues and eigenvectors together, and "
            f"{trained.count(False)} of the network's {len(trained)} parameters that "
            "it changes are frozen (requires_grad=False); freeze all of them, or none."
        )
    return bool(trained) and not any(trained)
