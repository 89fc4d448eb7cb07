"""Second-order model of the loss in a network's outputs, sample by sample.

The curvature of a loss in the outputs is v_i · S, a number a sample times one matrix
S = U diag(σ) U'. In the coordinates √σ U' t of outgoing weights it is v_i alone, for
every output, so candidates are judged there: residuals are multiplied by U / √σ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from .._losses.observations import Sums
from .._networks.live import LiveNetwork
from .._second_order.objective import Objective

#: Least σ, as a share of the mean: what no sample is sure of counts little.
_FLAT = 0.05

#: Least curvature of a sample, as a share of the mean.
_CERTAIN = 1e-3

#: Numbers that a slice of the samples holds.
_SLICE = 2**21


@dataclass(frozen=True)
class QuadraticRows:
    """Some samples of the quadratic model: signals, residuals and curvatures.

    Attributes
    ----------
    signals : Tensor of shape (n, signals)
        All that the output layer hears.
    residual : Tensor of shape (n, c)
        Minus the gradient of the loss in the outputs, weighted, in the coordinates
        where the curvature of all is the same.
    curvature : Tensor of shape (n,)
        That curvature, weighted.
    weight : Tensor of shape (n,) or None
        Of the samples.
    count : Tensor of shape (n,)
        How many samples each row stands for.
    """

    signals: Tensor
    residual: Tensor
    curvature: Tensor
    weight: Tensor | None
    count: Tensor

    def __len__(self) -> int:
        return len(self.signals)

    def to(self, dtype: torch.dtype) -> "QuadraticRows":
        """Convert to another dtype."""
        weight = None if self.weight is None else self.weight.to(dtype)
        return QuadraticRows(
            self.signals.to(dtype),
            self.residual.to(dtype),
            self.curvature.to(dtype),
            weight,
            self.count.to(dtype),
        )


@dataclass(frozen=True)
class QuadraticModel:
    """Quadratic model of the objective at a network, evaluated a slice at a time.

    Attributes
    ----------
    objective : Objective
    network : LiveNetwork
    to_common : Tensor of shape (outputs, c)
        U / √σ: takes residuals to the common coordinates, and outgoing weights back.
    scale : float
        Mean of σ.
    floor : float
        Curvature that every sample has at least: what no sample contradicts may be
        as steep as it likes otherwise.
    """

    objective: Objective
    network: LiveNetwork
    to_common: Tensor
    scale: float
    floor: float

    @classmethod
    def of(cls, objective: Objective, network: LiveNetwork) -> "QuadraticModel":
        """Find the coordinates; the shape is a mean over all samples."""
        mean, shape = objective.mean_curvature(objective.evaluate(network))
        sigma, U = torch.linalg.eigh(shape)
        sigma = sigma.clamp_min(_FLAT * sigma.mean())
        scale, floor = float(sigma.mean()), _CERTAIN * mean
        return cls(objective, network, U / sigma.sqrt(), scale, floor)

    @property
    def ridge(self) -> Tensor:
        """Ridge of an output's weights (signals,), in the common coordinates."""
        W = self.network.weights[-1]
        own = self.objective.penalty.ridge(self.network)[-W.numel() :]
        return own[: W.shape[1]] / self.scale

    @property
    def outputs(self) -> Tensor:
        """The output layer's weights (c, signals), in the common coordinates."""
        W: Tensor = torch.linalg.solve(self.to_common, self.network.weights[-1])
        return W

    def total(self, of: Callable[..., Sums], *args: Any) -> Sums:
        """Sums ``of(model, *args)`` over all samples, wherever they are."""
        look = self.network, self.to_common, self.scale, self.floor
        return self.objective.total(_seen, look, of, *args)

    def at(self, rows: Tensor | slice) -> QuadraticRows:
        """The quadratic model of some samples of this process."""
        data, loss = self.objective.here.rows(rows), self.objective.loss
        signals, weight = self.network.signals(data.inputs), data.weight
        output = signals @ self.network.weights[-1].T
        residual = loss.residual(output, data.y) @ self.to_common
        curvature, _ = loss.curvature(output, weight)
        least = self.floor * torch.ones_like(curvature)
        if weight is not None:
            residual, least = residual * weight[:, None], least * weight
        curvature = torch.maximum(curvature, least)
        return QuadraticRows(signals, residual, curvature, weight, data.count)

    def slices(self, width: int) -> Iterator[QuadraticRows]:
        """All samples here, in slices of which ``width`` columns fit in memory."""
        n = len(self.objective.here)
        step = max(256, _SLICE // max(width, 1))
        for start in range(0, n, step):
            yield self.at(slice(start, start + step))

    def sample(self, n: int, generator: torch.Generator) -> QuadraticRows:
        """Random distinct samples; all of them if there are no more."""
        total = len(self.objective.data)
        drawn = torch.arange(total)
        if total > n:
            drawn = torch.randperm(total, generator=generator)[:n]
        some = replace(self, objective=self.objective.taken(drawn))
        return some.at(slice(None))


def _seen(
    objective: Objective,
    look: tuple[LiveNetwork, Tensor, float, float],
    of: Callable[..., Sums],
    *args: Any,
) -> Sums:
    """Sums over samples that are here."""
    return of(QuadraticModel(objective, *look), *args)
