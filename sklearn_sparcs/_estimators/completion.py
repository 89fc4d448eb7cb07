"""The network at the selected point: completed, pruned, and its errors left out."""

import math
from collections.abc import Iterator, Sequence

from .._growth.holdout import HeldOut
from .._growth.path import Path
from .._growth.path_point import PathPoint
from .._networks.live import LiveNetwork
from .._training.problem import Problem
from .choice import Point
from .folds import Fold
from .race import Curve
from .spread import held_out

#: Most rows left out by all folds that are asked what the noise is.
_MOST_LEFT_OUT = 2**12


def left_out(
    problem: Problem, folds: Sequence[Fold], curve: Curve, chosen: Point
) -> Iterator[HeldOut]:
    """Rows that folds left out, with the models that were found without them."""
    n = math.ceil(_MOST_LEFT_OUT / len(folds))
    for fold, path in zip(folds, curve.paths, strict=True):
        fit = path.fit
        network = fit.points[chosen.alpha].network
        forms = fit.form(network), fit.form(fit.linear)
        yield held_out(problem, *forms, fold.some_left_out(n))


def completed(fit: Path, place: int, grown_out: bool = False) -> PathPoint:
    """A point trained to convergence, so as not to underestimate neurons' worth.

    Surveyed again before, if ``grown_out``. If training removes its last neuron, the
    point as it was: folds found that better.
    """
    point = fit.points[place]
    settled = fit.trained_out(fit.grown_out(place) if grown_out else point)
    return settled if settled.n_live else point


def without_idle_neurons(fit: Path, point: PathPoint, tol: float) -> LiveNetwork:
    """The network of a point without those that the loss can spare, but never linear.

    The folds said that a linear one is worse.
    """
    smaller = fit.pruned(point, tol)
    return smaller if any(smaller.n_live) else point.network
