"""Backtracking on the outgoing weights of neurons that have just woken."""

from collections.abc import Sequence

import torch

from .._data.batches import TrainingData
from .._losses.losses import Loss
from .._networks.growing import GrowingNetwork
from .candidates import Recruits

#: The shortest length at which a neuron that wakes at a finite eigenvalue may send.
_SOFTEST = 1e-3
#: Each length that is tried is this many times shorter than the last.
_SHORTENING = 4


@torch.no_grad()
def soften(
    network: GrowingNetwork, woken: Sequence[Recruits], loss: Loss, data: TrainingData
) -> None:
    """Scale down the newest neurons' outgoing weights until the loss falls.

    These weights are a direction of descent, so some length of it lowers the loss: the
    whole is tried, then a quarter, a sixteenth, and so on.

    Parameters
    ----------
    network : GrowingNetwork
        Its newest neurons are scaled in place.
    woken : sequence of Recruits
        Those neurons.
    loss : Loss
    data : TrainingData
    """

    def loss_at(length: float) -> float:
        for recruits in woken:
            network.scale_outgoing(recruits.layer, len(recruits.indices), length)
        losses = (
            loss(network(x), y, weight) * len(x) for x, y, weight in data.slices()
        )
        return float(sum(losses))

    flat = network.flat.data
    before = flat.clone()
    asleep, length = loss_at(0.0), 1.0
    while length > _SOFTEST:
        flat.copy_(before)
        if loss_at(length) < asleep:
            break
        length /= _SHORTENING
