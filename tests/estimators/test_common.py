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
    CompactRegressor(),
    CompactClassifier(),
    SparcsRegressorCV(4, n_alphas=2, cv=2),
    SparcsClassifierCV(4, n_alphas=2, cv=2),
]


@parametrize_with_checks(ESTIMATORS)
@pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning"
)
@pytest.mark.filterwarnings("ignore:.*SCIPY_ARRAY_API.*")
def test_scikit_learn_checks(estimator, check):
    check(estimator)
