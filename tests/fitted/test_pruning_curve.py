"""The pruning curve against networks pruned by hand."""

import pickle

import numpy as np
import pytest
import torch
from helpers.reference import neuron_by_neuron
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris, make_regression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")
ALL = {"tol": 0.05, "max_points": 1000}
LOOSE = {"min_significance": 0, "random_state": 0}


def pruned_by_hand(model, X, weight=None):
    """Neurons left, and the network's output without the others, for every size.

    ``weight`` is that of the samples in ``fit``, and so in the scaling.
    """
    scaler = StandardScaler().fit(X, sample_weight=weight)
    x = np.c_[scaler.transform(X), np.ones(len(X))]
    phi = [torch.from_numpy(p) for p in model.eigenvectors_]
    sizes = np.abs(np.concatenate(model.eigenvalues_[1:-1]))
    *lam, last = model.eigenvalues_
    for threshold in [*np.sort(sizes[sizes > 0])[::-1], 0.0]:
        left = [torch.from_numpy(np.where(np.abs(v) > threshold, v, 0)) for v in lam]
        output = neuron_by_neuron(
            phi,
            [*left, torch.from_numpy(last)],
            torch.from_numpy(x),
            gated=getattr(model, "solver", "growth") != "adam",
        )
        yield int((sizes > threshold).sum()), output.numpy()


def rises(model, X, loss, weight=None):
    sizes, losses = zip(
        *((n, loss(output)) for n, output in pruned_by_hand(model, X, weight)),
        strict=True,
    )
    return list(sizes), np.array(losses) / losses[-1] - 1


@pytest.mark.parametrize(
    "model",
    [
        SparcsRegressor(8, alpha=1e-3, **LOOSE),
        SparcsRegressor((5, 5), alpha=1e-3, **LOOSE),
        SparcsRegressor(8, solver="first_order", alpha=1e-3, max_iter=60, **LOOSE),
        SparcsRegressor(
            (5, 4), solver="adam", init="xavier", max_iter=20, random_state=0
        ),
        SparcsRegressor(
            (4,), solver="adam", input_eigenvalues=True, max_iter=20, random_state=0
        ),
        SparcsRegressorCV(
            8,
            activation="relu",
            alphas=[1e-2, 1e-3, 1e-4, 1e-5],
            cv=2,
            selection="best",
            random_state=0,
        ),
    ],
    ids=["one-layer", "two-layers", "by-epochs", "ungated", "input-eigenvalues", "cv"],
)
def test_regression_curve_by_hand(wavy, model):
    X, y = wavy
    weight = np.random.default_rng(0).uniform(0.5, 2, len(y))
    model.fit(X, y)
    scale, mean = y.std(), y.mean()
    sizes, expected = rises(
        model,
        X,
        lambda out: np.average((out[:, 0] * scale + mean - y) ** 2, weights=weight),
    )
    curve = model.pruning_curve(X, y, weight, **ALL)
    assert len(sizes) > 3
    assert curve.n_neurons.tolist() == sizes
    assert_allclose(curve.loss_rise, expected, rtol=1e-5, atol=1e-9)
    assert curve.loss_rise[sizes.index(curve.n_kept)] <= 0.05


