"""The verdict of cross-validation in words."""

from dataclasses import dataclass

from .._direct.architecture import Architecture
from .._direct.words import counted

_TOO_LARGE = "The data are too large for growth: only a linear model was fitted"


@dataclass(frozen=True)
class Scores:
    """Scores of folds for the best network, and for a constant.

    Attributes
    ----------
    best : float
        Best mean score.
    error : float
        Standard error of that mean.
    constant : float
        Mean score of a constant.
    beats_constant : bool
        Whether the best is better than that by more than a standard error.
    """

    best: float
    error: float
    constant: float
    beats_constant: bool

    def __str__(self) -> str:
        return f"best mean score {self.best:.4g} ± {self.error:.2g}"


def verdict(
    scores: Scores,
    *,
    simplest: Architecture,
    chosen: Architecture,
    hidden_share: float,
    grew: bool,
    classes: bool,
) -> str:
    """Say whether a linear model suffices.

    Parameters
    ----------
    scores : Scores
    simplest : Architecture
        Of the simplest network within a standard error of the best.
    chosen : Architecture
    hidden_share : float
        Share of the variance of what it predicts that is not linear.
    grew : bool
        Whether anything but a linear model was tried.
    classes : bool
        Whether there are classes to predict, not numbers.
    """
    if not scores.beats_constant:
        return _nothing(scores, grew, classes)
    if not grew:
        return f"{_TOO_LARGE} ({scores})."
    if simplest.is_linear:
        enough = "no network is better by more than a standard error"
        return f"A linear model suffices: {enough} ({scores}).{_unless(chosen)}"
    neurons = counted(simplest.n_hidden, "hidden neuron")
    are = "is enough" if simplest.n_hidden == 1 else "are the fewest"
    return (
        f"A linear model does not suffice: {neurons} ({simplest}) {are} within a "
        f"standard error ({scores}); {hidden_share:.1%} of the variance of the chosen "
        "network's predictions is not linear."
    )


def _nothing(scores: Scores, grew: bool, classes: bool) -> str:
    """The verdict that no network beats a constant."""
    known = "the shares of the classes" if classes else "the mean of the targets"
    none = "No network predicts"
    if not grew:
        none = f"{_TOO_LARGE}, and it does not predict"
    return (
        f"{none} better than {known} by more than a standard error ({scores}; "
        f"that of the latter is {scores.constant:.4g})."
    )


def _unless(chosen: Architecture) -> str:
    """An explanation if a linear model suffices and the selected network is not one."""
    if chosen.is_linear:
        return ""
    return (
        f" The chosen network ({chosen}) has a better mean score, but by less than "
        "that; estimator_1se_ is linear."
    )
