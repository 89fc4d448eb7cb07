"""The bridge penalty: the spectral penalty in direct space.

Growth penalises a live neuron by alpha (|λ| + ½ ‖q‖² + ½ ‖T‖²): its eigenvalue, and
the eigenvectors that meet it. With one hidden layer it hears w = −λ q and sends
t = (1 − λ) T, so that λ is free to choose; at its best, while it is small, the penalty
is 2 alpha √P, with P = ‖w‖ ‖t‖ the neuron's strength. So

    Ω = Σ_n s_n 2 √(‖w_n‖ ‖t_n‖),    s_n = alpha depth_factor^(B − i) in layer i,

and with ``l1_ratio`` below one, as in `penalty`, in part the length of a layer's
vector of 2 √P instead of its sum. It selects harder than weight decay, an ℓ₁ norm of P,
and shrinks strong neurons less. The constant is no part of ‖w‖: a kink's place is free.

Second-order steps need a quadratic: √P is concave, and P = ‖w‖ ‖t‖ lies below
½ (‖w‖² ‖t₀‖ / ‖w₀‖ + ‖t‖² ‖w₀‖ / ‖t₀‖), so a ridge on w and t, of a strength a neuron,
touches the penalty at (w₀, t₀) and lies above it elsewhere: what makes loss and ridge
fall makes loss and penalty fall (majorisation).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from .._networks.flat import pack
from .._networks.live import LiveNetwork


@dataclass(frozen=True)
class BridgePenalty:
    """Bridge penalty of the neurons, with a ridge beneath.

    Attributes
    ----------
    alpha : float
        Strength, in units of the loss.
    l1_ratio : float
        Share of the sum over neurons; the rest is the length of each layer's vector.
    depth_factor : float
        How much dearer each hidden layer is than the one after it.
    linear : float
        Ridge of the weights from the features to the outputs: ½ linear ‖W‖².
    prior : float
        Ridge of every weight that a neuron hears or sends by, the constant's aside.
    """

    alpha: float
    l1_ratio: float = 1.0
    depth_factor: float = 1.0
    linear: float = 0.0
    prior: float = 0.0

    def strength(self, layer: int, n_layers: int) -> float:
        """The s_n of hidden layer ``layer`` = 0 … n_layers − 1."""
        return self.alpha * self.depth_factor ** (n_layers - 1 - layer)

    def value(self, network: LiveNetwork) -> Tensor:
        """The penalty, and the ridges."""
        heard, sent = network.norms()
        total = self.linear / 2 * _linear_part(network).square().sum()
        total = total + self.prior / 2 * (heard.square().sum() + sent.square().sum())
        for root, strength in self._layers(network, (heard * sent).sqrt()):
            total = total + 2 * strength * self.l1_ratio * root.sum()
            total = total + 2 * strength * (1 - self.l1_ratio) * root.norm()
        return total

    def ridge(self, network: LiveNetwork) -> Tensor:
        """Strengths r of ½ r w², for the weights in the order of ``flat()``.

        Their sum touches the penalty at the network's weights, with its gradient r w,
        and lies above it elsewhere but for a constant.
        """
        heard, sent = network.norms()
        scale = self._scale(network, (heard * sent).sqrt())
        of_heard = _bounded(scale * _ratio(sent, heard)) + self.prior
        of_sent = _bounded(scale * _ratio(heard, sent)) + self.prior
        grids = [torch.zeros_like(w) for w in network.weights]
        grids[-1][:, : network.n_features] = self.linear
        for i, place in enumerate(network.places):
            here = slice(place.start - network.n_inputs, place.stop - network.n_inputs)
            grids[i] += of_heard[here, None]
            if network.bias:
                grids[i][:, network.n_features] = 0
            for grid in grids[i + 1 :]:
                grid[:, place] += of_sent[here]
        return pack(grids)

    def _scale(self, network: LiveNetwork, root: Tensor) -> Tensor:
        """∂Ω/∂P of every neuron (hidden,): s_n / √P, and its share of a length."""
        scales = [root[:0]]
        for part, strength in self._layers(network, root):
            scale = self.l1_ratio * _ratio(torch.ones_like(part), part)
            if self.l1_ratio < 1:
                length = part.norm().expand_as(part)
                scale += (1 - self.l1_ratio) * _ratio(torch.ones_like(part), length)
            scales.append(strength * scale)
        return torch.cat(scales)

    def _layers(
        self, network: LiveNetwork, root: Tensor
    ) -> Iterator[tuple[Tensor, float]]:
        """√P, a hidden layer at a time, and what multiplies it."""
        n_live = network.n_live
        for i, part in enumerate(root.split(n_live) if n_live else ()):
            if len(part):
                yield part, self.strength(i, len(n_live))


def _linear_part(network: LiveNetwork) -> Tensor:
    """Weights (outputs, features) from the features straight to the outputs."""
    return network.weights[-1][:, : network.n_features]


def _ratio(above: Tensor, below: Tensor) -> Tensor:
    """A quotient that is finite where the denominator is zero."""
    return above / below.clamp_min(torch.finfo(below.dtype).tiny ** 0.25)


def _bounded(ridge: Tensor) -> Tensor:
    """No stronger than can be multiplied: a weight at zero stays there all the same."""
    return ridge.clamp_max(torch.finfo(ridge.dtype).max ** 0.25)
