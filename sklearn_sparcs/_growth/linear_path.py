"""A path without neurons, for data that are too large or too wide for growth.

The network is the linear model at every alpha. The samples stay as they are, sparse or
on a disk; a few rows at a time are made dense where a loss is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from torch.nn import functional as F

from .._data.batches import TrainingData
from .._direct.form import DirectForm
from .._networks.live import LiveNetwork
from .._problems.problem import Problem
from .path_point import PathPoint


@dataclass(frozen=True)
class LinearPath:
    """A `PathFit` without open layers: the linear model at every alpha.

    Attributes
    ----------
    problem : Problem
    network : LiveNetwork
        The linear model.
    sizes : tuple of int
        Neurons of each hidden layer, all of them asleep.
    points : tuple of PathPoint
        Those passed so far.
    """

    #: No alpha is needed to keep neurons asleep.
    alpha_max: ClassVar[float] = 0.0
    #: Nothing was looked for.
    significance: ClassVar[float] = 0.0
    #: There are no networks to learn them.
    smooths: ClassVar[bool] = False

    problem: Problem
    network: LiveNetwork
    sizes: tuple[int, ...]
    points: tuple[PathPoint, ...] = ()

    @property
    def linear(self) -> LiveNetwork:
        """The linear model."""
        return self.network

    def advanced(self, alphas: Sequence[float] | np.ndarray) -> "LinearPath":
        """The path after some more alphas."""
        return replace(self, points=(*self.points, *self.follow(alphas)))

    def follow(self, alphas: Sequence[float] | np.ndarray) -> Iterator[PathPoint]:
        """Yield the linear model at each alpha."""
        for alpha in alphas:
            yield PathPoint(float(alpha), self.network)

    def form(self, network: LiveNetwork) -> DirectForm:
        """A network's function of raw features."""
        return self.problem.form_of(network)

    @torch.no_grad()
    def loss(self, network: LiveNetwork, data: TrainingData | None = None) -> float:
        """A network's loss on samples in the units of the problem, or on its own."""
        data, bias = data or self.problem.train, int(network.bias)
        total = 0.0
        for x, y, weight in data.slices():
            output = network(F.pad(x, (0, bias), value=1.0))
            loss = self.problem.loss(output, y, weight)
            total += float(loss) * len(x) / len(data)
        return total

    def eigenvalues(self, network: LiveNetwork) -> list[np.ndarray]:
        """Zeros (N_k,) of each hidden layer's neurons."""
        return [np.zeros(size) for size in self.sizes]

    def grown_out(self, place: int) -> PathPoint:
        """A point: there is nothing to grow."""
        return self.points[place]

    def trained_out(self, point: PathPoint) -> PathPoint:
        """The point: there is nothing to train."""
        return point

    def temperature_of(self, point: PathPoint) -> float:
        """One: linear models are not calibrated."""
        return 1.0

    def pruned(
        self, point: PathPoint, tol: float, data: TrainingData | None = None
    ) -> LiveNetwork:
        """The network of a point: there is nothing to prune."""
        return point.network
