"""`SparcsRegressor`: what it finds, and that it starts at least squares."""

import pickle
import warnings

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from sklearn_sparcs import SparcsRegressor
from sklearn_sparcs.nn import SpectralNetwork


@pytest.mark.parametrize("hidden", [(100,), (1,), (20, 30), ()])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("solver", ["second_order", "first_order"])
def test_at_alpha_max_it_is_linear_regression(kinked, hidden, fit_intercept, solver):
    X, y = kinked
    X = X * [1.0, 30.0, 0.2] + [0.5, 0.0, -0.1]
    options = {"fit_intercept": fit_intercept, "random_state": 0}
    options |= {"min_significance": 0, "solver": solver}
    found = SparcsRegressor(hidden, alpha=1e6, **options).fit(X, y)
    alpha_max = found.alpha_max_ if hidden else 1.0
    assert alpha_max > 0.01
    for seed in (0, 1):  # whatever the candidates drawn later
        options["random_state"] = seed
        model = SparcsRegressor(hidden, alpha=alpha_max, **options).fit(X, y)
        linear = LinearRegression(fit_intercept=fit_intercept).fit(X, y)
        assert_allclose(model.predict(X), linear.predict(X), rtol=1e-6)
        assert model.active_architecture_.is_linear


@pytest.mark.parametrize("solver", ["second_order", "first_order"])
def test_just_below_alpha_max_a_neuron_wakes(kinked, solver):
    X, y = kinked
    alpha_max = SparcsRegressor(solver=solver, alpha=1e6).fit(X, y).alpha_max_
    options = {"alpha": 0.9 * alpha_max, "random_state": 0, "solver": solver}
    below = SparcsRegressor(**options).fit(X, y)
    assert below.history_[-1]["n_live"] > 0


def test_several_targets_start_at_least_squares_through_a_narrow_layer():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 6)), rng.normal(size=(50, 5))
    model = SparcsRegressor((2,), alpha=10.0, linear_alpha=0.0).fit(X, y)
    expected = LinearRegression().fit(X, y).predict(X)
    assert_allclose(model.predict(X), expected, rtol=1e-6, atol=1e-9)
    assert model.n_outputs_ == 5
    # the spectral map of rank 5 needs relays behind the two neurons allowed
    assert [len(x) for x in model.eigenvalues_] == [7, 5, 5]


def test_finds_the_kinks(kinked):
    X, y = kinked
    model = SparcsRegressor(random_state=0).fit(X, y)
    assert model.score(X, y) > 0.99
    assert 2 <= model.active_architecture_.n_hidden <= 12
    assert model.active_architecture_.layer_sizes[0] == 3
    live = np.flatnonzero(model.eigenvalues_[1])
    assert set(live) == set(model.active_architecture_.neurons[0])
    assert [p.shape for p in model.eigenvectors_] == [(100, 4), (1, 100)]


def test_noise_and_linear_data_stay_linear():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 5))
    for y in (X @ np.ones(5), X @ np.ones(5) + rng.normal(size=200)):
        model = SparcsRegressor(alpha=0.001, random_state=0).fit(X, y)
        assert model.active_architecture_.is_linear
        assert model.n_iter_ == 1


def test_never_worse_than_least_squares_on_the_training_data(kinked):
    X, y = kinked
    with pytest.warns(match="max_iter=3"):
        model = SparcsRegressor(
            solver="first_order", max_iter=3, learning_rate_init=1.0
        ).fit(X, y)
    linear = LinearRegression().fit(X, y).score(X, y)
    assert model.score(X, y) >= linear - 1e-12  # the same, to rounding, at worst


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "gelu"])
def test_activations_grow(kinked, activation):
    X, y = kinked
    linear = LinearRegression().fit(X, y).score(X, y)
    # the logistic function is a quarter as steep, and so are the rates
    alpha = 5e-4 if activation == "logistic" else 2e-3
    options = {"alpha": alpha, "max_iter": 500, "random_state": 0}
    model = SparcsRegressor(activation=activation, **options).fit(X, y)
    assert model.score(X, y) > linear + 0.1
    assert not model.active_architecture_.is_linear


