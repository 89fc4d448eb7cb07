"""When does a sleeping neuron deserve to wake? The kink at λ = 0.

The loss as a function of a sleeping neuron's eigenvalue has a kink at zero, which
autograd (ReLU'(0) = 0) does not see. So a candidate is scored by what it would do
awake, at |λ| = ε: with v = q · h and s the signal that the layer below sends it,

    a = f(s − λ v),    δv_r = T_r a,    δz_r = T_r λ_n (a − v)  (next layer only),

and to first order the loss changes by Σ_r ⟨∂loss/∂v_r, δv_r⟩ + ⟨∂loss/∂z_r, δz_r⟩.
The incoming eigenvector q of a sleeping neuron is free, so it is drawn at random and
tried with both signs; its outgoing entries T_r are free too, and are the unit vector
that pays most. The rate at which the loss falls, a unit of |λ| ‖q‖, is then the length
of the vector it is chosen from. A neuron wakes if and only if that rate

- exceeds alpha · w_i (`SparseGroupPenalty.wakes`): it pays on these samples;
- exceeds ``min_significance`` of its standard errors (`Candidates.significant`): it
  is likely to pay on others. Each sample has its share in the rate; were their signs
  random, the squared shares would sum to the squared standard error.

A waking eigenvalue takes the sign (−1)^{B+1−i}: a link between neighbouring layers
is T (λ_{i−1} − λ_i) and would vanish where two eigenvalues of one sign meet.
"""

from collections.abc import Sequence
from math import log

import torch
from torch import Tensor
from torch.nn import functional as F

from ._activations import TORCH, WAKING
from ._batches import TrainingData
from ._growing import GrowingNetwork, Recruits
from ._losses import Loss
from ._penalty import SparseGroupPenalty

#: Neurons that may wake in one layer between two epochs. A few at a time, since
#: each changes what the others are worth.
RECRUITS_PER_EPOCH = 2

#: Directions that are tried in a layer between two epochs, whatever its width.
N_CANDIDATES = 100

#: Most signals for which it is worked out what links on them could still do.
_LARGEST_REGRESSION = 1000


class Candidates:
    """Directions for the sleeping neurons of a hidden layer, and what the loss says.

    ``indices`` are those neurons; any of them may take any of the directions.

    Sums over the samples seen so far, for orientation o of the incoming eigenvector,
    q or −q: ``gains[o]`` (rows of all later receivers, candidates) is −∂loss/∂T a unit
    of |λ| ‖q‖, and ``noise[o]`` (candidates,) the squared length that it would have if
    each sample's share had a random sign.
    """

    def __init__(self, network: GrowingNetwork, layer: int, generator: torch.Generator):
        live = network.neurons[layer]
        asleep = torch.ones(
            network.hidden_layer_sizes[layer], dtype=torch.bool, device=live.device
        )
        asleep[live] = False
        self.layer = layer
        self.indices = asleep.nonzero().flatten()
        q, n = network.Q[layer], N_CANDIDATES
        directions = _directions(n, q.shape[1], network, generator).to(q)
        norm = WAKING[network.activation].norm
        self.incoming = norm * F.normalize(directions, dim=1)
        self.sign = (-1.0) ** (len(network.lam) - layer)
        self.receivers = [len(later) for later in network.Q[layer + 1 :]]
        self.gains = [q.new_zeros(sum(self.receivers), n) for _ in range(2)]
        self.noise = [q.new_zeros(n) for _ in range(2)]

    @torch.no_grad()
    def observe(
        self,
        network: GrowingNetwork,
        h: Sequence[Tensor],
        deltas: Sequence[Tensor],
        count: Tensor | float,
    ) -> None:
        """Add what some samples say: signals ``h``, sensitivities ``deltas``.

        ``count`` (n,) or one number says how many samples each row stands for.

        With c_r = −∂loss/∂v_r, and d = λ_n δ_r on the next layer, 0 beyond, a candidate
        lowers the loss by a ((c − d) · T) + o v (d · T). What is constant or linear in
        that, f(0) and v, is no noise: links that exist already see to it.
        """
        waking, f = WAKING[network.activation], TORCH[network.activation]
        lam, unit = self.sign * waking.eigenvalue, waking.eigenvalue * waking.norm
        later = range(self.layer + 1, len(network.Q))
        c = torch.cat([_heard(network, k, deltas) for k in later], dim=1)
        d, n_next = lam * deltas[self.layer + 1], self.receivers[0]
        c[:, :n_next] -= d
        c, d = c / unit, d / unit
        v = h[self.layer] @ self.incoming.T
        z = self._signal_from_below(network, h) - lam * v
        direct, cc = d.T @ v, (c * c).sum(dim=1) / count
        rest = f(z.new_zeros(()))
        for o, sign in enumerate((1.0, -1.0)):
            a = f(sign * z)
            self.gains[o] += c.T @ a
            self.gains[o][:n_next] += sign * direct
            self.noise[o] += cc @ (a - rest).square()

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
        """Rate of each candidate in its better orientation, and which that is.

        At a stationary point of the linear part both are equally good, and rounding
        must not decide: the second has to be better by more than that.
        """
        plus, minus = (gains.norm(dim=0) for gains in self.gains)
        flipped = minus > plus * (1 + torch.finfo(plus.dtype).eps ** 0.5)
        return torch.where(flipped, minus, plus), flipped

    def significant(self, n_errors: float) -> Tensor:
        """Mask of the candidates whose rate exceeds so many standard errors.

        The length of a random vector of r components varies less than that of one
        component, by a factor of √r about its mean: with more receiving neurons,
        fewer standard errors say as much.
        """
        rates, flipped = self.rates()
        noise = torch.where(flipped, self.noise[1], self.noise[0])
        share = (1 + sum(self.receivers) ** -0.5) / 2
        return rates > n_errors * share * noise.sqrt()

    def best(
        self,
        penalty: SparseGroupPenalty,
        awake: Tensor,
        n_layers: int,
        n_errors: float,
    ) -> Recruits | None:
        """The candidates that pay most among those that pay, or None."""
        rates, flipped = self.rates()
        pays = penalty.wakes(rates, awake, self.layer, n_layers)
        pays &= rates > 100 * torch.finfo(rates.dtype).eps  # more than rounding
        pays &= self.significant(n_errors)
        chosen = rates.where(pays, 0).argsort(descending=True, stable=True)
        chosen = chosen[: min(RECRUITS_PER_EPOCH, int(pays.sum()), len(self.indices))]
        if len(chosen) == 0:
            return None
        plus, minus = (gains[:, chosen] / rates[chosen] for gains in self.gains)
        outgoing = torch.where(flipped[chosen], minus, plus).split(self.receivers)
        incoming = torch.where(
            flipped[chosen, None], -self.incoming[chosen], self.incoming[chosen]
        )
        return Recruits(
            self.layer,
            self.indices[: len(chosen)],
            incoming,
            list(outgoing),
            rates[chosen],
        )


