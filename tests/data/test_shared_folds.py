"""Rows of pieces dealt out to folds: every row once, and as rows in one place."""

import numpy as np
import pytest
from helpers.shared import folds_of, shared
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs._data.parts import Placed
from sklearn_sparcs._data.samples import Samples
from sklearn_sparcs._data.shared_folds import FoldAssignment, SharedFolds

CUTS = (40, 47, 120)
ASSIGNMENT = FoldAssignment(3, (5, 6, 7), by_class=False)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    return rng.normal(size=(150, 2)), rng.normal(size=(150, 1))


def whole(samples):
    return samples.taken(np.arange(len(samples)))


@pytest.mark.parametrize("kind", ["none", "real", "counts", "alike", "alike_in_a_fold"])
def test_folds_are_those_of_one_place(table, kind):
    X, y = table
    folds, rng = folds_of(ASSIGNMENT, y, CUTS), np.random.default_rng(1)
    weight = {
        "none": None,
        "real": rng.uniform(0.5, 2, size=150),
        "counts": rng.integers(1, 4, size=150).astype(float),
        "alike": np.full(150, 2.0),
        "alike_in_a_fold": np.where(folds == 0, 3.0, 1.0),
    }[kind]
    dealt = SharedFolds.of(shared(X, y, CUTS, weight), ASSIGNMENT)
    for k in range(3):
        for found, rows in (
            (dealt.left_out(k), folds == k),
            (dealt.trained_on(k), folds != k),
        ):
            own = None if weight is None else weight[rows]
            expected, samples = Samples.of(X[rows], y[rows], own), whole(found)
            assert_array_equal(samples.X, expected.X)
            assert_array_equal(samples.y, expected.y)
            assert samples.mean_count == pytest.approx(expected.mean_count)
            assert found.weighted == (expected.weight is not None)
            if expected.weight is not None:
                assert_allclose(samples.weight, expected.weight, rtol=1e-12)


def test_each_fold_gets_its_share_of_every_piece_and_class():
    y = np.random.default_rng(0).choice([0, 0, 0, 0, 1, 2], size=200)
    assignment = FoldAssignment(5, (1,), by_class=True)
    folds = assignment.folds(Placed(30, Samples(np.zeros((200, 1)), y, None)))
    for some in (y >= 0, y == 0, y == 1, y == 2):
        counts = np.bincount(folds[some], minlength=5)
        assert counts.max() - counts.min() <= 1
    first = [
        np.flatnonzero(
            assignment.folds(Placed(n, Samples(np.zeros((3, 1)), np.zeros(3), None)))
            == 0
        )
        for n in range(300)
    ]
    held = np.mean([len(each) for each in first])
    assert held == pytest.approx(3 / 5, abs=0.1)  # not always the first folds


def test_pieces_of_too_few_rows_are_refused(table):
    with pytest.raises(ValueError, match=r"each of the cv=8 folds; one has 7\. Repart"):
        SharedFolds.of(shared(*table, CUTS), FoldAssignment(8, (1,), by_class=False))
