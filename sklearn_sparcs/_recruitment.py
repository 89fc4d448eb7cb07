"""When does a sleeping neuron deserve to wake? The kink at λ = 0.

The loss as a function of a sleeping neuron's eigenvalue has a kink at zero, which
autograd (ReLU'(0) = 0) does not see. So a candidate is scored by what it would do
awake, at |λ| = ε: with v = q · h and s the signal that the layer below sends it,

    a = f(s − λ v),    δz_r = T_r · (λ_n (a − v) − λ_r a)   (next layer; else −λ_r a),

and to first order the loss changes by Σ ⟨∂loss/∂z_r, δz_r⟩. The incoming
eigenvector q of a sleeping neuron is free, so it is drawn at random and tried with
both signs; its outgoing entries T_r are free too, and are the unit vector that pays
most. The rate at which the loss falls, a unit of |λ| ‖q‖, is then the length of the
vector it is chosen from. At a stationary point a neuron stays asleep if and only if its
rate is at most alpha · w_i (`SparseGroupPenalty.wakes`).

A waking eigenvalue takes the sign (−1)^{B+1−i}: a link between neighbouring layers
is T (λ_{i−1} − λ_i) and would vanish where two eigenvalues of one sign meet.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ._activations import TORCH, WAKING
from ._growing import GrowingNetwork, Recruits
from ._losses import Loss
from ._penalty import SparseGroupPenalty

#: Neurons that may wake in one layer between two epochs. A few at a time, since
#: each changes what the others are worth.
RECRUITS_PER_EPOCH = 2

Batch = tuple[Tensor, Tensor, Tensor | None]


class Candidates:
    """Sleeping neurons of one hidden layer, and what the loss says of each.

    ``gains[o][r]``, shape (rows of receiver r, candidates): −∂loss/∂T_r a unit of
    eigenvalue, for orientation o of the incoming eigenvector, q or −q.
    """

    def __init__(self, network: GrowingNetwork, layer: int, generator: torch.Generator):
        live = network.neurons[layer]
        asleep = torch.ones(
            network.hidden_layer_sizes[layer], dtype=torch.bool, device=live.device
        )
        asleep[live] = False
        self.layer = layer
        self.indices = asleep.nonzero().flatten()
        q = network.Q[layer]
        directions = torch.randn(
            len(self.indices), q.shape[1], generator=generator, dtype=torch.float64
        ).to(q)
        norm = WAKING[network.activation].norm
        self.incoming = norm * F.normalize(directions, dim=1)
        self.sign = (-1.0) ** (len(network.lam) - layer)
        later = network.Q[layer + 1 :]
        self.gains = [
            [q.new_zeros(len(receiver), len(self.indices)) for receiver in later]
            for _ in range(2)
        ]

    @torch.no_grad()
    def observe(
        self, network: GrowingNetwork, h: Sequence[Tensor], deltas: Sequence[Tensor]
    ) -> None:
        """Add what some rows of data say: signals ``h``, sensitivities ``deltas``."""
        waking, f = WAKING[network.activation], TORCH[network.activation]
        lam, unit = self.sign * waking.eigenvalue, waking.eigenvalue * waking.norm
        v = h[self.layer] @ self.incoming.T
        s = self._signal_from_below(network, h)
        for gains, orientation in zip(self.gains, (1.0, -1.0), strict=True):
            a = f(orientation * (s - lam * v))
            passed = lam * (a - orientation * v)
            for k, (gain, delta) in enumerate(
                zip(gains, deltas[self.layer + 1 :], strict=True), self.layer + 1
            ):
                gain += (delta * network.eigenvalues(k)).T @ a / unit
                if k == self.layer + 1:
                    gain -= delta.T @ passed / unit

    def _signal_from_below(
        self, network: GrowingNetwork, h: Sequence[Tensor]
    ) -> Tensor | float:
        """s = T (λ_{i−1} ∘ u_{i−1}), shape (n, candidates)."""
        n_below = network.n_live[self.layer - 1] if self.layer else 0
        if n_below == 0:
            return 0.0
        v_below = h[self.layer - 1] @ network.Q[self.layer - 1].T
        u = h[self.layer][:, -n_below:] - v_below
        return (u * network.lam[self.layer - 1]) @ self.incoming[:, -n_below:].T

    def rates(self) -> tuple[Tensor, Tensor]:
        """Rate of each candidate in its better orientation, and which that is."""
        rates = torch.stack([torch.cat(gains).norm(dim=0) for gains in self.gains])
        return rates.max(dim=0)

    def best(
        self, penalty: SparseGroupPenalty, awake: Tensor, n_layers: int
    ) -> Recruits | None:
        """The candidates that pay most among those that pay, or None."""
        rates, orientation = self.rates()
        floor = 100 * torch.finfo(rates.dtype).eps  # rounding is no reason to wake
        pays = penalty.wakes(rates, awake, self.layer, n_layers) & (rates > floor)
        chosen = rates.where(pays, 0).argsort(descending=True, stable=True)
        chosen = chosen[: min(RECRUITS_PER_EPOCH, int(pays.sum()))]
        if len(chosen) == 0:
            return None
        flipped = orientation[chosen].bool()
        outgoing = [
            torch.where(flipped, minus[:, chosen], plus[:, chosen]) / rates[chosen]
            for plus, minus in zip(*self.gains, strict=True)
        ]
        incoming = self.incoming[chosen]
        incoming = torch.where(flipped[:, None], -incoming, incoming)
        return Recruits(
            self.layer, self.indices[chosen], incoming, outgoing, rates[chosen]
        )


def survey(
    network: GrowingNetwork,
    batches: Iterable[Batch],
    n_samples: int,
    loss: Loss,
    layers: Sequence[int],
    generator: torch.Generator,
) -> list[Candidates]:
    """Draw and score candidates for the given hidden layers, over all the batches."""
    candidates = [Candidates(network, layer, generator) for layer in layers]
    for x, y, weight in batches:
        h, deltas = _sensitivities(network, x, y, weight, loss, len(x) / n_samples)
        for layer in candidates:
            layer.observe(network, h, deltas)
    return candidates


def _sensitivities(
    network: GrowingNetwork,
    x: Tensor,
    y: Tensor,
    weight: Tensor | None,
    loss: Loss,
    share: float,
) -> tuple[list[Tensor], tuple[Tensor, ...]]:
    """Signals h_i before each layer, and ∂loss/∂z_i of its live neurons."""
    f = TORCH[network.activation]
    h = [F.pad(x, (0, 1), value=1.0) if network.bias else x]
    shifts = []
    for W in (weight.detach() for weight in network.weights()):
        shifts.append(x.new_zeros(len(x), len(W), requires_grad=True))
        z = h[-1] @ W.T + shifts[-1]
        h.append(torch.cat([h[-1], f(z)], dim=1))
    deltas = torch.autograd.grad(share * loss(z, y, weight), shifts)
    return [signal.detach() for signal in h[:-1]], deltas
