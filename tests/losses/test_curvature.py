"""Losses a sample, held against the package's means and against autograd."""

import numpy as np
import pytest
import torch
from helpers.networks import LOSSES, SMOOTHED, targets
from numpy.testing import assert_allclose

from sklearn_sparcs._losses import curvature
from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)

DRAW = {"dtype": torch.float64}
KINDS = pytest.mark.parametrize("loss", [*LOSSES, *SMOOTHED], ids=str)


def case(loss, n=30, n_outputs=3):
    generator = torch.Generator().manual_seed(0)
    output = torch.randn(n, n_outputs, generator=generator, **DRAW)
    weight = torch.rand(n, generator=generator, **DRAW)
    return output, targets(loss, n, n_outputs, generator), weight / weight.mean()


@KINDS
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_values_and_residuals_are_the_losses(loss, n_outputs):
    output, y, weight = case(loss, n_outputs=n_outputs)
    each = curvature.of(loss)
    assert_allclose(each.value(output, y).mean(), loss(output, y, None), rtol=1e-12)
    weighted = (each.value(output, y) * weight).mean()
    assert_allclose(weighted, loss(output, y, weight), rtol=1e-12)
    output.requires_grad_()
    (grad,) = torch.autograd.grad(loss(output, y, None) * len(output), output)
    assert_allclose(each.residual(output, y).detach(), -grad, rtol=1e-9, atol=1e-14)


@KINDS
def test_an_unknown_loss_is_refused(loss):
    with pytest.raises(TypeError, match="No curvature is known of object"):
        curvature.of(object())


@pytest.mark.parametrize(
    ("loss", "n_outputs"),
    [(SquaredError(), 1), (SquaredError(), 3), (BinaryCrossEntropy(), 1)],
)
def test_exact_curvatures_are_second_derivatives(loss, n_outputs):
    output, y, weight = case(loss, n_outputs=n_outputs)
    kind = curvature.of(loss)
    assert kind.exact(n_outputs)
    each, shape = kind.curvature(output, weight)
    for i in range(len(output)):
        hessian = torch.autograd.functional.hessian(
            lambda f, i=i: weight[i] * kind.value(f[None], y[i : i + 1])[0], output[i]
        )
        assert_allclose(each[i] * shape, hessian, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("weighted", [False, True])
def test_softmax_has_the_mean_fisher_matrix_and_every_trace(weighted):
    output, _, weight = case(SoftmaxCrossEntropy())
    weight = weight if weighted else None
    p = torch.softmax(output, dim=1)
    fisher = torch.diag_embed(p) - p[:, :, None] * p[:, None]
    if weighted:
        fisher = fisher * weight[:, None, None]
    mean = fisher.mean(dim=0)
    mean = mean + 0.1 * mean.diagonal().mean() * torch.eye(3).double()
    kind = curvature.of(SoftmaxCrossEntropy())
    each, shape = kind.curvature(output, weight)
    assert not kind.exact(3)
    traces = fisher.diagonal(dim1=1, dim2=2).sum(dim=1)
    assert_allclose(each, traces, rtol=1e-12)
    assert_allclose(shape * each.mean(), mean, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("weighted", [False, True])
def test_labels_have_the_mean_variances(weighted):
    output, _, weight = case(BinaryCrossEntropy())
    p = output.sigmoid()
    variance = p * (1 - p) * (weight[:, None] if weighted else 1)
    kind = curvature.of(BinaryCrossEntropy())
    each, shape = kind.curvature(output, weight if weighted else None)
    assert not kind.exact(3)
    assert_allclose(each, variance.mean(dim=1), rtol=1e-12)
    expected = torch.diag(variance.mean(dim=0)) / 3
    assert_allclose(shape * each.mean(), expected, rtol=1e-9)


@KINDS
def test_whole_weights_are_repeats(loss):
    output, _, _ = case(loss)
    counts = torch.arange(len(output)) % 3 + 1
    weight = counts / counts.double().mean()
    each, shape = curvature.of(loss).curvature(output, weight)
    repeated, expected = curvature.of(loss).curvature(
        output.repeat_interleave(counts, 0)
    )
    product = each.mean() * shape
    assert_allclose(product, repeated.mean() * expected, rtol=1e-9, atol=1e-15)


def test_answers_of_yes_are_as_curved_as_those_of_no():
    """Also where the probability is one to the last digit."""
    output = torch.tensor([[40.0], [2.0]]).double()
    yes, no = (
        curvature.of(BinaryCrossEntropy()).curvature(f) for f in (output, -output)
    )
    assert_allclose(yes[0], no[0], rtol=1e-12)
    assert_allclose(yes[0][0], np.exp(-40), rtol=1e-12)


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), BinaryCrossEntropy()])
def test_certain_samples_have_no_curvature_and_no_nan(loss):
    output = torch.tensor([[800.0, -800.0]]).double().repeat(4, 1)
    each, shape = curvature.of(loss).curvature(output)
    assert_allclose(each, 0)
    assert_allclose(shape, 0)
