"""The folds say, at their linear models, whether features are cut off."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressorCV
from sklearn_sparcs._selection.chosen_clip import pays
from sklearn_sparcs._selection.folds import Fold

FEW = {"n_alphas": 2, "cv": 4, "activation": "relu", "random_state": 0}


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([0.0, 0.0, 50.0, 0.0], True),  # one fold has the slip
        ([0.02, 0.01, 0.03, -0.01], True),
        ([0.02, 0.01, 0.03, -0.02], False),  # what is lost weighs four times
        ([0.0005, 0.001, 0.0005, 0.001], False),  # a trifle
        ([-0.1, 0.0, 0.0, 0.0], False),
        ([0.0, 0.0, 0.0, 0.0], False),
        ([np.nan, 1.0, 1.0, 1.0], False),
        ([np.inf, 1.0, 1.0, 1.0], True),
    ],
)
def test_what_pays(gains, expected):
    whole = np.full(4, 0.8)
    assert pays(whole, whole + gains) is expected


def test_a_trifle_is_so_in_any_unit():
    errors = np.array([-200.0, -210.0, -190.0, -200.0])
    assert not pays(errors, errors + 1.5)
    assert pays(errors, errors + 2.5)


def slipped(n=600):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 3))
    y = X @ [1.0, 2.0, -1.0] + np.abs(X[:, 0]) + 0.1 * rng.normal(size=n)
    X[[50, 400], 1] = -999.0
    return X, y, np.delete(np.arange(n), [50, 400])


def test_linear_scores_are_those_of_least_squares(monkeypatch):
    X, y, _ = slipped()
    scores = {}
    own = Fold.linear_score

    def watched(fold, path_options):
        clip, first = path_options.units.clip, fold.judge.rows[0]
        scores[clip, first] = own(fold, path_options)
        return scores[clip, first]

    monkeypatch.setattr(Fold, "linear_score", watched)
    SparcsRegressorCV((), **FEW).fit(X, y)
    assert len(scores) == 8
    for train, test in KFold(4).split(X):
        whole = LinearRegression().fit(X[train], y[train]).score(X[test], y[test])
        assert scores[None, test[0]] == pytest.approx(whole, rel=1e-6)
        assert scores[5.0, test[0]] > 0.6


def test_slips_are_cut_off():
    X, y, clean = slipped()
    model = SparcsRegressorCV((), **FEW).fit(X, y)
    assert model.clip_ == 5.0
    assert model.score(X[clean], y[clean]) > 0.8
    whole = SparcsRegressorCV((), clip=None, **FEW).fit(X, y)
    assert whole.clip_ is None
    assert whole.score(X[clean], y[clean]) < 0.5
    given = SparcsRegressorCV((), clip=5.0, **FEW).fit(X, y)
    assert_allclose(model.predict(X), given.predict(X), rtol=1e-12)
    low, high = model.pruned_estimator_.feature_bounds_
    assert -20 < low[1] < high[1] < 20


def test_classes():
    X, y, clean = slipped()
    model = SparcsClassifierCV((), **FEW).fit(X, y > 0.8)
    assert model.clip_ == 5.0
    assert model.score(X[clean], y[clean] > 0.8) > 0.85


def test_a_tail_that_carries_the_signal_is_left():
    rng = np.random.default_rng(0)
    X = rng.lognormal(sigma=1.5, size=(600, 2))
    y = X @ [1.0, -1.0] + rng.normal(size=600)
    model = SparcsRegressorCV((), **FEW).fit(X, y)
    assert model.clip_ is None
    assert_allclose(model.predict(X), LinearRegression().fit(X, y).predict(X))


@pytest.mark.parametrize("options", [{}, {"standardize": False}])
def test_nothing_is_tried_where_nothing_would_be_cut(monkeypatch, options):
    monkeypatch.delattr("sklearn_sparcs._selection.chosen_clip._score")
    X, y, clean = slipped()
    if not options:
        X, y = X[clean], y[clean]
    assert SparcsRegressorCV((), **FEW, **options).fit(X, y).clip_ is None


def test_sparse_features():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3)) * (rng.random((600, 3)) < 0.5)
    y = X @ [1.0, 2.0, -1.0] + 0.1 * rng.normal(size=600)
    X[::60, 1] = -40.0
    model = SparcsRegressorCV((), **FEW).fit(sparse.csr_array(X), y)
    assert model.clip_ == 5.0
