"""Display names of features and hidden neurons."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .form import DirectForm


def feature_names_of(
    form: DirectForm, given: Sequence[str] | np.ndarray | None
) -> list[str]:
    """Names of the features: those given, or x0, x1, ….

    Raises
    ------
    ValueError
        If there are not as many as features.
    TypeError
        If they are no sequence, or one string.
    """
    n = form.layer_sizes[0]
    if given is None:
        return [f"x{j}" for j in range(n)]
    names = listed(given, "feature_names")
    if len(names) != n:
        raise ValueError(
            f"feature_names must be as many as the features, {n}; got {len(names)}."
        )
    return [str(name) for name in names]


def listed(names: Any, parameter: str) -> list[Any]:
    """Names, one by one.

    Parameters
    ----------
    names : sequence of str
    parameter : str
        Whose value they are.

    Raises
    ------
    TypeError
        If they are no sequence, or one string, whose characters are hardly meant.
    """
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise TypeError(
            f"{parameter} must be a sequence of names, such as [{str(names)!r}]; got "
            f"{names!r}."
        )
    return list(names)


def neuron_names_of(form: DirectForm, features: Sequence[str]) -> dict[int, list[str]]:
    """Names of the hidden neurons by layer: h1, h2, …, or others if a feature has one.

    The first layer's come first.
    """
    letter = "h"
    while any(re.fullmatch(f"{letter}[0-9]+", name) for name in features):
        letter += "_"
    found, first = {}, 1
    for i, size in enumerate(form.layer_sizes[1:-1], start=2):
        found[i] = [f"{letter}{first + n}" for n in range(size)]
        first += size
    return found
