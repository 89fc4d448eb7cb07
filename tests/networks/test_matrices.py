"""Φ, Λ and A of modules, against dense algebra and what the modules compute."""

import numpy as np
import pytest
import torch
from helpers.reference import dense_adjacency, dense_block, dense_phi, random_spectrum
from numpy.testing import assert_allclose

from sklearn_sparcs.nn import (
    GrowingSpectralNetwork,
    SpectralLinear,
    SpectralMatrices,
    SpectralNetwork,
)

SIZES = [(3, 2), (3, 4, 2), (4, 2, 3, 1), (2, 3, 1, 4, 2)]


def tensors(*blocks):
    return [[torch.from_numpy(block) for block in kind] for kind in blocks]


@pytest.mark.parametrize("sizes", SIZES)
def test_matrices_and_every_block(sizes):
    draw = torch.Generator().manual_seed(0)
    phi, lam = random_spectrum(sizes, draw, trainable_input=True)
    found = SpectralMatrices.of([x.numpy() for x in lam], [p.numpy() for p in phi])
    assert found.layer_sizes == sizes
    assert_allclose(found.Phi, dense_phi(phi), atol=0)
    assert_allclose(found.Phi_inverse, np.linalg.inv(found.Phi), atol=1e-12)
    assert_allclose(found.Lambda, np.diag(np.concatenate(lam)), atol=0)
    assert_allclose(found.A, dense_adjacency(phi, lam), atol=1e-12)
    for i in range(1, len(sizes) + 1):
        for j in range(1, len(sizes) + 1):
            expected = dense_block(phi, lam, i, j)
            assert_allclose(found.block(i, j), expected, atol=1e-12)


@pytest.mark.parametrize("layers", [(0, 1), (4, 1), (2, 0), (2, 4)])
def test_no_such_layer(layers):
    matrices = SpectralNetwork(2, (3,), 1).spectral_matrices()
    with pytest.raises(ValueError, match="from 1, the input, to 3, the output"):
        matrices.block(*layers)


def test_of_the_papers_network():
    draw = torch.Generator().manual_seed(1)
    options = {"bias": False, "input_eigenvalues": True, "dtype": torch.float64}
    net = SpectralNetwork(3, (5, 4), 2, generator=draw, **options)
    with torch.no_grad():
        for lam in (net.input_lam, *net.lam):
            lam.copy_(torch.randn(len(lam), generator=draw))
    matrices = net.spectral_matrices()
    lam, phi = net.spectrum()
    assert_allclose(matrices.A, dense_adjacency(*tensors(phi, lam)), atol=1e-12)
    x = torch.randn(7, 3, generator=draw, dtype=torch.float64)
    signals = [x.numpy()]
    for i in (2, 3, 4):  # [4.5], by the blocks
        z = sum(a @ matrices.block(i, j).T for j, a in enumerate(signals, start=1))
        signals.append(z if i == 4 else z.clip(min=0))
    assert_allclose(signals[-1], net(x).detach(), atol=1e-12)


def test_of_a_growing_network():
    draw = torch.Generator().manual_seed(2)
    net = GrowingSpectralNetwork(3, (6,), 2, generator=draw, dtype=torch.float64)
    awake = [torch.randn(1, 4, generator=draw), torch.randn(2, 5, generator=draw)]
    lam = torch.tensor([-0.7])
    net.restructure([t.double() for t in (*awake, lam)], [torch.tensor([4])])
    matrices = net.spectral_matrices()
    assert matrices.layer_sizes == (4, 6, 2)
    assert_allclose(np.diag(matrices.Lambda)[4:10], [0, 0, 0, 0, -0.7, 0], rtol=1e-6)
    x = torch.randn(7, 3, generator=draw, dtype=torch.float64)
    h = np.pad(x.numpy(), ((0, 0), (0, 1)), constant_values=1)
    fired = (h @ matrices.block(2, 1).T).clip(min=0)[:, 4:5]
    y = h @ matrices.block(3, 1).T + fired @ matrices.block(3, 2)[:, 4:5].T
    assert_allclose(y, net(x).detach(), atol=1e-10)


def test_of_one_layer():
    layer = SpectralLinear(4, 3, dtype=torch.float64)
    with torch.no_grad():
        layer.lam_in += 0.3
        layer.lam_out *= torch.tensor([2.0, 0.5, -1.0])
    matrices = layer.spectral_matrices()
    assert_allclose(matrices.block(2, 1), layer.weight.detach(), atol=1e-14)
    expected = np.diag([0.3] * 4 + [2, 0.5, -1])
    assert_allclose(matrices.Lambda, expected, atol=1e-15)


@pytest.mark.parametrize(
    ("build", "trained"),
    [
        (lambda **options: SpectralNetwork(3, (4,), 2, **options), 6),
        (lambda **options: SpectralLinear(3, 2, bias=False, **options), 2),
    ],
    ids=["network", "layer"],
)
def test_frozen_eigenvectors_stay_and_eigenvalues_learn(build, trained):
    draw = torch.Generator().manual_seed(3)
    net = build(frozen_eigenvectors=True, generator=draw)
    learnt = [p for p in net.parameters() if p.requires_grad]
    assert sum(p.numel() for p in learnt) == trained
    before = net.spectral_matrices()
    x, y = torch.randn(20, 3, generator=draw), torch.randn(20, 2, generator=draw)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=0.1)
    first = (net(x) - y).square().mean()
    for _ in range(20):
        loss = (net(x) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    after = net.spectral_matrices()
    assert_allclose(after.Phi, before.Phi, atol=0)
    assert np.abs(after.Lambda - before.Lambda).max() > 0.05
    assert loss < first
