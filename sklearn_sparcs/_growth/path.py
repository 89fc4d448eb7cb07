"""A path: networks along falling alphas, each of which starts at the last.

At the largest alpha, `alpha_max`, the network is the linear model. At each smaller
alpha the last network is the start: neurons that pay wake in it, and all weights are
trained towards their optimum (`path_following`). Networks are immutable values, so a
path can be continued from its last point, here or in another process.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import torch

from .._data.batches import TrainingData
from .._direct.form import DirectForm
from .._losses import curvature
from .._losses.bridge import BridgePenalty
from .._losses.raw_observations import observed
from .._networks.gauge import structure_of
from .._networks.live import LiveNetwork
from .._networks.structure import parts
from .._problems.problem import Problem, Units
from .._problems.task import Task
from .._second_order.objective import Objective
from .alpha_search import MORE_SURVEYS
from .first_survey import FirstSurvey
from .growth_options import GrowthOptions
from .linear_path import LinearPath
from .linear_start import grown_from, linear_ridge, linear_start
from .path_following import follow, trained_out
from .path_point import PathPoint
from .prior import EVEN
from .second_order_pruning import pruned
from .temperature import refitted, temperature


@dataclass(frozen=True)
class PathFit:
    """A path that can be advanced, alpha by alpha.

    Attributes
    ----------
    problem : Problem
    objective : Objective
        Loss and samples; its penalty has no alpha of its own.
    growth : GrowthOptions
    first : FirstSurvey
        The linear model, and what may wake in it.
    seed : int
        Of the draws.
    points : tuple of PathPoint
        The networks so far.
    """

    problem: Problem
    objective: Objective = field(repr=False)
    growth: GrowthOptions
    first: FirstSurvey = field(repr=False)
    seed: int
    points: tuple[PathPoint, ...] = ()

    @classmethod
    def begun(
        cls, problem: Problem, activation: str, growth: GrowthOptions, seed: int
    ) -> "PathFit":
        """A path at the problem's linear model."""
        objective = Objective(
            problem.observations(), curvature.of(problem.loss), growth.penalty
        )
        shape = len(growth.sizes), activation
        linear, start = linear_start(problem, *shape), grown_from(problem, *shape)
        linear_loss = curvature.of(problem.linear_loss)
        first = FirstSurvey.of(objective, linear, growth, start, linear_loss)
        return cls(problem, objective, growth, first, seed)

    @property
    def alpha_max(self) -> float:
        """Smallest alpha at which no neuron wakes in the linear model."""
        return self.first.alpha_max

    @property
    def significance(self) -> float:
        """Standard errors of neurons' best gain above noise, if it was computed."""
        return self.first.significance

    @property
    def linear(self) -> LiveNetwork:
        """The linear model that the path starts at."""
        return self.first.network

    @property
    def smooths(self) -> bool:
        """Whether networks learn smoothed labels, and the linear model does not."""
        return self.problem.linear_loss != self.problem.loss

    def advanced(self, alphas: Sequence[float] | np.ndarray) -> "PathFit":
        """The path after some more alphas."""
        return replace(self, points=(*self.points, *self.follow(alphas)))

    def follow(self, alphas: Sequence[float] | np.ndarray) -> Iterator[PathPoint]:
        """Yield the network at each alpha, from where the path stands."""
        generator = torch.Generator().manual_seed(self.seed + len(self.points))
        network = self.points[-1].network if self.points else self.first.network
        for point in follow(
            self.objective, self.first, alphas, self.growth, generator, network
        ):
            yield PathPoint(point.penalty.alpha, point.network)

    def form(self, network: LiveNetwork) -> DirectForm:
        """A network's function of raw features."""
        return self.problem.form_of(network)

    def loss(self, network: LiveNetwork, data: TrainingData | None = None) -> float:
        """A network's loss on samples in the units of the problem, or on its own."""
        network = self.first.judged(network)
        if data is None:
            return self.objective.data_loss(network)
        other = replace(self.objective, data=observed(data, self.problem.bias))
        return other.data_loss(network)

    def eigenvalues(self, network: LiveNetwork) -> list[np.ndarray]:
        """Eigenvalues of each hidden layer's neurons (N_k,), zero while they sleep."""
        _, lam = parts(structure_of(network, self.growth.penalty.depth_factor))
        layers = []
        for size, neurons, values in zip(
            self.growth.sizes, network.neurons, lam, strict=True
        ):
            layer = np.zeros(size)
            layer[neurons.cpu().numpy()] = values.cpu().numpy()
            layers.append(layer)
        return layers

    def grown_out(self, place: int) -> PathPoint:
        """A point after more surveys at its alpha, for as long as they wake neurons.

        A linear network stays one.
        """
        path = replace(self, points=self.points[: place + 1])
        point, n_before, surveys = path.points[-1], 0, 0
        while point.n_live > n_before and surveys < MORE_SURVEYS:
            n_before, surveys = point.n_live, surveys + 1
            path = path.advanced([point.alpha])
            point = path.points[-1]
        return point

    def trained_out(self, point: PathPoint) -> PathPoint:
        """The point with its network trained until its weights settle."""
        network = point.network
        penalty = self.growth.under(point.alpha, self.objective, network)
        here = replace(self.objective, penalty=penalty)
        return replace(point, network=trained_out(here, network, self.first))

    def temperature_of(self, point: PathPoint) -> float:
        """The temperature of a point's network that samples left out tell."""
        network = point.network
        penalty = self.growth.under(point.alpha, self.objective, network)
        here = replace(self.objective, penalty=penalty)
        left_out = refitted(here, network, self.seed)
        return temperature(left_out, self.problem.loss)

    def pruned(
        self, point: PathPoint, tol: float, data: TrainingData | None = None
    ) -> LiveNetwork:
        """The network of a point without the neurons that the loss can spare.

        The loss on its own samples, or on others.
        """
        network, generator = point.network, torch.Generator().manual_seed(self.seed)
        seen = self.growth.seen(self.objective, network, generator)
        penalty = self.growth.under(point.alpha, self.objective, network, seen)
        judge = self.objective
        if data is not None:
            judge = replace(judge, data=observed(data, self.problem.bias))
        here = replace(seen, penalty=penalty)
        return pruned(here, network, tol, loss=judge.data_loss)


