"""Rows that count, and their weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_sparcs import SparcsClassifier
from sklearn_sparcs._data.samples import Samples, validation_split

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10.0)[:, None]


def test_rows_without_weight_are_left_out():
    samples = Samples.of(X, Y, np.array([0, 2, 1, 0, 3, 1, 1, 1, 0, 1.0]))
    assert samples.y.ravel().tolist() == [1, 2, 4, 5, 6, 7, 9]
    assert_allclose(samples.weight * samples.mean_count, [2, 1, 3, 1, 1, 1, 1])
    assert samples.mean_count == pytest.approx(10 / 7)


def test_weights_that_are_alike_are_none():
    assert Samples.of(X, Y, np.full(10, 3.0)).weight is None
    assert Samples.of(X, Y, np.full(10, 3.0)).mean_count == 3
    halves = Samples.of(X, Y, np.full(10, 0.5))
    assert halves.weight is None and halves.mean_count is None


def test_targets_vary_as_samples_count():
    counts = np.array([0, 2, 1, 0, 3, 1, 1, 1, 0, 1])
    samples = Samples.of(X, Y, counts.astype(float))
    assert_allclose(samples.target_scale, np.repeat(Y, counts, axis=0).std(axis=0))


def test_weights_have_mean_one_in_both_parts_of_a_split():
    weight = np.random.default_rng(0).integers(1, 9, 10).astype(float)
    samples = Samples.of(X, Y, weight)
    parts = validation_split(
        samples, fraction=0.3, labels=None, random_state=np.random.RandomState(0)
    )
    assert [len(part) for part in parts] == [7, 3]
    for part in parts:
        assert part.weight.mean() == pytest.approx(1)
        given = weight[part.y.ravel().astype(int)]
        assert_allclose(part.weight * part.mean_count, given)


@pytest.mark.filterwarnings("ignore:max_iter")
def test_a_split_is_stratified_though_rows_have_no_weight():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    weight = np.r_[np.zeros(10), np.ones(50)]
    model = SparcsClassifier(early_stopping=True, max_iter=3, random_state=0)
    model.fit(x, x[:, 0] > 0, weight)
    assert len(model.validation_scores_) == model.n_iter_
