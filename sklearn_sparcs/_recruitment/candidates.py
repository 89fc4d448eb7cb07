"""First-order test of sleeping neurons: at what rate would waking lower the loss?

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
  is likely to pay on others. Each sample has its share in the rate, a vector; were
  their signs random, the squared shares would sum to the squared standard error.

A waking eigenvalue takes the sign (−1)^{B+1−i}: a link between neighbouring layers
is T (λ_{i−1} − λ_i) and would vanish where two eigenvalues of one sign meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from .._losses.penalty import SparseGroupPenalty
from .._networks.growing import GrowingNetwork
from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.structure import first_asleep
from .._numerics.array_library import TORCH


@dataclass(frozen=True)
class Recruits:
    """Neurons about to wake in one hidden layer.

    ``indices`` (k,) in the layer; ``incoming`` (k, signals before the layer), unit
    rows of Q; ``outgoing``, for every later receiver its new columns of Q (rows, k),
    unit columns together; ``rates`` (k,), how fast the loss falls as each wakes.
    """

    layer: int
    indices: Tensor
    incoming: Tensor
    outgoing: list[Tensor]
    rates: Tensor


#: Neurons that may wake in one layer after one survey. A few at a time, since
#: each changes what the others are worth.
RECRUITS_PER_SURVEY = 2

#: Directions that a survey tries in a layer, whatever its width.
N_CANDIDATES = 100

#: Relative difference of two rates that does not count.
_TIE = 1e-2

#: Directions in which the spread of the shares is looked at; in fewer components, all.
_N_PROBES = 4

#: Samples at a time that every direction is tried on: what fits a processor's cache.
_COLUMNS = 1024


class _Asked(NamedTuple):
    """What later receivers ask of a layer's neuron, on n samples.

    ``c`` (rows, n), and ``each`` (rows, n) for a sample that a column stands for;
    ``squares`` (n,), the squared lengths of these, summed over those samples; ``d``
    (rows of the next layer, n) is asked of its signal, None where links have seen to it
    (`Candidates.observe`).
    """

    c: Tensor
    each: Tensor
    squares: Tensor
    d: Tensor | None

    @classmethod
    def of(
        cls,
        network: GrowingNetwork,
        layer: int,
        deltas: Sequence[Tensor],
        count: Tensor | float,
        *,
        linear: bool,
    ) -> "_Asked":
        """From the layers' sensitivities."""
        c = asked(network, layer, deltas)
        each = c / count
        d = _asked_of_link(network, layer, deltas) if linear else None
        return cls(c, each, (c * each).sum(dim=0), d)

    def of_part(self, part: slice) -> "_Asked":
        """On some of the samples."""
        d = None if self.d is None else self.d[:, part]
        return _Asked(self.c[:, part], self.each[:, part], self.squares[part], d)

    def probed(self, probes: Tensor) -> Tensor:
        """Products of each sample's share with some vectors (probes, rows, n)."""
        return self.each * (probes @ self.c)[:, None]


