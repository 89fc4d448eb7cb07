"""The Gauss-Newton matrix of all weights, solved by eliminating the outputs.

With the loss's curvature of a sample written as h_i S, S = U diag(σ) U' (`curvature`),
the output layer takes part in the coordinates U, where the matrix has a block for every
k = 1 … c, all of one Gram matrix of the signals:

    [ A     B_k   ]     A = Σ_k σ_k J_k' h J_k / n,    B_k = σ_k J_k' h H / n,
    [ B_k'  σ_k G ]     G = H' h H / n,

J_k being the Jacobian of output k in the hidden weights, whose columns are products of
a neuron's δ and a signal, and H the signals. The outputs are linear in their layer's
weights, so these are eliminated first: c systems as large as there are signals, then
one as large as there are hidden weights.

Everything is a sum over samples, in slices of rows. Where one hidden layer has neurons,
δ is f'(z) times what output k hears of the neuron, so the sums over f'(z) ⊗ h, times
numbers a pair of neurons, serve every output. `gauss_newton_sums` has two ways to them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from .._losses.observations import Sums
from .._numerics.gram import add_gram, mirrored
from .curved_rows import Axes, CurvedRows, curvature_axes, outgoing
from .gauss_newton_sums import gauss_newton_sums
from .objective import Evaluation, Objective

#: Damping of a weight, besides its own curvature's share: that of the mean curvature.
_MEAN_SHARE = 1e-3


@dataclass(frozen=True)
class GaussNewtonMatrix:
    """J' h J / n of a network on some samples, without the penalty's ridge.

    Attributes
    ----------
    hidden : Tensor of shape (p, p)
        A, of the p weights that hidden neurons hear by.
    cross : Tensor of shape (c, p, s), or (1, p, s) with ``sent``
        B_k, of these and the s weights of an output.
    gram : Tensor of shape (s, s)
        G, of the signals.
    sigma : Tensor of shape (c,)
        Eigenvalues of the curvature's matrix S in the outputs.
    basis : Tensor of shape (c, c)
        Its eigenvectors U, in columns.
    sent : Tensor of shape (c, neurons), or None
        Where one hidden layer at most has neurons: σ_k times what output k hears of a
        neuron, by which the neuron's rows of ``cross`` are multiplied in B_k.
    """

    hidden: Tensor
    cross: Tensor
    gram: Tensor
    sigma: Tensor
    basis: Tensor
    sent: Tensor | None = None

    @property
    def mixed(self) -> Tensor:
        """B_k (c, p, s), each written out."""
        if self.sent is None:
            return self.cross
        n_heard = len(self.hidden) // max(self.sent.shape[1], 1)
        return self.sent.repeat_interleave(n_heard, 1)[:, :, None] * self.cross

    @classmethod
    def of(cls, objective: Objective, at: Evaluation) -> "GaussNewtonMatrix":
        """The matrix at a network that was evaluated on the objective's samples."""
        axes, network = curvature_axes(objective, at), at.network
        if sum(n > 0 for n in network.n_live) > 1:
            sums = objective.total_at(at, _sums, axes)
            return cls._of(objective, at, axes, *sums)
        hidden, cross, gram = objective.total_at(at, _sums_of_one_layer, axes)
        T, z = outgoing(network, axes), network.n_inputs
        sent = axes[0][:, None] * T
        pairs = (T.T @ sent).repeat_interleave(z, 0).repeat_interleave(z, 1)
        return cls._of(objective, at, axes, hidden * pairs, cross, gram, sent)

    @classmethod
    def of_outputs(
        cls, objective: Objective, at: Evaluation
    ) -> tuple["GaussNewtonMatrix", Tensor]:
        """The output layer's alone, as if there were no hidden weight.

        With it comes the gradient of the mean loss there, (outputs, n_signals).
        """
        axes = curvature_axes(objective, at)
        if at.along is None or at.along.gram is None:
            gram, pull = objective.total_at(at, _of_outputs)
        else:
            gram, pull = at.along.gram, at.along.pull[-1]
        cross = gram.new_zeros(len(axes[0]), 0, len(gram))
        matrix = cls._of(objective, at, axes, gram[:0, :0], cross, gram)
        if objective.wiring is not None:
            pull = pull * objective.wiring.heard[-1]
        return matrix, -pull / len(objective.data)

    @classmethod
    def _of(
        cls,
        objective: Objective,
        at: Evaluation,
        axes: Axes,
        hidden: Tensor,
        cross: Tensor,
        gram: Tensor,
        sent: Tensor | None = None,
    ) -> "GaussNewtonMatrix":
        """The matrix whose blocks are these sums over samples."""
        n, wiring = len(objective.data), objective.wiring
        matrix = cls(hidden / n, cross / n, gram / n, *axes, sent)
        if wiring is None:
            return matrix
        present = wiring.hidden(at.network) if len(hidden) else gram[0, :0]
        return _present(matrix, present, wiring.heard[-1])


