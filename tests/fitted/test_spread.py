"""How far predictions may be off: ``predict(X, return_std=True)``."""

import pickle

import numpy as np
import pytest
import torch
from helpers.problems import regression_problem
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.datasets import make_friedman1
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_predict

from sklearn_sparcs import CompactRegressor, SparcsRegressor, SparcsRegressorCV
from sklearn_sparcs._estimators import base_compact
from sklearn_sparcs._fitted import noise_level
from sklearn_sparcs._fitted import spread as module
from sklearn_sparcs._fitted.spread import Spread
from sklearn_sparcs._growth.holdout import HeldOut
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.raw_observations import observed
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._selection import completion

X, Y = make_friedman1(400, noise=1.0, random_state=0)
X_NEW, Y_NEW = make_friedman1(2000, noise=1.0, random_state=1)


def textbook(X, y, X_new, weight=None, asked=slice(None)):
    """Prediction intervals of least squares, with nine tenths of the residuals."""
    A, A_new = (np.column_stack([x, np.ones(len(x))]) for x in (X, X_new))
    m = np.ones(len(A)) if weight is None else weight
    inverse = np.linalg.inv(A.T @ (m[:, None] * A))
    h, h_new = (np.einsum("np,pq,nq->n", a, inverse, a) for a in (A, A_new))
    e = y - A @ inverse @ A.T @ (m * y)
    left = np.repeat(np.abs(e) / np.sqrt(1 - h), m.astype(int))[asked]
    sigma = np.quantile(left, 0.9, method="inverted_cdf") / 1.6448536
    return sigma * np.sqrt(1 + h_new)


def test_least_squares():
    model = SparcsRegressor(()).fit(X, Y)
    predicted, std = model.predict(X_NEW, return_std=True)
    assert_allclose(predicted, model.predict(X_NEW))
    assert_allclose(std, textbook(X, Y, X_NEW), rtol=1e-5)


def test_where_there_are_many_residuals_every_second_is_asked(monkeypatch):
    monkeypatch.setattr(module, "_ASKED", 200)
    _, std = SparcsRegressor(()).fit(X, Y).predict(X_NEW, return_std=True)
    expected = textbook(X, Y, X_NEW, asked=slice(None, None, 2))
    assert_allclose(std, expected, rtol=1e-5)


def test_whole_weights_are_repeated_samples():
    m = np.random.default_rng(0).integers(1, 4, size=len(X)).astype(float)
    _, std = SparcsRegressor(()).fit(X, Y, m).predict(X_NEW, return_std=True)
    assert_allclose(std, textbook(X, Y, X_NEW, m), rtol=1e-5)


def test_several_targets_each_have_their_own():
    targets = np.column_stack([Y, 1000 * Y[::-1]])
    _, std = SparcsRegressor(()).fit(X, targets).predict(X_NEW, return_std=True)
    for k in range(2):
        assert_allclose(std[:, k], textbook(X, targets[:, k], X_NEW), rtol=1e-5)
    _, column = SparcsRegressor(()).fit(X, Y[:, None]).predict(X_NEW, return_std=True)
    assert column.shape == (len(X_NEW), 1)


