"""Which solver fits: what ``solver`` means for data of some size."""

from typing import Literal

#: Solvers that there are, "growth" being whichever of two suits the data.
Solver = Literal["second_order", "first_order", "adam"]

#: Numbers that second-order growth takes at most, samples times inputs, and inputs that
#: it takes at most: a matrix of all that one neuron hears has their square.
LARGEST_TABLE, MOST_INPUTS = 2**25, 2000
#: Inputs up to which the rows of an array may be as many as they like: a pass through
#: all of them is cheap, and epochs pass through them more often.
FEW_INPUTS = 64


def affords_second_order(n_samples: int, n_inputs: int) -> bool:
    """Whether second-order growth can hold all samples, dense, and its matrix."""
    return n_samples * n_inputs <= LARGEST_TABLE and n_inputs <= MOST_INPUTS


def chosen_solver(
    asked: str, *, n_samples: int, n_inputs: int, in_place: bool, in_epochs: bool
) -> Solver:
    """The solver that a parameter means.

    Parameters
    ----------
    asked : {"growth", "second_order", "first_order", "adam"}
    n_samples, n_inputs : int
    in_place : bool
        Whether X is dense, so that nothing of it has to be held once more.
    in_epochs : bool
        Whether something is asked for that only epochs have.
    """
    if asked == "adam":
        return "adam"
    if asked == "second_order" and not in_epochs:
        return "second_order"
    if asked == "growth" and not in_epochs:
        long = in_place and n_inputs <= FEW_INPUTS
        if long or affords_second_order(n_samples, n_inputs):
            return "second_order"
    return "first_order"
