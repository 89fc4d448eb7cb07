"""Model selection by scores of folds: the best, or the simplest that is as good."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .race import Curve


class Point(NamedTuple):
    """An alpha on a curve, both by index."""

    curve: int
    alpha: int


@dataclass(frozen=True)
class Choice:
    """The points that were selected.

    Attributes
    ----------
    best : Point
        Of the best mean score.
    chosen : Point
        The simplest within the standard errors that the choice may cost.
    one_se : Point
        The simplest within one.
    grown_out : bool
        Whether the chosen network is surveyed again at its alpha.
    temperature, temperature_1se : float
        What the outputs of the networks at ``chosen`` and ``one_se`` are divided by, if
        they have hidden neurons (`temperature`).
    """

    best: Point
    chosen: Point
    one_se: Point
    grown_out: bool = False
    temperature: float = 1.0
    temperature_1se: float = 1.0

    @property
    def linear(self) -> "Choice":
        """The linear model, at the largest alpha, instead of what was chosen."""
        start = Point(self.best.curve, 0)
        return replace(self, chosen=start, one_se=start, grown_out=False)


def standard_error(scores: np.ndarray) -> float:
    """Standard error of the mean of scores (folds,); zero for a single one."""
    spread = scores.std(ddof=1) if len(scores) > 1 else 0.0
    return float(spread / np.sqrt(len(scores)))


def choose(curves: Sequence[Curve], slack: float, significance: float) -> Choice:
    """Choose among all alphas of all curves.

    Both choices are linear where the best does not lead the linear model for certain.

    Parameters
    ----------
    curves : sequence of Curve
    slack : float
        Standard errors that the choice may cost. At zero it is the best.
    significance : float
        Of what all the data show, as in `Curve.beats_linear`.

    Returns
    -------
    Choice
    """
    points = [
        Point(c, k) for c, curve in enumerate(curves) for k in range(len(curve.means))
    ]

    def mean(point: Point) -> float:
        return float(curves[point.curve].means[point.alpha])

    def simplicity(point: Point) -> tuple[float, float]:
        return curves[point.curve].n_hidden[point.alpha], -mean(point)

    best = max(points, key=mean)
    curve = curves[best.curve]
    error = standard_error(curve.scores[best.alpha])

    def simplest(slack: float) -> Point:
        enough = mean(best) - slack * error
        return min((p for p in points if mean(p) >= enough), key=simplicity)

    if slack and not curve.beats_linear(best.alpha, significance):
        return Choice(best, best, best).linear
    return Choice(best, simplest(slack) if slack else best, simplest(1.0))