@dataclass(frozen=True)
class Factor:
    """Cholesky factors of matrix + ridge + damping, which solve systems with it.

    Attributes
    ----------
    outputs : Tensor of shape (c, s, s)
        L_k, lower: of each output's block.
    coupling : Tensor of shape (c, s, p)
        X_k = L_k⁻¹ B_k'.
    hidden : Tensor of shape (p, p)
        Lower factor of A − Σ_k X_k' X_k (Schur's complement).
    basis : Tensor of shape (c, c)
        U: an output's coordinates, in columns.
    """

    outputs: Tensor
    coupling: Tensor
    hidden: Tensor
    basis: Tensor

    @classmethod
    def of(cls, matrix: GaussNewtonMatrix, ridge: Tensor, damping: float) -> "Factor":
        """Factors of the matrix, its ridge (flat), and a share of its own diagonal.

        The ridge of weights to the outputs is the first output's: a penalty that sees
        the length of what a neuron sends has the same for all.

        Raises
        ------
        numpy.linalg.LinAlgError
            If what is left of the matrix is not positive definite.
        """
        p, s = len(matrix.hidden), len(matrix.gram)
        outputs = cholesky_of_outputs(
            matrix.gram, matrix.sigma, ridge[p : p + s], damping
        )
        coupling = torch.linalg.solve_triangular(outputs, matrix.mixed.mT, upper=False)
        X = coupling.flatten(0, 1)  # row by row, so that no solution copies it
        hidden = factor_of_hidden(matrix.hidden - X.T @ X, matrix, ridge, damping)
        return cls(outputs, X.view(coupling.shape), hidden, matrix.basis)

    def solve(self, right: Tensor) -> Tensor:
        """The solution for one right-hand side (weights,) or several (weights, q)."""
        (c, s, p), columns = self.coupling.shape, right.reshape(len(right), -1)
        given = columns[p:].reshape(c, s, -1)
        given = torch.tensordot(self.basis.T, given, dims=1)
        z = torch.linalg.solve_triangular(self.outputs, given, upper=False)
        X = self.coupling.reshape(c * s, p)
        theta = columns[:p] - X.T @ z.reshape(c * s, -1)
        theta = torch.cholesky_solve(theta, self.hidden)
        rest = z - self.coupling @ theta
        outs = torch.linalg.solve_triangular(self.outputs.mT, rest, upper=True)
        outs = torch.tensordot(self.basis, outs, dims=1).reshape(c * s, -1)
        return torch.cat([theta, outs]).reshape(right.shape)

    def quadratics(self, hidden: Iterable[Tensor], signals: Tensor) -> Tensor:
        """g' H⁻¹ g (rows, c) of each output's gradients g, H being what was factored.

        ``hidden`` (p, rows), one an output, are the derivatives in the hidden weights,
        and ``signals`` (s, rows) those in the output's own.
        """
        z = torch.linalg.solve_triangular(self.outputs, signals[None], upper=False)
        taken, found = self.coupling.mT @ z, self.basis.square() @ z.square().sum(dim=1)
        for k, jacobian in enumerate(hidden):
            rest = jacobian - torch.tensordot(self.basis[k], taken, dims=1)
            rest = torch.linalg.solve_triangular(self.hidden, rest, upper=False)
            found[k] += rest.square().sum(dim=0)
        return found.T

    def inverse_diagonal(self) -> Tensor:
        """The diagonal of the inverse, for the weights in the order of ``flat()``."""
        inverse = torch.cholesky_inverse(self.hidden)
        own = torch.cholesky_inverse(self.outputs).diagonal(dim1=1, dim2=2)
        ways = torch.linalg.solve_triangular(self.outputs.mT, self.coupling, upper=True)
        ways = torch.tensordot(self.basis, ways, dims=1)
        outs = self.basis.square() @ own + ((ways @ inverse) * ways).sum(dim=2)
        return torch.cat([inverse.diagonal(), outs.reshape(-1)])


