"""Rows of each process as checked samples, and what is known of all."""

from typing import Any

import numpy as np

from .._data.facts import Facts, Whole, refuse_dimensions, samples_of
from .._data.parts import Placed
from .._data.tensors import as_array
from .._training.processes import Processes
from .agreement import said_by_all


def checked_rows(
    processes: Processes,
    X: Any,
    y: Any,
    weight: Any = None,
    class_weights: np.ndarray | None = None,
) -> tuple[Placed, Whole]:
    """This process's rows as samples, and what is known of those of all.

    Parameters
    ----------
    processes : Processes
    X : array-like of shape (n, features)
    y : array-like of shape (n,) or (n, outputs)
    weight : array-like of shape (n,), or None
    class_weights : ndarray of shape (classes,), or None
        Weights of classes, whose numbers y then holds.

    Raises
    ------
    ValueError
        In all processes, if theirs do not agree, or hold what no fit can use.
    """
    given = X, y, weight
    blocks = [block_of(each) for each in given if each is not None]
    whole = Whole.of(said_by_all(processes, _facts, class_weights, *blocks))
    idle = [rank for rank in range(processes.size) if rank not in whole.sizes]
    if idle:
        raise ValueError(
            f"Every process must have rows that count; process {idle[0]} has none. "
            "Spread the rows, or start fewer processes."
        )
    samples = samples_of(whole.dtype, whole.unit, class_weights, *blocks)
    return Placed(whole.before[processes.rank], samples), whole


def block_of(given: Any) -> Any:
    """What is given, as it is if that has a shape, else as an array."""
    given = as_array(given)
    return given if hasattr(given, "ndim") else np.asarray(given)


def _facts(class_weights: np.ndarray | None, *blocks: Any) -> Facts:
    refuse_dimensions(*blocks)
    return Facts.of(class_weights, *blocks)
