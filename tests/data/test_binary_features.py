"""Features of two values, against a count of the values."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.linear_model import Ridge

from sklearn_sparcs import SparcsRegressor
from sklearn_sparcs._data import binary_features
from sklearn_sparcs._data.binary_features import gap_of_two_values
from sklearn_sparcs._data.columns import Table
from sklearn_sparcs._data.samples import Samples
from sklearn_sparcs._data.scaling import Scaling


def columns(dtype=np.float64):
    """A dummy, a rare one, two far values, three values, numbers, a constant."""
    rng = np.random.default_rng(0)
    X = np.zeros((50, 6))
    X[::2, 0] = 1
    X[7, 1] = -3
    X[:, 2] = np.where(np.arange(50) < 20, 1e6, 1e6 + 4)
    X[:, 3] = np.arange(50) % 3
    X[:, 4] = rng.normal(size=50)
    X[:, 5] = 5
    return X.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_gaps(kind, dtype, monkeypatch):
    monkeypatch.setattr(binary_features, "ROWS_PER_SLICE", 7)
    X = columns(dtype)
    expected = [np.ptp(x) if len(np.unique(x)) == 2 else 0 for x in X.T.astype(float)]
    assert_array_equal(gap_of_two_values(kind(X)), expected)


def test_a_feature_may_be_cut_off_to_two_values():
    X = np.array([[0.0], [0.0], [3.0], [4.0]])
    assert gap_of_two_values(X) == 0
    assert gap_of_two_values(X, (np.array([-9.0]), np.array([2.0]))) == 2


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_they_are_scaled_by_half_their_gap(kind):
    X = columns()
    samples = Samples.of(kind(X), np.arange(50.0)[:, None], None)
    found = Scaling.of(
        Table(samples), standardize=True, center=True, scale_targets=True
    )
    assert_allclose(found.x_scale[:5], [0.5, 1.5, 2, *X[:, 3:5].std(axis=0)])
    y = Samples.of(X, X[:, :1], None)  # targets of two values are no features
    found = Scaling.of(Table(y), standardize=True, center=True, scale_targets=True)
    assert_allclose(found.y_scale, X[:, 0].std())


def test_a_rare_dummy_is_shrunk_as_ridge_shrinks_it():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=200), np.arange(200) < 6]).astype(float)
    y = X @ [1.0, 2.0] + 0.1 * rng.normal(size=200)
    model = SparcsRegressor((), linear_alpha=0.1).fit(X, y)
    scale = np.array([X[:, 0].std(), 0.5])
    ridge = Ridge(alpha=200 * 0.1 / 2).fit(X / scale, y)
    assert_allclose(model.predict(X), ridge.predict(X / scale), rtol=1e-8)
