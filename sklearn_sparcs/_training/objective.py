"""What second-order steps make small: the data loss and the penalty of a network."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from .._data.batches import TrainingData
from .._networks.flat import pack
from .._networks.live import LiveNetwork
from .._networks.wiring import Wiring
from .curvature import Curvature

#: Numbers that a slice of rows holds, whatever is computed of it.
SLICE = 2**19
#: Numbers up to which all samples' signals are kept for the next step.
_KEPT = 2**24

#: Signals (rows, n_signals), and f'(z) (rows, N_i) of every hidden layer.
Signals = tuple[Tensor, list[Tensor]]


class Penalty(Protocol):
    """A penalty, and the ridge that touches it from above."""

    def value(self, network: LiveNetwork) -> Tensor:
        """The penalty."""

    def ridge(self, network: LiveNetwork) -> Tensor:
        """Strengths r of ½ r w², for the weights in the order of ``flat()``."""


@dataclass(frozen=True)
class Observations:
    """All samples as dense tensors, the constant among the inputs.

    Attributes
    ----------
    inputs : Tensor of shape (n, n_inputs)
    y : Tensor of shape (n,) or (n, outputs)
    weight : Tensor of shape (n,) or None
        Its mean is one.
    mean_count : float or None
        As in `Samples`.
    """

    inputs: Tensor
    y: Tensor
    weight: Tensor | None = None
    mean_count: float | None = None

    @classmethod
    def of(cls, data: TrainingData, bias: bool) -> "Observations":
        """Scaled samples, with the constant appended if the network hears one."""
        x = torch.cat([x for x, _, _ in data.slices()])
        inputs = F.pad(x, (0, 1), value=1.0) if bias else x
        return cls(inputs, data.y, data.weight, data.mean_count)

    def __len__(self) -> int:
        return len(self.inputs)

    def rows(self, index: Tensor | slice) -> "Observations":
        """Some of the samples, with the weights that they have here."""
        weight = None if self.weight is None else self.weight[index]
        return Observations(self.inputs[index], self.y[index], weight, self.mean_count)

    @property
    def count(self) -> Tensor:
        """How many samples each row (n,) stands for."""
        ones = torch.ones_like(self.inputs[:, 0])
        if self.mean_count is None:
            return ones
        return self.mean_count * (ones if self.weight is None else self.weight)


@dataclass(frozen=True)
class Evaluation:
    """What a network is on all samples: where the next step begins.

    Attributes
    ----------
    network : LiveNetwork
    output : Tensor of shape (n, outputs)
    loss : float
        The mean data loss.
    value : float
        The loss and the penalty.
    signals : tuple of (signals, slopes), a slice each, or None
        None where they were too large to keep, or were not asked for.
    """

    network: LiveNetwork
    output: Tensor
    loss: float
    value: float
    signals: tuple[Signals, ...] | None = None


@dataclass(frozen=True)
class Objective:
    """Loss and penalty on some samples, as a function of a network.

    Attributes
    ----------
    data : Observations
    loss : Curvature
    penalty : Penalty
    wiring : Wiring or None
        The links that there are, if they and the neurons are given. Where it is None,
        every layer hears all before it, and neurons go that have become weak.
    """

    data: Observations
    loss: Curvature
    penalty: Penalty
    wiring: Wiring | None = None

    def data_loss(self, network: LiveNetwork) -> float:
        """The mean loss of the samples, without the penalty."""
        return self.evaluate(network).loss

    def value(self, network: LiveNetwork) -> float:
        """The mean loss and the penalty."""
        return self.evaluate(network).value

    def value_and_gradient(self, network: LiveNetwork) -> tuple[float, Tensor]:
        """Loss and penalty, and their gradient in ``network.flat()``."""
        at = self.evaluate(network, keep=True)
        return at.value, self.gradient(at)

    def evaluate(self, network: LiveNetwork, keep: bool = False) -> Evaluation:
        """Every sample's way through the network, its signals kept if they fit."""
        keep = keep and len(self.data) * 2 * network.n_signals <= _KEPT
        outputs, kept = [], []
        for rows in self.slices(2 * network.n_signals):
            signals = network.signals(self.data.inputs[rows], slopes=True)
            outputs.append(signals[0] @ network.weights[-1].T)
            if keep:
                kept.append(signals)
        return self.evaluated(
            network, torch.cat(outputs), tuple(kept) if keep else None
        )

    def evaluated(
        self,
        network: LiveNetwork,
        output: Tensor,
        signals: tuple[Signals, ...] | None = None,
    ) -> Evaluation:
        """An evaluation of which the outputs (n, outputs) are known."""
        loss = float(self._mean(self.loss.value(output, self.data.y)))
        value = loss + float(self.penalty.value(network))
        return Evaluation(network, output, loss, value, signals)

    def sample(self, n: int, generator: torch.Generator) -> "Objective":
        """The same on n of the samples, none twice; on all if there are no more."""
        if n >= len(self.data):
            return self
        index = torch.randperm(len(self.data), generator=generator)[:n]
        some = self.data.rows(index.to(self.data.inputs.device))
        return replace(self, data=some)

    def gradient(self, at: Evaluation) -> Tensor:
        """The gradient of loss and penalty in the weights, flat."""
        ridge = self.penalty.ridge(at.network)
        return self.data_gradient(at) + ridge * at.network.flat()

    def data_gradient(self, at: Evaluation) -> Tensor:
        """The gradient of the mean loss alone in the weights, flat."""
        network = at.network
        e = self.residual(at)
        total = [torch.zeros_like(w) for w in network.weights]
        for rows, (signals, slopes) in self.signals(at):
            D = e[rows] @ network.weights[-1][:, network.n_inputs :]
            heard = network.heard(signals)
            for grad, delta in zip(total[:-1], network.deltas(D, slopes), strict=True):
                grad.addmm_(delta.T, heard[:, : grad.shape[1]])
            total[-1].addmm_(e[rows].T, signals)
        if self.wiring is not None:
            pairs = zip(total, self.wiring.heard, strict=True)
            total = [grad * heard for grad, heard in pairs]
        return pack(total).mul_(-1 / len(self.data))

    def residual(self, at: Evaluation) -> Tensor:
        """−∂ℓ/∂output (n, outputs), times the samples' weights."""
        e = self.loss.residual(at.output, self.data.y)
        weight = self.data.weight
        return e if weight is None else e * weight[:, None]

    def curvature(self, at: Evaluation) -> tuple[Tensor, Tensor]:
        """Numbers (n,), one a sample, times a matrix (outputs, outputs)."""
        return self.loss.curvature(at.output, self.data.weight)

    def signals(self, at: Evaluation) -> Iterator[tuple[slice, Signals]]:
        """Slices of the samples, and the signals there: kept ones, or new."""
        slices = self.slices(2 * at.network.n_signals)
        if at.signals is not None:
            yield from zip(slices, at.signals, strict=True)
            return
        for rows in slices:
            yield rows, at.network.signals(self.data.inputs[rows], slopes=True)

    def slices(self, width: int) -> Iterator[slice]:
        """All samples, so many at a time that ``width`` numbers of each fit."""
        step = max(256, SLICE // width)
        for start in range(0, len(self.data), step):
            yield slice(start, min(start + step, len(self.data)))

    def _mean(self, each: Tensor) -> Tensor:
        weight = self.data.weight
        return each.mean() if weight is None else torch.dot(each, weight) / len(each)