@pytest.mark.parametrize(
    "model",
    [
        SparcsRegressor(random_state=0),
        SparcsRegressor(solver="first_order", max_iter=50, tol=1e-2, random_state=0),
        SparcsRegressorCV(20, n_alphas=8, cv=2, random_state=0),
        CompactRegressor((6,), random_state=0),
    ],
    ids=["plain", "epochs", "CV", "compact"],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_nine_in_ten_intervals_hold(model):
    predicted, std = model.fit(X, Y).predict(X_NEW, return_std=True)
    held = np.abs(Y_NEW - predicted) <= 1.645 * std
    assert 0.87 < held.mean() < 0.93
    # further out the weights matter more
    _, far = model.predict(np.full((1, 10), 3.0), return_std=True)
    assert far > 1.5 * std.max()


def test_units_do_not_matter():
    model = SparcsRegressor(random_state=0)
    _, std = model.fit(X, Y).predict(X_NEW, return_std=True)
    shift, scale = 1e3 * np.arange(10), 4.0 ** np.arange(10)
    model.fit(shift + X * scale, 5e3 + 128 * Y)
    _, other = model.predict(shift + X_NEW * scale, return_std=True)
    assert_allclose(other, 128 * std, rtol=1e-3)


def test_sparse_rows_and_single_precision():
    thin = np.where(X < 0.3, 0, X)
    model = SparcsRegressor(random_state=0).fit(thin, Y)
    _, std = model.predict(thin, return_std=True)
    _, again = model.predict(sparse.csr_array(thin), return_std=True)
    assert_allclose(again, std)
    model.fit(thin.astype(np.float32), Y)
    _, single = model.predict(thin.astype(np.float32), return_std=True)
    assert single.dtype == np.float32
    assert_allclose(single.mean(), std.mean(), rtol=0.05)


def test_some_of_many_rows_tell(monkeypatch):
    model = SparcsRegressor(())
    _, std = model.fit(X_NEW, Y_NEW).predict(X, return_std=True)
    monkeypatch.setattr(module, "_ROWS", 1000)
    _, some = model.fit(X_NEW, Y_NEW).predict(X, return_std=True)
    assert not np.array_equal(some, std)
    assert_allclose(some, std, rtol=0.1)


def test_pickled_without_torch():
    model = SparcsRegressor(random_state=0).fit(X, Y)
    data = pickle.dumps(model)
    assert b"torch" not in data
    _, std = pickle.loads(data).predict(X_NEW, return_std=True)
    assert_allclose(std, model.predict(X_NEW, return_std=True)[1], rtol=0)


def test_four_bytes_a_number_are_enough(monkeypatch):
    """What is kept is half of the hidden weights squared, and rounding is not seen."""
    model = CompactRegressor((30,), random_state=0).fit(X, Y)
    n_hidden, far = model.coefs_[2, 1].size + 30, 10 * X_NEW
    n_numbers = n_hidden * (n_hidden + 1) / 2 + 41 * n_hidden
    assert 4 * n_numbers < len(pickle.dumps(model)) < 4 * n_numbers + 30_000
    monkeypatch.setattr(module, "_KEPT", np.float64)
    exact = CompactRegressor((30,), random_state=0).fit(X, Y)
    for rows in (X_NEW, far):
        expected = exact.predict(rows, return_std=True)[1]
        assert_allclose(model.predict(rows, return_std=True)[1], expected, rtol=1e-5)
    assert_allclose(model.linear_coef_std_, exact.linear_coef_std_, rtol=1e-4)


def test_a_weight_at_zero_is_held_by_more_than_single_precision_can_say():
    """Found by `make fuzz`: the fit warned of its own overflow."""
    x = [-0.736, 0.354, -1.021, 2.521, 0.342, 1.305, 0.052, -1.673, -1.1, 0.89, -1.837]
    y = [-0.045, 0.707, -0.091, 5.1, 0.613, 2.638, 0.084, 0.011, -0.072, 1.871, -0.158]
    x += [-0.739, 0.795, 1.05, -1.669, 1.594, -0.477]
    y += [-0.032, 1.684, 2.04, -0.057, 3.21, 0.224]
    options = {"alpha": 0.001, "linear_alpha": 0.0, "min_significance": 0.0}
    model = SparcsRegressor((1, 2), activation="logistic", **options, random_state=0)
    model.set_params(fit_intercept=False, standardize=False, max_iter=5)
    X = np.column_stack([x, x])
    _, std = model.fit(X, y).predict(X, return_std=True)
    assert np.isfinite(std).all() and (std > 0).all()


def test_unknown_where_the_network_was_not_fitted_as_it_is():
    model = SparcsRegressor(random_state=0).fit(X, Y)
    small = model.pruned_estimator_
    with pytest.raises(NotFittedError, match="CompactRegressor has no standard dev"):
        small.predict(X, return_std=True)
    small.fit(X, Y).predict(X, return_std=True)
    with pytest.raises(NotFittedError, match="partial_fit"):
        model.partial_fit(X, Y).predict(X, return_std=True)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        SparcsRegressor().predict(X, return_std=True)


def test_standard_errors_of_least_squares():
    rng = np.random.default_rng(0)
    m = rng.integers(1, 4, size=len(X))
    rows = np.repeat(np.arange(len(X)), m)
    A, y = np.column_stack([X, np.ones(len(X))])[rows], Y[rows]
    inverse = np.linalg.inv(A.T @ A)
    e = y - A @ inverse @ A.T @ y
    expected = np.sqrt(e @ e / (len(A) - 11) * np.diag(inverse))[:-1]
    model = SparcsRegressor(()).fit(X, Y, m)
    assert_allclose(model.linear_coef_, (inverse @ A.T @ y)[:-1])
    assert_allclose(model.linear_coef_std_, expected, rtol=1e-5)
    both = SparcsRegressor(()).fit(X, np.column_stack([Y[::-1], 100 * Y]), m)
    assert both.linear_coef_.shape == (2, 10)
    assert_allclose(both.linear_coef_std_[1], 100 * expected, rtol=1e-5)


def test_standard_errors_beside_neurons(monkeypatch):
    """Those of all weights of a network, of which the Jacobian is taken by steps."""
    monkeypatch.setattr(base_compact, "EVEN", 1e-4)
    model = CompactRegressor((2,), activation="tanh", tol=1e-8, random_state=0)
    model.fit(X, Y)
    form = model.direct_form_
    keys = [*sorted(form.coefs), 2, 3]
    given = [
        *(form.coefs[k] for k in keys[:-2]),
        form.intercepts[2],
        form.intercepts[3],
    ]
    J = []
    for weights in given:
        for place in np.ndindex(weights.shape):
            before, step = weights[place], 1e-5
            weights[place] = before + step
            J.append(model.predict(X))
            weights[place] = before - step
            J[-1] = (J[-1] - model.predict(X)) / (2 * step)
            weights[place] = before
    J, e = np.array(J).T, Y - model.predict(X)
    std = np.sqrt(np.diag(np.linalg.inv(J.T @ J)) * (e @ e) / (len(J) - J.shape[1]))
    n_hidden = form.coefs[2, 1].size
    assert keys[1] == (3, 1)
    expected = std[n_hidden : n_hidden + 10]
    assert_allclose(model.linear_coef_std_, expected, rtol=0.02)


def test_standard_errors_that_are_not_known(monkeypatch):
    still = np.column_stack([X, np.ones(len(X))])
    std = SparcsRegressor(()).fit(still, Y).linear_coef_std_
    assert_allclose(np.isnan(std), [False] * 10 + [True])
    chain = CompactRegressor((2,), links=[(2, 1), (3, 2)], random_state=0).fit(X, Y)
    assert_allclose(chain.linear_coef_, np.zeros(10))
    monkeypatch.setattr("sklearn_sparcs._second_order.laplace._LARGEST", 1)
    large = SparcsRegressor(()).fit(X, Y)
    assert np.isnan(large.linear_coef_std_).all()
    with pytest.raises(NotFittedError):
        assert large.pruned_estimator_.linear_coef_std_ is None


def test_what_interpolates_does_not_claim_to_be_certain():
    rng = np.random.default_rng(3)
    A, A_new = rng.normal(size=(20, 100)), rng.normal(size=(200, 100))
    y, y_new = (x[:, 0] + rng.normal(size=len(x)) for x in (A, A_new))
    predicted, std = SparcsRegressor(()).fit(A, y).predict(A_new, return_std=True)
    assert (np.abs(y_new - predicted) < 1.645 * std).mean() > 0.8


def heard_by_one(problem):
    """A network of one neuron, and its inputs."""
    data = observed(problem.train, problem.bias)
    hidden = torch.linspace(-1, 1, 11, dtype=torch.float64)[None]
    out = torch.cat([problem.linear_map, torch.full((1, 1), 0.3).double()], dim=1)
    neurons = (torch.tensor([0]),)
    return LiveNetwork((hidden, out), "tanh", True, neurons), data


@pytest.mark.parametrize(("worth", "by_heart", "share"), [(50, 1, 0.5), (50, 0, 1)])
def test_samples_held_out_tell_the_noise(monkeypatch, worth, by_heart, share):
    """Half of it, or all, in logarithms; a linear model asks its residuals alone."""
    monkeypatch.setattr(noise_level, "_WORTH", worth)
    monkeypatch.setattr(noise_level, "_LEARNT_BY_HEART", by_heart)
    problem = regression_problem(X, Y)
    network, data = heard_by_one(problem)
    halved = network.with_output(0.5 * network.weights[-1])
    held_out = HeldOut(halved, data.rows(slice(50)))
    given = problem, problem.form_of(network), BridgePenalty(0.0)
    by_residuals, found = Spread.of(*given), Spread.of(*given, [held_out])
    # a row's leverage, of its standard deviation
    std = by_residuals.std(given[1], X[:50])[:, 0] / np.std(Y)
    h = (std / by_residuals.noise) ** 2 - 1
    size = np.abs(held_out.errors().y[:, 0].numpy()) / np.sqrt(1 + h / (1 - h))
    by_errors = np.sort(size)[45] / 1.6448536  # 46 of 50 are at least nine in ten of 51
    expected = by_residuals.noise ** (1 - share) * by_errors**share
    assert_allclose(found.noise, expected, rtol=1e-4)
    given = problem, problem.linear_form(), BridgePenalty(0.0)
    assert_allclose(Spread.of(*given, [held_out]).noise, Spread.of(*given).noise)


@pytest.mark.parametrize("weighted", [False, True])
def test_rows_that_folds_left_out_tell_the_noise_of_the_network_chosen(
    monkeypatch, weighted
):
    seen = []

    def of(problem, form, penalty, held_out=()):
        seen.extend(held_out)
        return Spread(problem.scaling, True, 400.0, None, np.ones(1), np.ones(1))

    monkeypatch.setattr(Spread, "of", of)
    m = np.random.default_rng(0).integers(1, 4, size=len(X)) if weighted else None
    model = SparcsRegressorCV(5, alphas=[1e3], cv=KFold(3)).fit(X, Y, m)
    assert model.active_architecture_.is_linear
    errors = np.concatenate([held.errors().y[:, 0] for held in seen])
    linear = cross_val_predict(
        LinearRegression(), X, Y, cv=KFold(3), params={"sample_weight": m}
    )
    scale = np.sqrt(np.cov(Y, aweights=m, ddof=0))
    assert_allclose(errors * scale, Y - linear, rtol=1e-6)
    if weighted:
        found = np.concatenate([held.samples.weight for held in seen])
        parts = [m[test] / m[test].mean() for _, test in KFold(3).split(X)]
        assert_allclose(found, np.concatenate(parts))


def test_few_rows_of_each_fold_are_asked(monkeypatch):
    seen = []
    monkeypatch.setattr(Spread, "of", lambda *given: seen.extend(given[3]))
    monkeypatch.setattr(completion, "_MOST_LEFT_OUT", 100)
    SparcsRegressorCV(5, alphas=[1e3], cv=3).fit(X, Y)
    assert [len(held.samples) for held in seen] == [34] * 3


def waves(n, seed=0):
    """Targets that many neurons are found for."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(n, 4))
    y = np.sin(4 * X[:, 0] * X[:, 1]) + np.cos(5 * X[:, 2] * X[:, 3])
    return X, y + 0.05 * rng.normal(size=n)


def test_samples_set_aside_tell_where_there_are_as_many_weights_as_samples():
    model = SparcsRegressor(early_stopping=True, random_state=0).fit(*waves(500))
    assert model.active_architecture_.n_parameters > 400
    X_new, y_new = waves(2000, seed=1)
    predicted, std = model.predict(X_new, return_std=True)
    assert 0.8 < (np.abs(y_new - predicted) < 1.645 * std).mean() < 0.96


def test_a_feature_that_was_constant_says_nothing_of_the_spread():
    K = np.column_stack([X, np.full(len(X), 7.0)])
    model = SparcsRegressor(()).fit(K, Y)
    _, std = model.predict(np.vstack([K[:1], K[:1] + np.eye(11)[10]]), return_std=True)
    assert std[0] == std[1]
