"""Insertion and removal of neurons in a growing network."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from .._first_order.adam import BETAS
from .._networks.growing import GrowingNetwork
from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.structure import with_recruits, without
from .candidates import Recruits, waking_sign
from .optimizer_adapter import Rewriting


@dataclass(frozen=True)
class Change:
    """A change of a network's neurons, and of its optimiser's state.

    Attributes
    ----------
    values, first, second : callable
        Take the network's parameters, or an optimiser's first or second moments of
        them, shaped as ``network.structure()``, and return them after the change.
    neurons : list of Tensor
        Indices of each hidden layer's live neurons after it.
    """

    values: Rewriting
    first: Rewriting
    second: Rewriting
    neurons: list[Tensor]

    @classmethod
    def insertion(
        cls,
        network: GrowingNetwork | GrowingSpectralNetwork,
        recruits: Recruits,
        n_steps: float,
        betas: tuple[float, float] = BETAS,
    ) -> "Change":
        """The change that adds recruits, after ``n_steps`` steps of an optimiser.

        Their moments, in an optimiser like Adam, are as if their rates had been the
        gradients in all these steps.
        """
        layer, waking = recruits.layer, network.waking
        rates = waking.length * recruits.rates
        sign = waking_sign(network, layer)
        # later layers may have grown since the survey: the newest get links of zero
        outgoing = [
            waking.length * F.pad(columns, (0, 0, 0, len(network.Q[r]) - len(columns)))
            for r, columns in enumerate(recruits.outgoing, start=layer + 1)
        ]
        nothing = [torch.zeros_like(columns) for columns in outgoing]
        still = torch.zeros_like(recruits.incoming)
        insert = partial(with_recruits, layer=layer)
        at_rest = partial(insert, incoming=still, outgoing=nothing)
        neurons = list(network.neurons)
        neurons[layer] = torch.cat([neurons[layer], recruits.indices])
        return cls(
            partial(
                insert,
                incoming=recruits.incoming,
                lam=rates.new_full((len(rates),), sign * waking.eigenvalue),
                outgoing=outgoing,
            ),
            partial(at_rest, lam=-sign * rates * (1 - betas[0] ** n_steps)),
            partial(at_rest, lam=rates**2 * (1 - betas[1] ** n_steps)),
            neurons,
        )

    @classmethod
    def removal(
        cls, network: GrowingNetwork | GrowingSpectralNetwork, keep: Sequence[Tensor]
    ) -> "Change | None":
        """The change that removes all live neurons but those listed for each layer.

        None if every neuron stays.
        """
        if [len(kept) for kept in keep] == network.n_live:
            return None
        neurons = [n[kept] for n, kept in zip(network.neurons, keep, strict=True)]
        shrink = partial(without, keep=keep)
        return cls(shrink, shrink, shrink, neurons)
