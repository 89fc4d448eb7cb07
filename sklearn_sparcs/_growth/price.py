"""The rise of `BridgePenalty` when a neuron wakes.

With λ = 2 √(|w| |t|), and Λ the length of the λ awake in its layer already,

    rise = s [ l1_ratio λ + (1 − l1_ratio) (√(Λ² + λ²) − Λ) ] + prior |w| |t|,

so the first of a layer pays the whole strength s, and the others little but the ℓ₁
part. For ReLU the split between |w| and |t| is free, and even; for other activations
the last term is ½ prior (|w|² + |t|²).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .._activations import ACTIVATIONS
from .._losses.bridge import BridgePenalty
from .._networks.live import LiveNetwork
from .ascent import Height


@dataclass(frozen=True)
class Price:
    """Rise of the penalty when neurons wake in a network.

    Attributes
    ----------
    penalty : BridgePenalty
    homogeneous : bool
        Whether w and t can be scaled against each other.
    awake : Tensor of shape (hidden layers,)
        Λ² of each.
    """

    penalty: BridgePenalty
    homogeneous: bool
    awake: Tensor

    @classmethod
    def of(cls, penalty: BridgePenalty, network: LiveNetwork) -> "Price":
        """The prices in a network as it is."""
        heard, sent = network.norms()
        squares = (4 * heard * sent).split(network.n_live)
        awake = torch.stack([part.sum() for part in squares])
        return cls(penalty, ACTIVATIONS[network.activation].homogeneous, awake)

    def rise(
        self, layer: Tensor, length: Tensor, size: Tensor, awake: Tensor
    ) -> Tensor:
        """Rise (k,) of the penalty for |w| and |t|, with Λ² (k,) awake."""
        unit = self.unit(layer)
        lam = 2 * (length * size).sqrt()
        share, before = self.penalty.l1_ratio, awake.sqrt()
        beside = (awake + lam.square()).sqrt() - before
        bridge = share * lam + (1 - share) * beside
        return self.penalty.alpha * unit * bridge + self.ridge(length, size)

    def ridge(self, length: Tensor, size: Tensor) -> Tensor:
        """The prior's penalty (k,) of |w| and |t|."""
        if self.homogeneous:
            return self.penalty.prior * length * size
        return self.penalty.prior / 2 * (length.square() + size.square())

    def unit(self, layer: Tensor) -> Tensor:
        """Penalty strength (k,) per unit of alpha."""
        factor, last = self.penalty.depth_factor, len(self.awake) - 1
        return torch.as_tensor(factor, dtype=self.awake.dtype) ** (last - layer)

    def threshold(
        self, layer: Tensor, gain: Tensor, length: Tensor, size: Tensor
    ) -> Tensor:
        """The alpha (k,) up to which the first neuron of a layer pays."""
        lam = 2 * (length * size).sqrt()
        net = gain - self.ridge(length, size)
        return net / (self.unit(layer) * lam).clamp_min(1e-30)

    def height(self, layer: int, *, first: bool) -> Height:
        """What candidates of a layer maximise: net gain, or the threshold alpha."""
        place = torch.tensor(layer)
        awake = self.awake[layer]

        def net(gain: Tensor, length: Tensor, size: Tensor) -> Tensor:
            return gain - self.rise(place, length, size, awake.to(size))

        def alpha(gain: Tensor, length: Tensor, size: Tensor) -> Tensor:
            return self.threshold(place, gain, length, size)

        return alpha if first else net
