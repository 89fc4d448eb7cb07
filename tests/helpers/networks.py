"""Random networks and targets that several tests look at."""

import torch

from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._networks.growing import GrowingNetwork
from sklearn_sparcs.nn import SpectralNetwork

LOSSES = [SquaredError(), SoftmaxCrossEntropy(), BinaryCrossEntropy()]
SMOOTHED = [SoftmaxCrossEntropy(0.2), BinaryCrossEntropy(0.2)]

NETWORKS = [
    ((), ()),
    ((30,), (0,)),
    ((30,), (4,)),
    ((4,), (4,)),  # no neuron asleep: relays must carry the linear signal
    ((1,), (1,)),
    ((30, 40), (3, 2)),
    ((30, 40), (0, 2)),
    ((30, 40), (3, 0)),
    ((3, 2), (3, 2)),
    ((40, 5, 50), (2, 4, 3)),
    ((50, 50, 50, 50), (1, 2, 0, 3)),
]


def random_network(
    hidden, live, seed=0, n_features=3, n_outputs=2, activation="relu", bias=True
):
    """A network of which ``live`` neurons, of at most ``hidden``, are awake."""
    generator = torch.Generator().manual_seed(seed)
    net = GrowingNetwork(
        n_features,
        hidden,
        n_outputs,
        activation=activation,
        bias=bias,
        dtype=torch.float64,
    )
    draw = {"generator": generator, "dtype": torch.float64}
    tensors, n_inputs = [], n_features + bias
    for rows in (*live, n_outputs):
        tensors.append(torch.randn(rows, n_inputs, **draw))
        n_inputs += rows
    tensors += [torch.randn(n, **draw) + 0.1 for n in live]
    neurons = [
        torch.randperm(m, generator=generator)[:n]
        for m, n in zip(hidden, live, strict=True)
    ]
    net.restructure(tensors, neurons)
    return net, torch.randn(8, n_features, **draw)


def spectral_network(hidden, activation, bias, generator, input_eigenvalues=False):
    net = SpectralNetwork(
        3,
        hidden,
        2,
        activation=activation,
        bias=bias,
        input_eigenvalues=input_eigenvalues,
        generator=generator,
        dtype=torch.float64,
    )
    for lam in [*net.penalized_eigenvalues(), net.lam[-1]]:
        lam.data += torch.randn(len(lam), generator=generator, dtype=torch.float64)
    return net


def targets(loss, n, n_outputs, generator):
    if isinstance(loss, SoftmaxCrossEntropy):
        return torch.randint(n_outputs, (n,), generator=generator)
    y = torch.randn(n, n_outputs, generator=generator, dtype=torch.float64)
    return y if isinstance(loss, SquaredError) else (y > 0).double()
