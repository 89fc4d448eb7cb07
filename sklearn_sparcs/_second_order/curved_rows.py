"""Signals, slopes and curvatures of samples in a network, slice by slice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from .._networks.live import LiveNetwork
from .objective import SLICE, Evaluation, Objective

#: Eigenvalues (c,) and eigenvectors (c, c) of the curvature's matrix S.
Axes: TypeAlias = tuple[Tensor, Tensor]


def curvature_axes(objective: Objective, at: Evaluation) -> Axes:
    """Eigenvalues and eigenvectors of the objective's curvature in the outputs."""
    if objective.loss.exact(at.network.n_outputs):
        anywhere = at.network.weights[-1].new_zeros(1, at.network.n_outputs)
        _, shape = objective.loss.curvature(anywhere)
    else:
        _, shape = objective.mean_curvature(at)
    sigma, basis = torch.linalg.eigh(shape)
    return sigma.clamp_min(0), basis


def outgoing(network: LiveNetwork, axes: Axes) -> Tensor:
    """Weights from hidden neurons to outputs, in the coordinates U (c, hidden)."""
    return axes[1].T @ network.weights[-1][:, network.n_inputs :]


@dataclass(frozen=True)
class CurvedRows:
    """Signals, slopes and loss curvatures of samples at a network.

    Attributes
    ----------
    objective : Objective
    at : Evaluation
    root : Tensor of shape (n,)
        √h of each sample.
    sigma, basis : Tensors of shape (c,) and (c, c)
        Eigenvalues and eigenvectors of S.
    """

    objective: Objective
    at: Evaluation
    root: Tensor
    sigma: Tensor
    basis: Tensor

    @classmethod
    def of(cls, objective: Objective, at: Evaluation, axes: Axes) -> "CurvedRows":
        """The rows of a network that was evaluated on the objective's samples here."""
        each, _ = objective.curvature(at)
        return cls(objective, at, each.sqrt(), *axes)

    @property
    def network(self) -> LiveNetwork:
        """The network."""
        return self.at.network

    def slices(self, width: int) -> Iterator[tuple[Tensor, list[Tensor], Tensor]]:
        """Signals, slopes and roots (rows, 1), so many rows that ``width`` fits."""
        step = max(256, SLICE // max(width, 1))
        for rows, (signals, slopes) in self.objective.signals(self.at):
            root = self.root[rows, None]
            for start in range(0, len(signals), step):
                part = slice(start, start + step)
                yield signals[part], [slope[part] for slope in slopes], root[part]

    def deltas(self, slopes: Sequence[Tensor]) -> list[Tensor]:
        """∂output/∂z (c, rows, N_i), of outputs in the coordinates U."""
        if not slopes:
            return []
        sent = outgoing(self.network, (self.sigma, self.basis))
        D = sent[:, None].repeat(1, len(slopes[0]), 1)
        return self.network.deltas(D, slopes)