class Candidates:
    """Directions for the sleeping neurons of a hidden layer, and what the loss says.

    ``indices`` are the first of those; any of them may take any of the directions.
    ``n_awake`` more are awake in the layer, ``layer`` of ``n_layers``. ``places``
    (signals, directions) lie among the samples: every second kink is put at one.

    Sums over the samples seen so far, for orientation o of the incoming eigenvector,
    q or −q: ``gains[o]`` (rows of all later receivers, candidates) is −∂loss/∂T a unit
    of |λ| ‖q‖, ``noise[o]`` (candidates,) the squared length that it would have if
    each sample's share had a random sign: the trace of the shares' covariance, of
    which ``probed[o]`` (probes, rows, candidates) are the products with some vectors.
    """

    def __init__(
        self,
        network: GrowingNetwork,
        layer: int,
        places: Tensor,
        generator: torch.Generator,
    ):
        self.layer, self.n_layers = layer, len(network.lam)
        self.n_awake = len(network.neurons[layer])
        q, n = network.Q[layer], N_CANDIDATES
        self.indices = asleep(network, layer, n)
        directions = random_directions(n, q.shape[1], network, generator).to(q)
        if network.bias:
            bend(directions[::2], network.n_inputs - 1, places[: q.shape[1], ::2])
        self.incoming = network.waking.norm * F.normalize(directions, dim=1)
        self.sign = waking_sign(network, layer)
        self.receivers = [len(later) for later in network.Q[layer + 1 :]]
        self.gains = [q.new_zeros(sum(self.receivers), n) for _ in range(2)]
        self.noise = [q.new_zeros(n) for _ in range(2)]
        self.probes = _orthonormal(sum(self.receivers), generator).to(q)
        size = (*self.probes.shape, n)
        self.probed = [q.new_zeros(size) for _ in range(2)]

    def observe(
        self,
        network: GrowingNetwork,
        signals: Tensor,
        deltas: Sequence[Tensor],
        count: Tensor | float,
        *,
        linear: bool = True,
    ) -> None:
        """Add what n samples say.

        ``signals`` (signals, n) are x, 1 and what the live neurons send, ``deltas``
        (rows, n) each layer's sensitivities ∂loss/∂z; ``count`` (n,) or one number
        says how many samples each column stands for.

        With c_r = −∂loss/∂v_r, and d = λ_n δ_r on the next layer, 0 beyond, a candidate
        lowers the loss by a ((c − d) · T) + o v (d · T). What is constant or linear in
        that, f(0) and v, is no noise: links that exist already see to it. ``linear``
        is False where they have seen to it: the deltas are orthogonal to v, but for
        rounding that would stand out where a candidate fires on few samples.
        """
        f = TORCH.activation(network.activation).forward
        asks = _Asked.of(network, self.layer, deltas, count, linear=linear)
        h = signals[: self.incoming.shape[1]]
        below = linear_signal(network, self.layer - 1, signals)
        at_zero = f(h.new_zeros(1), out=h.new_empty(1))
        buffers = h.new_empty(2, len(self.incoming), min(_COLUMNS, h.shape[1]))
        for i in range(0, h.shape[1], _COLUMNS):
            part = slice(i, i + _COLUMNS)
            z, a = buffers[:, :, : h[:, part].shape[1]]
            torch.mm(self.incoming, h[:, part], out=z)  # v, until λ comes in
            here = asks.of_part(part)
            probed = here.probed(self.probes)
            direct = None if here.d is None else here.d @ z.T
            z.mul_(-self.sign * network.waking.eigenvalue)
            if len(below):
                z.addmm_(self.incoming[:, -len(below) :], below[:, part])
            for o, sign in enumerate((1, -1)):
                f(z, out=a)
                self.gains[o].addmm_(here.c, a.T)
                if direct is not None:
                    self.gains[o][: len(direct)].add_(direct, alpha=sign)
                squares = a.sub_(at_zero).square_()
                self.noise[o].addmv_(squares, here.squares)
                self.probed[o].add_(probed @ squares.T)
                z.neg_()

    def rates(self) -> tuple[Tensor, Tensor]:
        """Rate of each candidate in its better orientation, and which that is.

        Where the linear part is at its optimum both are equally good, and rounding must
        not decide: the second has to be better by more than that.
        """
        plus, minus = (gains.norm(dim=0) for gains in self.gains)
        flipped = minus > plus * (1 + _TIE)
        return torch.where(flipped, minus, plus), flipped

    def significant(self, n_errors: float) -> Tensor:
        """Mask of the candidates whose rate exceeds so many standard errors.

        The length of a random vector of r components varies less than that of one
        component, by a factor of √r about its mean: with more receiving neurons,
        fewer standard errors say as much. r counts only the components that the shares
        have: fewer where a candidate fires for one class alone, or for few samples.
        A candidate without any noise never fires: what it seems to gain is linear
        signal, which is not what neurons are for.
        """
        rates, flipped = self.rates()
        noise = torch.where(flipped, self.noise[1], self.noise[0])
        share = (1 + self._n_components(flipped).rsqrt()) / 2
        return (noise > 0) & (rates > n_errors * share * noise.sqrt())

    def _n_components(self, flipped: Tensor) -> Tensor:
        """(tr C)² / tr C² of the shares' covariance C, from 1 to all components."""
        n_probes, n_rows = self.probes.shape
        found = []
        for noise, probed in zip(self.noise, self.probed, strict=True):
            squares = probed.square().sum(dim=(0, 1)) * (n_rows / n_probes)
            found.append((noise.square() / squares).nan_to_num(1.0).clamp(1, n_rows))
        return torch.where(flipped, found[1], found[0])

    def alpha_max(self, penalty: SparseGroupPenalty) -> float:
        """Smallest alpha at which none of them would pay."""
        return penalty.alpha_max(self.rates()[0], self.layer, self.n_layers)

    def best(
        self,
        penalty: SparseGroupPenalty,
        n_errors: float,
        most: int = RECRUITS_PER_SURVEY,
    ) -> Recruits | None:
        """The ``most`` candidates that pay best, if any pays."""
        rates, flipped = self.rates()
        alone = self.n_awake == 0
        pays = penalty.wakes(rates, self.layer, self.n_layers, alone=alone)
        pays &= rates > 100 * torch.finfo(rates.dtype).eps  # more than rounding
        pays &= self.significant(n_errors)
        chosen = rates.where(pays, 0).argsort(descending=True, stable=True)
        chosen = chosen[: min(most, int(pays.sum()), len(self.indices))]
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


