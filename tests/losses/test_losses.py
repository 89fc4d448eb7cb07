"""Losses and scores against scikit-learn's metrics."""

import numpy as np
import pytest
import torch
from helpers.networks import LOSSES, SMOOTHED, targets
from numpy.testing import assert_allclose
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, r2_score
from torch.nn import functional as F

from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    ClassificationLoss,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._numerics.array_library import NUMPY, TORCH

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


@pytest.mark.parametrize("weight", WEIGHTS)
def test_smoothed_labels_are_torchs_less_their_entropy(weight):
    output, y, w = torch_of(OUTPUT, rng.integers(0, 3, size=40), weight)
    spread = F.cross_entropy(output, y, reduction="none", label_smoothing=0.3)
    label = torch.tensor([0.8, 0.1, 0.1]).double()
    excess = spread + (label * label.log()).sum()
    expected = np.average(excess, weights=weight)
    found = SoftmaxCrossEntropy().smoothed(0.3)(output, y, w)
    assert float(found) == pytest.approx(expected)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_smoothed_answers_are_torchs_less_their_entropy(weight):
    answers = rng.integers(0, 2, size=(40, 3)).astype(float)
    output, y, w = torch_of(OUTPUT, answers, weight)
    p = 0.15 + 0.7 * y
    spread = F.binary_cross_entropy_with_logits(output, p, reduction="none")
    excess = spread + p * p.log() + (1 - p) * (1 - p).log()
    expected = np.average(excess.mean(dim=1), weights=weight)
    found = BinaryCrossEntropy().smoothed(0.3)(output, y, w)
    assert float(found) == pytest.approx(expected)


@pytest.mark.parametrize("arrays", [NUMPY, TORCH], ids=["numpy", "torch"])
@pytest.mark.parametrize("loss", [*LOSSES, *SMOOTHED], ids=str)
def test_gradients_are_autograds(loss, arrays):
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(8, 3, generator=generator, dtype=torch.float64)
    y = targets(loss, 8, 3, generator)
    weight = torch.rand(8, generator=generator, dtype=torch.float64)
    output.requires_grad_()
    (expected,) = torch.autograd.grad(loss(output, y, weight), output)
    given = [output.detach().T, y, weight, torch.empty(3, 8, dtype=torch.float64)]
    if arrays is NUMPY:
        given = [t.numpy() for t in given]
    loss.gradient(arrays, *given)
    assert_allclose(given[-1], expected.T, rtol=1e-9, atol=1e-14)


def test_predictions():
    output = np.array([[0.2, -1.0, 0.1], [-3.0, 0.5, 2.0]])
    assert SquaredError().predictions(output) is output
    assert SoftmaxCrossEntropy().predictions(output).tolist() == [0, 2]
    indicators = [[True, False, True], [False, True, True]]
    assert BinaryCrossEntropy().predictions(output).tolist() == indicators


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_several_outputs_count_as_the_loss_says(loss):
    """One output's gradient, in a loss of three, is 1 / n_averaged of it alone."""
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(8, 3, generator=generator, dtype=torch.float64)
    y = targets(loss, 8, 3, generator)
    found = torch.empty_like(output.T)
    loss.gradient(TORCH, output.T, y, None, out=found)
    if loss.n_averaged(3) == 1:  # of the classes none is a loss by itself
        assert_allclose(found.sum(dim=0), 0, atol=1e-12)
        return
    alone = torch.empty(1, 8, dtype=torch.float64)
    loss.gradient(TORCH, output[:, :1].T, y[:, :1], None, out=alone)
    assert_allclose(found[:1], alone / loss.n_averaged(3), rtol=1e-12)


def test_what_stands_for_probabilities():
    found = [isinstance(loss, ClassificationLoss) for loss in LOSSES]
    assert found == [not loss.scales_targets for loss in LOSSES] == [False, True, True]
