"""How a network is trained: one solver for growth, one for the paper's recipe."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ._activations import WAKING
from ._batches import TrainingData
from ._growing import GrowingNetwork, Recruits
from ._losses import Loss
from ._penalty import SparseGroupPenalty
from ._recruitment import N_CANDIDATES, survey

#: A survey looks at as many rows as keep rows × candidates below this, within reason.
_SURVEY_SIZE = 2**20
_SURVEY_ROWS = (1000, 20_000)
#: The shortest length at which a neuron that wakes at a finite eigenvalue may send.
_SOFTEST = 1e-3


@dataclass(frozen=True)
class Snapshot:
    """A network and its optimiser at one moment."""

    parameters: list[Tensor]
    first: list[Tensor]
    second: list[Tensor]
    n_steps: float
    neurons: list[Tensor]


class Solver(ABC):
    """An optimiser's hold on a network."""

    network: Any  # a GrowingNetwork, SpectralNetwork or DirectNetwork

    #: Whether neurons may still wake.
    growing = False

    def __init__(
        self,
        network: nn.Module,
        loss: Loss,
        penalty: SparseGroupPenalty,
        learning_rate: float,
    ):
        self.network, self.loss, self.penalty = network, loss, penalty
        parameters = list(network.parameters())
        self.optimizer = torch.optim.Adam(parameters, learning_rate, fused=True)
        self.set_moments(
            [torch.zeros_like(p) for p in parameters],
            [torch.zeros_like(p) for p in parameters],
            0.0,
        )

    def moments(self) -> tuple[list[Tensor], list[Tensor], float]:
        """Adam's first and second moments, and the number of steps behind them."""
        state = [self.optimizer.state[p] for p in self.network.parameters()]
        first, second = ([s[key] for s in state] for key in ("exp_avg", "exp_avg_sq"))
        return first, second, max((float(s["step"]) for s in state), default=0.0)

    def set_moments(
        self, first: Sequence[Tensor], second: Sequence[Tensor], n_steps: float
    ) -> None:
        """Give the optimiser the network's present parameters, with these moments."""
        parameters = list(self.network.parameters())
        self.optimizer.param_groups[0]["params"] = parameters
        self.optimizer.state.clear()
        for p, m, v in zip(parameters, first, second, strict=True):
            step = torch.tensor(n_steps, dtype=torch.float32, device=p.device)
            self.optimizer.state[p] = {"step": step, "exp_avg": m, "exp_avg_sq": v}

    def penalty_value(self) -> Tensor | float:
        """alpha · Ω of the hidden eigenvalues."""
        hidden = self.network.hidden_eigenvalues()
        return self.penalty.value(hidden) if hidden else 0.0

    def n_live(self) -> int:
        """How many hidden neurons fire."""
        return sum(map(len, self.network.neurons))

    @property
    def idle(self) -> bool:
        """Whether an epoch would change nothing."""
        return False

    @abstractmethod
    def begin_epoch(self, data: TrainingData) -> None:
        """Change the architecture, if that pays."""

    @abstractmethod
    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """Train on one batch; returns the output that it started from."""

    @abstractmethod
    def end_epoch(self) -> None:
        """Tidy up."""

    def snapshot(self) -> Snapshot:
        """A copy of the network, its architecture and the moments."""
        first, second, n_steps = self.moments()
        return Snapshot(
            [p.detach().clone() for p in self.network.parameters()],
            [m.clone() for m in first],
            [v.clone() for v in second],
            n_steps,
            list(self.network.neurons),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Take a copy back, unchanged and unshared."""
        kept = deepcopy(snapshot)
        self._put(kept.parameters, kept.neurons)
        self.set_moments(kept.first, kept.second, kept.n_steps)

    @abstractmethod
    def _put(self, parameters: list[Tensor], neurons: list[Tensor]) -> None:
        """Give the network these parameters."""


class AdamSolver(Solver):
    """Adam on every parameter, the penalty by its subgradient: the paper's recipe.

    It also trains a `DirectNetwork`, which has no eigenvalues and so no penalty.
    """

    def begin_epoch(self, data: TrainingData) -> None:
        """Nothing to do: every neuron is there from the start."""

    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on loss and penalty."""
        self.optimizer.zero_grad()
        output = self.network(x)
        (self.loss(output, y, weight) + self.penalty_value()).backward()
        self.optimizer.step()
        return output.detach()

    def end_epoch(self) -> None:
        """Nothing to do."""

    def _put(self, parameters: list[Tensor], neurons: list[Tensor]) -> None:
        for parameter, value in zip(self.network.parameters(), parameters, strict=True):
            parameter.data.copy_(value)


class GrowthSolver(Solver):
    """Proximal Adam on the live neurons, and recruitment between epochs.

    Parameters
    ----------
    layers : sequence of int
        The hidden layers that are open to recruits.
    generator : torch.Generator
        Draws the candidates.
    linear_is_optimal : bool
        The network starts as the best linear model, so without live neurons
        there is nothing to train.
    min_significance : float
        Standard errors that a rate must exceed for its neuron to wake.
    """

    network: GrowingNetwork
    growing = True

    def __init__(
        self,
        network: GrowingNetwork,
        loss: Loss,
        penalty: SparseGroupPenalty,
        learning_rate: float,
        layers: Sequence[int],
        generator: torch.Generator,
        linear_is_optimal: bool = True,
        min_significance: float = 2.5,
    ):
        super().__init__(network, loss, penalty, learning_rate)
        self.layers, self.generator = list(layers), generator
        self.linear_is_optimal = linear_is_optimal
        self.min_significance = min_significance
        #: Smallest alpha at which nothing would have woken in the first survey.
        self.alpha_max: float | None = None

    def begin_epoch(self, data: TrainingData) -> None:
        """Wake the neurons that pay most, if any do.

        The first survey's candidates are the same for every generator, so that
        ``alpha_max`` says something of the data alone.
        """
        sizes, n_live = self.network.hidden_layer_sizes, self.network.n_live
        layers = [k for k in self.layers if self.growing and n_live[k] < sizes[k]]
        if not layers:
            return
        widest = max(data.x.shape[1], N_CANDIDATES)
        n_rows = np.clip(_SURVEY_SIZE // widest, *_SURVEY_ROWS)
        first = self.alpha_max is None
        generator = torch.Generator().manual_seed(0) if first else self.generator
        data = data.sample(int(n_rows), generator)
        candidates = survey(self.network, data, self.loss, layers, generator)
        if first:
            unit = replace(self.penalty, alpha=1.0)
            self.alpha_max = max(
                float(c.rates()[0].max()) / unit.strength(c.layer, len(sizes))
                for c in candidates
            )
        woken = []
        for layer in reversed(candidates):
            awake = self.network.lam[layer.layer]
            recruits = layer.best(
                self.penalty, awake, len(sizes), self.min_significance
            )
            if recruits is not None:
                self.wake(recruits)
                woken.append((layer.layer, len(recruits.indices)))
        if woken and WAKING[self.network.activation].soften:
            self._soften(woken, data)

    @torch.no_grad()
    def _soften(self, woken: list[tuple[int, int]], data: TrainingData) -> None:
        """Let neurons that woke at a finite eigenvalue speak softly enough to help.

        What they send is a direction of descent, so some length of it lowers the
        loss: a quarter is tried, then a quarter of that, and so on.
        """

        def loss_at(length: float) -> float:
            for layer, n_newest in woken:
                self.network.scale_outgoing(layer, n_newest, length)
            losses = (
                self.loss(self.network(x), y, weight) * len(x)
                for x, y, weight in data.slices()
            )
            return float(sum(losses))

        structure = [p.detach().clone() for p in self.network.structure()]
        asleep, length = loss_at(0.0), 1.0
        while length > _SOFTEST:
            for p, value in zip(self.network.structure(), structure, strict=True):
                p.copy_(value)
            if loss_at(length) < asleep:
                break
            length /= 4

    @torch.no_grad()
    def wake(self, recruits: Recruits) -> None:
        """Insert neurons; Adam starts them with the moments of their own rates."""
        network, k = self.network, len(recruits.indices)
        sign = (-1.0) ** (len(network.lam) - recruits.layer)
        size = WAKING[network.activation].eigenvalue
        lam = recruits.rates.new_full((k,), sign * size)
        # later layers may have grown since the survey: nothing links to the newest
        outgoing = [
            F.pad(columns, (0, 0, 0, len(network.Q[r]) - len(columns)))
            for r, columns in enumerate(recruits.outgoing, start=recruits.layer + 1)
        ]
        nothing = [torch.zeros_like(columns) for columns in outgoing]
        first, second, n_steps = self.moments()
        beta1, beta2 = self.optimizer.param_groups[0]["betas"]
        steps = max(n_steps, 1.0)
        m = -sign * recruits.rates * (1 - beta1**steps)
        v = recruits.rates**2 * (1 - beta2**steps)
        still = torch.zeros_like(recruits.incoming)
        insert = partial(network.with_recruits, layer=recruits.layer)
        structure = insert(
            network.structure(), incoming=recruits.incoming, lam=lam, outgoing=outgoing
        )
        first = insert(first, incoming=still, lam=m, outgoing=nothing)
        second = insert(second, incoming=still, lam=v, outgoing=nothing)
        neurons = list(network.neurons)
        neurons[recruits.layer] = torch.cat([neurons[recruits.layer], recruits.indices])
        network.restructure(structure, neurons)
        self.set_moments(first, second, n_steps)

    @torch.no_grad()
    def end_epoch(self) -> None:
        """Retire the neurons whose eigenvalues have become zero."""
        network = self.network
        keep = [lam.nonzero().flatten() for lam in network.lam]
        if [len(k) for k in keep] == network.n_live:
            return
        first, second, n_steps = self.moments()
        structure, first, second = (
            network.without(t, keep) for t in (network.structure(), first, second)
        )
        neurons = [n[k] for n, k in zip(network.neurons, keep, strict=True)]
        network.restructure(structure, neurons)
        self.set_moments(first, second, n_steps)

    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on the data loss and one proximal step on the eigenvalues."""
        self.optimizer.zero_grad()
        output = self.network(x)
        self.loss(output, y, weight).backward()
        before = [lam.detach().clone() for lam in self.network.lam]
        self.optimizer.step()
        self._shrink(before)
        return output.detach()

    @torch.no_grad()
    def _shrink(self, before: Sequence[Tensor]) -> None:
        """Proximal step in Adam's metric; an eigenvalue does not cross zero.

        Beyond the kink at zero the step's gradient says nothing: the neuron falls
        asleep there, and may be recruited again.
        """
        group = self.optimizer.param_groups[0]
        for layer, (lam, old) in enumerate(zip(self.network.lam, before, strict=True)):
            if len(lam) == 0:
                continue
            state = self.optimizer.state[lam]
            correction = 1 - group["betas"][1] ** state["step"]
            size = group["lr"] / (
                (state["exp_avg_sq"] / correction).sqrt() + group["eps"]
            )
            shrunk = self.penalty.prox(lam, size, layer, len(before))
            lam.copy_(shrunk.where(shrunk * old > 0, 0))

    @property
    def idle(self) -> bool:
        """Whether nothing is awake, and the linear model the best there is."""
        return self.linear_is_optimal and self.n_live() == 0

    def _put(self, parameters: list[Tensor], neurons: list[Tensor]) -> None:
        self.network.restructure(parameters, neurons)
