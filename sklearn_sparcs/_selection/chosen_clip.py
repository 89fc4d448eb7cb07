"""Whether ``clip="auto"`` clips features: linear models of folds decide."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy import sparse
from sklearn.model_selection import KFold
from sklearn.utils.parallel import Parallel, delayed

from .._data.columns import Columns
from .._data.leverage import decisive_rows
from .._data.scaling import Scaling
from .._growth.path import PathOptions
from .._numerics.library_defaults import library_defaults
from .._problems.problem import Problem, Units
from .._problems.task import Task
from .folds import Fold

#: Standard deviations from the mean at which the folds try a cut.
TRIED = 5.0

#: Share of the score that a cut must add: a smaller gain is no reason for one.
_TRIFLE = 0.01
#: The scores that the cut adds, over all folds, must be so many times those that it
#: takes. One slip is in the test part of one fold alone, so that differences of either
#: sign have to be weighed, and a standard error would say nothing.
_GAIN_PER_LOSS = 4.0
#: Folds of a fit that has none of its own.
_N_FOLDS = 5


def with_cross_validated_clip(
    columns: Columns, folds: Sequence[Fold], options: PathOptions, n_jobs: int | None
) -> PathOptions:
    """The options with a cut, if the folds' linear models are better with it.

    Nothing is tried where no feature has a value beyond the bounds.

    Parameters
    ----------
    columns : Columns
        Those of all the data.
    folds : sequence of Fold
    options : PathOptions
        Without a cut.
    n_jobs : int or None
        Linear models at a time.
    """
    cutting = replace(options, units=replace(options.units, clip=TRIED))
    if not _cuts(columns, cutting):
        return options
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_score)(fold, tried) for tried in (options, cutting) for fold in folds
    )
    whole, cut = np.reshape(scores, (2, len(folds)))
    return cutting if pays(whole, cut) else options


def cross_validated_clip(
    task: Task, units: Units, linear_alpha: float | None
) -> float | None:
    """The cut, if a few rows decide by themselves and linear models are better with it.

    Of five folds, each model is judged by R² or accuracy on the part left out.

    Parameters
    ----------
    task : Task
        A sparse X is not looked at.
    units : Units
        Without a cut.
    linear_alpha : float or None
        Strength of the linear models' ridge; None chooses it.
    """
    if sparse.issparse(task.X) or decisive_rows(task.X, task.weight) is None:
        return None
    tried = units, replace(units, clip=TRIED)
    folds = KFold(min(_N_FOLDS, len(task.X)), shuffle=True, random_state=0)
    scores = [
        [_linear_score(task, train, test, each, linear_alpha) for each in tried]
        for train, test in folds.split(task.X)
    ]
    whole, cut = np.transpose(scores)
    return TRIED if pays(whole, cut) else None


def _linear_score(
    task: Task,
    train: np.ndarray,
    test: np.ndarray,
    units: Units,
    linear_alpha: float | None,
) -> float:
    """R² or accuracy, on some rows, of the linear model of others."""
    problem = Problem.of(task.taken(train), units, linear_alpha=linear_alpha)
    left_out = task.taken(test)
    output = problem.linear_form()(left_out.X)
    weight = None if left_out.weight is None else torch.from_numpy(left_out.weight)
    given = torch.from_numpy(output), torch.from_numpy(left_out.y), weight
    return float(task.loss.score(*given))


def pays(whole: np.ndarray, cut: np.ndarray) -> bool:
    """Whether scores (folds,) with the cut are better than those without."""
    gains = cut - whole
    gained, lost = gains.clip(min=0).sum(), -gains.clip(max=0).sum()
    trifle = _TRIFLE * abs(whole.mean())
    return bool(gained > _GAIN_PER_LOSS * lost and gains.mean() > trifle)


def _cuts(columns: Columns, options: PathOptions) -> bool:
    """Whether a value of any feature lies beyond the bounds of the options."""
    units = options.units
    scaling = Scaling.of(
        columns,
        standardize=units.standardize,
        center=units.bias,
        scale_targets=False,
        clip=units.clip,
    )
    return scaling.cuts(columns.ends)


@library_defaults()
def _score(fold: Fold, options: PathOptions) -> float:
    """The score of a fold's linear model: the work of one process."""
    return fold.linear_score(options)
