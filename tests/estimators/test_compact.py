"""The pruned network as an estimator of its own."""

import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
)


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
