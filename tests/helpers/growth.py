"""Tables for second-order growth, and the refits that its judgements promise."""

from dataclasses import replace

import torch

from helpers.live import objective
from sklearn_sparcs._data.batches import TrainingData
from sklearn_sparcs._growth.growth_options import GrowthOptions
from sklearn_sparcs._linear.start import linear_start
from sklearn_sparcs._losses.losses import (
    BinaryCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._networks.live import LiveNetwork


def bent_table(loss, n=200, n_features=3, n_outputs=1, seed=0, bias=True, noise=0.3):
    """x, and a y that bends along two directions of it."""
    draw = {"generator": torch.Generator().manual_seed(seed), "dtype": torch.float64}
    x = torch.randn(n, n_features, **draw)
    bend = 2 * x[:, :1].abs() + torch.tanh(3 * x[:, 1:2]) - x[:, 2:3]
    y = bend * torch.linspace(1, -0.5, n_outputs, dtype=torch.float64)
    y = y + noise * torch.randn(n, n_outputs, **draw)
    y = (y - y.mean(dim=0)) / y.std(dim=0)
    if isinstance(loss, SoftmaxCrossEntropy):
        y = torch.bucketize(y[:, 0], torch.tensor([-0.6, 0.6], dtype=torch.float64))
    elif isinstance(loss, BinaryCrossEntropy):
        y = (y > 0).double()
    return x, y


def grown_objective(
    loss,
    x,
    y,
    weight=None,
    mean_count=None,
    *,
    bias=True,
    depth=1,
    activation="relu",
    **penalty,
):
    """The objective of a table, and its linear model."""
    c = int(y.max()) + 1 if y.dim() == 1 else y.shape[1]
    data = TrainingData(x, y, weight)
    squared = isinstance(loss, SquaredError)
    W, ridge = linear_start(data, loss, c, bias, 0.0 if squared else 1e-3)
    ones = torch.ones_like(x[:, : int(bias)])
    observed = Observations(torch.cat([x, ones], dim=1), y, weight, mean_count)
    ridge = {"linear": max(ridge / loss.n_averaged(c), 1e-8)}
    goal = objective(loss, observed, **(ridge | penalty))
    start = torch.from_numpy(W).to(x)
    return goal, LiveNetwork.linear(start, depth, activation, bias)


def growth(loss, goal, sizes=(20,), **options):
    """GrowthOptions of every layer."""
    return GrowthOptions(sizes, tuple(range(len(sizes))), goal.penalty, loss, **options)


def refitted(goal, network, extra):
    """Least loss and ridge over output weights, those of ``extra`` (n, k) signals too.

    Squared error alone; the ridge is the network's own, and none of the new ones.
    """
    H = torch.cat([network.signals(goal.data.inputs), extra], dim=1)
    y, (n, c) = goal.data.y, goal.data.y.shape
    W = network.weights[-1]
    ridge = goal.penalty.ridge(network)[-W.numel() :][: W.shape[1]]
    ridge = torch.cat([ridge, ridge.new_zeros(extra.shape[1])])
    weight = torch.ones(n).double() if goal.data.weight is None else goal.data.weight
    root = (2 * weight / (n * c)).sqrt()[:, None]
    left = torch.cat([root * H, torch.diag(ridge.sqrt())])
    right = torch.cat([root * y, y.new_zeros(len(ridge), c)])
    solved = torch.linalg.lstsq(left, right, driver="gelsd").solution
    return float((left @ solved - right).square().sum() / 2), solved


def on_rows(goal, index):
    """The same objective on some rows."""
    return replace(goal, data=goal.data.rows(index))


REGRESSION = SquaredError()
