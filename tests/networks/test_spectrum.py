"""The spectral map against the dense Φ and `linalg.inv`."""

from itertools import chain, combinations, product

import pytest
import torch
from helpers.reference import (
    cut,
    dense_adjacency,
    dense_block,
    dense_phi,
    random_spectrum,
)
from numpy.testing import assert_allclose

from sklearn_sparcs._networks.spectrum import (
    adjacency_matrix,
    eigenvector_matrix,
    inverse_eigenvector_matrix,
    live_weights,
    weight_block,
)

# B = 1 … 5, unequal widths
SIZES = [(3, 2), (3, 4, 2), (4, 2, 3, 1), (2, 3, 1, 4, 2), (3, 2, 4, 1, 3, 2)]


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def subsets(n):
    return list(chain.from_iterable(combinations(range(n), k) for k in range(n + 1)))


@pytest.mark.parametrize("sizes", SIZES)
def test_matrices_equal_their_dense_twins(sizes, generator):
    phi, lam = random_spectrum(sizes, generator, trainable_input=True)
    big = dense_phi(phi)
    assert_allclose(eigenvector_matrix(phi), big, atol=0)
    assert_allclose(inverse_eigenvector_matrix(phi), torch.linalg.inv(big), atol=1e-12)
    assert_allclose(adjacency_matrix(phi, lam), dense_adjacency(phi, lam), atol=1e-12)


def test_inverse_for_two_blocks_is_the_appendix_not_the_text(generator):
    # [4.1] gives Φ² − 3Φ + 3I; the text's −3I is a slip
    phi, _ = random_spectrum((3, 4, 2), generator)
    big = dense_phi(phi)
    by_hand = big @ big - 3 * big + 3 * torch.eye(9, dtype=torch.float64)
    assert_allclose(inverse_eigenvector_matrix(phi), by_hand, atol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_every_block_equals_that_of_the_dense_adjacency(sizes, generator):
    phi, lam = random_spectrum(sizes, generator, trainable_input=True)
    n_layers = len(sizes)
    for i in range(2, n_layers + 1):
        for j in range(1, i):
            found = weight_block(phi, lam, i, j)
            assert_allclose(found, dense_block(phi, lam, i, j), atol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_live_weights_equal_the_dense_blocks_for_every_live_set(sizes, generator):
    n_layers = len(sizes)
    everywhere = [range(n) for n in sizes]
    for pattern in product(*(subsets(n) for n in sizes[1:-1])):
        phi, lam = random_spectrum(sizes, generator, live=pattern)
        live = [everywhere[0], *pattern, everywhere[-1]]
        index = [torch.tensor(list(s), dtype=torch.long) for s in live]
        weights, dense = live_weights(phi, lam, index), dense_adjacency(phi, lam)
        for i in range(2, n_layers + 1):
            expected = torch.cat(
                [
                    cut(dense, phi, i, j)[index[i - 1]][:, index[j - 1]]
                    for j in range(1, i)
                ],
                dim=1,
            )
            assert_allclose(weights[i - 2], expected, atol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_of_the_map(sizes, generator):
    phi, lam = random_spectrum(sizes, generator)
    leaves = [t.requires_grad_() for t in (*phi, *lam[1:])]
    live = [torch.arange(n) for n in sizes]
    live[1:-1] = [index[::2] for index in live[1:-1]]

    def live_map(*tensors):
        blocks, eigenvalues = tensors[: len(phi)], [lam[0], *tensors[len(phi) :]]
        return tuple(live_weights(blocks, eigenvalues, live))

    def dense_map(*tensors):
        blocks, eigenvalues = tensors[: len(phi)], [lam[0], *tensors[len(phi) :]]
        return adjacency_matrix(blocks, eigenvalues)

    assert torch.autograd.gradcheck(live_map, leaves)
    assert torch.autograd.gradcheck(dense_map, leaves)
