"""The search for an architecture: which hidden layers open, and when.

The order in which layers open decides the depth that is found. So depth is paid
for in rounds. Round one opens the last hidden layer alone, which is all that a
network with one hidden layer has. Round two starts again from the linear model
with the last two open from the beginning, and so on. A deeper round is kept if what
it is judged by is less by enough (`Found.to_beat`): the objective, loss and penalty
together; the validation loss, where there is validation data; or the criterion that
chose alpha. The first that does not ends the search, and so does a round in which no
neuron woke, or one that leaves a loss below ``tol``: nothing then is left for
depth to explain. So does an interrupt, with the best that there was before.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from .._training.status import Status
from .found import Found

#: Whichever solver found it.
_Found = TypeVar("_Found", bound=Found)


def search(
    found_in: Callable[[list[int]], _Found], n_hidden_layers: int, tol: float
) -> _Found:
    """Rounds of growth, deeper one after another while depth pays.

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


def _could_go_deeper(found: Found, tol: float) -> bool:
    """Whether some neurons woke, and left something to explain."""
    lowest = min(row["train_loss"] for row in found.history)
    return found.n_live > 0 and lowest > tol
