"""Slow, obvious versions of the mathematics, to hold the fast ones against."""

from itertools import pairwise

import numpy as np
import torch

ACTIVATIONS = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + torch.exp(-z)),
    "tanh": torch.tanh,
    "relu": lambda z: z.clamp(min=0),
    "gelu": lambda z: z * torch.special.ndtr(z),
}


def dense_phi(phi):
    """Φ, block by block."""
    sizes = [phi[0].shape[1], *(p.shape[0] for p in phi)]
    blocks = [[torch.zeros(m, n, dtype=phi[0].dtype) for n in sizes] for m in sizes]
    for k, size in enumerate(sizes):
        blocks[k][k] = torch.eye(size, dtype=phi[0].dtype)
    for k, p in enumerate(phi):
        blocks[k + 1][k] = p
    return torch.cat([torch.cat(row, dim=1) for row in blocks])


def dense_adjacency(phi, lam):
    """A = Φ Λ Φ⁻¹ with the inverse by linalg."""
    big = dense_phi(phi)
    return big @ torch.diag(torch.cat(list(lam))) @ torch.linalg.inv(big)


def dense_block(phi, lam, i, j):
    """W_ij cut out of the dense A."""
    return cut(dense_adjacency(phi, lam), phi, i, j)


def cut(dense, phi, i, j):
    """The block of receiver layer i and sender layer j of a dense matrix."""
    sizes = [phi[0].shape[1], *(p.shape[0] for p in phi)]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return dense[starts[i - 1] : starts[i], starts[j - 1] : starts[j]]


def neuron_by_neuron(phi, lam, x, activation="relu", gated=False):
    """The network [4.5], one neuron at a time; ``x`` (n, N_1) has its constant."""
    f = ACTIVATIONS[activation]
    n_layers = len(phi) + 1
    signals = [x]
    for i in range(2, n_layers + 1):
        W = [dense_block(phi, lam, i, j) for j in range(1, i)]
        layer = []
        for m in range(phi[i - 2].shape[0]):
            z = sum(
                W[j][m, n] * signals[j][:, n]
                for j in range(len(W))
                for n in range(W[j].shape[1])
            )
            fires = not gated or bool(lam[i - 1][m] != 0)
            if i == n_layers:
                layer.append(z)
            else:
                layer.append(f(z) if fires else torch.zeros_like(z))
        signals.append(torch.stack(layer, dim=1))
    return signals[-1]


def random_spectrum(sizes, generator, live=None, trainable_input=False):
    """φ and λ for layers of ``sizes``; hidden λ zero outside ``live`` if given."""
    draw = {"generator": generator, "dtype": torch.float64}
    phi = [torch.randn(m, n, **draw) / n**0.5 for n, m in pairwise(sizes)]
    lam = [torch.randn(n, **draw) for n in sizes]
    if not trainable_input:
        lam[0] = torch.zeros_like(lam[0])
    if live is not None:
        for k, kept in enumerate(live, start=1):
            mask = torch.zeros(sizes[k], dtype=torch.bool)
            mask[list(kept)] = True
            lam[k] = torch.where(mask, lam[k], 0)
    return phi, lam
