"""Answers drawn from a linear model of classes, and the model fitted again to them."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.special import expit, softmax

from sklearn_sparcs._growth import parametric_bootstrap as module
from sklearn_sparcs._growth.parametric_bootstrap import BootstrapModel
from sklearn_sparcs._losses.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from sklearn_sparcs._problems.problem import Problem, Units
from sklearn_sparcs._problems.task import Task

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
SCORE = 2 * X @ RNG.normal(size=(3, 3)) + RNG.gumbel(size=(80, 3))
WEIGHT = RNG.uniform(0.5, 2, size=80)
WEIGHT /= WEIGHT.mean()
ALPHA = 0.05
TARGETS = {
    "classes": (SCORE.argmax(axis=1), SoftmaxCrossEntropy(), 3),
    "yes or no": ((SCORE[:, :1] > 0).astype(float), BinaryCrossEntropy(), 1),
    "labels": ((SCORE > 0).astype(float), BinaryCrossEntropy(), 3),
}


def answers(kind, bias=True):
    """A linear model fitted to targets of that kind, and the problem."""
    y, loss, n_outputs = TARGETS[kind]
    units = Units(torch.device("cpu"), bias=bias, standardize=False)
    task = Task(X, y, WEIGHT, loss, n_outputs)
    problem = Problem.of(task, units, linear_alpha=ALPHA)
    W = problem.linear_map.numpy()
    return BootstrapModel.of(problem.train, loss, W, bias, ALPHA), W


def refitted(kind, y, bias=True):
    """Weighted residuals (outputs, n) of the model of answers, by SciPy's BFGS."""
    n_outputs = TARGETS[kind][2]
    H = np.column_stack([X, np.ones(80)]) if bias else X
    if kind == "classes":
        y = np.eye(n_outputs)[y]

    def value_and_slope(flat):
        W = flat.reshape(n_outputs, -1)
        f, k = H @ W.T, 1 if kind == "classes" else n_outputs
        if kind == "classes":
            each, p = np.logaddexp.reduce(f, axis=1) - (y * f).sum(1), softmax(f, 1)
        else:
            each, p = (np.logaddexp(0, f) - y * f).mean(axis=1), expit(f)
        ridge = np.full(H.shape[1], ALPHA / k)
        ridge[3:] = 0
        left = WEIGHT[:, None] * (y - p) / k
        slope = ridge * W - left.T @ H / 80
        value = WEIGHT @ each / 80 + (ridge * W**2).sum() / 2
        return value, slope.ravel(), left

    start = np.zeros(n_outputs * H.shape[1])
    found = minimize(
        lambda w: value_and_slope(w)[:2], start, jac=True, options={"gtol": 1e-9}
    )
    return value_and_slope(found.x)[2].T


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", TARGETS)
def test_residuals_are_those_of_models_fitted_again(kind, bias, monkeypatch):
    monkeypatch.setattr(module, "_N_STEPS", 200)
    monkeypatch.setattr(module, "_NUMBERS", 2 * 80 * TARGETS[kind][2])
    asked = []
    left_of = BootstrapModel._left

    def noted(self, y, refit):
        asked.append(y.numpy())
        return left_of(self, y, refit)

    monkeypatch.setattr(BootstrapModel, "_left", noted)
    model, _ = answers(kind, bias)
    left = list(model.residuals(5, torch.Generator().manual_seed(0)))
    assert [e.shape[2] for e in left] == [1, 2, 2, 1]
    for found, y in zip(left, asked, strict=True):
        for k in range(found.shape[2]):
            expected = refitted(kind, y[:, k], bias)
            assert_allclose(found[:, :, k], expected, atol=1e-4)


def test_few_steps_come_near(monkeypatch):
    model, _ = answers("classes")
    few, many = (_after(model, monkeypatch, steps) for steps in (module._N_STEPS, 40))
    assert 0 < (few - many).norm() < 0.05 * many.norm()


def _after(model, monkeypatch, n_steps):
    monkeypatch.setattr(module, "_N_STEPS", n_steps)
    return torch.cat(list(model.residuals(30, torch.Generator().manual_seed(0))), dim=2)


def test_outputs_are_moderated_by_their_variance():
    model, W = answers("yes or no")
    H = np.column_stack([X, np.ones(80)])
    f = H @ W.T
    v = WEIGHT * expit(f[:, 0]) * expit(-f[:, 0])
    M = (H * v[:, None]).T @ H / 80 + np.diag([ALPHA] * 3 + [0])
    variance = np.diag(H @ np.linalg.solve(M, H.T)) / 80
    expected = f[:, 0] / np.sqrt(1 + 0.5 * np.pi / 8 * variance)
    assert_allclose(model._moderated(0.5)[:, 0], expected)
    assert_allclose(model._moderated(0.0), f)


@pytest.mark.parametrize("kind", TARGETS)
def test_answers_come_as_often_as_the_model_says(kind):
    model, W = answers(kind)
    f = np.column_stack([X, np.ones(80)]) @ W.T
    p = softmax(f, axis=1) if kind == "classes" else expit(f)
    drawn = model._answers(torch.from_numpy(p), 4000, torch.Generator().manual_seed(0))
    drawn = np.eye(3)[drawn.numpy()] if kind == "classes" else drawn.numpy()
    assert_allclose(drawn.mean(axis=1), p, atol=0.04)
    assert set(np.unique(drawn)) == {0, 1}
