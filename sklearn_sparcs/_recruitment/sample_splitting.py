"""Candidates of wide layers: found on half of the samples, tested on the other.

Through a thousand signals or more random directions see next to nothing of what is
not linear, and the best of directions that have climbed sees noise. So candidates climb
on one half of the samples, and the other half, which they have not met, says what their
gain is worth.

With c_i what the loss asks of sample i after regression on the signals
(`partialling_out`), candidate k sends a_k, and T_k = Σ c a_k is what the first half
would have it send on.
All of them together are the function F = Σ_k T_k a_k of a sample, one step of descent.
On the second half the loss falls by s_i = c_i · F_i a sample, whose standard error is
known without a word on how many were tried, as F was chosen elsewhere. They are to wake

- if Σ s exceeds ``min_significance`` of its standard errors;
- if they gain, (Σ s)² over the squared length of what F adds to linear maps, a fair
  share of what the outputs' own links do by a few steps of theirs, the larger the less
  certain it is: where a loss is not quadratic, some of what links have still to learn
  looks bent, and is no neuron's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from .._losses.losses import OutputGradient
from .._losses.penalty import SparseGroupPenalty
from .._networks.growing import GrowingNetwork
from .._numerics.library_defaults import library_defaults
from .candidates import (
    Recruits,
    asked,
    asleep,
    bend,
    linear_signal,
    random_directions,
    waking_sign,
)
from .partialling_out import Regressors
from .survey import Surveyed, sensitivities

#: Candidates that climb: the more there are, the more they see together.
_N_CLIMB = 400

#: Of what the outputs' links would gain, the share that neurons must at least, and what
#: it must be times the standard errors that it lies above zero. Some looks bent, where
#: the loss is a cross-entropy and links have all to learn; set so that labels that are
#: linear wake nobody.
_SHARE, _CERTAINTY = 0.1, 2.0


@library_defaults()
@torch.no_grad()
def survey_by_halves(
    network: GrowingNetwork,
    halves: Sequence[Surveyed],
    loss: OutputGradient,
    layers: Sequence[int],
    generator: torch.Generator,
) -> list["ValidatedCandidates"]:
    """Improve candidates on one half of the samples, and score them on the other.

    Parameters
    ----------
    network : GrowingNetwork
        Its activation is ReLU.
    halves : two Surveyed
        Samples that count alike, of each at least as many as
        `can_tell_links` asks for.
    loss : OutputGradient
    layers : sequence of int
    generator : torch.Generator

    Returns
    -------
    list of ValidatedCandidates
        One a layer.
    """
    first = _Half.of(network, halves[0], loss)
    links = first.heard.fitted(first.deltas[-1])
    found = [_climbed(_LayerHalf.of(network, k, first), generator) for k in layers]
    del first
    second = _Half.of(network, halves[1], loss)
    learnt = links @ second.heard.signals
    by_links = _gain(-(second.deltas[-1] * learnt).sum(dim=0), learnt)
    return [
        _validated(_LayerHalf.of(network, k, second), *each, by_links)
        for k, each in zip(layers, found, strict=True)
    ]


@dataclass(frozen=True)
class ValidatedCandidates:
    """Candidates found on one half of the samples, with scores on the other.

    Attributes
    ----------
    network : GrowingNetwork
    layer : int
    incoming : Tensor of shape (k, signals)
        Unit vectors, or `Waking.norm` long.
    outgoing : Tensor of shape (rows, k)
        Unit vectors, the rows of all later receivers.
    rates : Tensor of shape (k,)
        How fast the loss falls on the second half as each wakes.
    n_errors : float
        Standard errors that the gain of all lies above zero.
    gain, by_links : float
        What all of them gain, and what the outputs' links would.
    """

    network: GrowingNetwork
    layer: int
    incoming: Tensor
    outgoing: Tensor
    rates: Tensor
    n_errors: float
    gain: float
    by_links: float

    @property
    def beside_links(self) -> bool:
        """Whether the gain, above zero, is a fair share of what links would gain."""
        share = max(_SHARE, _CERTAINTY / self.n_errors)
        return self.gain > share * self.by_links

    def best(
        self, penalty: SparseGroupPenalty, n_errors: float, most: int
    ) -> Recruits | None:
        """The ``most`` that pay best, if the group is significant and any pays."""
        if self.n_errors <= n_errors or not self.beside_links:
            return None
        network, n_layers = self.network, len(self.network.lam)
        indices = asleep(network, self.layer, len(self.rates))
        alone = len(network.lam[self.layer]) == 0
        pays = penalty.wakes(self.rates, self.layer, n_layers, alone=alone)
        order = self.rates.where(pays, -torch.inf).argsort(descending=True, stable=True)
        chosen = order[: min(most, int(pays.sum()), len(indices))]
        if len(chosen) == 0:
            return None
        receivers = [len(q) for q in network.Q[self.layer + 1 :]]
        return Recruits(
            self.layer,
            indices[: len(chosen)],
            self.incoming[chosen],
            list(self.outgoing[:, chosen].split(receivers)),
            self.rates[chosen],
        )


@dataclass(frozen=True)
class _Half:
    """One half: signals (signals, n), sensitivities, and their residuals."""

    heard: Regressors
    deltas: list[Tensor]
    left: list[Tensor]

    @classmethod
    def of(
        cls, network: GrowingNetwork, data: Surveyed, loss: OutputGradient
    ) -> "_Half":
        signals, deltas = sensitivities(network, data, loss)
        pairs = zip(deltas, network.Q, strict=True)
        heard = Regressors(signals)
        left = [heard.residual(d, q.shape[1]) for d, q in pairs]
        return cls(heard, deltas, left)


@dataclass(frozen=True)
class _LayerHalf:
    """A layer's candidates on one half: z = −λ q · h + q · below.

    ``half`` are the samples, ``signals`` h (signals, n) what the layer hears of them,
    ``below`` what the last of these send on besides, and ``asked`` c (rows, n).
    """

    network: GrowingNetwork
    layer: int
    half: _Half
    signals: Tensor
    below: Tensor
    asked: Tensor

    @classmethod
    def of(cls, network: GrowingNetwork, layer: int, half: _Half) -> "_LayerHalf":
        h = half.heard.signals[: network.Q[layer].shape[1]]
        below = linear_signal(network, layer - 1, half.heard.signals)
        return cls(network, layer, half, h, below, asked(network, layer, half.left))

    @property
    def lam(self) -> float:
        """The eigenvalue that wakes."""
        return waking_sign(self.network, self.layer) * self.network.waking.eigenvalue

    @property
    def scale(self) -> float:
        """Change of an output per unit of T a: the last layer has two links to it.

        It is a unit of |λ| ‖q‖, as ``asked`` is.
        """
        waking, last = self.network.waking, len(self.network.lam) - 1
        moved = 1 - self.lam if self.layer == last else 1.0
        return moved / (waking.eigenvalue * waking.norm)

    def z(self, q: Tensor) -> Tensor:
        """Inputs (k, n) of candidates q (k, signals)."""
        z = (q * -self.lam) @ self.signals
        if len(self.below):
            z.addmm_(q[:, -len(self.below) :], self.below)
        return z

    def back(self, slope: Tensor) -> Tensor:
        """Σ slope · ∂z/∂q (k, signals), slope (k, n)."""
        found = slope @ self.signals.T * -self.lam
        if len(self.below):
            found[:, -len(self.below) :] += slope @ self.below.T
        return found

    def bent(self, q: Tensor) -> Tensor:
        """Normalised candidates whose kink is at the samples' mean."""
        network = self.network
        if network.bias:
            middle = self.signals.mean(dim=1, keepdim=True).expand(-1, len(q))
            bend(q, network.n_inputs - 1, middle)
        return network.waking.norm * F.normalize(q, dim=1)

    def new(self, sent: Tensor) -> Tensor:
        """What later receivers (rows, n) get, less its regression on their signals."""
        later = self.network.Q[self.layer + 1 :]
        parts = zip(sent.split([len(q) for q in later]), later, strict=True)
        return torch.cat([self.half.heard.residual(f, q.shape[1]) for f, q in parts])