def test_identity_has_nothing_to_grow_for(kinked):
    X, y = kinked
    model = SparcsRegressor(activation="identity", alpha=1e-6, random_state=0).fit(X, y)
    assert model.active_architecture_.is_linear


@pytest.mark.parametrize("l1_ratio", [0.5, 0.0])
def test_group_penalty(kinked, l1_ratio):
    X, y = kinked
    model = SparcsRegressor((20,), l1_ratio=l1_ratio, alpha=0.01, random_state=0)
    assert model.fit(X, y).score(X, y) > 0.9
    model.set_params(alpha=1e3).fit(X, y)
    assert model.active_architecture_.is_linear


def test_shapes_of_y(kinked):
    X, y = kinked
    model = SparcsRegressor(alpha=0.2, random_state=0)
    assert model.fit(X, y).predict(X).shape == (300,)
    assert model.fit(X, y[:, None]).predict(X).shape == (300, 1)
    assert model.fit(X, np.c_[y, -y]).predict(X).shape == (300, 2)


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("solver", ["growth", "adam"])
def test_dtype_of_x_is_the_one_computed_in(kinked, solver):
    X, y = kinked
    for dtype in (np.float32, np.float64):
        model = SparcsRegressor(solver=solver, max_iter=30, random_state=0)
        model.fit(X.astype(dtype), y)
        assert not model.active_architecture_.is_linear
        small = model.pruned_estimator_
        arrays = [
            model.predict(X.astype(dtype)),
            *model.eigenvalues_,
            *model.eigenvectors_,
        ]
        assert {a.dtype for a in arrays} == {np.dtype(dtype)}
        weights = [*small.coefs_.values(), *small.intercepts_.values()]
        assert {w.dtype for w in weights} == {np.dtype(float)}  # large ones cancel


@pytest.mark.parametrize("several", [False, True])
def test_targets_far_from_zero_are_predicted_of_single_precision_too(kinked, several):
    X, y = kinked
    times = 1.7e9 + (np.column_stack([y, -y]) if several else y)
    model = SparcsRegressor(random_state=0).fit(X, times)
    predicted = model.predict(X.astype(np.float32))
    assert_allclose(predicted - 1.7e9, model.predict(X) - 1.7e9, atol=1e-5)
    _, std = model.predict(X.astype(np.float32), return_std=True)
    assert std.dtype == np.float32
    assert model.score(X.astype(np.float32), times) > 0.9


def test_units_do_not_matter(kinked):
    X, y = kinked
    model = SparcsRegressor(random_state=0).fit(X, y)
    scaled = SparcsRegressor(random_state=0).fit(X * 2.0**20, 2.0**-12 * y)
    assert scaled.active_architecture_ == model.active_architecture_
    expected = 2.0**-12 * model.predict(X)
    assert_allclose(scaled.predict(X * 2.0**20), expected, rtol=1e-10)


def test_standardize_is_folded_back_exactly(kinked):
    # by hand: z-scores in, z-scores out, standardize off
    X, y = kinked
    X = X * [1.0, 30.0, 0.2] + [0.0, 5.0, 1.0]
    raw = SparcsRegressor(random_state=0).fit(X, y)
    Z, t = (X - X.mean(0)) / X.std(0), (y - y.mean()) / y.std()
    by_hand = SparcsRegressor(standardize=False, random_state=0).fit(Z, t)
    expected = by_hand.predict(Z) * y.std() + y.mean()
    assert_allclose(raw.predict(X), expected, rtol=1e-6)


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_sparse_x_is_the_dense_one_scaled_without_centring(form):
    rng = np.random.default_rng(0)
    X = sparse.random_array((300, 8), density=0.4, rng=rng).asformat(form)
    dense = X.toarray()
    y = np.abs(dense[:, 0] - 0.3) + dense[:, 1]
    scale = dense.std(axis=0)
    options = {"alpha": 0.01, "random_state": 0, "batch_size": 100, "max_iter": 20}
    options["solver"] = "first_order"
    with pytest.warns(match="max_iter"):
        model = SparcsRegressor(**options).fit(X, y)
    t = (y - y.mean()) / y.std()
    with pytest.warns(match="max_iter"):
        twin = SparcsRegressor(standardize=False, **options).fit(dense / scale, t)
    expected = twin.predict(dense / scale) * y.std() + y.mean()
    assert not model.active_architecture_.is_linear
    assert_allclose(model.predict(X), expected, rtol=1e-5)
    assert_allclose(model.predict(X), model.predict(dense), rtol=1e-10)


