"""Validation of the parameters of networks."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

from torch import Tensor

from .._activations import ACTIVATIONS
from .._direct.form import Link


def _is_positive(n: Any) -> bool:
    """Whether it is a positive whole number; True is none."""
    return n is not True and isinstance(n, Integral) and int(n) > 0


def checked_size(n: Any, name: str) -> int:
    """Number of neurons of a layer, or of features; ``name`` is the parameter's.

    Raises
    ------
    ValueError
        If it is not a positive whole number.
    """
    if not _is_positive(n):
        raise ValueError(f"{name} must be a positive whole number; got {n!r}.")
    return int(n)


def checked_layer_sizes(
    sizes: Any, name: str = "hidden_layer_sizes"
) -> tuple[int, ...]:
    """Largest number of neurons of each hidden layer; an int is one layer.

    Raises
    ------
    ValueError
        If one is not a positive whole number.
    """
    listed = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    if not all(map(_is_positive, listed)):
        raise ValueError(
            f"{name} must be positive whole numbers, one for each hidden layer; "
            f"got {sizes!r}."
        )
    return tuple(int(n) for n in listed)


def checked_activation(name: str) -> str:
    """Name of an activation function.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in ACTIVATIONS:
        known = ", ".join(map(repr, sorted(ACTIVATIONS)))
        raise ValueError(f"activation must be one of {known}; got {name!r}.")
    return name


def checked_links(links: Iterable[Link] | None, n_layers: int) -> list[Link]:
    """Links as sorted pairs of layer numbers; all that there can be by default.

    Raises
    ------
    ValueError
        If one is no pair of layer numbers, or does not lead from a layer to a later
        one, or a layer hears nothing.
    """
    if links is None:
        return [(i, j) for i in range(2, n_layers + 1) for j in range(1, i)]
    given = list(links)
    if not all(_is_pair(link) for link in given):
        raise ValueError(
            "links must be pairs of layer numbers, (receiver, sender), such as "
            f"[(2, 1), (3, 2)]; got {links!r}."
        )
    pairs = sorted({(int(i), int(j)) for i, j in given})
    wrong = [(i, j) for i, j in pairs if not 1 <= j < i <= n_layers]
    if wrong:
        raise ValueError(
            f"links {wrong} do not lead to a later layer; each is (receiver, sender) "
            f"with 1 <= sender < receiver <= {n_layers}, the number of layers."
        )
    deaf = sorted(set(range(2, n_layers + 1)) - {i for i, _ in pairs})
    if deaf:
        raise ValueError(f"links leave layers {deaf} without a sender.")
    return pairs


def _is_pair(link: Any) -> bool:
    """Whether it is a pair of whole numbers."""
    numbers = list(link) if isinstance(link, Iterable) else []
    return len(numbers) == 2 and all(isinstance(n, Integral) for n in numbers)


def checked_linear_map(linear_map: Any, n_outputs: int, n_inputs: int) -> Tensor:
    """A linear map of the inputs, the constant among them, as a tensor.

    Raises
    ------
    TypeError
        If it is no tensor.
    ValueError
        If it is of another shape, which torch would repeat where it can.
    """
    if not isinstance(linear_map, Tensor):
        raise TypeError(
            f"linear_map must be a torch.Tensor; got {type(linear_map).__name__}."
        )
    if linear_map.shape != (n_outputs, n_inputs):
        raise ValueError(
            f"linear_map must have the shape {(n_outputs, n_inputs)}, a row an output "
            "and a column an input, with bias=True the constant's last; got "
            f"{tuple(linear_map.shape)}."
        )
    return linear_map