#: A path that may grow, or one that may not.
Path: TypeAlias = PathFit | LinearPath


@dataclass(frozen=True)
class PathOptions:
    """Hyperparameters of a path, which start it on any problem.

    Attributes
    ----------
    sizes : tuple of int
        Most neurons of each hidden layer.
    penalty : BridgePenalty
        Whatever its alpha is.
    units : Units
    linear_alpha : float or None
        Strength of the linear models' ridge; None chooses it for every problem.
    smooth : bool
        Whether labels may be smoothed where neurons wake.
    grows : bool
        Whether neurons may wake: else every path is linear.
    min_significance : float
        As in `GrowthOptions`.
    prior : float
        Precision of the hidden weights' prior.
    """

    sizes: tuple[int, ...]
    penalty: BridgePenalty
    units: Units
    linear_alpha: float | None = None
    smooth: bool = False
    grows: bool = True
    min_significance: float = 0.0
    prior: float = EVEN

    @property
    def layers(self) -> tuple[int, ...]:
        """Every hidden layer, counted from 0."""
        return tuple(range(len(self.sizes)))

    @property
    def smooths(self) -> bool:
        """Whether labels may be smoothed for these networks."""
        return self.smooth and self.grows and bool(self.sizes)

    def problem(self, task: Task) -> Problem:
        """The problem that a task poses, begun at the linear model."""
        return Problem.of(
            task,
            self.units,
            linear_alpha=self.linear_alpha,
            smooth=self.smooths,
        )

    def begun(
        self, problem: Problem, activation: str, layers: Sequence[int], seed: int
    ) -> Path:
        """Start a path with these layers open."""
        if not self.grows:
            network = linear_start(problem, len(self.sizes), activation)
            return LinearPath(problem, network, self.sizes)
        growth = GrowthOptions(
            self.sizes,
            tuple(layers),
            replace(self.penalty, linear=linear_ridge(problem)),
            problem.loss,
            min_significance=self.min_significance,
            prior=self.prior,
        )
        return PathFit.begun(problem, activation, growth, seed)


def path_alphas(alpha_max: float, n_alphas: int, eps: float) -> np.ndarray:
    """A geometric grid from ``alpha_max`` down to ``eps`` times it."""
    largest = max(
        alpha_max, np.finfo(float).tiny / eps
    )  # alpha_max is 0 if no neuron pays
    return np.geomspace(largest, largest * eps, n_alphas)
