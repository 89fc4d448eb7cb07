"""What follows a choice on the folds: growing out, calibration, training, pruning."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from .._fitted.spread import held_out
from .._growth.holdout import HeldOut
from .._growth.path import Path
from .._growth.path_point import PathPoint
from .._growth.temperature import is_better_than_linear, temperature
from .._networks.live import LiveNetwork
from .._problems.problem import Problem
from .choice import Choice, Point
from .folds import Fold
from .race import Curve, grown_out_scores

#: Most rows left out by all folds that are asked what the noise is.
_MOST_LEFT_OUT = 2**12


def grown_out(
    choice: Choice, folds: Sequence[Fold], curves: Sequence[Curve], n_jobs: int | None
) -> Choice:
    """The choice, grown out if more surveys at its alpha raise the folds' mean score.

    On the path every alpha has one, so that networks lag behind their alpha.
    """
    place, curve = choice.chosen.alpha, curves[choice.chosen.curve]
    if not curve.n_hidden[place]:
        return choice
    scores = grown_out_scores(folds, curve, place, n_jobs)
    return replace(choice, grown_out=bool(np.mean(scores) > curve.means[place]))


def calibrated(
    choice: Choice,
    problem: Problem,
    folds: Sequence[Fold],
    curves: Sequence[Curve],
    likelihood_decides: bool,
) -> Choice:
    """The choice among networks of classes, with temperatures.

    Linear, if rows left out are likelier so. That may decide where accuracies differ by
    less than a standard error.
    """
    one_se, loss = choice.one_se, problem.loss
    curve, simplest = curves[choice.chosen.curve], curves[one_se.curve]
    rows = list(left_out(problem, folds, curve, choice.chosen))
    at = temperature(rows, loss)
    undecided = likelihood_decides and not simplest.n_hidden[one_se.alpha]
    if undecided and not is_better_than_linear(rows, loss, at):
        return choice.linear
    at_1se = temperature(left_out(problem, folds, simplest, one_se), loss)
    return replace(choice, temperature=at, temperature_1se=at_1se)


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
