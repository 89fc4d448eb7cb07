"""`GrowthSolver`: proximal Adam on a growing network, with surveys in between."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .._data.batches import TrainingData
from .._first_order.adam import Adam
from .._first_order.gradient_cache import GradientCache
from .._first_order.growing_gradient import GrowingGradient
from .._first_order.solver import Snapshot, Solver
from .._losses.losses import Loss
from .._losses.penalty import SparseGroupPenalty
from .._networks.flat import pack, unpack
from .._networks.growing import GrowingNetwork
from .._numerics.array_library import ArrayLibrary
from .candidates import N_CANDIDATES, recruited
from .change import Change
from .softening import soften
from .survey import survey
from .survey_schedule import SurveySchedule

#: A survey looks at a quarter of the samples, but at no more than this number over that
#: of directions, or of features if there are more of these.
_SURVEY_SIZE = 2**20
#: Samples that a survey looks at in any case, if there are so many.
_SURVEY_ROWS = 1500


class GrowthSolver(Solver):
    """Proximal Adam on the live neurons, and recruitment now and then.

    Parameters
    ----------
    network : GrowingNetwork
    loss : Loss
    penalty : SparseGroupPenalty
    learning_rate : float
        Adam's step for eigenvectors.
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
    looks_in : TrainingData or None
        Samples to look for neurons in, where training sees fewer at a time.

    Attributes
    ----------
    alpha_max : float or None
        Smallest alpha at which nothing would have woken in the first survey, once there
        was one.
    """

    network: GrowingNetwork

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
        looks_in: TrainingData | None = None,
    ):
        super().__init__(network, loss, penalty)
        self.optimizer = Adam(network.flat.data, learning_rate)
        self.layers, self.generator = list(layers), generator
        self.linear_is_optimal = linear_is_optimal
        self.min_significance = min_significance
        self.eigenvalue_rate, self.looks_in = eigenvalue_rate, looks_in
        self.schedule = SurveySchedule()
        self._arrays = ArrayLibrary.on(network.flat.device)
        self._gradients = GradientCache(self._new_gradient, network.flat.device)
        self._adopt_architecture()

    # -- training ------------------------------------------------------------------

    @torch.no_grad()
    def step(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """One Adam step on the data loss, one proximal step on the eigenvalues."""
        xp, rate = self._arrays.xp, self.eigenvalue_rate
        output = self._gradients[len(x)](x, y, weight, self.loss)
        before = self._lam * 1.0
        orthant = xp.sign(before)
        self.optimizer.update()
        self.schedule.trained(len(x))
        if len(before):
            if rate != 1.0:
                self._lam[...] = before + rate * (self._lam - before)
            metric = self.optimizer.metric(xp, self._second)
            self._prox(self._lam, orthant, metric, rate * self.optimizer.learning_rate)
        return output

    def output(self, x: Tensor) -> Tensor:
        """The network's output, in the buffers of the gradient."""
        return self._gradients[len(x)].forward(x)

    def parameters(self) -> list[Tensor]:
        """Incoming eigenvectors, then eigenvalues."""
        return self.network.structure()

    # -- growth --------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether no neuron is live, and the linear model is optimal."""
        return self.linear_is_optimal and self.n_live() == 0

    def grow(self, data: TrainingData) -> None:
        """Wake the neurons that pay most, if it is time to look and any do."""
        n_steps = self.optimizer.n_steps
        if not (self.schedule.due(n_steps) or self.idle):
            return
        if self.looks_in is not None and len(self.looks_in) > len(data):
            data = self.looks_in
        self.retire()  # sleeping neurons would be surveyed, and take up places
        sizes, n_live = self.network.hidden_layer_sizes, self.network.n_live
        layers = [k for k in self.layers if n_live[k] < sizes[k]]
        n_surveyed = self._recruit(data, layers) if layers else None
        self.schedule.held(n_steps, self.n_live(), n_surveyed)

    def look_soon(self) -> None:
        """Hold a survey at the next call of ``grow``."""
        self.schedule.soon()

    def stop_growing(self) -> None:
        """Close every layer to recruits."""
        self.layers = []

    def _recruit(self, data: TrainingData, layers: list[int]) -> int:
        """Survey some of the samples, and wake the best; return how many samples.

        The first survey's candidates are the same for every generator, so that
        ``alpha_max`` says something of the data alone.
        """
        network, first = self.network, self.alpha_max is None
        generator = torch.Generator().manual_seed(0) if first else self.generator
        most = _SURVEY_SIZE // max(data.x.shape[1], N_CANDIDATES)
        data = data.sample(max(_SURVEY_ROWS, min(len(data) // 4, most)), generator)
        found = survey(network, data, self.loss, layers, generator)
        if first:
            self.alpha_max = max(each.alpha_max(self.penalty) for each in found)
        woken = recruited(found, self.penalty, self.min_significance)
        for recruits in woken:
            n_steps = max(self.optimizer.n_steps, 1)
            self.apply(Change.insertion(network, recruits, n_steps))
        if woken and network.waking.soften:
            soften(network, woken, self.loss, data)
        return len(data)

    def retire(self) -> None:
        """Take the neurons out whose eigenvalues have become zero."""
        if (self._lam == 0).any():
            self.prune(0.0)

    def prune(self, threshold: float) -> None:
        """Take the neurons out whose |λ| does not exceed ``threshold``."""
        keep = [(lam.abs() > threshold).nonzero().flatten() for lam in self.network.lam]
        change = Change.removal(self.network, keep)
        if change is not None:
            self.apply(change)

    def apply(self, change: Change) -> None:
        """Rewrite the network, and with it Adam's moments."""
        structure = self.network.structure()
        first = unpack(self.optimizer.first, structure)
        second = unpack(self.optimizer.second, structure)
        self._take_over(
            change.values(structure),
            pack(change.first(first)),
            pack(change.second(second)),
            change.neurons,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot, whatever the architecture has become since."""
        self.optimizer.n_steps = snapshot.n_steps
        self._take_over(
            snapshot.parameters,
            snapshot.first.clone(),
            snapshot.second.clone(),
            snapshot.neurons,
        )

    def _take_over(
        self,
        structure: list[Tensor],
        first: Tensor,
        second: Tensor,
        neurons: list[Tensor],
    ) -> None:
        """Go on with copies of other parameters, and with other moments."""
        self.network.restructure(structure, neurons)
        n_steps = self.optimizer.n_steps
        self.optimizer.renew(self.network.flat.data, first, second, n_steps)
        self._adopt_architecture()

    # -- what follows from the architecture ------------------------------------------

    def _adopt_architecture(self) -> None:
        self._gradients.clear()
        network, view = self.network, self._arrays.view
        self._lam = view(network.live_eigenvalues)
        self._second = view(self.optimizer.second[len(network.flat) - len(self._lam) :])
        self._prox = self.penalty.on(network.n_live, network.flat.data)

    def _new_gradient(self, n_rows: int) -> GrowingGradient:
        return GrowingGradient(self.network, self.optimizer.grad, n_rows)
