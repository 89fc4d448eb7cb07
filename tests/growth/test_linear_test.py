"""The p-value of a linear model: what it is made of, and that it keeps its promise."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.stats import kstest

from sklearn_sparcs._growth import linear_test as module
from sklearn_sparcs._growth.linear_test import linear_p_value
from sklearn_sparcs._training.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._training.problem import Problem, Units
from sklearn_sparcs._training.task import Task

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
            posed(*linear_data(loss, n_outputs, rng), loss, n_outputs, linear_alpha=0.1)
        )
        for _ in range(60)
    ]
    assert kstest(found, "uniform").pvalue > 0.01
    assert np.mean(np.array(found) <= 0.1) < 0.2


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
    drawn = torch.Generator().manual_seed(0)
    problem = posed(X, y, weight=w, linear_alpha=0.3)
    sight, network = module._linear(problem, 50, drawn)
    left, sent = module._refitted(sight), module._neurons(sight, network, drawn)
    new, own, each = (t.numpy() for t in module._new(sight, sent, left))

    H = np.column_stack([X, np.ones(50)])
    hat = H @ np.linalg.solve(H.T @ (w[:, None] * H), H.T * w)
    unit = np.sqrt(2) / problem.scaling.y_scale
    assert_allclose(own[:, 0], unit * w * (y - hat @ y), atol=1e-8)
    assert_allclose(each[:, 0], own[:, 0] / np.sqrt(1 - np.diag(hat)), atol=1e-8)
    sent = sent.numpy()
    sent = sent[:, ((sent - hat @ sent) ** 2).sum(axis=0) > 1e-10]
    beyond = sent - hat @ sent
    spread = (beyond**2).sum(axis=0) ** 2 / (beyond**4).sum(axis=0)
    assert_allclose(new, beyond[:, spread >= 8], atol=1e-8)
    assert 20 < new.shape[1] < 200
    flipped = rng.choice([-1.0, 1.0], size=50) * each[:, 0]
    again = w * (flipped / w - hat @ (flipped / w))
    pulls = sent[:, spread >= 8].T @ again
    assert_allclose(new.T @ flipped, pulls, atol=1e-8)


def test_statistics_are_ranked_among_all_draws():
    rng = np.random.default_rng(0)
    new, left, each = (rng.normal(size=(40, k)) for k in (6, 2, 2))
    given = [torch.from_numpy(a) for a in (new, left, each)]
    found = module._p_value(*given, torch.Generator().manual_seed(3))
    draws = torch.Generator().manual_seed(3)
    signs = torch.randint(0, 2, (40, 499), generator=draws).numpy() * 2 - 1
    D = (new**2).T @ (each**2).sum(axis=1)
    T = [((new.T @ left) ** 2).sum(axis=1) / D]
    T += [((new.T @ (s[:, None] * each)) ** 2).sum(axis=1) / D for s in signs.T]
    ranks = []
    for statistic in (np.max(T, axis=1), np.sum(T, axis=1)):
        ranks.append(np.mean(statistic[None] >= statistic[:, None], axis=1))
    least = np.min(ranks, axis=0)
    assert_allclose(found, np.mean(least <= least[0]), atol=4e-3)
    assert 0.01 < found < 1


def test_smoothed_labels_are_no_evidence():
    X, y = linear_data(SoftmaxCrossEntropy(), 3, np.random.default_rng(1))
    smoothed = posed(X, y, SoftmaxCrossEntropy(0.1), 3)
    assert linear_p_value(smoothed) == linear_p_value(
        posed(X, y, SoftmaxCrossEntropy(), 3)
    )


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
    monkeypatch.setattr(module, "_MOST_INPUTS", 5)
    assert np.isnan(linear_p_value(posed(X[:, :5], y)))
