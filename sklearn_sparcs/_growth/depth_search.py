"""The search for an architecture: which hidden layers open, and when.

The order in which layers open decides the depth that is found, so the search goes in
rounds. Round one opens the last hidden layer alone. Round two starts again from the
linear model with the last two layers open, and so on. A deeper round replaces the one
before if its value is below `SearchResult.to_beat`. The value is the objective (loss
and penalty), or the validation loss where there are validation data, or the criterion
that chose alpha. The search ends with the first round that does not improve enough, in
which no neuron woke, or whose loss is below ``tol``, so that nothing is left to
explain. An interrupt ends it with the best result so far.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from .._numerics.status import Status
from .search_result import SearchResult

#: Whichever solver found it.
_Result = TypeVar("_Result", bound=SearchResult)


def search(
    found_in: Callable[[list[int]], _Result], n_hidden_layers: int, tol: float
) -> _Result:
    """Grow networks of one hidden layer, two, and so on while depth pays.

    Parameters
    ----------
    found_in : callable
        Grows a network from the linear start, the given hidden layers open.
    n_hidden_layers : int
    tol : float
        Loss below which nothing is left to explain.
    """
    layers = list(range(n_hidden_layers))
    best = found_in(layers[-1:])
    history = [{**row, "depth": 1} for row in best.history]
    for depth in range(2, n_hidden_layers + 1):
        if best.status == Status.INTERRUPTED or not _could_go_deeper(best, tol):
            break
        try:
            deeper = found_in(layers[-depth:])
        except KeyboardInterrupt:
            best = replace(best, status=Status.INTERRUPTED)
            break
        history += [{**row, "depth": depth} for row in deeper.history]
        if deeper.value < best.to_beat:
            best = replace(deeper, alpha_max=best.alpha_max)
        elif deeper.status == Status.INTERRUPTED:
            best = replace(best, status=Status.INTERRUPTED)
        else:
            break
    return replace(best, history=history)


def _could_go_deeper(found: SearchResult, tol: float) -> bool:
    """Whether some neurons woke, and left something to explain."""
    lowest = min(row["train_loss"] for row in found.history)
    return found.n_live > 0 and lowest > tol