@pytest.mark.parametrize("kind", [SparcsClassifier, SparcsClassifierCV])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classification_curve_by_hand(kind, n_classes):
    X, y = load_iris(return_X_y=True)
    X, y = X[y < n_classes], np.array(["a", "b", "c"])[y[y < n_classes]]
    options = {"alpha": 1e-4, "max_iter": 60, **LOOSE}
    if kind is SparcsClassifierCV:
        options = {"alphas": [1e-3, 1e-4, 1e-5], "cv": 2, "random_state": 0}
        options["activation"] = "relu"
    model = kind(6, class_weight={"a": 2.0, "b": 1.0}, **options)
    model.fit(X, y)
    weight = np.where(y == "a", 2.0, 1.0)

    def loss(output):
        probability = 1 / (1 + np.exp(-output))
        if n_classes > 2:
            probability = np.exp(output - output.max(axis=1, keepdims=True))
            probability /= probability.sum(axis=1, keepdims=True)
        return log_loss(y, probability.squeeze(), sample_weight=weight)

    sizes, expected = rises(model, X, loss, weight)
    curve = model.pruning_curve(X, y, **ALL)
    assert curve.n_neurons.tolist() == sizes
    assert_allclose(curve.loss_rise, expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(
    "options", [{"solver": "first_order"}, {"solver": "adam", "init": "xavier"}]
)
def test_the_estimators_own_pruning_is_on_the_curve(kinked, options):
    X, y = kinked
    model = SparcsRegressor(
        20, alpha=1e-3, prune_tol=0.3, max_iter=100, **options, **LOOSE
    )
    model.fit(X, y)
    n_pruned = model.pruned_estimator_.active_architecture_.n_hidden
    n_all = model.active_architecture_.n_hidden
    assert 0 < n_pruned < n_all
    curve = model.pruning_curve(X, y, tol=0.3, max_points=60)
    assert curve.n_kept == n_pruned
    losses = [
        np.mean((m.predict(X) - y) ** 2) for m in (model.pruned_estimator_, model)
    ]
    at = curve.n_neurons.tolist().index(n_pruned)
    assert curve.loss_rise[at] == pytest.approx(losses[0] / losses[1] - 1, rel=1e-5)


def test_nothing_is_pruned_without_tolerance(kinked):
    X, y = kinked
    model = SparcsRegressor(6, alpha=1e-3, max_iter=50, **LOOSE).fit(X, y)
    curve = model.pruning_curve(X, y, tol=0.0, max_points=60)
    assert curve.n_kept == curve.n_neurons[-1] == model.active_architecture_.n_hidden


def test_few_points_of_many_neurons():
    X, y = make_regression(200, 5, random_state=0)
    model = SparcsRegressor(solver="adam", init="xavier", max_iter=5, random_state=0)
    model.fit(X, y)
    full = model.pruning_curve(X, y, **ALL)
    assert full.n_neurons.tolist() == list(range(101))
    few = model.pruning_curve(X, y, tol=0.05, max_points=12)
    assert len(few.n_neurons) <= 12
    assert {0, 100, few.n_kept} <= set(few.n_neurons)
    assert few.n_kept == full.n_kept
    assert_allclose(few.loss_rise, full.loss_rise[few.n_neurons], rtol=1e-9)


def test_a_linear_model_has_nothing_to_prune(kinked):
    X, y = kinked
    for sizes in ((), (5,)):
        model = SparcsRegressor(sizes, alpha=1e9).fit(X, y)
        curve = model.pruning_curve(X, y, tol=0.05, max_points=60)
        assert curve.n_neurons.tolist() == [0]
        assert curve.loss_rise.tolist() == [0.0]
        assert curve.n_kept == 0


def test_neurons_alike_go_together(kinked):
    X, y = kinked
    model = SparcsRegressor(6, alpha=1e-3, max_iter=50, **LOOSE).fit(X, y)
    model.eigenvalues_[1] = np.sign(model.eigenvalues_[1]) / 2
    n = np.count_nonzero(model.eigenvalues_[1])
    assert n > 1
    curve = model.pruning_curve(X, y, **ALL)
    assert curve.n_neurons.tolist() == [0, n]


def test_samples_without_weight_do_not_count_and_nothing_changes(kinked):
    X, y = kinked
    model = SparcsRegressor(6, alpha=1e-3, max_iter=50, **LOOSE).fit(X, y)
    before = pickle.dumps(model)
    weight = np.r_[np.ones(200), np.zeros(len(y) - 200)]
    some = model.pruning_curve(X[:200], y[:200], **ALL)
    weighted = model.pruning_curve(X, y[:, None], weight, **ALL)
    assert_array_equal(some.loss_rise, weighted.loss_rise)
    assert pickle.dumps(model) == before
    assert model.predict(X).ndim == 1


def test_single_precision_and_bounds_are_as_in_the_estimator(kinked):
    X, y = kinked
    X = X.astype(np.float32)
    model = SparcsRegressor(6, alpha=1e-3, clip=2.0, max_iter=50, **LOOSE).fit(X, y)
    curve = model.pruning_curve(X, y, tol=0.05, max_points=60)
    compact = model.pruned_estimator_
    rise = np.mean((compact.predict(X) - y) ** 2) / np.mean((model.predict(X) - y) ** 2)
    at = curve.n_neurons.tolist().index(compact.active_architecture_.n_hidden)
    assert curve.loss_rise[at] == pytest.approx(rise - 1, rel=1e-3, abs=1e-5)
