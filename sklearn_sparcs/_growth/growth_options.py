"""What growth is told: hyperparameters, and how many of the samples it looks at."""

from dataclasses import dataclass, replace

import torch

from .._losses.bridge import BridgePenalty
from .._losses.losses import Loss
from .._losses.observations import Sums
from .._networks.live import LiveNetwork
from .._second_order.objective import Objective
from .prior import EVEN

#: Samples that a network on its way is trained on where there are more than twice as
#: many: so many, and so many for each weight of an output.
_ROWS, ROWS_A_WEIGHT = 2**13, 20

#: Samples that the linear model's candidates are judged on, and that a network which
#: is kept is trained on before all of many.
FIRST_ROWS = 2**16

#: What draws the candidates that decide whether a linear model suffices: always the
#: same, so that alpha_max says something of the data alone.
_FIRST_SEED = 0


@dataclass(frozen=True)
class GrowthOptions:
    """Hyperparameters of growth.

    Attributes
    ----------
    sizes : tuple of int
        Most neurons of each hidden layer.
    layers : tuple of int
        Those that are open to neurons, from 0.
    penalty : BridgePenalty
        Whatever its alpha and prior are.
    loss : Loss
    min_significance : float
        Standard errors that the first neurons' gains must lie above noise. At zero
        any will do, and how many they are is not looked for.
    prior : float
        Ridge of the neurons' weights, in units of the noise of a sample.
    rate : float
        Neurons that wake at a time, as a share of those awake.
    n_iter : int
        Training iterations at each alpha.
    tol : float
        Relative progress of the objective that counts as none.
    sampled : bool
        Whether networks on the way are trained on some of many samples, drawn anew at
        each alpha: whoever keeps one trains it on all.
    """

    sizes: tuple[int, ...]
    layers: tuple[int, ...]
    penalty: BridgePenalty
    loss: Loss
    min_significance: float = 2.5
    prior: float = EVEN
    rate: float = 0.5
    n_iter: int = 3
    tol: float = 1e-4
    sampled: bool = False

    def seen(
        self, objective: Objective, network: LiveNetwork, generator: torch.Generator
    ) -> Objective:
        """The objective that a network is trained on along the path."""
        p = network.n_hidden_weights + network.n_signals
        return self._some(objective, max(_ROWS, ROWS_A_WEIGHT * p), generator)

    def seen_first(self, objective: Objective) -> Objective:
        """The objective that candidates of the linear model are scored on."""
        return self._some(objective, FIRST_ROWS, first_draw())

    def _some(
        self, objective: Objective, n: int, generator: torch.Generator
    ) -> Objective:
        """A sample of n, if it is at most half of all; else all."""
        if not self.sampled or len(objective.data) < 2 * n:
            return objective
        return objective.sample(n, generator)

    def noise(self, data_loss: float, n_outputs: int) -> float:
        """Noise of one sample's loss in an output."""
        squared = self.loss.linear_model == "least squares"
        return (2 * data_loss if squared else 1.0) / self.loss.n_averaged(n_outputs)

    def explained(self, objective: Objective, network: LiveNetwork) -> bool:
        """Whether the residuals are no more than rounding errors."""
        if self.loss.linear_model != "least squares":
            return False
        square, n = objective.total(_square_of_targets)
        rounding: float = torch.finfo(square.dtype).eps ** 0.75
        return objective.data_loss(network) <= rounding * float(square / n)

    def under(
        self,
        alpha: float,
        objective: Objective,
        network: LiveNetwork,
        seen: Objective | None = None,
    ) -> BridgePenalty:
        """The penalty at some alpha, its prior in units of the noise left.

        That noise is looked for in all samples of the objective, or in some.
        """
        noise = self.noise((seen or objective).data_loss(network), network.n_outputs)
        prior = self.prior * noise / objective.data.n_counted
        return replace(self.penalty, alpha=float(alpha), prior=prior)


def _square_of_targets(objective: Objective) -> Sums:
    """Sum of squares of targets that are here, and how many they are."""
    y = objective.here.y
    return y.square().sum(), y.new_tensor(y.numel())


def first_draw() -> torch.Generator:
    """What draws the candidates of the linear model."""
    return torch.Generator().manual_seed(_FIRST_SEED)
