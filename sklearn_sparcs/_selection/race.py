"""Racing of activations over the same folds: paths that fall behind are dropped.

A few alphas at a time, every fold goes on. An activation is followed no further once
its mean score has not risen for some alphas, or once another one's best is ahead of its
own by more than the folds' differences explain. By the same differences the linear
model is left, or stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from .._numerics.library_defaults import library_defaults
from .folds import Fold, FoldPath, Judge, Stretch

#: Alphas at a time.
STRIDE = 4
#: Alphas without a new best after which a path is followed no further.
PATIENCE = 4
#: Alphas after which the activation that is behind may be dropped, and by how many
#: standard errors of the paired difference it must be.
_FIRST_JUDGED, _AHEAD = 12, 1.5
#: Standard errors above noise from which on there is something to be found, and by how
#: many folds must be ahead of the linear model where there are fewer.
EVIDENT, _PLAINLY = 2.5, 4.0


@dataclass(frozen=True)
class Curve:
    """One activation at one depth, over all folds.

    Attributes
    ----------
    depth : int
        Hidden layers that may grow, the last ones.
    activation : str
    paths : tuple of FoldPath
        A fold each, all as far.
    """

    depth: int
    activation: str
    paths: tuple[FoldPath, ...]

    @classmethod
    def begun(
        cls, folds: Sequence[Fold], activation: str, layers: Sequence[int]
    ) -> "Curve":
        """A curve at the linear models."""
        paths = tuple(fold.begun(activation, layers) for fold in folds)
        return cls(max(len(layers), 1), activation, paths)

    def after(self, stretches: Sequence[Stretch]) -> "Curve":
        """The curve further on, by a stretch each fold."""
        pairs = zip(self.paths, stretches, strict=True)
        return replace(self, paths=tuple(path.after(s) for path, s in pairs))

    @cached_property
    def scores(self) -> np.ndarray:
        """Scores, shape (alphas, folds)."""
        return np.array([path.scores for path in self.paths]).T

    @cached_property
    def means(self) -> np.ndarray:
        """Mean scores (alphas,); any that is not finite is worse than all others."""
        mean = self.scores.mean(axis=1)
        return np.where(np.isfinite(mean), mean, -np.inf)

    @cached_property
    def n_hidden(self) -> np.ndarray:
        """Mean numbers of live neurons (alphas,)."""
        counts = [[a.n_hidden for a in path.architectures] for path in self.paths]
        return np.mean(counts, axis=0)

    def beats_linear(self, k: int, significance: float) -> bool:
        """Whether the k-th alpha is better than the first, if that is linear.

        In most folds, or by more than chance explains: what one fold alone says is no
        reason to leave the linear model. And where all the data showed no more than
        noise (``significance``, in standard errors), folds have to be plainer, since
        the best of many alphas is better than the first in any case.
        """
        linear = self.scores[0]
        if self.n_hidden[0] > 0 or not np.isfinite(linear).all():
            return True
        gain = self.scores[k] - linear
        if significance < EVIDENT:
            return is_ahead(gain, _PLAINLY)
        return bool((gain > 0).mean() > 0.5) or is_ahead(gain, _AHEAD)

    def stalled(self) -> bool:
        """Whether the mean score has not improved for `PATIENCE` alphas."""
        return len(self.means) - 1 - int(self.means.argmax()) >= PATIENCE

    def behind(self, other: "Curve") -> bool:
        """Whether the other's best is better by more than chance explains."""
        if min(len(self.means), len(other.means)) < _FIRST_JUDGED:
            return False
        theirs, own = (c.scores[c.means.argmax()] for c in (other, self))
        return is_ahead(theirs - own, _AHEAD)


def is_ahead(difference: np.ndarray, n_errors: float) -> bool:
    """Whether differences (folds,) are positive by so many standard errors."""
    n = len(difference)
    error = difference.std(ddof=1) / np.sqrt(n) if n > 1 else np.inf
    return bool(difference.mean() > n_errors * error)


def raced(
    folds: Sequence[Fold],
    curves: Sequence[Curve],
    alphas: np.ndarray,
    n_jobs: int | None,
    advanced: Callable[[int], object],
) -> list[Curve]:
    """Follow the curves along the alphas, a few at a time, and drop those that lose.

    ``advanced`` is told of every alpha that a fold has passed.
    """
    found = list(curves)
    running = list(range(len(found)))
    for start in range(0, len(alphas), STRIDE):
        part = alphas[start : start + STRIDE]
        jobs = [(k, fold) for k in running for fold in range(len(folds))]
        stretches = Parallel(n_jobs=n_jobs)(
            delayed(_stretch)(found[k].paths[fold], folds[fold].judge, part)
            for k, fold in jobs
        )
        for n, k in enumerate(running):
            own = stretches[n * len(folds) : (n + 1) * len(folds)]
            found[k] = found[k].after(own)
        advanced(len(part) * len(jobs))
        running = [
            k
            for k in running
            if not found[k].stalled()
            and not any(found[k].behind(found[other]) for other in range(len(found)))
        ]
        if not running:
            break
    return found


def grown_out_scores(
    folds: Sequence[Fold], curve: Curve, place: int, n_jobs: int | None
) -> list[float]:
    """The scores of each fold's network at an alpha after more surveys there."""
    scores: list[float] = Parallel(n_jobs=n_jobs)(
        delayed(_grown_out_score)(path, fold.judge, place)
        for path, fold in zip(curve.paths, folds, strict=True)
    )
    return scores


@library_defaults()
def _grown_out_score(path: FoldPath, judge: Judge, place: int) -> float:
    return path.grown_out_score(judge, place)


@library_defaults()
def _stretch(path: FoldPath, judge: Judge, alphas: np.ndarray) -> Stretch:
    """Continue a path in a worker process, which returns no samples.

    The process may be a forked child, as joblib's backend "multiprocessing" has.
    """
    return path.stretch(judge, alphas)