def random_directions(
    n: int, n_signals: int, network: GrowingNetwork, generator: torch.Generator
) -> Tensor:
    """Random incoming eigenvectors (n, signals), from one signal wide to all of them.

    What a neuron has to see is often in few of the signals, and a direction through
    all of them hides it. So each hears a random subset, its size log-uniform, and
    the constant besides.
    """
    drawn = torch.randn(n, n_signals, generator=generator, dtype=torch.float64)
    sizes = torch.rand(n, 1, generator=generator, dtype=torch.float64)
    n_heard = torch.exp(sizes * log(max(n_signals, 1))).round().long()
    lot = torch.rand(n, n_signals, generator=generator, dtype=torch.float32)
    heard = lot <= lot.sort(dim=1).values.gather(1, n_heard - 1)
    if network.bias:
        heard[:, network.n_inputs - 1] = True
    return drawn * heard


def _orthonormal(n_rows: int, generator: torch.Generator) -> Tensor:
    """Random orthonormal vectors, `_N_PROBES` of them or a whole basis: (k, rows)."""
    k = min(n_rows, _N_PROBES)
    drawn = torch.randn(n_rows, k, generator=generator, dtype=torch.float64)
    return torch.linalg.qr(drawn).Q.T


def bend(directions: Tensor, constant: int, places: Tensor) -> None:
    """Set each direction's weight of the constant so that v = 0 at its place.

    ``directions`` are (n, signals), ``places`` (signals, n), and ``constant`` is that
    signal's index. Unless signals are centred, kinks might be where no samples are.
    """
    directions[:, constant] = 0
    directions[:, constant] = -(directions * places.T).sum(dim=1)


class Judged(Protocol):
    """Candidates of one layer, of which the best may wake."""

    def best(
        self, penalty: SparseGroupPenalty, n_errors: float, most: int
    ) -> Recruits | None:
        """The ``most`` that pay best, if any pays."""


def recruited(
    found: Sequence[Judged],
    penalty: SparseGroupPenalty,
    n_errors: float,
    most: int = RECRUITS_PER_SURVEY,
) -> list[Recruits]:
    """The best of a survey's candidates, the last layer's first."""
    best = (each.best(penalty, n_errors, most) for each in reversed(found))
    return [recruits for recruits in best if recruits is not None]


def asleep(network: GrowingNetwork, layer: int, n: int) -> Tensor:
    """Indices of the first ``n`` of a hidden layer's sleeping neurons."""
    live, size = network.neurons[layer], network.hidden_layer_sizes[layer]
    return first_asleep(live, size, n)


def waking_sign(network: GrowingNetwork | GrowingSpectralNetwork, layer: int) -> float:
    """Sign of an eigenvalue that wakes in a hidden layer."""
    return (-1.0) ** (len(network.lam) - layer)


def asked(network: GrowingNetwork, layer: int, deltas: Sequence[Tensor]) -> Tensor:
    """What later receivers ask of a layer's neuron: c − d (rows, n).

    It is a unit of |λ| ‖q‖.
    """
    waking, later = network.waking, range(layer + 1, len(network.Q))
    unit = waking.eigenvalue * waking.norm
    c = torch.cat([_heard(network, k, deltas) for k in later]).div_(unit)
    c[: len(network.Q[layer + 1])] -= _asked_of_link(network, layer, deltas)
    return c


def _asked_of_link(
    network: GrowingNetwork, layer: int, deltas: Sequence[Tensor]
) -> Tensor:
    """What the next layer asks of a neuron's signal v in that unit: d (rows, n)."""
    waking = network.waking
    lam = waking_sign(network, layer) * waking.eigenvalue
    return deltas[layer + 1] * (lam / (waking.eigenvalue * waking.norm))


def _heard(network: GrowingNetwork, k: int, deltas: Sequence[Tensor]) -> Tensor:
    """−∂loss/∂v_r of receiver k (rows, n): v_r enters z_r, and z_{r+1} through u_r."""
    delta = deltas[k]
    if k < len(network.lam) and network.n_live[k]:
        delta = delta + network.Q[k + 1][:, -network.n_live[k] :].T @ deltas[k + 1]
    return delta * network.eigenvalues(k)[:, None]


def linear_signal(network: GrowingNetwork, k: int, signals: Tensor) -> Tensor:
    """λ_i ∘ u_i of hidden layer k's live neurons, shape (neurons, n)."""
    if k < 0:
        return signals[:0]
    Q, lam = network.Q[k], network.lam[k][:, None]
    end = Q.shape[1] + len(Q)
    return lam * (signals[Q.shape[1] : end] - Q @ signals[: Q.shape[1]])
