"""Data loss and penalty of a network, and the sums that second-order steps need."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from .._losses.curvature import Curvature
from .._losses.observations import Data, LocalData, Observations, Sums
from .._networks.flat import pack
from .._networks.live import LiveNetwork
from .._networks.wiring import Wiring
from .._numerics.gram import add_gram, mirrored

#: Numbers that a slice of rows holds, whatever is computed of it.
SLICE = 2**19
#: Numbers up to which all samples' signals are kept for the next step.
_KEPT = 2**24

#: Signals (rows, n_signals), and f'(z) (rows, N_i) of every hidden layer.
Signals = tuple[Tensor, list[Tensor]]


class Penalty(Protocol):
    """A penalty, and the ridge that majorises it."""

    def value(self, network: LiveNetwork) -> Tensor:
        """The penalty."""

    def ridge(self, network: LiveNetwork) -> Tensor:
        """Strengths r of ½ r w², for the weights in the order of ``flat()``."""


class Along(NamedTuple):
    """Sums over samples elsewhere for the next step, computed with the loss.

    Attributes
    ----------
    pull : tuple of Tensors
        −∂/∂W of the losses, for every layer.
    gram : Tensor of shape (n_signals, n_signals) or None
        `Objective.gram`, where steps of the outputs alone are Newton's.
    """

    pull: Sums
    gram: Tensor | None = None


@dataclass(frozen=True)
class Evaluation:
    """A network evaluated on all samples.

    Attributes
    ----------
    network : LiveNetwork
    output : Tensor of shape (n, outputs)
        Of the samples that are in this process: none where they are elsewhere.
    loss : float
        The mean data loss.
    value : float
        The loss and the penalty.
    signals : tuple of (signals, slopes), a slice each, or None
        None where they were too large to keep, or were not asked for.
    along : Along or None
        What samples elsewhere were asked for with the loss, if there is to be a step.
    """

    network: LiveNetwork
    output: Tensor
    loss: float
    value: float
    signals: tuple[Signals, ...] | None = None
    along: Along | None = None


@dataclass(frozen=True)
class Objective:
    """Loss and penalty on some samples, as a function of a network.

    What is to be known of the samples are sums over them, which `total` and `total_at`
    ask for; what they ask is answered by an objective of samples that are `here`.

    Attributes
    ----------
    data : Data
    loss : Curvature
    penalty : Penalty
    wiring : Wiring or None
        The links that there are, if they and the neurons are given. Where it is None,
        every layer hears all before it, and neurons go that have become weak.
    """

    data: Data
    loss: Curvature
    penalty: Penalty
    wiring: Wiring | None = None

    @property
    def here(self) -> LocalData:
        """The samples, in this process."""
        here = self.data.here
        assert here is not None, "samples elsewhere are asked for sums"
        return here

    def total(self, of: Callable[..., Sums], *args: Any) -> Sums:
        """Sum ``of(objective, *args)`` over all places with samples."""
        given = self.loss, self.penalty, self.wiring
        return self.data.total(_asked, given, of, *args)

    def total_at(self, at: Evaluation, of: Callable[..., Sums], *args: Any) -> Sums:
        """Sum ``of(objective, evaluation, *args)`` over all places with samples."""
        if self.data.here is None:
            return self.total(_asked_at, at.network, of, *args)
        return of(self, at, *args)

    def data_loss(self, network: LiveNetwork) -> float:
        """The mean loss of the samples, without the penalty."""
        return self.evaluate(network).loss

    def value(self, network: LiveNetwork) -> float:
        """The mean loss and the penalty."""
        return self.evaluate(network).value

    def evaluate(self, network: LiveNetwork, keep: bool = False) -> Evaluation:
        """Evaluate the network on every sample; keep its signals if they fit.

        For samples elsewhere the sums that the next step needs come in the same round.
        """
        if self.data.here is None:
            return self._evaluated_elsewhere(network, keep)
        keep = keep and len(self.here) * 2 * network.n_signals <= _KEPT
        outputs, kept = [], []
        for rows in self.slices(2 * network.n_signals):
            signals = self._signals(network, rows)
            outputs.append(signals[0] @ network.weights[-1].T)
            if keep:
                kept.append(signals)
        return self.evaluated(
            network, torch.cat(outputs), tuple(kept) if keep else None
        )

    def _evaluated_elsewhere(self, network: LiveNetwork, keep: bool) -> Evaluation:
        of, n_layers = _loss_and_along if keep else _total_loss, len(network.weights)
        loss, *sums = self.total(of, network)
        along = Along(tuple(sums[:n_layers]), *sums[n_layers:]) if keep else None
        none = network.weights[-1].new_zeros(0, network.n_outputs)
        at = self._evaluation(network, none, float(loss) / len(self.data))
        return replace(at, along=along)

    def evaluated(
        self,
        network: LiveNetwork,
        output: Tensor,
        signals: tuple[Signals, ...] | None = None,
    ) -> Evaluation:
        """The evaluation with known outputs (n, outputs)."""
        loss = float(self._mean(self.loss.value(output, self.here.y)))
        return self._evaluation(network, output, loss, signals)

    def _evaluation(
        self,
        network: LiveNetwork,
        output: Tensor,
        loss: float,
        signals: tuple[Signals, ...] | None = None,
    ) -> Evaluation:
        value = loss + float(self.penalty.value(network))
        return Evaluation(network, output, loss, value, signals)

    def along(self, at: Evaluation, step: Tensor) -> Callable[[float], Evaluation]:
        """A function that evaluates a share of a step of the output layer.

        ``step`` has the shape of the output layer's weights.
        """
        weight = at.network.weights[-1]

        def moved(size: float) -> Evaluation:
            network = at.network.with_output(weight + size * step)
            return self.evaluate(network, keep=True)

        if self.data.here is None:
            return moved
        change = self.output(at, step)

        def moved_here(size: float) -> Evaluation:
            network = at.network.with_output(weight + size * step)
            return self.evaluated(network, at.output + size * change, at.signals)

        return moved_here

    def with_output(self, at: Evaluation, weight: Tensor) -> Evaluation:
        """Evaluate the network with another output layer and the same signals."""
        network = at.network.with_output(weight)
        if self.data.here is None:
            return self.evaluate(network, keep=True)
        return self.evaluated(network, self.output(at, weight), at.signals)

    def output(self, at: Evaluation, weight: Tensor) -> Tensor:
        """Outputs (n, outputs) of the signals under given output weights."""
        return torch.cat([H @ weight.T for _, (H, _) in self.signals(at)])

    def sample(self, n: int, generator: torch.Generator) -> "Objective":
        """The objective on n random distinct samples; on all if there are no more.

        They are brought here.
        """
        if n >= len(self.data):
            return self
        return self.taken(self._drawn(n, generator))

    def some(self, n: int, generator: torch.Generator) -> "Objective":
        """The objective on n random distinct samples, left where they are."""
        if n >= len(self.data):
            return self
        return replace(self, data=self.data.some(self._drawn(n, generator)))

    def _drawn(self, n: int, generator: torch.Generator) -> Tensor:
        """Random indices of n samples."""
        return torch.randperm(len(self.data), generator=generator)[:n]

    def taken(self, index: Tensor) -> "Objective":
        """The objective on some of the samples by number, brought here."""
        return replace(self, data=self.data.taken(index))

    def gradient(self, at: Evaluation) -> Tensor:
        """The gradient of loss and penalty in the weights, flat."""
        ridge = self.penalty.ridge(at.network)
        return self.data_gradient(at) + ridge * at.network.flat()

    def data_gradient(self, at: Evaluation) -> Tensor:
        """The gradient of the mean loss alone in the weights, flat."""
        total = self.total_at(at, _pull) if at.along is None else at.along.pull
        if self.wiring is not None:
            pairs = zip(total, self.wiring.heard, strict=True)
            total = tuple(pull * heard for pull, heard in pairs)
        return pack(total).mul_(-1 / len(self.data))

    def residual(self, at: Evaluation) -> Tensor:
        """−∂ℓ/∂output (n, outputs), times the samples' weights."""
        e = self.loss.residual(at.output, self.here.y)
        weight = self.here.weight
        return e if weight is None else e * weight[:, None]

    def curvature(self, at: Evaluation) -> tuple[Tensor, Tensor]:
        """Numbers (n,), one a sample here, times a matrix (outputs, outputs)."""
        return self.loss.curvature(at.output, self.here.weight)

    def mean_curvature(self, at: Evaluation) -> tuple[float, Tensor]:
        """Mean of the factors over all samples, and the matrix they multiply."""
        trace, shape = self.total_at(at, _curvature)
        scale = trace.clamp_min(torch.finfo(trace.dtype).tiny)
        return float(trace) / len(self.data), shape / scale

    def signals(self, at: Evaluation) -> Iterator[tuple[slice, Signals]]:
        """Yield slices of the samples with the signals there, kept or recomputed."""
        slices = self.slices(2 * at.network.n_signals)
        if at.signals is not None:
            yield from zip(slices, at.signals, strict=True)
            return
        for rows in slices:
            yield rows, self._signals(at.network, rows)

    def _signals(self, network: LiveNetwork, rows: slice) -> Signals:
        return network.signals(self.here.rows(rows).inputs, slopes=True)

    def gram(self, at: Evaluation) -> Tensor:
        """Σ h H H' (n_signals, n_signals) over samples that are here."""
        root = self.curvature(at)[0].sqrt()
        total = root.new_zeros(at.network.n_signals, at.network.n_signals)
        for rows, (H, _) in self.signals(at):
            add_gram(total, H * root[rows, None])
        return mirrored(total)

    def of_signals(self, at: Evaluation) -> Data:
        """The samples with their signals as inputs, where they are."""
        given = self.loss, self.penalty, self.wiring
        return self.data.mapped(_with_signals, given, replace(at, along=None))

    def slices(self, width: int) -> Iterator[slice]:
        """All samples, in slices of which ``width`` columns fit in memory."""
        step = max(256, SLICE // width)
        for start in range(
            0, max(len(self.here), 1), step
        ):  # one empty slice if there are no samples
            yield slice(start, min(start + step, len(self.here)))

    def _mean(self, each: Tensor) -> Tensor:
        """The weighted mean of a number a sample; of no samples, zero."""
        weight = self.here.weight
        total = each.sum() if weight is None else torch.dot(each, weight)
        return total / max(len(each), 1)


def _asked(
    data: LocalData,
    given: tuple[Curvature, Penalty, Wiring | None],
    of: Callable[..., Sums],
    *args: Any,
) -> Sums:
    """Apply ``of`` to the objective of this process's samples."""
    return of(Objective(data, *given), *args)


def _asked_at(
    objective: Objective, network: LiveNetwork, of: Callable[..., Sums], *args: Any
) -> Sums:
    """Evaluate the network on this process's samples, and apply ``of``."""
    return of(objective, objective.evaluate(network, keep=True), *args)


def _total_loss(objective: Objective, network: LiveNetwork) -> Sums:
    """The sum of the losses, in double precision."""
    loss = objective.evaluate(network).loss * len(objective.here)
    return (network.weights[-1].new_tensor(loss, dtype=torch.float64),)


def _loss_and_along(objective: Objective, network: LiveNetwork) -> Sums:
    """The sum of the losses, and the sums of `Along`."""
    at = objective.evaluate(network, keep=True)
    loss = at.loss * len(objective.here)
    exact = objective.loss.exact(network.n_outputs)
    gram = (objective.gram(at),) if exact else ()
    of_loss = network.weights[-1].new_tensor(loss, dtype=torch.float64)
    return (of_loss, *_pull(objective, at), *gram)


def _pull(objective: Objective, at: Evaluation) -> Sums:
    """−∂/∂W_i of the sum of the losses, for every layer."""
    network, e = at.network, objective.residual(at)
    total = [torch.zeros_like(w) for w in network.weights]
    for rows, (signals, slopes) in objective.signals(at):
        D = e[rows] @ network.weights[-1][:, network.n_inputs :]
        heard = network.heard(signals)
        for grad, delta in zip(total[:-1], network.deltas(D, slopes), strict=True):
            grad.addmm_(delta.T, heard[:, : grad.shape[1]])
        total[-1].addmm_(e[rows].T, signals)
    return tuple(total)


def _curvature(objective: Objective, at: Evaluation) -> Sums:
    """The sum of the numbers a sample, and the matrix times that.

    The matrix is a mean that such numbers weigh, so that these add up.
    """
    each, shape = objective.curvature(at)
    if not len(each):  # the mean of no samples is undefined
        return each.sum(), torch.zeros_like(shape)
    return each.sum(), each.sum() * shape


def _with_signals(
    data: LocalData, given: tuple[Curvature, Penalty, Wiring | None], at: Evaluation
) -> Observations:
    """Samples that are here, with signals as inputs."""
    objective = Objective(data, *given)
    if len(at.output) != len(data):
        at = objective.evaluate(at.network)
    signals = torch.cat([signals for _, (signals, _) in objective.signals(at)])
    return Observations(signals, data.y, data.weight)
