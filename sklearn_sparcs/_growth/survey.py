"""A look at the data: which sleeping neurons would pay, layer by layer."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .._data.batches import TrainingData
from .._networks.growing import GrowingNetwork
from .._training.as_usual import torch_as_usual
from .._training.growing_gradient import GrowingGradient
from .._training.losses import OutputGradient
from .candidates import Candidates

#: Most signals for which it is worked out what links on them could still do.
_LARGEST_REGRESSION = 1000


@torch_as_usual()
@torch.no_grad()
def survey(
    network: GrowingNetwork,
    data: TrainingData,
    loss: OutputGradient,
    layers: Sequence[int],
    generator: torch.Generator,
) -> list[Candidates]:
    """Draw candidates for the given hidden layers, and score them on the data."""
    x, y, weight = data.rows(slice(None))
    signals, sensitivities = _sensitivities(network, x, y, weight, loss)
    deltas = [
        _out_of_reach(delta, signals[: q.shape[1]], weight)
        if k > min(layers)
        else delta
        for k, (delta, q) in enumerate(zip(sensitivities, network.Q, strict=True))
    ]
    found = [Candidates(network, layer, generator) for layer in layers]
    for candidates in found:
        candidates.observe(network, signals, deltas, data.multiplicity(weight))
    return found


def _sensitivities(
    network: GrowingNetwork,
    x: Tensor,
    y: Tensor,
    weight: Tensor | None,
    loss: OutputGradient,
) -> tuple[Tensor, list[Tensor]]:
    """The live signals (signals, n), and ∂loss/∂z of each layer's live neurons."""
    gradient = GrowingGradient(network, torch.empty_like(network.flat), len(x))
    gradient(x, y, weight, loss)
    signals = torch.cat([gradient.inputs.T, gradient.fired])
    return signals, [*gradient.deltas.split(network.n_live), gradient.output_delta]


def _out_of_reach(delta: Tensor, signals: Tensor, weight: Tensor | None) -> Tensor:
    """What of a layer's sensitivity (rows, n) its present links could not undo.

    The residual of its weighted regression on the signals (signals, n) that the layer
    receives. Where those links are trained to the end it is the sensitivity itself;
    where they are not, a candidate gets no credit for what they have still to do.
    """
    if len(signals) > _LARGEST_REGRESSION or len(delta) == 0:
        return delta
    weighted = signals if weight is None else signals * weight
    gram = weighted @ signals.T
    ridge = len(gram) * torch.finfo(gram.dtype).eps * gram.diagonal().amax()
    gram.diagonal().add_(ridge.clamp(min=torch.finfo(gram.dtype).tiny))
    return delta - torch.linalg.solve(gram, signals @ delta.T).T @ weighted
