"""Losses and scores against scikit-learn's metrics."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, r2_score

from sklearn_sparcs._training.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)

rng = np.random.default_rng(0)
OUTPUT = rng.normal(size=(40, 3))
RAW = rng.integers(1, 5, size=40).astype(float)
WEIGHTS = [None, RAW / RAW.mean()]


def torch_of(*arrays):
    return [None if a is None else torch.from_numpy(a) for a in arrays]


@pytest.mark.parametrize("weight", WEIGHTS)
def test_squared_error(weight):
    y, loss = rng.normal(size=(40, 3)), SquaredError()
    tensors = torch_of(OUTPUT, y, weight)
    expected = mean_squared_error(y, OUTPUT, sample_weight=weight)
    assert float(loss(*tensors)) == pytest.approx(expected)
    expected = r2_score(y, OUTPUT, sample_weight=weight)
    assert float(loss.score(*tensors)) == pytest.approx(expected)


def test_r2_of_constant_targets_is_scikit_learns():
    y = torch.ones(5, 1, dtype=torch.float64)
    assert float(SquaredError().score(y, y, None)) == 1.0
    assert float(SquaredError().score(y + 1, y, None)) == 0.0


@pytest.mark.parametrize("weight", WEIGHTS)
def test_softmax_cross_entropy(weight):
    y, loss = rng.integers(0, 3, size=40), SoftmaxCrossEntropy()
    tensors = torch_of(OUTPUT, y, weight)
    expected = log_loss(y, loss.probabilities(OUTPUT), sample_weight=weight)
    assert float(loss(*tensors)) == pytest.approx(expected)
    expected = accuracy_score(y, OUTPUT.argmax(axis=1), sample_weight=weight)
    assert float(loss.score(*tensors)) == pytest.approx(expected)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_binary_cross_entropy_of_labels(weight):
    y, loss = rng.integers(0, 2, size=(40, 3)).astype(float), BinaryCrossEntropy()
    tensors = torch_of(OUTPUT, y, weight)
    p = loss.probabilities(OUTPUT)
    expected = np.mean(
        [log_loss(y[:, k], p[:, k], sample_weight=weight) for k in range(3)]
    )
    assert float(loss(*tensors)) == pytest.approx(expected)
    expected = accuracy_score(y, p > 0.5, sample_weight=weight)
    assert float(loss.score(*tensors)) == pytest.approx(expected)
