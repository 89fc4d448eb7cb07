"""scikit-learn's own checks, all of them."""

import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

ESTIMATORS = [
    SparcsRegressor(),
    SparcsClassifier(),
    CompactRegressor(max_iter=50),
    CompactClassifier(max_iter=50),
    SparcsRegressorCV(4, n_alphas=2, cv=2),
    SparcsClassifierCV(4, n_alphas=2, cv=2),
]


@pytest.fixture(autouse=True)
def little_training(monkeypatch):
    """These checks ask how estimators behave, not how well they predict."""
    monkeypatch.setattr("sklearn_sparcs._growth.relax.RELAXED_STEPS", 20)


@parametrize_with_checks(ESTIMATORS)
@pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning"
)
@pytest.mark.filterwarnings("ignore:.*SCIPY_ARRAY_API.*")
def test_scikit_learn_checks(estimator, check):
    check(estimator)
