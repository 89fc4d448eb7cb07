"""Features are cut off a few standard deviations from their mean."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from sklearn_sparcs import LeverageWarning, SparcsRegressor
from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._data.columns import Table
from sklearn_sparcs._data.samples import Samples
from sklearn_sparcs._data.scaling import Scaling

# The slip is there on purpose; that it is named, test_leverage.py sees.
pytestmark = pytest.mark.filterwarnings("ignore:Row 7 alone")


def data_with_a_slip():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    y = X @ [1.0, 2.0, -1.0] + np.maximum(X[:, 0], 0) + 0.1 * rng.normal(size=400)
    X[7, 1] = 1000.0
    return X, y


def cut(X, X_train, clip):
    """The definition: standard deviations of what no outlier takes part in."""
    lower, middle, upper = np.quantile(
        X_train, [0.25, 0.5, 0.75], axis=0, method="inverted_cdf"
    )
    spread = np.where(upper > lower, (upper - lower) / 1.349, np.inf)
    usual = np.clip(X_train, middle - 20 * spread, middle + 20 * spread)
    scaler = StandardScaler().fit(usual)
    low = scaler.mean_ - clip * scaler.scale_
    high = scaler.mean_ + clip * scaler.scale_
    return np.minimum(np.maximum(X, low), high)


def test_linear_model_is_least_squares_of_features_as_cut():
    X, y = data_with_a_slip()
    model = SparcsRegressor((), clip=3.0).fit(X, y)
    reference = LinearRegression().fit(cut(X, X, 3.0), y)
    new = X * 5
    assert_allclose(model.predict(new), reference.predict(cut(new, X, 3.0)))


def test_without_a_cut_it_is_least_squares():
    X, y = data_with_a_slip()
    with pytest.warns(LeverageWarning, match="Row 7 alone"):
        model = SparcsRegressor((), clip=None).fit(X, y)
    assert_allclose(model.predict(5 * X), LinearRegression().fit(X, y).predict(5 * X))
    small = model.pruned_estimator_
    for low, high in (small.feature_bounds_, small.hidden_bounds_):
        assert low.tolist() == [-np.inf] * X.shape[1]
        assert high.tolist() == [np.inf] * X.shape[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_form_of_the_network_cuts_alike(dtype):
    X, y = data_with_a_slip()
    X = X.astype(dtype)
    model = SparcsRegressor(clip=5.0, random_state=0, prune_tol=0.0).fit(X, y)
    assert not model.active_architecture_.is_linear
    expected = model.predict(X)
    inside = cut(X, X, 5.0).astype(dtype)
    options = {"rtol": 1e-4 if dtype == np.float32 else 1e-9, "atol": 1e-4}
    assert_allclose(model.predict(inside), expected, **options)
    small = model.pruned_estimator_
    assert_allclose(small.predict(X), expected, **options)
    with torch.no_grad():
        assert_allclose(
            small.to_torch()(torch.from_numpy(X))[:, 0], expected, **options
        )
    again = small.set_params(tol=1.0, n_iter_no_change=1).fit(X, y)
    assert_allclose(again.feature_bounds_, model.direct_form_.bounds)


def test_sparse_zeros_stay_zeros_and_the_rest_is_cut():
    X = sparse.random_array((300, 4), density=0.1, rng=0, format="csr")
    X.data[0] = 100.0
    samples = Samples(X, np.zeros((300, 1)), None)
    scaling = Scaling.of(
        Table(samples), standardize=True, center=True, scale_targets=False, clip=4.0
    )
    scaled = TrainingData.of(samples, scaling, torch.device("cpu")).x
    assert scaled.nnz == X.nnz
    expected = cut(X.toarray(), X.toarray(), 4.0)
    expected[X.toarray() == 0] = 0
    spread = expected.std(axis=0)
    assert_allclose(scaled.toarray(), expected / spread)


def test_scale_is_that_of_the_features_as_cut():
    X, y = data_with_a_slip()
    samples = Samples(X, y[:, None], None)
    scaling = Scaling.of(
        Table(samples), standardize=True, center=True, scale_targets=True, clip=5.0
    )
    scaled = TrainingData.of(samples, scaling, torch.device("cpu")).x
    assert_allclose(scaled.std(dim=0, correction=0), 1.0)
    assert_allclose(scaled.mean(dim=0), 0.0, atol=1e-12)


def bent(X):
    return np.abs(X[:, 0]) + X @ np.arange(1.0, X.shape[1] + 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_hidden_neurons_hear_features_within_bounds(dtype):
    X, _ = data_with_a_slip()
    X = X.astype(dtype)
    model = SparcsRegressor(hidden_clip=2.0, random_state=0).fit(X, bent(X))
    form = model.direct_form_
    assert not model.active_architecture_.is_linear
    assert_allclose(form.hidden_signals(X), form.hidden_signals(cut(X, X, 2.0)), 1e-4)
    out = np.array([[10.0, 0.0, 0.0], [11.0, 0.0, 0.0]], dtype)
    last = len(form.layer_sizes)
    slope = model.predict(out)[1] - model.predict(out)[0]
    assert_allclose(slope, form.coefs[last, 1][0, 0], rtol=1e-4)
    small, far = model.pruned_estimator_, 3 * X
    assert_allclose(small.hidden_bounds_, form.hidden_bounds)
    module = small.to_torch()
    with torch.no_grad():
        found = module(torch.from_numpy(far))[:, 0]
    assert_allclose(found, small.predict(far), rtol=1e-4, atol=1e-3)


def test_bounds_that_nothing_exceeds_change_nothing_in_training():
    X, _ = data_with_a_slip()
    X = X[8:]
    within, whole = (
        SparcsRegressor(hidden_clip=clip, random_state=0).fit(X, bent(X))
        for clip in (100.0, None)
    )
    assert_array_equal(within.predict(X), whole.predict(X))
    assert whole.direct_form_.hidden_bounds is None


def test_hidden_bounds_lie_within_the_bounds_of_the_features():
    X, y = data_with_a_slip()
    samples = Samples(X, y[:, None], None)
    options = {"standardize": True, "center": True, "scale_targets": True}
    wide = Scaling.of(Table(samples), clip=2.0, hidden_clip=5.0, **options)
    assert_array_equal(wide.hidden_bounds, wide.bounds)
    narrow = Scaling.of(Table(samples), clip=5.0, hidden_clip=2.0, **options)
    assert_array_equal(narrow.hidden_bounds, wide.bounds)
    assert (narrow.bounds[1] > narrow.hidden_bounds[1]).all()


def test_where_epochs_train_hidden_neurons_hear_features_whole():
    X, _ = data_with_a_slip()
    model = SparcsRegressor(solver="first_order", max_iter=5, random_state=0)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, bent(X))
    assert model.direct_form_.hidden_bounds is None


def test_linear_data_with_heavy_tails_stay_linear():
    rng = np.random.default_rng(0)
    X = rng.lognormal(size=(1000, 3))
    y = X @ [1.0, 2.0, -1.0] + 0.1 * rng.normal(size=1000)
    model = SparcsRegressor(random_state=0).fit(X, y)
    assert model.active_architecture_.is_linear
    assert_allclose(model.predict(X), LinearRegression().fit(X, y).predict(X))


def test_an_array_and_the_same_rows_as_sparse_are_cut_alike():
    rng = np.random.default_rng(0)
    X = 100 + rng.normal(size=(200, 2))  # zero lies beyond the bounds
    model = SparcsRegressor((), clip=3.0).fit(X, X.sum(axis=1))
    new = np.array([[0.0, 100.0], [101.0, 0.0]])
    assert_allclose(model.predict(sparse.csr_array(new)), model.predict(new))
