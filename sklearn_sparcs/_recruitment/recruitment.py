"""Waking and removal of neurons in a network that a torch optimiser trains."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
import torch

from .._losses.penalty import SparseGroupPenalty
from .._losses.processes import Processes, in_process_group
from .._networks.growing_module import GrowingSpectralNetwork
from .._numerics.array_library import Array, ArrayLibrary
from .candidates import Judged, Recruits, recruited
from .change import Change
from .optimizer_adapter import OptimizerAdapter
from .partialling_out import FEW_SIGNALS, can_tell_links
from .recorder import Recorder
from .sample_splitting import survey_by_halves
from .seen import Seen
from .survey import survey

#: Relative difference of parameters of processes that is more than rounding.
_APART = 1e-3


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
    """Neurons that wake, and leave, and those that pay.

    The rates at which neurons would pay ask for the network's input and for ∂loss/∂y
    of some steps, whatever the loss is and whatever lies between (`Recorder`).

    Parameters
    ----------
    network : GrowingSpectralNetwork
    averages : sequence of GrowingSpectralNetwork
        Copies of the network that change as it does.
    optimizer : OptimizerAdapter
    recorder : Recorder
    min_significance : float
        Standard errors that a rate must exceed for its neuron to wake.
    max_recruits : int
        Most neurons of a layer to wake after one survey.
    generator : torch.Generator
        Draws the candidates.
    """

    def __init__(
        self,
        network: GrowingSpectralNetwork,
        averages: Sequence[GrowingSpectralNetwork],
        optimizer: OptimizerAdapter,
        recorder: Recorder,
        *,
        min_significance: float,
        max_recruits: int,
        generator: torch.Generator,
    ):
        self.network, self.averages = network, list(averages)
        self.optimizer, self.recorder = optimizer, recorder
        self.min_significance, self.max_recruits = min_significance, max_recruits
        self.generator = generator

    def retire(self) -> bool:
        """Take the neurons out whose eigenvalues have become zero, if there are any."""
        keep = [lam.nonzero().flatten() for lam in self.network.lam]
        change = Change.removal(self.network, keep)
        if change is not None:
            self.apply(change)
        return change is not None

    def recruit(self, penalty: SparseGroupPenalty, n_steps: int) -> bool:
        """Wake the neurons that pay most under a penalty, if any do.

        Of processes that train together the first looks for them, in what has passed
        through its network, and all wake the same. ``n_steps`` are those behind the
        optimiser's moments, if it does not count them.
        """
        best = self._best_of_all(penalty) if in_process_group() else self._best(penalty)
        for recruits in best:
            lam = self.network.lam[recruits.layer]
            steps = self.optimizer.n_steps(lam, default=n_steps)
            betas = self.optimizer.betas(lam)
            self.apply(Change.insertion(self.network, recruits, steps, betas))
        return bool(best)

    def _best_of_all(self, penalty: SparseGroupPenalty) -> list[Recruits]:
        """The first process's choice, sent to all."""
        processes = Processes()
        refuse_different_networks(self.network, processes)
        best = self._best(penalty) if processes.leads else []
        found: list[Recruits] = processes.from_first(best)
        return found

    def _best(self, penalty: SparseGroupPenalty) -> list[Recruits]:
        """The neurons that pay most, once enough samples have been seen."""
        network, recorder = self.network, self.recorder
        sizes = zip(network.n_live, network.hidden_layer_sizes, strict=True)
        layers = [k for k, (n_live, most) in enumerate(sizes) if n_live < most]
        seen = recorder.seen(self.optimizer.direction(network.Q[-1]))
        if len(seen) < recorder.n_samples or not layers:
            return []
        found = self._surveyed(seen, layers)
        return recruited(found, penalty, self.min_significance, self.max_recruits)

    def _surveyed(self, seen: Seen, layers: Sequence[int]) -> Sequence[Judged]:
        """Candidates of some hidden layers: where signals are many, by halves."""
        network, loss = self.network.detached(), KnownGradient()
        if self.recorder.n_signals > FEW_SIGNALS:
            first, second = seen.halves()
            second = second.unmet(first)
            if not can_tell_links(self.recorder.n_signals, len(second)):
                return []
            halves = first, second
            return survey_by_halves(network, halves, loss, layers, self.generator)
        return survey(network, seen, loss, layers, self.generator)

    def apply(self, change: Change) -> None:
        """Rewrite the network, its averages, and the optimiser's moments of it.

        All of that or nothing, wherever an interrupt falls.
        """
        parameters = self.network.structure()
        with ExitStack() as kept:
            kept.enter_context(self.optimizer.unchanged_on_failure(parameters))
            for network in (self.network, *self.averages):
                kept.enter_context(unchanged_on_failure(network))
            self.optimizer.rewrite_state(
                parameters, change.first, change.second, change.values
            )
            for network in (self.network, *self.averages):
                values = change.values([p.detach() for p in network.structure()])
                # of its own: what writes over one's must not change the others'
                network.restructure(values, [n.clone() for n in change.neurons])


def refuse_averaged_indices(
    network: GrowingSpectralNetwork, averages: Sequence[GrowingSpectralNetwork]
) -> None:
    """Refuse averages whose neurons are not those of the network.

    Raises
    ------
    ValueError
        If there is one.
    """
    for average in averages:
        pairs = zip(average.neurons, network.neurons, strict=True)
        if not all(torch.equal(mine, own.to(mine)) for mine, own in pairs):
            raise ValueError(
                "The indices of an average's neurons are not those of the network: "
                "they are whole numbers, and a decay cuts them off, as "
                "AveragedModel(net, ..., use_buffers=True) applies it. Average "
                "parameters alone, and copy other buffers."
            )


def refuse_different_networks(
    network: GrowingSpectralNetwork, processes: Processes
) -> None:
    """Refuse processes whose networks are not one and the same.

    Raises
    ------
    RuntimeError
        In all of them, if that is so.
    """
    lengths = [float(p.detach().double().norm()) for p in network.structure()]
    known = processes.of_all((network.n_live, lengths))
    for rank, (n_live, other) in enumerate(known):
        alike = n_live == known[0][0]
        if not alike or not np.allclose(other, known[0][1], _APART, equal_nan=True):
            raise RuntimeError(
                f"The networks of processes 0 and {rank} differ, and all grow as the "
                "first does. Let DistributedDataParallel wrap the network anew in all "
                "processes whenever growth.restructured is True: gradients of "
                "parameters that changed their shapes are not averaged before."
            )


@contextmanager
def unchanged_on_failure(network: GrowingSpectralNetwork) -> Iterator[None]:
    """Put parameters and neurons back if what restructures the network raises."""
    tensors, neurons = [p.detach() for p in network.structure()], network.neurons
    try:
        yield
    except BaseException:
        network.restructure(tensors, neurons)
        raise
