"""Neurons that wake, and leave, in a network that another optimiser trains."""

from collections import deque

import torch
from torch import Tensor, nn

from .._data.batches import TrainingData
from .._networks.growing_module import GrowingSpectralNetwork
from .._training.arrays import Array, ArrayLibrary
from .._training.penalty import SparseGroupPenalty
from .candidates import recruited
from .change import Change
from .optimizer_adapter import OptimizerAdapter
from .survey import survey


class KnownGradient:
    """A loss whose gradient at the output is given, as if it were the target."""

    def gradient(
        self,
        arrays: ArrayLibrary,
        output: Array,
        target: Array,
        weight: Array | None,
        out: Array,
    ) -> None:
        """Write the target, which is (n, outputs), to ``out``."""
        out[...] = target.T


class Recruitment:
    """Keeps what passes through a network in training, and surveys it.

    The rates at which neurons would pay ask for the network's input and for ∂loss/∂y
    of some batches, whatever the loss is and whatever lies between.

    Parameters
    ----------
    network : GrowingSpectralNetwork
    optimizer : OptimizerAdapter
    min_significance : float
        Standard errors that a rate must exceed for its neuron to wake.
    max_recruits : int
        Most neurons of a layer to wake after one survey.
    n_batches : int
        Latest batches that are kept.
    generator : torch.Generator
        Draws the candidates.
    """

    def __init__(
        self,
        network: GrowingSpectralNetwork,
        optimizer: OptimizerAdapter,
        *,
        min_significance: float,
        max_recruits: int,
        n_batches: int,
        generator: torch.Generator,
    ):
        self.network, self.optimizer = network, optimizer
        self.min_significance, self.max_recruits = min_significance, max_recruits
        self.generator = generator
        #: Input, and ∂loss/∂y, of the latest batches.
        self.seen: deque[tuple[Tensor, Tensor]] = deque(maxlen=n_batches)
        self._hook = network.register_forward_hook(self._watch)

    def close(self) -> None:
        """Stop watching the network, and forget what was seen."""
        self._hook.remove()
        self.seen.clear()

    def _watch(
        self, network: nn.Module, args: tuple[Tensor, ...], output: Tensor
    ) -> None:
        """Keep the input of a training batch, and later ∂loss/∂y."""
        if network.training and output.requires_grad:
            x = args[0].detach()
            output.register_hook(lambda grad: self.seen.append((x, grad.detach())))

    def retire(self) -> None:
        """Take the neurons out whose eigenvalues have become zero."""
        keep = [lam.nonzero().flatten() for lam in self.network.lam]
        change = Change.removal(self.network, keep)
        if change is not None:
            self.apply(change)

    def recruit(self, penalty: SparseGroupPenalty, n_steps: int) -> None:
        """Wake the neurons that pay most under a penalty, if any do.

        ``n_steps`` are those behind the optimiser's moments, if it does not count them.
        """
        network = self.network
        sizes = zip(network.n_live, network.hidden_layer_sizes, strict=True)
        layers = [k for k, (n_live, most) in enumerate(sizes) if n_live < most]
        if not self.seen or not layers:
            return
        # under autocast they come in half precision
        x, grad = (
            torch.cat(parts).to(network.Q[-1]) for parts in zip(*self.seen, strict=True)
        )
        data = TrainingData(x, grad / len(self.seen), None)
        found = survey(
            network.detached(), data, KnownGradient(), layers, self.generator
        )
        best = recruited(found, penalty, self.min_significance, self.max_recruits)
        for recruits in best:
            lam = network.lam[recruits.layer]
            steps = self.optimizer.n_steps(lam, default=n_steps)
            betas = self.optimizer.betas(lam)
            self.apply(Change.insertion(network, recruits, steps, betas))

    def apply(self, change: Change) -> None:
        """Rewrite the network, and the optimiser's moments of it."""
        parameters = self.network.structure()
        self.optimizer.rewrite_moments(parameters, change.first, change.second)
        values = change.values([p.detach() for p in parameters])
        self.network.restructure(values, change.neurons)
        for old, new in zip(parameters, self.network.structure(), strict=True):
            self.optimizer.replace(old, new)
