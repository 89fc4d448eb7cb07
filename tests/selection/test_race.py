"""How far curves are followed, and which."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_sparcs import SparcsRegressorCV
from sklearn_sparcs._direct.architecture import Architecture
from sklearn_sparcs._selection import race
from sklearn_sparcs._selection.race import PATIENCE, STRIDE, Curve, raced


class FakePath:
    """A fold's path whose scores are known beforehand."""

    def __init__(self, scores, n=0):
        self.all, self.n = scores, n

    @property
    def scores(self):
        return self.all[: self.n]

    @property
    def architectures(self):
        sizes = [(2, k, 1) for k in range(self.n)]
        return [Architecture(s, ((),), (1,), (), 0) for s in sizes]

    def stretch(self, judge, alphas):
        return len(alphas)

    def after(self, n):
        return FakePath(self.all, self.n + n)


class FakeFold:
    """A fold whose judge nobody asks."""

    judge = None


def followed(*scores, n_folds=3, n_alphas=24):
    """Race curves, each a list of mean scores; folds differ by a constant."""
    shifts = np.linspace(-0.01, 0.01, n_folds)
    curves = [
        Curve(1, "relu", tuple(FakePath(list(np.asarray(s) + d)) for d in shifts))
        for s in scores
    ]
    steps = []
    folds = [FakeFold()] * n_folds
    found = raced(folds, curves, np.ones(n_alphas), None, steps.append)
    return found, steps


def test_a_curve_that_rises_is_followed_to_the_end():
    (curve,), steps = followed(np.arange(24.0))
    assert_allclose(curve.means, np.arange(24))
    assert_allclose(curve.n_hidden, np.arange(24))
    assert sum(steps) == 24 * 3


def test_a_curve_that_has_stalled_is_left():
    (curve,), _ = followed([*range(5), *[0.0] * 19])
    last = len(curve.means)
    assert last % STRIDE == 0
    assert last - STRIDE < 5 + PATIENCE <= last


def test_the_one_that_is_behind_is_left():
    ahead, behind = np.arange(24.0), np.arange(24.0) / 2
    (first, second), _ = followed(ahead, behind)
    assert len(first.means) == 24
    assert len(second.means) == 12
    (first, second), _ = followed(ahead, ahead)
    assert len(first.means) == len(second.means) == 24


def test_scores_that_are_not_finite_are_worse_than_any():
    (curve,), _ = followed([1.0, np.nan, 2.0, np.inf, 0.0, 0.0, 0.0, 0.0, *[0.0] * 16])
    assert curve.means[1] == -np.inf and curve.means[3] == -np.inf
    assert curve.means.argmax() == 2


@pytest.mark.parametrize("n", [1, 2])
def test_every_job_is_done_by_the_fold_it_belongs_to(n, monkeypatch):
    seen = []

    class Path(FakePath):
        def stretch(self, judge, alphas):
            seen.append((judge, self.all[0]))
            return super().stretch(judge, alphas)

    class Fold:
        def __init__(self, k):
            self.judge = k

    monkeypatch.setattr(race, "STRIDE", 100)
    curves = [
        Curve(1, "relu", tuple(Path([10.0 * c + k]) for k in range(3)))
        for c in range(n)
    ]
    raced([Fold(k) for k in range(3)], curves, np.ones(1), None, int)
    assert seen == [(k, 10.0 * c + k) for c in range(n) for k in range(3)]


def test_no_samples_come_back_from_a_job(kinked, monkeypatch):
    sizes, stretch = [], race._stretch

    def weighed(*args):
        found = stretch(*args)
        sizes.append([len(pickle.dumps(each)) for each in (args[:2], found)])
        return found

    monkeypatch.setattr(race, "_stretch", weighed)
    X, y = np.tile(kinked[0], (10, 1)), np.tile(kinked[1], 10)
    SparcsRegressorCV((1,), n_alphas=4, cv=2, activation="relu").fit(X, y)
    asked, answered = np.transpose(sizes)
    assert asked.min() > X.nbytes / 2 and answered.max() < X.nbytes / 8


@pytest.mark.parametrize(
    ("gains", "beats"),
    [
        ([0, 0, 0, 0, 0.1], False),  # one fold alone
        ([0.01, 0.02, 0.01, -0.01, 0], True),  # most folds
        ([0, 0, 0, 0.1, 0.1, 0.1, 0.12], True),  # fewer, by more than chance
        ([0, 0, 0, 0, 0], False),
        ([0.1], True),
        ([-0.1], False),
    ],
)
def test_the_linear_model_is_left_for_what_folds_agree_on(gains, beats):
    shifts = np.linspace(-1, 1, len(gains))
    paths = tuple(
        FakePath([shift, shift + gain], 2)
        for shift, gain in zip(shifts, gains, strict=True)
    )
    curve = Curve(1, "relu", paths)
    assert curve.beats_linear(1, significance=3.0) is beats


def test_where_no_first_network_is_linear_there_is_nothing_to_leave():
    failed = Curve(1, "relu", tuple(FakePath([np.nan, 0.1], 2) for _ in range(3)))
    assert failed.beats_linear(1, significance=3.0)


def test_where_the_data_show_noise_folds_must_be_plainer():
    gains = [0.01, 0.02, 0.03, 0.02, 0.01]
    curve = Curve(1, "relu", tuple(FakePath([0.0, g], 2) for g in gains))
    assert curve.beats_linear(1, significance=0.0)
    gains[2] = 0.06
    curve = Curve(1, "relu", tuple(FakePath([0.0, g], 2) for g in gains))
    assert not curve.beats_linear(1, significance=0.0)
    assert curve.beats_linear(1, significance=2.5)
