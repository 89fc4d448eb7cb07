"""Second-order training of a given wiring: the compact estimators' ``fit``.

No neuron wakes or goes, and none is priced: what is left of the penalty is the prior
beneath it, a ridge in units of the noise. As the noise is known only once the network
is trained, it is estimated anew every few iterations.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from .._losses import curvature
from .._losses.bridge import BridgePenalty
from .._networks.live import LiveNetwork
from .._networks.wiring import Wiring
from .._numerics.status import Status
from .._problems.problem import Problem
from .._second_order.levenberg_marquardt import optimize
from .._second_order.objective import Objective
from .._second_order.output_layer import outputs_solved
from .directions import directions
from .growth_options import GrowthOptions
from .linear_start import linear_ridge
from .prior import by_fan_in
from .temperature import cooled, refitted, temperature

#: Iterations under one estimate of the noise.
_STRIDE = 10
#: Samples, at most, at which neurons of a fresh network bend.
_N_KINKS = 1000


@dataclass(frozen=True)
class Trained:
    """A network after training.

    Attributes
    ----------
    network : LiveNetwork
    values : tuple of float
        Loss and prior after each iteration.
    status : Status
        Why training ended.
    temperature : float
        What the network's outputs have been divided by.
    """

    network: LiveNetwork
    values: tuple[float, ...]
    status: Status
    temperature: float = 1.0


@dataclass(frozen=True)
class GivenWiring:
    """A wiring, and the samples to train it on.

    Attributes
    ----------
    wiring : Wiring
    objective : Objective
        Of the wiring, whatever its prior is.
    growth : GrowthOptions
        It says what the prior is.
    """

    wiring: Wiring
    objective: Objective
    growth: GrowthOptions

    @classmethod
    def of(cls, problem: Problem, wiring: Wiring) -> "GivenWiring":
        """The wiring on the training samples of a problem."""
        penalty = BridgePenalty(0.0, linear=linear_ridge(problem))
        loss = curvature.of(problem.loss)
        objective = Objective(problem.observations(), loss, penalty, wiring)
        prior = by_fan_in(problem.n_inputs)
        growth = GrowthOptions((), (), penalty, problem.loss, prior=prior)
        return cls(wiring, objective, growth)

    def begun(
        self, linear: LiveNetwork, sizes: Sequence[int], generator: torch.Generator
    ) -> LiveNetwork:
        """A network whose hidden neurons bend at random samples, its outputs solved.

        Parameters
        ----------
        linear : LiveNetwork
            Without neurons: what the outputs begin at, if they hear the input.
        sizes : sequence of int
            Neurons of each hidden layer.
        generator : torch.Generator

        Returns
        -------
        LiveNetwork
        """
        weight = linear.weights[-1]
        network = linear.with_output(weight * self.wiring.heard[-1][: weight.shape[1]])
        for layer, n in enumerate(sizes):
            incoming = self._drawn(network, layer, n, generator)
            silent = weight.new_zeros(len(weight), n)
            indices = torch.arange(n, device=network.device)
            network = network.with_neurons(layer, indices, incoming, silent)
        objective = self._under_prior(network)
        return outputs_solved(objective, objective.evaluate(network, keep=True)).network

    def _drawn(
        self, network: LiveNetwork, layer: int, n: int, generator: torch.Generator
    ) -> Tensor:
        """Weights (n, signals before the layer) along directions of what varies."""
        data = self.objective.data
        rows = torch.randperm(len(data), generator=generator)[:_N_KINKS]
        some = data.taken(rows)
        signals = network.heard(network.signals(some.inputs))
        signals = signals[:, : network.places[layer].start]
        varying = signals.amax(dim=0) > signals.amin(dim=0)
        heard = (varying & self.wiring.heard[layer].bool()).nonzero().flatten()
        drawn = directions(n, signals[:, heard], some.weight, network.bias, generator)
        incoming = signals.new_zeros(n, signals.shape[1])
        incoming[:, heard] = drawn[:, : len(heard)]
        if network.bias:
            incoming[:, network.n_features] = drawn[:, -1]
        return incoming

    def trained(
        self,
        network: LiveNetwork,
        max_iter: int,
        tol: float,
        generator: torch.Generator,
        told: Callable[[dict[str, Any]], object] = id,
    ) -> Trained:
        """Iterate until loss and prior settle, ``max_iter`` times at most.

        Of quasi-Newton's iterations there are four for one (`optimize`). ``told`` is
        told every few of them.
        """
        values: list[float] = []
        status, damping = Status.MAX_ITER, 1e-3
        objective = self._under_prior(network)
        try:
            for start in range(0, max_iter, _STRIDE):
                n_iter = min(_STRIDE, max_iter - start)
                found = optimize(objective, network, n_iter, tol, damping, generator)
                network, damping = found.network, found.damping
                values += found.values[1:]
                told({"iteration": len(values), "objective": found.value})
                last, objective = objective, self._under_prior(network)
                fell = found.values[0] - found.value
                little = fell <= _STRIDE * tol * abs(found.value)
                settled = little or objective.penalty == last.penalty
                if settled or found.status == Status.DIVERGED:
                    status = found.status
                if status != Status.MAX_ITER:
                    break
        except KeyboardInterrupt:
            if not values:
                raise
            status = Status.INTERRUPTED
        return Trained(network, tuple(values), status)

    def calibrated(self, trained: Trained, seed: int) -> Trained:
        """A network at the temperature that samples left out of its refits tell."""
        network = trained.network
        if trained.status == Status.INTERRUPTED:
            return trained
        left_out = refitted(self._under_prior(network), network, seed)
        try:
            found = temperature(left_out, self.growth.loss)
        except KeyboardInterrupt:
            return replace(trained, status=Status.INTERRUPTED)
        return replace(trained, network=cooled(network, found), temperature=found)

    def _under_prior(self, network: LiveNetwork) -> Objective:
        """The objective with the prior that a network's noise asks for."""
        penalty = self.growth.under(0.0, self.objective, network)
        return replace(self.objective, penalty=penalty)
