"""`SpectralLinear` against the dense bipartite graph, and as `nn.Linear`."""

import pytest
import torch
from helpers.reference import dense_adjacency, dense_block
from numpy.testing import assert_allclose

from sklearn_sparcs.nn import SpectralLinear


def random_layer(n_in, n_out, seed, **options):
    generator = torch.Generator().manual_seed(seed)
    layer = SpectralLinear(
        n_in, n_out, generator=generator, dtype=torch.float64, **options
    )
    for lam in (layer.lam_in, layer.lam_out):
        if isinstance(lam, torch.nn.Parameter):
            lam.data.copy_(torch.randn(len(lam), generator=generator))
    return layer


def spectrum_of(layer):
    return [layer.phi], [layer.lam_in, layer.lam_out]


@pytest.mark.parametrize("trained", [False, True])
def test_weight_is_the_dense_block_values_and_gradients(trained):
    layer = random_layer(4, 3, 0, input_eigenvalues=trained)
    dense = dense_block(*spectrum_of(layer), 2, 1)
    assert_allclose(layer.weight.detach(), dense.detach(), atol=1e-14)
    leaves = [p for name, p in layer.named_parameters() if name != "bias"]
    assert len(leaves) == 2 + trained
    expected = torch.autograd.grad(dense.pow(3).sum(), leaves)
    found = torch.autograd.grad(layer.weight.pow(3).sum(), leaves)
    for f, e in zip(found, expected, strict=True):
        assert_allclose(f, e, atol=1e-12)


def test_a_chain_is_the_papers():
    # [2.1]: each A^(k) maps (a_k, 0) to (…, a_{k+1}), and π moves a_{k+1} down
    layers = [random_layer(4, 3, 1, bias=False), random_layer(3, 2, 2, bias=False)]
    x = torch.randn(5, 4, dtype=torch.float64)
    signal = x
    for layer in layers:
        A = dense_adjacency(*spectrum_of(layer))
        padded = torch.nn.functional.pad(signal, (0, layer.out_features))
        signal = (padded @ A.T)[:, layer.in_features :].relu()
    net = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU())
    assert_allclose(net(x).detach(), signal.detach(), atol=1e-14)


@pytest.mark.parametrize("bias", [True, False])
def test_there_and_back(bias):
    linear = torch.nn.Linear(4, 3, bias=bias)
    layer = SpectralLinear.from_linear(linear)
    x = torch.randn(2, 6, 4)
    assert torch.equal(layer(x), linear(x))
    with torch.no_grad():
        layer.lam_out.copy_(torch.tensor([2.0, 0.5, -1.0]))
    back = layer.to_linear()
    assert torch.equal(back(x), layer(x))
    expected = linear.weight * torch.tensor([2.0, 0.5, -1.0])[:, None]
    assert_allclose(back.weight.detach(), expected.detach(), rtol=1e-6)
    assert (back.bias is None) == (not bias)


def test_pruned_outputs_receive_nothing():
    layer = random_layer(4, 3, 3)
    with torch.no_grad():
        layer.lam_out.copy_(torch.tensor([0.3, -0.05, 1.0]))
    before = layer.weight.detach().clone()
    layer.prune(0.1)
    assert layer.live_outputs().tolist() == [0, 2]
    assert_allclose(layer.weight.detach()[[0, 2]], before[[0, 2]])
    assert not layer.weight[1].any()


def test_pruning_both_sides_keeps_links_with_one_live_end():
    layer = random_layer(2, 2, 4, input_eigenvalues=True)
    with torch.no_grad():
        layer.lam_in.copy_(torch.tensor([0.05, 2.0]))
        layer.lam_out.copy_(torch.tensor([0.05, 1.0]))
    layer.prune(0.1)
    gone = layer.weight.detach() == 0
    assert gone.tolist() == [[True, False], [False, False]]


def test_as_nn_linear_at_the_start():
    torch.manual_seed(0)
    layer, linear = SpectralLinear(400, 300), torch.nn.Linear(400, 300)
    spreads = [float(m.weight.detach().std()) for m in (layer, linear)]
    assert spreads[0] == pytest.approx(spreads[1], rel=0.01)
    assert repr(layer) == "Spectral" + repr(linear)
