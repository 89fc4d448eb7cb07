"""The ridge of the linear start, and leave-one-out, held against brute-force refits."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from sklearn_sparcs._data import batches as _batches
from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._linear import least_squares as squares
from sklearn_sparcs._linear import logistic as logits
from sklearn_sparcs._linear import logistic_descent, logistic_objective, lsqr, ridge
from sklearn_sparcs._linear.least_squares import (
    Decomposition,
    least_squares,
    leave_one_out,
)
from sklearn_sparcs._linear.logistic import left_out_loss, logistic
from sklearn_sparcs._linear.logistic_descent import minimised
from sklearn_sparcs._linear.logistic_objective import LogisticObjective
from sklearn_sparcs._linear.start import linear_start
from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)


def training_data(X, y, weight=None, mean_count=None):
    x = X if sparse.issparse(X) else torch.from_numpy(X)
    weight = None if weight is None else torch.from_numpy(weight)
    return TrainingData(x, torch.from_numpy(y), weight, mean_count)


def table(n, p, c=1, seed=0, noise=1.0, weighted=False):
    """X, y and weights of mean one; a constant column of 2s is among the features."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 1
    X[:, -1] = 2.0
    y = X @ rng.normal(size=(p, c)) / np.sqrt(p) + noise * rng.normal(size=(n, c))
    weight = rng.uniform(0.5, 2, size=n)
    return X, y, weight / weight.mean() if weighted else None


def ridge_regression(X, y, weight, strength, intercept, n=None):
    """Scikit-learn's, at a strength in units of the mean of n samples."""
    alpha = (n or len(X)) * strength / 2
    return Ridge(alpha, fit_intercept=intercept).fit(X, y, weight)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(40, 5, 1), (40, 5, 3), (12, 30, 2)])
