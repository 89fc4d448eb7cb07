"""Data that are too large for second-order growth stay linear in a cross-validation."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.linear_model import LinearRegression

from sklearn_sparcs import SparcsClassifierCV, SparcsRegressorCV, sparcs_path
from sklearn_sparcs._estimators import solvers


def wide_text(n=120, p=2500, seed=0):
    """Rows of few words among many, of which two decide the label."""
    X = sparse.random_array((n, p), density=0.01, rng=seed, format="lil")
    y = np.random.default_rng(seed).random(n) > 0.5
    X[:, 0] = y[:, None] * 3.0
    return X.tocsr(), y


def test_wide_text_is_linear_and_says_so():
    X, y = wide_text()
    model = SparcsClassifierCV((5,), cv=3, random_state=0)
    match = "120 samples and 2501 inputs is too large"
    with pytest.warns(UserWarning, match=match) as seen:
        model.fit(X, y)
    assert seen[0].filename == __file__  # the user's own line
    assert model.active_architecture_.is_linear
    assert model.verdict_.startswith("The data are too large for growth")
    assert model.score(X, y) == 1.0
    assert model.eigenvalues_[1].tolist() == [0.0] * 5
    assert_allclose(
        model.pruned_estimator_.predict_proba(X), model.predict_proba(X), rtol=1e-9
    )


def test_long_tables_are_linear_too(kinked, monkeypatch):
    X, y = kinked
    monkeypatch.setattr(solvers, "LARGEST_TABLE", 4 * len(X) - 1)
    model = SparcsRegressorCV((5,), n_alphas=3, cv=2, random_state=0)
    with pytest.warns(UserWarning, match="300 samples and 4 inputs is too large"):
        model.fit(X, y)
    expected = LinearRegression().fit(X, y).predict(X)
    assert_allclose(model.predict(X), expected, rtol=1e-9)
    monkeypatch.setattr(solvers, "LARGEST_TABLE", 4 * len(X))
    assert not model.fit(X, y).active_architecture_.is_linear
    monkeypatch.setattr(solvers, "LARGEST_TABLE", 1)
    with pytest.warns(UserWarning, match="too large"):
        path = sparcs_path(X, y, alphas=[0.1, 0.01], X_val=X, y_val=y)
    assert path.n_hidden.tolist() == [0, 0]
    assert_allclose(path.valid_loss, path.train_loss, rtol=1e-12)


def test_a_linear_model_that_is_asked_for_is_no_reason_to_warn():
    X, y = wide_text()
    model = SparcsClassifierCV((), cv=3, random_state=0).fit(X, y)
    assert model.score(X, y) == 1.0
