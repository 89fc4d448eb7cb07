"""Whether features are cut off: the folds say, at their linear models."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from .._data.scaling import Scaling
from .._growth.path import Leader
from .._training.task import Task
from .folds import Fold

#: Standard deviations from the mean at which the folds try a cut.
TRIED = 5.0

#: Share of the score that a cut must add: a smaller gain is no reason for one.
_TRIFLE = 0.01
#: The scores that the cut adds, over all folds, must be so many times those that it
#: takes. One slip is in the test part of one fold alone, so that differences of either
#: sign have to be weighed, and a standard error would say nothing.
_GAIN_PER_LOSS = 4.0


def leader_that_cuts_if_it_pays(
    task: Task, folds: Sequence[Fold], leader: Leader, n_jobs: int | None
) -> Leader:
    """The leader with a cut, if the folds' linear models are better with it.

    Nothing is tried where no feature has a value beyond the bounds.

    Parameters
    ----------
    task : Task
        All the data.
    folds : sequence of Fold
    leader : Leader
        Without a cut.
    n_jobs : int or None
        Linear models at a time.
    """
    cutting = replace(leader, units=replace(leader.units, clip=TRIED))
    if not _cuts(task, cutting):
        return leader
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_score)(fold, tried) for tried in (leader, cutting) for fold in folds
    )
    whole, cut = np.reshape(scores, (2, len(folds)))
    return cutting if pays(whole, cut) else leader


def pays(whole: np.ndarray, cut: np.ndarray) -> bool:
    """Whether scores (folds,) with the cut are better than those without."""
    gains = cut - whole
    gained, lost = gains.clip(min=0).sum(), -gains.clip(max=0).sum()
    trifle = _TRIFLE * abs(whole.mean())
    return bool(gained > _GAIN_PER_LOSS * lost and gains.mean() > trifle)


def _cuts(task: Task, leader: Leader) -> bool:
    """Whether a value of any feature lies beyond the leader's bounds."""
    samples, units = task.samples(), leader.units
    scaling = Scaling.of(
        samples,
        standardize=units.standardize,
        center=units.bias,
        scale_targets=False,
        clip=units.clip,
    )
    return scaling.cuts(samples.X)


def _score(fold: Fold, leader: Leader) -> float:
    """The score of a fold's linear model: the work of one process."""
    return fold.linear_score(leader)