def test_a_given_strength_is_ridge_regression(shape, weighted, intercept, monkeypatch):
    monkeypatch.setattr(_batches, "ROWS_PER_SLICE", 7)
    X, y, weight = table(*shape, weighted=weighted)
    model = ridge_regression(X, y, weight, 0.2, intercept)
    for x in (X, sparse.csr_array(X)):
        data = training_data(x, y, weight)
        (coef, bias), strength = least_squares(data, intercept, 0.2)
        assert strength == 0.2
        assert_allclose(coef, np.atleast_2d(model.coef_), rtol=1e-8, atol=1e-10)
        assert_allclose(bias, model.intercept_, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_leave_one_out_is_that_of_refits(weighted, intercept, monkeypatch):
    monkeypatch.setattr(_batches, "ROWS_PER_SLICE", 7)
    X, y, weight = table(25, 4, 2, weighted=weighted)
    X[3, 0] = 40.0  # a leverage near one
    data = training_data(X, y, weight)
    alphas = np.array([1e-3, 0.1, 2.0])
    found = leave_one_out(Decomposition.of(data, intercept), data, alphas, intercept)
    w = np.ones(25) if weight is None else weight
    expected = []
    for alpha in alphas:
        errors = np.empty((25, 2))
        for i in range(25):
            rest = np.arange(25) != i
            model = ridge_regression(X[rest], y[rest], w[rest], alpha, intercept, 25)
            errors[i] = model.predict(X[i : i + 1])[0] - y[i]
        expected.append(np.average(np.square(errors), weights=w, axis=0).mean())
    assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("rows", [14, 30])
def test_constant_features_choose_no_other_ridge(rows):
    X, y, _ = table(rows, 5)
    constant = np.full((rows, 9), 3.0)
    expected = least_squares(training_data(X[:, :-1], y), True, None)[1]
    wider = training_data(np.hstack([X, constant]), y)
    assert_allclose(least_squares(wider, True, None)[1], expected)


def test_leave_one_out_of_a_feature_that_one_sample_has():
    """Its leverage is one without a ridge: the others say nothing of its weight."""
    X, y, _ = table(30, 3)
    X[:, 2] = np.arange(30) == 7
    data = training_data(X, y)
    found = Decomposition.of(data, True)
    score = leave_one_out(found, data, np.array([squares._ALMOST_ZERO]), True)
    errors = []
    for i in range(30):
        rest = np.arange(30) != i
        model = LinearRegression().fit(X[rest], y[rest])
        errors.append(model.predict(X[i : i + 1])[0] - y[i])
    assert_allclose(score, np.square(errors).mean(), rtol=1e-5)


def test_samples_that_decide_themselves_err_without_bound_and_nobody_warns():
    """Found by `make fuzz`: the square of such an error is more than a number holds."""
    X = np.array([[1.0000009e-22], [9.99999542e-23]])
    data = training_data(X, np.array([[0.63696169], [0.63696168]]))
    found = Decomposition.of(data, True)
    errors = leave_one_out(found, data, squares.strengths_tried(found), True)
    assert np.isinf(errors[0]) and np.isfinite(errors[-1])


def test_the_strength_chosen_errs_least_on_samples_left_out():
    X, y, _ = table(60, 30, noise=3.0)
    data = training_data(X, y)
    (coef, bias), strength = least_squares(data, True, None)
    found = Decomposition.of(data, True)
    grid = 2 * found.scale * np.geomspace(1e-6, 1e3, 37)
    errors = leave_one_out(found, data, grid, True)
    assert_allclose(strength, grid[errors.argmin()])
    assert 0.1 < strength < 10
    model = ridge_regression(X, y, None, strength, True)
    assert_allclose(coef, np.atleast_2d(model.coef_), rtol=1e-8, atol=1e-10)
    assert_allclose(bias, model.intercept_, rtol=1e-8)


@pytest.mark.parametrize(("n", "noise"), [(140, 3.0), (60, 1e-3)])
def test_no_ridge_where_rows_are_many_or_it_does_not_pay(n, noise):
    X, y, _ = table(n, 6, noise=noise)
    (coef, bias), strength = least_squares(training_data(X, y), True, None)
    model = LinearRegression().fit(X, y)
    assert strength == 0
    assert_allclose(coef, model.coef_, atol=1e-10)
    assert_allclose(bias, model.intercept_)


@pytest.mark.parametrize("weighted", [False, True])
def test_more_features_than_samples(weighted):
    """Rotated, they have the strength that leave-one-out likes in full."""
    X, y, weight = table(30, 60, 2, noise=0.5, weighted=weighted)
    data = training_data(X, y, weight)
    (coef, _), strength = least_squares(data, True, None)
    found = Decomposition.of(data, True)
    grid = strength * np.array([0.5, 1.0, 2.0])
    errors = leave_one_out(found, data, grid, True)
    assert strength > 0 and errors.argmin() == 1
    model = ridge_regression(X, y, weight, strength, True)
    assert_allclose(coef, np.atleast_2d(model.coef_), rtol=1e-8, atol=1e-10)


def test_a_large_table_is_judged_by_a_part_of_it(monkeypatch):
    """The ridge of a sum over samples is then the same."""
    monkeypatch.setattr(squares, "_DENSE_SIZE", 40 * 30)
    monkeypatch.setattr(squares, "N_JUDGED", 40)
    X, y, _ = table(80, 30, noise=3.0)
    X = sparse.csr_array(X)
    data = training_data(X, y)
    strength = least_squares(data, True, None)[1]
    part = ridge.some_rows(data, 40)
    monkeypatch.setattr(squares, "_DENSE_SIZE", 10**6)
    assert_allclose(strength, least_squares(part, True, None)[1] / 2)
    assert strength > 0


@pytest.mark.parametrize("weighted", [False, True])
def test_one_value_throughout_has_no_weight(weighted):
    """What is left of it after centring is rounding, which means nothing."""
    rng = np.random.default_rng(0)
    for value in (0.1, 3.3, 2024.0):
        X, y = np.full((40, 1), value), rng.normal(size=(40, 1))
        weight = rng.integers(1, 4, 40).astype(float) if weighted else None
        (coef, bias), _ = least_squares(training_data(X, y, weight), True, None)
        assert coef == 0
        assert_allclose(bias, np.average(y[:, 0], weights=weight))


# -- sparse X --------------------------------------------------------------------------


@pytest.mark.parametrize("preconditioned", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("strength", [0.0, 1e-3])
def test_large_sparse_least_squares(strength, intercept, preconditioned, monkeypatch):
    monkeypatch.setattr(lsqr, "_LARGEST_GRAM", 100 if preconditioned else 0)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 6)) * (rng.random((80, 6)) < 0.5) + [0, 0, 0, 0, 0, 30]
    y, weight = rng.normal(size=(80, 2)), rng.uniform(0.5, 2, size=80)
    weight /= weight.mean()
    data = training_data(sparse.csr_array(X), y, weight)
    coef, bias = lsqr.iterative_least_squares(data, intercept, strength)
    model = ridge_regression(X, y, weight, strength, intercept)
    assert_allclose(coef, model.coef_, rtol=1e-7)
    assert_allclose(bias, model.intercept_, rtol=1e-7)