def test_sparse_x_is_never_densified_as_a_whole(monkeypatch):
    rng = np.random.default_rng(0)
    X = sparse.random_array((20_000, 300), density=0.01, rng=rng, format="csr")
    y = np.abs(X[:, [0]].toarray()[:, 0] - 0.3) + rng.normal(size=20_000) * 0.1
    largest = []
    densify = sparse.csr_array.toarray

    def watched(self, *args, **kwargs):
        largest.append(self.shape[0])
        return densify(self, *args, **kwargs)

    monkeypatch.setattr(sparse.csr_array, "toarray", watched)
    monkeypatch.setattr("sklearn_sparcs._data.batches._DENSE_SIZE", 300 * 1000)
    with pytest.warns(match="max_iter"):
        SparcsRegressor(
            solver="first_order", alpha=1e-4, min_significance=0, max_iter=2
        ).fit(X, y).predict(X)
    # a slice of 1000 rows, or the sample that a survey looks at; never all 20,000
    assert 1000 <= max(largest) < 5000


def test_weights_equal_repeats(kinked):
    X, y = kinked
    X, y = X[:100], y[:100]
    counts = np.random.default_rng(0).integers(0, 3, size=100)
    repeated = np.repeat(np.arange(100), counts)
    options = {"batch_size": 300, "random_state": 0, "max_iter": 60, "tol": 0.0}
    options["solver"] = "first_order"
    with pytest.warns(match="max_iter"):
        weighted = SparcsRegressor(**options).fit(X, y, sample_weight=counts)
    with pytest.warns(match="max_iter"):
        twin = SparcsRegressor(**options).fit(X[repeated], y[repeated])
    assert weighted.active_architecture_ == twin.active_architecture_
    assert not twin.active_architecture_.is_linear
    assert_allclose(weighted.predict(X), twin.predict(X), rtol=1e-6)
    expected = r2_score(y, weighted.predict(X), sample_weight=counts)
    assert weighted.score(X, y, sample_weight=counts) == expected


def test_the_papers_recipe(kinked):
    X, y = kinked
    model = SparcsRegressor(
        (30, 30),
        solver="adam",
        init="xavier",
        alpha=1e-4,
        max_iter=300,
        tol=0.0,
        n_iter_no_change=300,
        random_state=0,
    )
    with pytest.warns(match="max_iter"):
        model.fit(X, y)
    assert model.score(X, y) > 0.98
    # every eigenvalue moves, so every neuron is live, read off the weights
    assert model.active_architecture_.layer_sizes == (3, 30, 30, 1)
    assert all(np.all(x != 0) for x in model.eigenvalues_[1:])
    pruned = model.pruned_estimator_
    assert pruned.active_architecture_.n_hidden < 60
    assert 1 - pruned.score(X, y) <= 1.05 * (1 - model.score(X, y)) + 1e-9