def cholesky_of_outputs(
    gram: Tensor, sigma: Tensor, ridge: Tensor, damping: float
) -> Tensor:
    """Factors (c, s, s) of σ_k G, with ridge (s,) and damping.

    All outputs are damped alike, by the mean of their curvatures.
    """
    own = sigma.mean() * damped(gram.diagonal(), damping)
    return cholesky(sigma[:, None, None] * gram + torch.diag(ridge + own))


def factor_of_hidden(
    complement: Tensor, matrix: GaussNewtonMatrix, ridge: Tensor, damping: float
) -> Tensor:
    """The factor (p, p) of Schur's complement, with ridge and damping."""
    own = ridge[: len(complement)] + damped(matrix.hidden.diagonal(), damping)
    return cholesky(complement + torch.diag(own))


def cholesky(matrix: Tensor) -> Tensor:
    """The lower factors of a matrix or several (…, m, m), or `LinAlgError`."""
    factor: Tensor
    factor, info = torch.linalg.cholesky_ex(matrix)
    if bool(info.any()):
        raise LinAlgError("The matrix is not positive definite.")
    return factor


def damped(diagonal: Tensor, damping: float) -> Tensor:
    """The damping of a diagonal: a share of each entry, and a little of their mean.

    Without damping there is still what rounding of each entry, and of all, asks for.
    """
    numbers = torch.finfo(diagonal.dtype)
    least = math.pow(numbers.eps, 2 / 3)
    mean = diagonal.mean().clamp_min(math.pow(numbers.tiny, 1 / 4))
    return (damping + least) * diagonal + (damping * _MEAN_SHARE + least) * mean


def _present(
    matrix: GaussNewtonMatrix, hidden: Tensor, signals: Tensor
) -> GaussNewtonMatrix:
    """Zeros in rows and columns of absent weights, which are 0 in (p,) and in (s,).

    With ridge and damping on its diagonal, such a weight has a system of its own, whose
    solution is zero where the right-hand side is.
    """
    return replace(
        matrix,
        hidden=matrix.hidden * torch.outer(hidden, hidden),
        cross=matrix.cross * torch.outer(hidden, signals),
        gram=matrix.gram * torch.outer(signals, signals),
    )


def _sums(objective: Objective, at: Evaluation, axes: Axes) -> Sums:
    """Sums of A, B_k and G over this process's samples."""
    rows = CurvedRows.of(objective, at, axes)
    return gauss_newton_sums(rows, rows.deltas, rows.sigma)


def _sums_of_one_layer(objective: Objective, at: Evaluation, axes: Axes) -> Sums:
    """The same, of slopes alone: without what neurons send, which is no sample's."""
    rows, one = CurvedRows.of(objective, at, axes), axes[0].new_ones(1)
    return gauss_newton_sums(
        rows, lambda slopes: [slope[None] for slope in slopes], one
    )


def _of_outputs(objective: Objective, at: Evaluation) -> Sums:
    """Sums of G, and of −∂/∂W of the losses, W being the output layer's weights."""
    e, root = objective.residual(at), objective.curvature(at)[0].sqrt()
    # by rows, as zeros_like of least squares' transposed weights is not: cuBLAS fails
    pull = root.new_zeros(at.network.weights[-1].shape)
    gram = pull.new_zeros(at.network.n_signals, at.network.n_signals)
    for rows, (signals, _) in objective.signals(at):
        pull.addmm_(e[rows].T, signals)
        add_gram(gram, signals * root[rows, None])
    return mirrored(gram), pull
