"""The pruned network as an estimator of its own."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._estimators import solvers


def by_hand(compact, X):
    """The network from ``coefs_`` and ``intercepts_``, layer by layer."""
    signals, last = {1: X}, max(compact.intercepts_)
    for i in range(2, last + 1):
        z = sum(
            signals[j] @ w.T
            for (receiver, j), w in compact.coefs_.items()
            if receiver == i
        )
        z = z + compact.intercepts_[i]
        signals[i] = z if i == last else np.maximum(z, 0)
    return signals[last]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hidden_layer_sizes": (20, 20), "alpha": 0.005, "max_iter": 100},
        {"solver": "adam", "hidden_layer_sizes": (9, 8), "max_iter": 30},
        {"solver": "adam", "activation": "logistic", "max_iter": 30},
        {"fit_intercept": False, "alpha": 0.05},
    ],
)
@pytest.mark.filterwarnings("ignore:max_iter")
def test_without_tolerance_it_is_the_full_network(kinked, options):
    X, y = kinked
    model = SparcsRegressor(prune_tol=0, random_state=0, **options).fit(X, y)
    compact = model.pruned_estimator_
    assert_allclose(compact.predict(X), model.predict(X), rtol=1e-6, atol=1e-9)
    assert compact.active_architecture_ == model.active_architecture_


@pytest.mark.filterwarnings("ignore:max_iter")
def test_pruning_keeps_to_its_tolerance_and_removes_neurons(kinked):
    X, y = kinked
    options = {"alpha": 1e-4, "min_significance": 0, "max_iter": 150}
    model = SparcsRegressor(prune_tol=0.5, random_state=0, **options)
    compact = model.fit(X, y).pruned_estimator_
    loss, full = (np.mean((m.predict(X) - y) ** 2) for m in (compact, model))
    assert full < loss <= 1.5 * full * (1 + 1e-9)
    n_full, n = (m.active_architecture_.n_hidden for m in (model, compact))
    assert n < n_full
    sizes = np.sort(np.abs(model.eigenvalues_[1][model.eigenvalues_[1] != 0]))
    kept = np.abs(model.eigenvalues_[1][list(compact.active_architecture_.neurons[0])])
    assert_allclose(np.sort(kept), sizes[n_full - n :])  # the largest are kept


def test_coefs_are_the_network(kinked):
    X, y = kinked
    compact = SparcsRegressor(random_state=0).fit(X, y).pruned_estimator_
    assert_allclose(by_hand(compact, X)[:, 0], compact.predict(X), rtol=1e-9)
    architecture = compact.active_architecture_
    assert architecture.links == tuple(sorted(compact.coefs_))
    n = architecture.layer_sizes[1]
    assert architecture.n_parameters == n * 3 + n + n + 3 + 1
    assert str(architecture) == f"3 → {n} → 1"


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "gelu"])
@pytest.mark.filterwarnings("ignore:max_iter")
def test_to_torch_is_plain_and_predicts_the_same(kinked, activation, tmp_path):
    X, y = kinked
    model = SparcsRegressor(
        (10, 10), solver="adam", activation=activation, max_iter=20, random_state=0
    )
    compact = model.fit(X, y).pruned_estimator_
    module = compact.to_torch()
    found = module(torch.from_numpy(X)).detach().numpy()[:, 0]
    assert_allclose(found, compact.predict(X), rtol=1e-6)
    assert not any(
        type(part).__module__.startswith("sklearn_sparcs") for part in module.modules()
    )
    torch.save(module, tmp_path / "module.pt")
    loaded = torch.load(tmp_path / "module.pt", weights_only=False)
    assert_allclose(loaded(torch.from_numpy(X)).detach().numpy()[:, 0], found)


def test_fit_trains_the_wiring_on(kinked):
    X, y = kinked
    model = SparcsRegressor(alpha=0.03, random_state=0).fit(X, y)
    compact = model.pruned_estimator_
    before, architecture = compact.score(X, y), compact.active_architecture_
    weights = {link: w.copy() for link, w in compact.coefs_.items()}
    trained = pickle.loads(pickle.dumps(compact)).fit(X, y)
    assert trained.score(X, y) > before  # the penalty's shrinkage is gone
    assert trained.active_architecture_.layer_sizes == architecture.layer_sizes
    assert trained.active_architecture_.neurons == architecture.neurons
    for link, w in weights.items():  # the original was left alone
        assert_allclose(compact.coefs_[link], w, atol=0)


def test_clone_keeps_the_wiring_and_starts_at_least_squares(kinked):
    X, y = kinked
    compact = SparcsRegressor(random_state=0).fit(X, y).pruned_estimator_
    fresh = clone(compact).set_params(max_iter=1)
    assert not hasattr(fresh, "coefs_")
    with pytest.warns(match="max_iter=1"):
        fresh.fit(X, y)
    assert sorted(fresh.coefs_) == sorted(compact.coefs_)
    assert fresh.score(X, y) >= LinearRegression().fit(X, y).score(X, y) - 1e-9


def test_a_wiring_of_ones_own(kinked):
    X, y = kinked
    links = [(2, 1), (3, 2), (4, 3), (4, 1)]
    model = CompactRegressor(
        (6, 4), links=links, learning_rate_init=0.01, random_state=0
    )
    model.fit(X, y)
    assert model.score(X, y) > 0.95
    assert set(model.coefs_) == set(links)
    for wrong, why in (
        ([(1, 2)], "later layer"),
        ([(3, 1), (4, 3)], "without a sender"),
    ):
        with pytest.raises(ValueError, match=why):
            CompactRegressor((6, 4), links=wrong).fit(X, y)


@pytest.mark.filterwarnings("ignore:max_iter")
def test_classifier_hands_over_its_classes(rings):
    X, y = rings
    model = SparcsClassifier(random_state=0, prune_tol=0).fit(X, y)
    compact = model.pruned_estimator_
    assert isinstance(compact, CompactClassifier)
    assert_allclose(compact.predict_proba(X), model.predict_proba(X), rtol=1e-6)
    assert np.all(compact.predict(X) == model.predict(X))
    assert compact.score(X, y) == model.score(X, y)


def test_the_wiring_is_trained_to_second_order_or_by_epochs(kinked):
    X, y = kinked
    options = {"links": [(2, 1), (3, 2)], "random_state": 0}
    exact = CompactRegressor((8,), **options).fit(X, y)
    assert sorted(exact.coefs_) == [(2, 1), (3, 2)]
    assert exact.score(X, y) > 0.995
    epochs = CompactRegressor((8,), solver="adam", max_iter=50, **options)
    with pytest.warns(match="max_iter=50"):
        epochs.fit(X, y)
    assert epochs.n_iter_ == 50
    assert exact.n_iter_ == len(exact.loss_curve_) < 200
    assert exact.loss_curve_[-1] < epochs.loss_curve_[-1]


def test_data_that_are_too_large_are_trained_on_by_epochs(kinked, monkeypatch):
    X, y = kinked
    monkeypatch.setattr(solvers, "LARGEST_TABLE", 4 * len(X) - 1)
    model = CompactRegressor((3,), max_iter=7, random_state=0)
    with pytest.warns(match="max_iter=7"):
        assert model.fit(X, y).n_iter_ == 7
    asked = CompactRegressor((3,), solver="second_order", random_state=0).fit(X, y)
    assert asked.n_iter_ > 7


@pytest.mark.parametrize("sizes", [(), (4,), (3, 2)])
@pytest.mark.parametrize("solver", ["second_order", "adam"])
@pytest.mark.filterwarnings("ignore:max_iter")
def test_the_fit_without_intercepts_has_none(kinked, solver, sizes):
    X, y = kinked
    model = CompactRegressor(
        sizes, solver=solver, fit_intercept=False, max_iter=20, random_state=0
    )
    model.fit(X, y)
    assert not any(b.any() for b in model.intercepts_.values())
    assert_allclose(model.predict(np.zeros((1, 3))), 0, atol=1e-12)


def test_without_hidden_layers_it_is_least_squares(kinked):
    X, y = kinked
    model = CompactRegressor().fit(X, y)
    expected = LinearRegression().fit(X, y).predict(X)
    # some predictions are nearly zero: rounding is judged beside the targets
    assert_allclose(model.predict(X), expected, atol=1e-7 * np.std(y))
    assert model.n_iter_ >= 1


@pytest.mark.parametrize("value", [2024, 1.7e9, 1e12])
def test_a_constant_column_however_large_is_not_heard(kinked, value):
    X, y = kinked
    wide = np.c_[X, np.full(len(X), value)].astype(np.float32)
    model = CompactRegressor((8,), random_state=0).fit(wide, y)
    assert model.score(wide, y) > 0.99
    assert model.fit(wide, -y).score(wide, -y) > 0.99


@pytest.mark.parametrize("solver", ["second_order", "adam"])
def test_features_that_are_all_constant_leave_the_mean(solver):
    X, y = np.full((6, 2), 3.0), np.arange(6.0)
    model = CompactRegressor((3,), solver=solver, random_state=0).fit(X, y)
    assert_allclose(model.predict(X), y.mean(), rtol=1e-6)


def test_labels_that_are_constant_all(kinked):
    X, _ = kinked
    yes, no = (
        CompactClassifier((3,), random_state=0).fit(X, np.full((len(X), 2), label))
        for label in (1, 0)
    )
    assert_allclose(yes.predict_proba(X), 1 - no.predict_proba(X), atol=1e-12)
    assert yes.predict(X).all() and not no.predict(X).any()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_single_precision_reaches_what_double_does(kinked, scale):
    X, y = kinked
    X, y = X * scale + 10 * scale, y / scale
    fits = [
        CompactRegressor((6,), activation="tanh", random_state=0).fit(
            X.astype(dtype), y.astype(dtype)
        )
        for dtype in (np.float32, np.float64)
    ]
    scores = [m.score(X.astype(m.coefs_[2, 1].dtype), y) for m in fits]
    assert scores[0] == pytest.approx(scores[1], abs=3e-3)
    assert scores[1] > 0.98


@pytest.mark.filterwarnings("ignore:max_iter")
def test_sparse_data_are_fitted_as_dense_ones(kinked):
    X, y = kinked
    X = X + np.array([0, 100, 0])
    X[::3, 0] = 0
    for model in (
        CompactRegressor((4,), random_state=0),
        SparcsRegressor((20,), random_state=0),
        SparcsRegressorCV((20,), n_alphas=4, cv=2, random_state=0),
    ):
        dense = clone(model).fit(X, y)
        as_csr = clone(model).fit(sparse.csr_array(X), y)
        for link, coef in dense.direct_form_.coefs.items():
            assert_allclose(as_csr.direct_form_.coefs[link], coef, rtol=1e-12)
        expected = dense.predict(X)
        assert_allclose(as_csr.predict(sparse.csr_array(X)), expected, rtol=1e-9)


def test_a_dense_fit_is_gone_on_from_with_sparse_rows(kinked):
    X, y = kinked
    X = X + np.array([0, 100, 0])
    model = SparcsRegressor((20,), random_state=0).fit(X, y)
    rows = sparse.csr_array(X)
    curve = model.pruning_curve(rows, y)
    assert_allclose(curve.loss_rise, model.pruning_curve(X, y).loss_rise, rtol=1e-9)


def test_hidden_neurons_hear_no_further_than_before(kinked):
    X, y = kinked
    X = X.copy()
    X[0, 0] = 40.0  # beyond five standard deviations
    model = SparcsRegressor((20,), random_state=0).fit(X, y)
    trained = pickle.loads(pickle.dumps(model.pruned_estimator_)).fit(X, y)
    low, high = trained.hidden_bounds_
    assert_allclose((low, high), model.pruned_estimator_.hidden_bounds_)
    assert trained.score(X[1:], y[1:]) >= model.score(X[1:], y[1:]) - 1e-3
    far = np.repeat([[100.0, 0, 0]], 3, axis=0) + np.arange(3)[:, None] * [50, 0, 0]
    first, *others = np.diff(trained.predict(far))
    assert_allclose(others, first, rtol=1e-6)
    linear = trained.coefs_[3, 1][0, 0] * 50
    assert_allclose(first, linear, rtol=1e-6)
