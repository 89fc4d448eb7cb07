"""How neurons enter a network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from .._networks.growing import GrowingNetwork
from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.structure import with_recruits
from .._training.adam import BETAS
from .candidates import Recruits


@dataclass(frozen=True)
class Insertion:
    """How recruits enter a network, and the moments of an optimiser like Adam.

    ``values``, ``first`` and ``second`` take parameters, or their moments, shaped as
    ``network.structure()``, and return them with the recruits in. The recruits'
    moments are those of their own rates, as if these had been met all along.
    ``neurons`` are the live ones then.
    """

    values: Callable[[Sequence[Tensor]], list[Tensor]]
    first: Callable[[Sequence[Tensor]], list[Tensor]]
    second: Callable[[Sequence[Tensor]], list[Tensor]]
    neurons: list[Tensor]

    @classmethod
    def of(
        cls,
        network: GrowingNetwork | GrowingSpectralNetwork,
        recruits: Recruits,
        n_steps: float,
        betas: tuple[float, float] = BETAS,
    ) -> "Insertion":
        """After ``n_steps`` steps of an optimiser with these decays."""
        layer, waking = recruits.layer, network.waking
        rates = waking.length * recruits.rates
        sign = (-1.0) ** (len(network.lam) - layer)
        # later layers may have grown since the survey: nothing links to the newest
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