@pytest.mark.filterwarnings("ignore:max_iter")
@pytest.mark.parametrize("hidden", [(10,), (6, 5)])
def test_the_inputs_eigenvalues_in_the_papers_recipe(kinked, hidden):
    X, y = kinked
    recipe = {"solver": "adam", "init": "xavier", "input_eigenvalues": True}
    model = SparcsRegressor(
        hidden, **recipe, standardize=False, alpha=1e-4, max_iter=50, random_state=0
    ).fit(X, y)
    assert all(np.all(x != 0) for x in model.eigenvalues_)
    # what is predicted is the network of the spectrum that is reported …
    net = SpectralNetwork(3, hidden, 1, input_eigenvalues=True, dtype=torch.float64)
    parts = [model.eigenvalues_[0], *model.eigenvectors_, *model.eigenvalues_[1:]]
    for parameter, part in zip(net.parameters(), parts, strict=True):
        parameter.data.copy_(torch.from_numpy(part))
    expected = net(torch.from_numpy(X)).detach()[:, 0]
    assert_allclose(model.predict(X), expected, atol=1e-12)
    # … and the objective counts the penalty on all its layers but the output
    penalty = 1e-4 * sum(np.abs(x).sum() for x in model.eigenvalues_[:-1])
    loss = np.mean((y - model.predict(X)) ** 2)
    assert_allclose(min(model.loss_curve_), loss + penalty)


@pytest.mark.filterwarnings("ignore:max_iter")
def test_warm_start_of_the_inputs_eigenvalues(kinked):
    X, y = kinked
    options = {"solver": "adam", "init": "xavier", "input_eigenvalues": True}
    options |= {"n_iter_no_change": 30, "random_state": 0, "warm_start": True}
    model = SparcsRegressor(10, max_iter=30, **options).fit(X, y)
    twin = pickle.loads(pickle.dumps(model))
    assert_allclose(twin.predict(X), model.predict(X), rtol=0)
    twin.fit(X, y)
    assert len(twin.loss_curve_) == 60
    assert min(twin.loss_curve_[30:]) < min(model.loss_curve_)
    with pytest.raises(ValueError, match="input_eigenvalues was True in the last"):
        twin.set_params(input_eigenvalues=False).fit(X, y)


def test_early_stopping_scores_and_keeps_the_best(kinked):
    X, y = kinked
    model = SparcsRegressor(early_stopping=True, random_state=0).fit(X, y)
    assert len(model.validation_scores_) == model.n_iter_
    rows = [row["valid_loss"] for row in model.history_]
    assert max(model.validation_scores_) > 0.97
    best = int(np.argmin(rows))
    assert model.active_architecture_.n_hidden == model.history_[best]["n_live"]
    assert SparcsRegressor(alpha=1.0).fit(X, y).validation_scores_ is None


def test_warm_start_goes_on(kinked):
    X, y = kinked
    model = SparcsRegressor(
        solver="first_order", max_iter=5, warm_start=True, random_state=0
    )
    losses = []
    for _ in range(4):
        with pytest.warns(match="max_iter=5"):
            model.fit(X, y)
        losses.append(min(row["train_loss"] for row in model.history_[-5:]))
    assert model.n_iter_ == len(model.loss_curve_) == 20
    assert losses[-1] < 0.5 * losses[0]
    with pytest.raises(ValueError, match="2 targets"):
        model.fit(X, np.c_[y, y])
    with pytest.raises(ValueError, match="solver was 'growth' in the last fit"):
        model.set_params(solver="adam").fit(X, y)


def test_partial_fit_streams(kinked):
    X, y = kinked
    model = SparcsRegressor(random_state=0)
    for _ in range(30):
        for part in range(3):
            model.partial_fit(X[part::3], y[part::3])
    assert model.score(X, y) > 0.9
    assert model.n_iter_ == 90
    with pytest.raises(ValueError, match="features"):
        model.partial_fit(X[:, :2], y)


def test_transformed_target(kinked):
    X, y = kinked
    model = TransformedTargetRegressor(
        SparcsRegressor(random_state=0), func=np.arcsinh, inverse_func=np.sinh
    )
    linear = LinearRegression().fit(X, y).score(X, y)
    assert model.fit(X, y).score(X, y) > linear + 0.15


@pytest.mark.parametrize(("patience", "n_epochs"), [(1, 5), (np.inf, 9)])
def test_infinite_patience_runs_every_epoch(kinked, patience, n_epochs):
    options = {"solver": "adam", "max_iter": 9, "tol": 1e9, "random_state": 0}
    model = SparcsRegressor((5,), n_iter_no_change=patience, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert model.fit(*kinked).n_iter_ == n_epochs
