"""Estimators that several tests take in turn."""

import pytest

from sklearn_sparcs import CompactClassifier, SparcsClassifier, SparcsClassifierCV

#: Each kind of classifier, of a few neurons.
EVERY_CLASSIFIER = pytest.mark.parametrize(
    "model",
    [
        SparcsClassifier(4, max_iter=5, random_state=0),
        CompactClassifier((4,), max_iter=5, random_state=0),
        SparcsClassifierCV(4, n_alphas=3, cv=2, random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