def _directions(
    n: int, n_signals: int, network: GrowingNetwork, generator: torch.Generator
) -> Tensor:
    """Random incoming eigenvectors (n, signals), from one signal wide to all of them.

    What a neuron has to see is often in few of the signals, and a direction through
    all of them hides it. So each hears a random subset, its size log-uniform, and
    the constant besides.
    """
    drawn = torch.randn(n, n_signals, generator=generator, dtype=torch.float64)
    sizes = torch.rand(n, 1, generator=generator, dtype=torch.float64)
    n_heard = torch.exp(sizes * log(max(n_signals, 1))).round()
    order = torch.rand(n, n_signals, generator=generator).argsort(dim=1).argsort(dim=1)
    heard = order < n_heard
    if network.bias:
        heard[:, network.n_inputs - 1] = True
    return drawn * heard


def survey(
    network: GrowingNetwork,
    data: TrainingData,
    loss: Loss,
    layers: Sequence[int],
    generator: torch.Generator,
) -> list[Candidates]:
    """Draw candidates for the given hidden layers, and score them on the data."""
    x, y, weight = data.rows(slice(None))
    h, sensitivities = _sensitivities(network, x, y, weight, loss)
    deltas = [
        _out_of_reach(delta, signals, weight)
        for delta, signals in zip(sensitivities, h, strict=True)
    ]
    candidates = [Candidates(network, layer, generator) for layer in layers]
    for layer in candidates:
        layer.observe(network, h, deltas, data.multiplicity(weight))
    return candidates


def _out_of_reach(delta: Tensor, signals: Tensor, weight: Tensor | None) -> Tensor:
    """What of a layer's sensitivity (n, rows) its present links could not undo.

    The residual of its weighted regression on the signals that the layer receives.
    Where those links are trained to the end it is the sensitivity itself; where they
    are not, a candidate gets no credit for what they have still to do.
    """
    if signals.shape[1] > _LARGEST_REGRESSION:
        return delta
    w = delta.new_ones(1) if weight is None else weight[:, None]
    gram = signals.T @ (w * signals)
    ridge = len(gram) * torch.finfo(gram.dtype).eps * gram.diagonal().amax()
    gram.diagonal().add_(ridge.clamp(min=torch.finfo(gram.dtype).tiny))
    return delta - w * (signals @ torch.linalg.solve(gram, signals.T @ delta))


def _heard(network: GrowingNetwork, k: int, deltas: Sequence[Tensor]) -> Tensor:
    """−∂loss/∂v_r of receiver k (n, rows): v_r enters z_r, and z_{r+1} through u_r."""
    delta = deltas[k]
    if k < len(network.lam) and network.n_live[k]:
        delta = delta + deltas[k + 1] @ network.Q[k + 1][:, -network.n_live[k] :]
    return delta * network.eigenvalues(k)


def _sensitivities(
    network: GrowingNetwork,
    x: Tensor,
    y: Tensor,
    weight: Tensor | None,
    loss: Loss,
) -> tuple[list[Tensor], tuple[Tensor, ...]]:
    """Signals h_i before each layer, and ∂loss/∂z_i of its live neurons."""
    f = TORCH[network.activation]
    h = [F.pad(x, (0, 1), value=1.0) if network.bias else x]
    shifts = []
    for W in (weight.detach() for weight in network.weights()):
        shifts.append(x.new_zeros(len(x), len(W), requires_grad=True))
        z = h[-1] @ W.T + shifts[-1]
        h.append(torch.cat([h[-1], f(z)], dim=1))
    deltas = torch.autograd.grad(loss(z, y, weight), shifts)
    return [signal.detach() for signal in h[:-1]], deltas