def test_sparse_columns_nearly_alike():
    """Condition number 1e6; the smallest solution where two are the same."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 20)) * 1e-6 + rng.normal(size=(500, 1))
    X[:, 1] = X[:, 0]
    y = X @ rng.normal(size=(20, 1)) * 1e6 + 0.1 * rng.normal(size=(500, 1))
    data = training_data(sparse.csr_array(X), y)
    coef, bias = lsqr.iterative_least_squares(data, True, 0.0)
    Z = X - X.mean(axis=0)
    best = Z @ np.linalg.lstsq(Z, y - y.mean(), rcond=1e-12)[0] + y.mean()
    assert_allclose(X @ coef.T + bias, best, atol=1e-2)  # of millions
    assert_allclose(coef[0, 1], coef[0, 0], rtol=1e-4)


# -- classes ---------------------------------------------------------------------------


def classes(n_classes, n=60, p=3, seed=0, weighted=False):
    """Features, the target as the loss has it, weights of mean one, and the loss."""
    X, scores, weight = table(n, p, n_classes, seed, weighted=weighted)
    y = (scores - scores.mean(axis=0)).argmax(axis=1)
    if n_classes > 2:
        return X, y, weight, SoftmaxCrossEntropy(), n_classes
    return X, y[:, None].astype(float), weight, BinaryCrossEntropy(), 1


def logistic_regression(X, y, weight, strength, intercept=True, n=None):
    C = 1 / ((n or len(X)) * strength)
    model = LogisticRegression(C=C, fit_intercept=intercept, tol=1e-10, max_iter=10_000)
    return model.fit(X, y.ravel(), weight)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("shape", [(60, 3), (30, 40)])
def test_a_given_strength_is_logistic_regression(
    shape, n_classes, weighted, intercept, monkeypatch
):
    X, y, weight, loss, c = classes(n_classes, *shape, weighted=weighted)
    model = logistic_regression(X, y, weight, 0.01, intercept)
    for x in (X, sparse.csr_array(X)):
        for largest, atol in ((500, 1e-4), (2, 3e-3)):  # with blocks, and without
            monkeypatch.setattr(logistic_descent, "LARGEST", largest)
            monkeypatch.setattr(logits, "LARGEST", largest)
            data = training_data(x, y, weight)
            (coef, bias), _ = logistic(data, loss, c, intercept, 0.01)
            assert_allclose(coef, model.coef_, atol=atol)
            shift = bias - model.intercept_  # softmax leaves a common one open
            assert_allclose(shift, shift.mean() if c > 1 else 0, atol=atol)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("n_classes", "rtol"), [(2, 2e-3), (3, 7e-2)])
@pytest.mark.parametrize("strength", [1e-3, 0.1])
def test_approximate_leave_one_out_is_near_that_of_refits(
    strength, n_classes, rtol, weighted
):
    X, y, weight, loss, c = classes(n_classes, weighted=weighted)
    objective = LogisticObjective.of(training_data(X, y, weight), loss, c, True)
    linear = minimised(objective, objective.zero, strength, 1e-8)
    found = left_out_loss(objective, linear, strength)
    w = np.ones(60) if weight is None else weight
    each = np.empty(60)
    for i in range(60):
        rest = np.arange(60) != i
        model = logistic_regression(X[rest], y[rest], w[rest], strength, n=60)
        log_p = model.predict_log_proba(X[i : i + 1])[0]
        each[i] = -log_p[int(y.ravel()[i])]
    in_sample = objective.loss(objective.outputs(linear))
    expected = np.average(each, weights=w)
    assert expected > (1 + rtol) * in_sample
    assert_allclose(found, expected, rtol=rtol)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_noise_is_shrunk_and_what_is_sure_is_not(n_classes):
    X, y, _, loss, c = classes(n_classes, 200, 5)
    signal = X[:, :2].sum(axis=1) > 2
    sure = signal.astype(int) if c > 1 else signal[:, None].astype(float)
    noise = np.random.default_rng(1).permutation(y)
    strong = linear_start(training_data(X, noise), loss, c, True).linear_alpha
    weak = linear_start(training_data(X, sure), loss, c, True).linear_alpha
    assert strong >= 0.1 and weak <= 0.01


@pytest.mark.parametrize("n_classes", [2, 3])
def test_few_weights_are_found_to_the_last_digits(n_classes):
    X, y, weight, loss, c = classes(n_classes, weighted=True)
    data = training_data(X, y, weight)
    linear, strength = logistic(data, loss, c, True, 1e-3)
    objective = LogisticObjective.of(data, loss, c, True)
    _, (of_W, of_b) = objective.evaluate(linear, strength)
    assert_allclose(of_W, 0, atol=1e-14)
    assert_allclose(of_b, 0, atol=1e-14)


def test_many_samples_have_the_fixed_strength():
    X, y, _, loss, c = classes(2, 1000, 3)
    assert logistic(training_data(X, y), loss, c, True, None)[1] == logits.FIXED


def test_more_samples_than_are_seen(monkeypatch):
    """Second derivatives of a part of them lead to the same optimum."""
    monkeypatch.setattr(logistic_objective, "_FEWEST", 30)
    monkeypatch.setattr(logistic_objective, "_BUDGET", 1)
    X, y, _, loss, c = classes(3, 60, 5)
    data = training_data(X, y)
    (coef, _), strength = logistic(data, loss, c, True, None)
    part = ridge.some_rows(data, 30)
    assert_allclose(strength, logistic(part, loss, c, True, None)[1] / 2)
    model = logistic_regression(X, y, None, strength)
    assert_allclose(coef, model.coef_, atol=1e-4)


def test_answers_that_never_vary():
    X, y, _ = table(30, 3, 3)
    Y = (y > 0).astype(float)
    Y[:, 1] = 1.0
    data = training_data(X, Y)
    W, strength = linear_start(data, BinaryCrossEntropy(), 3, True, 0.01)
    assert_allclose(W[1], [0, 0, 0, 10])
    for k in (0, 2):
        model = logistic_regression(X, Y[:, k], None, 0.01)
        assert_allclose(W[k, :3], model.coef_[0], atol=1e-5)
    constant = training_data(X, Y[:, 1:2])
    assert linear_start(constant, BinaryCrossEntropy(), 1, True) == (
        pytest.approx(np.array([[0, 0, 0, 10]])),
        0.0,
    )
    assert strength == 0.01


def test_classes_that_are_absent():
    X, y, _, loss, _ = classes(3, 60, 3)
    W, _ = linear_start(training_data(X, y + 1), loss, 5, True, 0.01)
    model = logistic_regression(X, y, None, 0.01)
    assert_allclose(W[1:4, :3], model.coef_, atol=1e-5)
    assert_allclose(W[[0, 4]], [[0, 0, 0, -10]] * 2)
    alone = training_data(X, np.full(60, 2))
    W, strength = linear_start(alone, SoftmaxCrossEntropy(), 3, True)
    assert_allclose(W[:, 3], [-10, -10, 0])
    assert strength == 0


@pytest.mark.parametrize("kind", ["squares", "two classes", "three classes"])
def test_whole_number_weights_are_repeated_samples(kind):
    if kind == "squares":
        X, y, _ = table(60, 20, noise=3.0)
        loss, c = SquaredError(), 1
    else:
        X, y, _, loss, c = classes(2 if kind == "two classes" else 3, 60, 20)
    count = np.random.default_rng(0).integers(1, 4, 60)
    mean = float(count.mean())
    weighted = training_data(X, y, count / mean, mean)
    repeated = training_data(X.repeat(count, axis=0), y.repeat(count, axis=0))
    one, other = (linear_start(d, loss, c, True) for d in (weighted, repeated))
    assert one.linear_alpha > 0
    assert_allclose(one.linear_alpha, other.linear_alpha, rtol=1e-9)
    assert_allclose(one.weights, other.weights, rtol=1e-6, atol=1e-7)


def test_several_targets_share_a_strength():
    X, y, _ = table(40, 20, 2, noise=2.0)
    strength = linear_start(training_data(X, y), SquaredError(), 2, True).linear_alpha
    W, _ = linear_start(training_data(X, y[:, 1:]), SquaredError(), 1, True, strength)
    both = linear_start(training_data(X, y), SquaredError(), 2, True).weights
    assert strength > 0
    assert_allclose(both[1:], W)
