"""Folds that leave something out: rows, weight, classes, a score."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, LeaveOneOut

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressorCV
from sklearn_sparcs._selection.splits import checked_splits

FEW = {"n_alphas": 2, "activation": "relu", "clip": None, "random_state": 0}
ROWS = np.arange(60)


def largest_error(estimator, X, y):
    """A scorer that is a plain function, without weights."""
    return -np.abs(estimator.predict(X) - y).max()


def accuracy(estimator, X, y):
    """Another."""
    return estimator.score(X, y)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    return X, np.abs(X[:, 0]) + X[:, 1]


def test_masks_and_numbers_become_numbers():
    (found,) = checked_splits([(ROWS < 40, [-1, 41])], 60, None)
    assert_array_equal(found[0], ROWS[:40])
    assert_array_equal(found[1], [59, 41])


@pytest.mark.parametrize(
    ("cv", "weight", "what"),
    [
        ([], None, "cv gave no split"),
        ([(ROWS, ROWS), (ROWS[:0], ROWS)], None, "training part of split 1 .* no rows"),
        ([(ROWS, ROWS < 0)], None, "test part of split 0 .* no rows"),
        ([(ROWS[:9], [60])], None, "test part of split 0 .* of 60 rows"),
        (3, ROWS >= 20, "test part of split 0 .* weight zero"),
        (3, ROWS < 20, "training part of split 0 .* weight zero"),
    ],
)
@pytest.mark.parametrize("kind", [SparcsRegressorCV, SparcsClassifierCV])
def test_parts_without_rows_that_count_are_refused(table, kind, cv, weight, what):
    X, y = table
    y = y if kind is SparcsRegressorCV else (y > 1)[np.argsort(ROWS % 3)]
    cv = KFold(3) if cv == 3 else cv
    weight = None if weight is None else weight.astype(float)
    with pytest.raises(ValueError, match=what):
        kind((), cv=cv, **FEW).fit(X, y, sample_weight=weight)


@pytest.mark.parametrize("scoring", ["neg_max_error", largest_error])
def test_a_scorer_without_weights_judges_unweighted(table, scoring):
    X, y = table
    weight = np.random.default_rng(1).uniform(1, 2, size=60)
    model = SparcsRegressorCV((), scoring=scoring, cv=KFold(3), linear_alpha=0.0, **FEW)
    with pytest.warns(UserWarning, match="takes no sample_weight"):
        model.fit(X, y, sample_weight=weight)
    expected = []
    for train, test in KFold(3).split(X):
        A = np.c_[X, np.ones(60)] * np.sqrt(weight[:, None])
        coef = np.linalg.lstsq(A[train], y[train] * np.sqrt(weight[train]))[0]
        expected.append(-np.abs(np.c_[X, np.ones(60)][test] @ coef - y[test]).max())
    assert_allclose(model.cv_scores_path_[0, 0], expected, rtol=1e-3)


@config_context(enable_metadata_routing=True)
def test_a_scorer_that_asks_for_no_weights_is_given_none(table):
    X, y = table
    scorer = get_scorer("neg_mean_squared_error").set_score_request(sample_weight=False)
    model = SparcsRegressorCV((), scoring=scorer, cv=[(ROWS, ROWS)], **FEW)
    model.fit(X, y, sample_weight=np.linspace(0, 1, 60) ** 4)
    assert_allclose(model.best_score_, scorer(model, X, y))


def test_classes_are_judged_by_a_plain_function(table):
    X, y = table
    model = SparcsClassifierCV((), scoring=accuracy, cv=3, **FEW)
    with pytest.warns(UserWarning, match="takes no sample_weight"):
        model.fit(X, y > 1, sample_weight=np.ones(60))
    assert 0.5 < model.best_score_ <= 1


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_a_score_of_one_row_that_is_none_is_refused_before_any_path(table, monkeypatch):
    X, y = table
    begun = []
    monkeypatch.setattr(SparcsRegressorCV, "_whole", lambda *a: begun.append(a))
    with pytest.raises(ValueError, match="neg_mean_squared_error"):
        SparcsRegressorCV(3, cv=LeaveOneOut(), **FEW).fit(X, y)
    assert begun == []


def test_one_row_is_left_out_where_its_score_is_defined(table):
    X, y = table
    model = SparcsRegressorCV(
        (), cv=LeaveOneOut(), scoring="neg_mean_squared_error", **FEW
    )
    assert model.fit(X[:12], y[:12]).cv_scores_path_.shape == (1, 2, 12)


def test_a_fold_without_a_class_is_fitted(table):
    X, y = table
    order = np.argsort(y)
    model = SparcsClassifierCV((2,), cv=KFold(3), **FEW)
    model.fit(X[order], np.repeat([0, 1, 2], 20))
    assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert_array_equal(model.classes_, [0, 1, 2])
