"""A look at the data: which sleeping neurons would pay, layer by layer."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
from torch import Tensor

from .._data.batches import Batch
from .._first_order.growing_gradient import GrowingGradient
from .._losses.losses import OutputGradient
from .._networks.growing import GrowingNetwork
from .._numerics.library_defaults import library_defaults
from .candidates import N_CANDIDATES, Candidates
from .partialling_out import Regressors, can_tell_links


class Surveyed(Protocol):
    """Samples of a survey, in slices."""

    @property
    def weight(self) -> Tensor | None:
        """Weights of all samples (n,), with a mean of one."""

    def __len__(self) -> int: ...

    def slices(self) -> Iterator[Batch]:
        """Every sample in order."""

    def multiplicity(self, weight: Tensor | None) -> Tensor | float:
        """Number of samples that each row of such weights represents."""


@library_defaults()
@torch.no_grad()
def survey(
    network: GrowingNetwork,
    data: Surveyed,
    loss: OutputGradient,
    layers: Sequence[int],
    generator: torch.Generator,
) -> list[Candidates]:
    """Draw candidates for the given hidden layers, and score them on the data."""
    signals, deltas = sensitivities(network, data, loss)
    told = can_tell_links(len(signals), len(data))
    if told:
        heard, later = (
            Regressors(signals, data.weight),
            range(min(layers) + 1, len(deltas)),
        )
        for k, q in zip(later, network.Q[later.start :], strict=True):
            deltas[k] = heard.residual(deltas[k], q.shape[1])
    count = data.multiplicity(data.weight)
    drawn = _drawn(2 * N_CANDIDATES, count, len(data), generator)
    between = signals[:, drawn].unflatten(1, (2, -1)).mean(dim=1)
    found = [Candidates(network, layer, between, generator) for layer in layers]
    for candidates in found:
        candidates.observe(network, signals, deltas, count, linear=not told)
    return found


def sensitivities(
    network: GrowingNetwork, data: Surveyed, loss: OutputGradient
) -> tuple[Tensor, list[Tensor]]:
    """The live signals (signals, n), and ∂loss/∂z of each layer's live neurons.

    ``loss`` is the mean of a slice, as it is in training, and of all slices here.
    """
    n, n_inputs, n_hidden = len(data), network.n_inputs, sum(network.n_live)
    new, grad = network.flat.data.new_empty, torch.empty_like(network.flat)
    signals = new(n_inputs + n_hidden, n)
    deltas = new(n_hidden + len(network.Q[-1]), n)
    gradient, start = None, 0
    for x, y, weight in data.slices():
        if gradient is None or len(x) != len(gradient.inputs):
            gradient = GrowingGradient(network, grad, len(x))
        gradient(x, y, weight, loss)
        columns = slice(start, start + len(x))
        signals[:n_inputs, columns] = gradient.inputs.T
        signals[n_inputs:, columns] = gradient.fired
        deltas[:n_hidden, columns] = gradient.deltas
        deltas[n_hidden:, columns] = gradient.output_delta
        deltas[:, columns] *= len(x) / n
        start += len(x)
    return signals, list(deltas.split([*network.n_live, len(network.Q[-1])]))


def _drawn(k: int, count: Tensor | float, n: int, generator: torch.Generator) -> Tensor:
    """Indices of k random samples; a row is drawn in proportion to its samples."""
    at = torch.rand(k, generator=generator, dtype=torch.float64)
    if not isinstance(count, Tensor):
        return (at * n).long()
    until = count.double().cumsum(dim=0)
    return torch.searchsorted(until, at.to(until) * until[-1], right=True)
