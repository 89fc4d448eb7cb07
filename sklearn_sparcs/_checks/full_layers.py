"""Warn if all the neurons that a hidden layer may have are live."""

from collections.abc import Sequence

from sklearn.exceptions import ConvergenceWarning

from .._direct.form import DirectForm
from .warned import warn_user


def warn_of_full_layers(
    form: DirectForm, sizes: Sequence[int], *, or_else: str = ""
) -> None:
    """Warn if a hidden layer of the network has as many neurons as it may have.

    Parameters
    ----------
    form : DirectForm
        The neurons that live.
    sizes : sequence of int
        Most neurons of each hidden layer.
    or_else : str, default=""
        What helps besides more neurons.
    """
    full = [
        f"{_all(len(neurons))} of hidden layer {layer}"
        for layer, neurons in zip(form.layers, form.neurons, strict=True)
        if len(neurons) == sizes[layer - 1]
    ]
    if full:
        said = " and ".join(full)
        are = "is" if said.count("neuron") == 1 > said.count("neurons") else "are"
        warn_user(
            f"{said[0].upper()}{said[1:]} {are} live, and more might do better: allow "
            f"more by hidden_layer_sizes, which was {tuple(sizes)}{or_else}.",
            ConvergenceWarning,
        )


def _all(n: int) -> str:
    return "the only neuron" if n == 1 else f"all {n} neurons"
