"""The Gauss-Newton matrix of large networks, with a block for each neuron.

What one neuron's weights have to do with another's is left out. The blocks cost
n p s operations, p hidden weights and s signals, and p s numbers.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .._losses.observations import Sums
from .._networks.wiring import Wiring
from .curved_rows import Axes, CurvedRows, curvature_axes
from .gauss_newton import cholesky, cholesky_of_outputs, damped
from .objective import Evaluation, Objective


@dataclass(frozen=True)
class NeuronBlocks:
    """Cholesky factors of the blocks, with ridge and damping.

    Attributes
    ----------
    hidden : tuple of Tensors of shape (N_i, signals before layer i, same)
        Of each hidden neuron.
    outputs : Tensor of shape (c, s, s)
        Of each output, in the coordinates ``basis``.
    basis : Tensor of shape (c, c)
        Eigenvectors of the curvature's matrix, in columns.
    """

    hidden: tuple[Tensor, ...]
    outputs: Tensor
    basis: Tensor

    @classmethod
    def of(
        cls, objective: Objective, at: Evaluation, ridge: Tensor, damping: float
    ) -> "NeuronBlocks":
        """Factors at a network that was evaluated on the objective's samples."""
        axes, n, p = curvature_axes(objective, at), len(objective.data), 0
        sums = objective.total_at(at, _sums, axes)
        *blocks, gram = _present(objective.wiring, list(sums))
        hidden = []
        for block in blocks:
            diagonal = block.diagonal(dim1=1, dim2=2) / n
            own = ridge[p : p + diagonal.numel()].view_as(diagonal)
            own = own + damped(diagonal, damping)
            hidden.append(cholesky(block / n + torch.diag_embed(own)))
            p += diagonal.numel()
        s = at.network.n_signals
        outputs = cholesky_of_outputs(gram / n, axes[0], ridge[p : p + s], damping)
        return cls(tuple(hidden), outputs, axes[1])

    def solve(self, right: Tensor) -> Tensor:
        """The solution for a right-hand side (weights,)."""
        sizes = [factor[..., 0].numel() for factor in self.hidden]
        *hidden, last = right.split([*sizes, self.outputs[..., 0].numel()])
        found = []
        for factor, part in zip(self.hidden, hidden, strict=True):
            column = part.reshape(*factor.shape[:2], 1)
            found.append(torch.cholesky_solve(column, factor).reshape(-1))
        given = self.basis.T @ last.reshape(self.outputs.shape[:2])
        outs = torch.cholesky_solve(given[..., None], self.outputs)[..., 0]
        return torch.cat([*found, (self.basis @ outs).reshape(-1)])


def _sums(objective: Objective, at: Evaluation, axes: Axes) -> Sums:
    """Sums of all blocks over this process's samples, the outputs' Gram matrix last."""
    rows = CurvedRows.of(objective, at, axes)
    return (*_blocks(rows), objective.gram(at))


def _blocks(rows: CurvedRows) -> list[Tensor]:
    """Σ_i κ_i h_i h_i' (N_i, z, z) of each hidden neuron, κ = h Σ_k σ_k δ_k²."""
    hidden = rows.network.weights[:-1]
    total = [w.new_zeros(*w.shape, w.shape[1]) for w in hidden]
    width = rows.network.n_outputs * sum(rows.network.n_live) + rows.network.n_signals
    for H, slopes, root in rows.slices(width):
        heard = rows.network.heard(H)
        for blocks, delta in zip(total, rows.deltas(slopes), strict=True):
            kappa = torch.tensordot(rows.sigma, delta.square(), dims=1)
            scale = kappa.sqrt().mul_(root)
            signals = heard[:, : blocks.shape[1]]
            for block, own in zip(blocks, scale.T, strict=True):
                J = signals * own[:, None]
                block.addmm_(J.T, J)
    return total


def _present(wiring: Wiring | None, blocks: list[Tensor]) -> list[Tensor]:
    """Blocks (…, signals before layer i, same) of every layer, absent links zero."""
    if wiring is None:
        return blocks
    pairs = zip(blocks, wiring.heard, strict=True)
    return [block * torch.outer(heard, heard) for block, heard in pairs]
