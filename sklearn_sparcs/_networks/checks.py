"""What may be asked of a network, and what is said otherwise."""

from numbers import Integral
from typing import Any


def checked_layer_sizes(hidden_layer_sizes) -> tuple[int, ...]:
    """Largest number of neurons of each hidden layer; an int is one layer.

    Raises
    ------
    ValueError
        If one is not a positive whole number.
    """
    one = isinstance(hidden_layer_sizes, Integral)
    sizes = [hidden_layer_sizes] if one else list(hidden_layer_sizes)
    if not all(isinstance(n, Integral) and int(n) > 0 for n in sizes):
        raise ValueError(
            "hidden_layer_sizes must be positive whole numbers, one for each hidden "
            f"layer; got {hidden_layer_sizes!r}."
        )
    return tuple(int(n) for n in sizes)


def checked_links(links: Any, n_layers: int) -> list[tuple[int, int]]:
    """Links as pairs of layer numbers; None is all of them.

    Raises
    ------
    ValueError
        If one does not lead from a layer to a later one, or a layer hears nothing.
    """
    if links is None:
        return [(i, j) for i in range(2, n_layers + 1) for j in range(1, i)]
    pairs = [(int(i), int(j)) for i, j in links]
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