def _climbed(
    layer_half: _LayerHalf, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Candidates q (k, signals) after a step up the gradient, and T (rows, k)."""
    network, c = layer_half.network, layer_half.asked
    n_signals = len(layer_half.signals)
    drawn = random_directions(_N_CLIMB, n_signals, network, generator)
    z = layer_half.z(layer_half.bent(drawn.to(c)))
    best = F.normalize(c @ z.clamp_min(0).T, dim=0)
    slope = (best.T @ c).mul_(z > 0)
    if network.bias:
        # the kink stays at the mean, so signals count by their difference from it
        slope -= slope.mean(dim=1, keepdim=True)
    q = layer_half.bent(layer_half.back(slope))
    return q, c @ layer_half.z(q).clamp_min_(0).T


def _validated(
    layer_half: _LayerHalf, q: Tensor, T: Tensor, by_links: float
) -> ValidatedCandidates:
    """Score candidates on the other half."""
    c, a, outgoing = (
        layer_half.asked,
        layer_half.z(q).clamp_min_(0),
        F.normalize(T, dim=0),
    )
    new = layer_half.new(T @ a)
    share = (c * new).sum(dim=0)
    return ValidatedCandidates(
        layer_half.network,
        layer_half.layer,
        q,
        outgoing,
        (c @ a.T * outgoing).sum(dim=0),
        _standard_errors(share, len(layer_half.half.heard.signals)),
        _gain(share, layer_half.scale * new),
        by_links,
    )


def _standard_errors(share: Tensor, n_signals: int) -> float:
    """Sum in standard errors, after a regression on so many signals."""
    n, spread = len(share), (share - share.mean()).norm()
    freedom = max(1 - n_signals / n, 0.0)
    return float(share.sum() / spread.clamp_min(1e-30)) * freedom**0.5


def _gain(share: Tensor, moved: Tensor) -> float:
    """Fall of a loss of curvature one along a direction of the outputs."""
    length = moved.square().sum(dim=0).mean().clamp_min(1e-30)
    return float(share.sum().clamp_min(0).square() / length) / 2
