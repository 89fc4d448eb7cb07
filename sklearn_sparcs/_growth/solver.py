"""How a growing network is trained: proximal Adam, and recruitment now and then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from .._data.batches import TrainingData
from .._networks.flat import pack, unpack
from .._networks.growing import GrowingNetwork
from .._networks.structure import without
from .._training.adam import Adam
from .._training.arrays import ArrayLibrary
from .._training.growing_gradient import LiveGradient
from .._training.losses import Loss
from .._training.penalty import SparseGroupPenalty
from .._training.solvers import ByHand, Snapshot, Solver
from .candidates import N_CANDIDATES, Recruits, survey
from .change import Insertion

#: Steps between two surveys, at least, while the network grows. After a survey that did
#: not make it larger than before, the next waits longer by half, up to the second …
SURVEY_INTERVAL = (8.0, 64.0)
#: … and in any case training sees this many times the samples that a survey does.
SURVEY_COST = 4
#: A survey looks at a quarter of the samples, at no more than keep samples × directions
#: (or features) below the first number, but at as many as the second in any case.
_SURVEY_SIZE = 2**20
_SURVEY_ROWS = 1500
#: What the running mean of the parameters keeps of itself at each step.
_AVERAGE_DECAY = 0.98
#: The shortest length at which a neuron that wakes at a finite eigenvalue may send.
_SOFTEST = 1e-3


class GrowthSolver(ByHand, Solver):
    """Proximal Adam on the live neurons, and recruitment now and then.

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
    eigenvalue_rate : float
        Eigenvalues take steps this many times as long as eigenvectors. Where it is
        less than one, the noise of a batch takes fewer of them across zero, which
        would put their neurons to sleep: more neurons live, and learn more slowly.
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
        eigenvalue_rate: float = 1.0,
    ):
        super().__init__(network, loss, penalty)
        self.optimizer = Adam(network.flat.data, learning_rate)
        self._adopt_structure()
        self.layers, self.generator = list(layers), generator
        self.linear_is_optimal = linear_is_optimal
        self.min_significance = min_significance
        self.eigenvalue_rate = eigenvalue_rate
        self._next_survey, self._interval = 0.0, SURVEY_INTERVAL[0]
        self._n_seen, self._n_surveyed = 0, 0  # samples since, and in, the last survey
        self._most_live = 0
        #: Running mean of the parameters, where one is kept.
        self.average: Tensor | None = None
        #: Smallest alpha at which nothing would have woken in the first survey.
        self.alpha_max: float | None = None

    def parameters(self) -> list[Tensor]:
        """Incoming eigenvectors, then eigenvalues."""
        return self.network.structure()

    def set_alpha(self, alpha: float) -> None:
        """Go on under another strength of the penalty."""
        self.penalty = replace(self.penalty, alpha=alpha)
        self._adopt_structure()

    def keep_average(self) -> None:
        """Keep a running mean of the parameters from here on."""
        self.average = self.network.flat.data.clone()

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The network at the running mean, which lies where batches' noise cancels."""
        flat, average = self.network.flat.data, self.average
        if average is None:
            yield
            return
        present = flat.clone()
        flat.copy_(average)
        try:
            yield
        finally:
            flat.copy_(present)

    def settle(self) -> None:
        """Put the running mean in the network's place, and keep none any more."""
        if self.average is not None:
            self.network.flat.data.copy_(self.average)
            self.average = None

    @property
    def idle(self) -> bool:
        """Whether nothing is awake, and the linear model the best there is."""
        return self.linear_is_optimal and self.n_live() == 0

    def grow(self, data: TrainingData) -> None:
        """Wake the neurons that pay most, if it is time to look and any do."""
        early = (
            self.optimizer.n_steps < self._next_survey
            or self._n_seen < SURVEY_COST * self._n_surveyed
        )
        if early and not self.idle:
            return
        self.end_epoch()  # who sleeps is not to be asked, and leaves room
        sizes, n_live = self.network.hidden_layer_sizes, self.network.n_live
        layers = [k for k in self.layers if self.growing and n_live[k] < sizes[k]]
        if layers:
            self._survey(data, layers)
        shortest, longest = SURVEY_INTERVAL
        grown = self._n_live > self._most_live
        self._interval = shortest if grown else min(1.5 * self._interval, longest)
        self._most_live = max(self._n_live, self._most_live)
        self._next_survey = self.optimizer.n_steps + self._interval
        self._n_seen = 0

    def look_soon(self) -> None:
        """Let the next call of ``grow`` look."""
        self._next_survey, self._n_seen = 0.0, SURVEY_COST * self._n_surveyed
        self._interval = SURVEY_INTERVAL[0]

    def _survey(self, data: TrainingData, layers: list[int]) -> None:
        """Look for neurons that pay, and wake the best.

        The first survey's candidates are the same for every generator, so that
        ``alpha_max`` says something of the data alone.
        """
        first = self.alpha_max is None
        generator = torch.Generator().manual_seed(0) if first else self.generator
        most = _SURVEY_SIZE // max(data.x.shape[1], N_CANDIDATES)
        data = data.sample(max(_SURVEY_ROWS, min(len(data) // 4, most)), generator)
        self._n_surveyed = len(data)
        candidates = survey(self.network, data, self.loss, layers, generator)
        n_layers = len(self.network.lam)
        if first:
            unit = replace(self.penalty, alpha=1.0)
            self.alpha_max = max(
                float(c.rates()[0].max()) / unit.strength(c.layer, n_layers)
                for c in candidates
            )
        woken = []
        for layer in reversed(candidates):
            awake = self.network.lam[layer.layer]
            recruits = layer.best(self.penalty, awake, n_layers, self.min_significance)
            if recruits is not None:
                self.wake(recruits)
                woken.append((layer.layer, len(recruits.indices)))
        if woken and self.network.waking.soften:
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

        flat = self.network.flat.data
        before = flat.clone()
        asleep, length = loss_at(0.0), 1.0
        while length > _SOFTEST:
            flat.copy_(before)
            if loss_at(length) < asleep:
                break
            length /= 4

    def wake(self, recruits: Recruits) -> None:
        """Insert neurons; Adam starts them with the moments of their own rates."""
        network = self.network
        woken = Insertion.of(network, recruits, max(self.optimizer.n_steps, 1))
        first, second = self._moments()
        if self.average is not None:
            self.average = pack(woken.values(self._unpacked(self.average)))
        self._restructure(
            woken.values(network.structure()),
            woken.first(first),
            woken.second(second),
            woken.neurons,
        )

    def end_epoch(self) -> None:
        """Retire the neurons whose eigenvalues have become zero."""
        if (self._lam == 0).any():
            self.prune(0.0)

    def prune(self, threshold: float) -> None:
        """Take them out."""
        network = self.network
        keep = [(lam.abs() > threshold).nonzero().flatten() for lam in network.lam]
        if [len(k) for k in keep] == network.n_live:
            return
        structure, first, second = (
            without(t, keep) for t in (network.structure(), *self._moments())
        )
        if self.average is not None:
            self.average = pack(without(self._unpacked(self.average), keep))
        neurons = [n[k] for n, k in zip(network.neurons, keep, strict=True)]
        self._restructure(structure, first, second, neurons)

    @torch.no_grad()
    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on the data loss, one proximal step on the eigenvalues."""
        gradient, xp = self._gradient(x.shape[0]), self._arrays.xp
        output = gradient(x, y, weight, self.loss)
        before, rate = self._lam * 1.0, self.eigenvalue_rate
        orthant = xp.sign(before)
        self.optimizer.update()
        self._n_seen += x.shape[0]
        if self._n_live:
            if rate != 1.0:
                self._lam[...] = before + rate * (self._lam - before)
            self.penalty.prox_(
                self._arrays,
                self._lam,
                orthant,
                self._strengths,
                self.optimizer.metric(xp, self._second),
                rate * self.optimizer.learning_rate,
                self._sizes,
            )
        if self.average is not None:
            self.average.lerp_(self.network.flat.data, 1 - _AVERAGE_DECAY)
        return output

    def _new_gradient(self, n_rows: int) -> LiveGradient:
        return LiveGradient(self.network, self.optimizer.grad, n_rows)

    def _moments(self) -> tuple[list[Tensor], list[Tensor]]:
        first, second = self.optimizer.first, self.optimizer.second
        return self._unpacked(first), self._unpacked(second)

    def _unpacked(self, flat: Tensor) -> list[Tensor]:
        return unpack(flat, self.network.structure())

    def _restructure(
        self,
        structure: list[Tensor],
        first: list[Tensor],
        second: list[Tensor],
        neurons: list[Tensor],
    ) -> None:
        """Go on with copies of other parameters and moments."""
        self.network.restructure(structure, neurons)
        self.optimizer.renew(
            self.network.flat.data, pack(first), pack(second), self.optimizer.n_steps
        )
        self._adopt_structure()

    def _adopt_structure(self) -> None:
        """Whatever follows from the architecture alone."""
        network = self.network
        self._gradients = {}
        self._sizes = network.n_live
        self._n_live = sum(self._sizes)
        self._arrays = ArrayLibrary.on(network.flat.device)
        view, start = self._arrays.view, len(network.flat) - self._n_live
        self._lam = view(network.live_eigenvalues)
        self._second = view(self.optimizer.second[start:])
        self._strengths = view(self.penalty.strengths(self._sizes, network.flat.data))

    def restore(self, snapshot: Snapshot) -> None:
        """Take it over, whatever the architecture has become since."""
        self.optimizer.n_steps = snapshot.n_steps
        self._restructure(
            snapshot.parameters,
            [snapshot.first],
            [snapshot.second],
            snapshot.neurons,
        )
        if self.average is not None:
            self.keep_average()
