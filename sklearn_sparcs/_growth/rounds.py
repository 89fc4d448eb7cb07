"""The search for an architecture: which hidden layers open, and when.

The order in which layers open decides the depth that is found. So depth is paid
for in rounds. Round one opens the last hidden layer alone, which is all that a
network with one hidden layer has. Round two starts again from the linear model
with the last two open from the beginning, and so on. A deeper round is kept if it
lowers the objective, loss and penalty together
(the validation loss, where there is validation data), by at least `DEPTH_GAIN`
of it; the first that does not ends the search, and so does a round in which no
neuron woke, or one that leaves a loss below ``tol``: nothing then is left for
depth to explain.
"""

from collections.abc import Callable
from dataclasses import replace

from .._training.run import Outcome
from .._training.solver import Solver
from .._training.status import Status

#: Share of the objective that a deeper round must save to be kept.
DEPTH_GAIN = 0.05


def search(
    new_solver: Callable[[list[int]], Solver],
    n_hidden_layers: int,
    run: Callable[[Solver], Outcome],
    tol: float,
) -> Outcome:
    """Rounds of growth, deeper one after another while depth pays.

    Parameters
    ----------
    new_solver : callable
        Makes a solver at the linear start that opens the given hidden layers.
    n_hidden_layers : int
    run : callable
        Trains a solver.
    tol : float
        Loss below which nothing is left to explain.
    """
    layers = list(range(n_hidden_layers))
    best = run(new_solver(layers[-1:]))
    history = [{**row, "depth": 1} for row in best.history]
    for depth in range(2, n_hidden_layers + 1):
        if best.status == Status.INTERRUPTED or not _could_go_deeper(best, tol):
            break
        deeper = run(new_solver(layers[-depth:]))
        history += [{**row, "depth": depth} for row in deeper.history]
        if deeper.best_score >= (1 - DEPTH_GAIN) * best.best_score:
            break
        best = replace(deeper, alpha_max=best.alpha_max)
    return replace(best, history=history)


def _could_go_deeper(outcome: Outcome, tol: float) -> bool:
    """Whether some neurons woke, and left something to explain."""
    lowest = min(row["train_loss"] for row in outcome.history)
    return outcome.solver.n_live() > 0 and lowest > tol
