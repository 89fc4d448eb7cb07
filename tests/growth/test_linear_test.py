"""The p-value of a linear model: what it is made of, and that it keeps its promise."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.stats import kstest

from sklearn_sparcs._growth import linear_test as module
from sklearn_sparcs._growth.linear_test import linear_p_value
from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._problems.problem import Problem, Units
from sklearn_sparcs._problems.task import Task

#: Losses, and the outputs that they have here.
LOSSES = [
    (SquaredError(), 1),
    (SquaredError(), 2),
    (BinaryCrossEntropy(), 1),
    (SoftmaxCrossEntropy(), 3),
]


def posed(X, y, loss=None, n_outputs=1, weight=None, **options):
    """A problem at its linear model."""
    y = y[:, None] if y.ndim == 1 and y.dtype.kind == "f" else y
    task = Task(X, y, weight, loss or SquaredError(), n_outputs)
    return Problem.of(task, Units(torch.device("cpu")), **options)


def linear_data(loss, n_outputs, rng, n=80):
    """Features and targets for which a linear model suffices."""
    X = rng.normal(size=(n, 3))
    score = X @ rng.normal(size=(3, n_outputs))
    if isinstance(loss, SquaredError):
        return X, score + rng.standard_t(4, size=score.shape) * (0.5 + abs(X[:, :1]))
    if n_outputs == 1:
        return X, (rng.logistic(size=score.shape) < score).astype(float)
    return X, (score + rng.gumbel(size=score.shape)).argmax(axis=1)


@pytest.mark.parametrize(("loss", "n_outputs"), LOSSES)
def test_uniform_where_a_linear_model_suffices(loss, n_outputs, monkeypatch):
    monkeypatch.setattr(module, "_N_DRAWS", 199)
    rng = np.random.default_rng(0)
    found = [
        linear_p_value(
            posed(
                *linear_data(loss, n_outputs, rng), loss, n_outputs, linear_alpha=0.01
            )
        )
        for _ in range(60)
    ]
    assert kstest(found, "uniform").pvalue > 0.01
    assert np.mean(np.array(found) <= 0.1) < 0.2


def test_nearly_separate_classes_are_no_evidence(monkeypatch):
    """Random signs would say one time in five that neurons are needed."""
    monkeypatch.setattr(module, "_N_DRAWS", 199)
    rng = np.random.default_rng(1)
    found = []
    for _ in range(60):
        X, w = rng.normal(size=(200, 5)), rng.normal(size=5)
        y = rng.logistic(size=200) < 30 / np.linalg.norm(w) * (X @ w)
        posed_ = posed(X, y.astype(float), BinaryCrossEntropy())
        found.append(linear_p_value(posed_))
    assert 0 < np.mean(np.array(found) <= 0.1) < 0.18


def test_bends_show_in_steep_classes():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 5))
    for steepness in (3, 10):
        score = X[:, 2] + X[:, 0] * X[:, 1]
        y = (rng.logistic(size=500) < steepness * score).astype(float)
        assert linear_p_value(posed(X, y, BinaryCrossEntropy())) <= 0.01
    scores = np.column_stack([score, X[:, 3], X[:, 4]])
    y = (3 * scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
    assert linear_p_value(posed(X, y, SoftmaxCrossEntropy(), 3)) <= 0.01


def test_small_where_neurons_are_needed():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    e = rng.normal(size=300)
    assert linear_p_value(posed(X, np.abs(X[:, 0]) + e)) == 1 / 500
    assert linear_p_value(posed(X, X[:, 0] * X[:, 1] + e)) <= 0.01
    bent = 0.6 * (np.abs(X) - 0.8).sum(axis=1)
    assert linear_p_value(posed(X, bent + e)) <= 0.01


def test_pulls_are_those_of_a_linear_model_fitted_again():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 4)), rng.normal(size=50)
    w = rng.uniform(0.5, 2, size=50)
    w /= w.mean()
    generator = torch.Generator().manual_seed(0)
    problem = posed(X, y, weight=w, linear_alpha=0.3)
    outlook = module._outlook(problem, problem.train)
    sight = outlook.at(slice(None))
    sent = module._neurons(sight, outlook.network, generator)
    new = module._new(sight, sent).numpy()
    own, drawn = list(module._signs(sight, generator))

    H = np.column_stack([X, np.ones(50)])
    hat = H @ np.linalg.solve(H.T @ (w[:, None] * H), H.T * w)
    unit = np.sqrt(2) / problem.scaling.y_scale
    left = unit * w * (y - hat @ y)
    each = left / np.sqrt(1 - np.diag(hat))
    assert_allclose(own.residuals[0, :, 0], left, atol=1e-8)
    assert_allclose(own.squares[:, 0], each**2, atol=1e-8)
    assert_allclose(abs(drawn.residuals[0]), abs(each)[:, None].repeat(499, 1))
    assert abs(drawn.residuals[0].sign().mean()) < 0.02
    sent = sent.numpy()
    sent = sent[:, ((sent - hat @ sent) ** 2).sum(axis=0) > 1e-10]
    beyond = sent - hat @ sent
    spread = (beyond**2).sum(axis=0) ** 2 / (beyond**4).sum(axis=0)
    assert_allclose(new, beyond[:, spread >= 8], atol=1e-8)
    assert 20 < new.shape[1] < 200
    flipped = drawn.residuals[0, :, 7].numpy()
    again = w * (flipped / w - hat @ (flipped / w))
    pulls = sent[:, spread >= 8].T @ again
    assert_allclose(new.T @ flipped, pulls, atol=1e-8)


def test_statistics_are_ranked_among_all_draws():
    rng = np.random.default_rng(0)
    new, E = rng.normal(size=(40, 6)), rng.normal(size=(2, 40, 200))
    E[:, :, 0] *= 1.05
    parts = [torch.from_numpy(e) for e in np.split(E, [1, 120], axis=2)]
    draws = [module.Draws(e, e.square().sum(dim=0)) for e in parts]
    found = module._p_value(torch.from_numpy(new), draws)
    T = np.empty((6, 200))
    for j, a in enumerate(new.T):
        D = ((a**2)[:, None] * (E**2).sum(axis=0)).sum(axis=0)
        r = (a[:, None] * E).sum(axis=1)
        T[j] = (r**2).sum(axis=0) / (D + 0.1 * D.mean())
    ranks = []
    for statistic in (np.max(T, axis=0), np.sum(T, axis=0)):
        ranks.append(np.mean(statistic[None] >= statistic[:, None], axis=1))
    least = np.min(ranks, axis=0)
    assert_allclose(found, np.mean(least <= least[0]), atol=1e-9)
    assert 0.01 < found < 0.99


def test_smoothed_labels_are_no_evidence():
    X, y = linear_data(SoftmaxCrossEntropy(), 3, np.random.default_rng(1))
    problem = posed(X, y, SoftmaxCrossEntropy(), 3)
    smoothed = replace(problem, loss=SoftmaxCrossEntropy(0.1))
    assert linear_p_value(smoothed) == linear_p_value(problem)


def test_some_of_many_rows_tell(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 2))
    problem = posed(X, np.abs(X[:, 0]) + rng.normal(size=3000))
    monkeypatch.setattr(module, "_ROWS", 1000)
    assert linear_p_value(problem) == 1 / 500


def test_nothing_to_tell(monkeypatch):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 50)), rng.normal(size=60)
    assert np.isnan(linear_p_value(posed(X, y)))
    assert np.isnan(linear_p_value(posed(X[:, :5], y, start_linear=False)))
    assert linear_p_value(posed(X[:, :5], X[:, 0] - 3 * X[:, 1])) == 1
    assert 0 < linear_p_value(posed(X[:, :5], y)) <= 1
    assert linear_p_value(posed(X[:, :5], np.eye(2)[y[:, None].argmax(1)][:, :1])) == 1
    monkeypatch.setattr(module, "_MOST_WEIGHTS", 12)
    assert 0 < linear_p_value(posed(X[:, :5], np.column_stack([y, y**2, y**3]))) <= 1
    three = posed(X[:, :5], rng.integers(0, 3, 60), SoftmaxCrossEntropy(), 3)
    assert np.isnan(linear_p_value(three))
    monkeypatch.setattr(module, "_MOST_WEIGHTS", 5)
    assert np.isnan(linear_p_value(posed(X[:, :5], y)))
