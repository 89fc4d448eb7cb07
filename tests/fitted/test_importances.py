"""`feature_importances_` of everything that is fitted."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import expit
from sklearn.datasets import make_friedman1
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
    sparcs_path,
)

FEW = {"n_alphas": 4, "cv": 2, "activation": "relu", "random_state": 0}
KINDS = {
    "plain": (SparcsRegressor(6, random_state=0), SparcsClassifier(6, random_state=0)),
    "epochs": (
        SparcsRegressor(6, solver="first_order", random_state=0),
        SparcsClassifier(6, solver="first_order", random_state=0),
    ),
    "cv": (SparcsRegressorCV(6, **FEW), SparcsClassifierCV(6, **FEW)),
    "compact": (
        CompactRegressor((6,), random_state=0),
        CompactClassifier((6,), random_state=0),
    ),
}


@pytest.fixture(scope="module")
def friedman():
    """Features 0 to 4 act: two together, one bent, two straight; 5 to 7 do not."""
    return make_friedman1(400, 8, noise=0.5, random_state=0)


def importances(model, X, y, **options):
    """Shares of what scikit-learn finds by permuting."""
    found = permutation_importance(model, X, y, random_state=0, **options)
    positive = found.importances_mean.clip(0)
    return positive / positive.sum()


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("kind", KINDS)
def test_they_are_those_of_permutation(kind, friedman):
    X, y = friedman
    regressor, classifier = KINDS[kind]
    for model, target, scoring in (
        (regressor.fit(X, y), y, "r2"),
        (classifier.fit(X, y > np.median(y)), y > np.median(y), "neg_brier_score"),
    ):
        found = model.feature_importances_
        assert found.shape == (8,) and (found >= 0).all()
        assert_allclose(found.sum(), 1)
        options = {"scoring": scoring, "n_repeats": 10}
        expected = importances(model, X, target, **options)
        assert np.abs(found - expected).max() < 0.06
        assert found[:5].min() > found[5:].max()


def test_of_classes_probabilities_count_not_outputs():
    """Far out the first feature moves outputs by much, and probabilities by nothing."""
    rng = np.random.default_rng(0)
    X = np.c_[rng.standard_t(1.5, size=500), rng.normal(size=500)]
    y = rng.uniform(size=500) < expit(X[:, 0] + 2 * X[:, 1])
    model = SparcsClassifier((), linear_alpha=1e-4).fit(X, y)
    expected = importances(model, X, y, scoring="neg_brier_score", n_repeats=10)
    assert_allclose(model.feature_importances_, expected, atol=0.03)
    assert expected[1] > 0.4


def test_targets_count_alike_in_any_unit(friedman):
    X, y = friedman
    Y = np.c_[X[:, 6] - X[:, 7] / 2, y]
    found = [
        SparcsRegressor(6, random_state=0).fit(X, Y * units).feature_importances_
        for units in ([1.0, 1.0], [1e3, 1e-3])
    ]
    assert_allclose(found[1], found[0], rtol=1e-6)
    assert_allclose(found[0][6] / found[0][7], 4, rtol=0.2)
    assert 0.4 < found[0][6:].sum() < 0.6


def test_every_network_that_a_fit_leaves(friedman):
    X, y = friedman
    chosen = SparcsRegressorCV(6, **FEW).fit(X, y)
    models = [chosen.pruned_estimator_, chosen.estimator_1se_, *chosen.path_.estimators]
    models += sparcs_path(X, y, n_alphas=3).estimators
    for model in [*models, SparcsRegressor(6).fit(X, y).pruned_estimator_]:
        expected = importances(model, X, y, n_repeats=5)
        assert np.abs(model.feature_importances_ - expected).max() < 0.06
    first = chosen.path_.estimators[0]
    linear = LinearRegression().fit(X, y).coef_ ** 2 * X.var(axis=0)
    assert_allclose(first.feature_importances_, linear / linear.sum(), rtol=0.05)


def test_nothing_is_heard():
    X, y = np.ones((30, 2)), np.arange(30) % 2
    for model in (SparcsRegressor(), SparcsClassifier()):
        assert_array_equal(model.fit(X, y).feature_importances_, [0, 0])


def test_weights_are_repetitions_and_zero_is_none(friedman):
    X, y = friedman[0][:60], friedman[1][:60]
    count = np.arange(60) % 3
    repeated = SparcsRegressor(()).fit(np.repeat(X, count, axis=0), y.repeat(count))
    weighted = SparcsRegressor(()).fit(X, y, sample_weight=count)
    assert_allclose(weighted.feature_importances_, repeated.feature_importances_)


def test_sparse_streams_and_pickles(friedman):
    X, y = friedman
    stream = SparcsRegressor(6, random_state=0)
    for _ in range(2):
        stream.partial_fit(sparse.csr_array(X), y)
    linear = LinearRegression().fit(X, y).coef_ ** 2 * X.var(axis=0)
    assert_allclose(stream.feature_importances_, linear / linear.sum(), atol=0.02)
    again = pickle.loads(pickle.dumps(stream))
    assert_array_equal(again.feature_importances_, stream.feature_importances_)


def test_scikit_learn_selects_by_them(friedman):
    X, y = friedman
    model = SparcsRegressor(6, random_state=0)
    selector = RFE(model, n_features_to_select=5, step=3).fit(X, y)
    assert_array_equal(np.flatnonzero(selector.support_), np.arange(5))
    pipeline = make_pipeline(
        StandardScaler(),
        SelectFromModel(SparcsClassifier(6, random_state=0), max_features=2),
        SparcsClassifier(6, random_state=0),
    )
    pipeline.fit(X, y > np.median(y))
    assert pipeline[-1].n_features_in_ <= 2
