"""Validation of the rows of all processes as one table of samples."""

from typing import Any

import numpy as np

from .._data.partition_checks import (
    PartitionSummary,
    TableSummary,
    refuse_dimensions,
    samples_of,
)
from .._data.parts import Placed
from .._data.tensors import as_array
from .._losses.processes import Processes
from .agreement import said_by_all


def checked_rows(
    processes: Processes,
    X: Any,
    y: Any,
    weight: Any = None,
    class_weights: np.ndarray | None = None,
    n_folds: int = 1,
) -> tuple[Placed, TableSummary]:
    """This process's rows as samples, and the summary of all processes' rows.

    Parameters
    ----------
    processes : Processes
    X : array-like of shape (n, features)
    y : array-like of shape (n,) or (n, outputs)
    weight : array-like of shape (n,), or None
    class_weights : ndarray of shape (classes,), or None
        Weights of classes, whose numbers y then holds.
    n_folds : int
        Into how many the rows of each process are to be dealt.

    Raises
    ------
    ValueError
        In all processes, if theirs do not agree, or hold what no fit can use.
    """
    given = X, y, weight
    blocks = [block_of(each) for each in given if each is not None]
    whole = TableSummary.of(said_by_all(processes, _facts, class_weights, *blocks))
    _refuse_scarce(whole, processes.size, n_folds)
    samples = samples_of(whole.dtype, whole.unit, class_weights, *blocks)
    return Placed(whole.before[processes.rank], samples), whole


def block_of(given: Any) -> Any:
    """The argument if it has a shape, else an array of it."""
    given = as_array(given)
    return given if hasattr(given, "ndim") else np.asarray(given)


def _facts(class_weights: np.ndarray | None, *blocks: Any) -> PartitionSummary:
    refuse_dimensions(*blocks)
    return PartitionSummary.of(class_weights, *blocks)


def _refuse_scarce(whole: TableSummary, n_processes: int, n_folds: int) -> None:
    """Refuse processes with fewer rows that count than there are folds."""
    for rank in range(n_processes):
        n = whole.sizes.get(rank, 0)
        if not n:
            raise ValueError(
                f"Every process must have rows that count; process {rank} has none. "
                "Spread the rows, or start fewer processes."
            )
        if n < n_folds:
            raise ValueError(
                f"Every process must have a row that counts for each of the cv="
                f"{n_folds} folds; process {rank} has {n}. Spread the rows evenly, or "
                "ask for fewer folds."
            )
