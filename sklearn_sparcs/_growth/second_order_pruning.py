r"""Pruning by the predicted rise of the loss, to second order.

To second order about a minimum of loss and penalty (optimal brain surgeon, Hassibi and
Stork, 1993, in blocks). A neuron is gone when it sends nothing: what it sends by, t,
becomes zero, and what it hears by stays, as it no longer counts. So of all weights
those of its block b are moved by v, which is −t there and 0 elsewhere, and all others
by what is then best. With H the curvature of loss and penalty, K = H⁻¹:

    Δ = K_·b (K_bb)⁻¹ v,    Δ' H Δ = v' (K_bb)⁻¹ v,

and as the gradient of loss and penalty is zero, that of the loss alone is −R w, with R
the penalty's ridge, and the loss rises by

    −w' R Δ + ½ Δ' (H − R) Δ.

What is left of K, K − K_·b (K_bb)⁻¹ K_b·, is the inverse without the block, so one
neuron after the other can go, the cheapest first, and two that do the same are not both
counted as worth nothing (`order_of_removal`). What a neuron hears by may have moved for
the sake of others that went before; when it goes itself, that is taken back. All this
is a prediction: `pruned` trains what it leaves, and keeps its promise on the loss.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import torch
from numpy.linalg import LinAlgError
from torch import Tensor

from .._networks.gauge import structure_of
from .._networks.live import LiveNetwork
from .._networks.structure import parts
from .._second_order.gauss_newton import GaussNewtonMatrix, cholesky
from .._second_order.levenberg_marquardt import optimize
from .._second_order.metric import dense_matrix, is_dense
from .._second_order.objective import Objective

#: Weights up to which a matrix of them all is inverted.
_LARGEST = 4096
#: Tolerances that a rise may be predicted as, and still be tried: with the hidden
#: weights that move far, the loss often rises less.
_HOPELESS = 3.0
#: The power of the precision that is added to the diagonal of H, relative to it:
#: signals may be collinear.
_JITTER = 2 / 3


def pruned(
    objective: Objective,
    network: LiveNetwork,
    tol: float,
    n_iter: int = 20,
    loss: Callable[[LiveNetwork], float] | None = None,
) -> LiveNetwork:
    """Remove neurons and retrain, as far as the data loss may rise.

    As many go at a time as the prediction allows, those in front of the order, or half
    of them where nothing is predicted; half as many, a quarter, … one when so many are
    too many. What is left is trained, and put in order anew. Whether or not order and
    prediction are right, the network that is left keeps to the tolerance.

    Parameters
    ----------
    objective : Objective
        What the network is a minimum of, or nearly.
    network : LiveNetwork
    tol : float
        Largest relative rise of the data loss. At zero nothing is pruned, even if that
        would lower the loss: the result is then the network itself.
    n_iter : int, default=20
        Iterations of training after neurons have gone.
    loss : callable, optional
        What must not rise by more, as of samples set aside; by default the objective's
        data loss.

    Returns
    -------
    LiveNetwork
    """
    if tol == 0:
        return network
    limit = _LossLimit.of(loss or objective.data_loss, network, tol)
    smaller, going = network, _in_order(objective, network, tol)
    most = len(going.neurons)
    while size := min(most, going.within(limit.left(smaller), _HOPELESS * tol)):
        tried = going.taken_out(objective, smaller, size)
        trained = _trained(objective, tried, n_iter, limit)
        if trained is None:
            most = size // 2
        else:
            smaller, going = trained, _in_order(objective, trained, tol)
    if smaller is network:
        return network
    last = optimize(objective, smaller, n_iter).network
    return last if limit.allows(last) else smaller


def _trained(
    objective: Objective, network: LiveNetwork, n_iter: int, limit: "_LossLimit"
) -> LiveNetwork | None:
    """The network after a quarter of the iterations, or after all, if it is allowed.

    The other three quarters are not tried if the loss is far above its limit by then.
    """
    for n in (n_iter // 4, n_iter - n_iter // 4):
        network = optimize(objective, network, n).network
        if limit.allows(network):
            return network
        if limit.left(network) < -_HOPELESS * limit.tol:
            return None
    return None


@dataclass(frozen=True)
class _LossLimit:
    """The loss before pruning, and its upper limit."""

    loss: Callable[[LiveNetwork], float]
    before: float
    tol: float

    @classmethod
    def of(
        cls, loss: Callable[[LiveNetwork], float], network: LiveNetwork, tol: float
    ) -> "_LossLimit":
        """With the loss that a network has."""
        return cls(loss, loss(network), tol)

    def allows(self, network: LiveNetwork) -> bool:
        """Whether the loss has not risen by more than was agreed upon."""
        return self.loss(network) <= self.before * (1 + self.tol)

    def left(self, network: LiveNetwork) -> float:
        """Relative rise of the loss that is still allowed."""
        if self.before == 0:
            return 0.0
        return 1 + self.tol - self.loss(network) / self.before


@dataclass(frozen=True)
class Removals:
    """Hidden neurons in the order in which they may go.

    Attributes
    ----------
    neurons : Tensor of int of shape (hidden neurons,)
        Their numbers, the first layer's neurons being the first.
    rises : Tensor of shape (hidden neurons,) or None
        By how much the data loss rises, relatively, when those up to each have gone,
        to second order; None where that is not known.
    moves : sequence of Tensors of shape (weights,)
        By how much all weights move then, as in ``LiveNetwork.flat()``; none where
        that is not known.
    """

    neurons: Tensor
    rises: Tensor | None = None
    moves: Sequence[Tensor] = ()

    def within(self, rise: float, hopeless: float) -> int:
        """Number of neurons that may go for an allowed rise; half of them if unknown.

        One at least, as a prediction may be too high, unless it is hopelessly so.
        """
        if self.rises is None:
            return (len(self.neurons) + 1) // 2
        first = int((self.rises[:1] <= hopeless).sum())
        return max(first, int((self.rises <= rise).sum()))

    def taken_out(
        self, objective: Objective, network: LiveNetwork, n: int
    ) -> LiveNetwork:
        """The network without the first n, its other weights moved if that helps."""
        plain = _without(network, self.neurons[:n])
        if not self.moves:
            return plain
        flat = network.flat()
        moved = network.with_flat(flat + self.moves[n - 1].to(flat.dtype))
        moved = _without(moved, self.neurons[:n])
        return min(moved, plain, key=lambda tried: objective.evaluate(tried).value)


def _in_order(objective: Objective, network: LiveNetwork, enough: float) -> Removals:
    """Hidden neurons in the order of their removal.

    The smallest predicted rise of the loss goes first; the smallest |λ|, as in the
    paper, where the curvature is too large to invert or is singular to rounding.
    """
    if not sum(network.n_live):
        return Removals(torch.zeros(0, dtype=torch.long, device=network.device))
    if _is_small(network):
        with suppress(LinAlgError):
            return order_of_removal(objective, network, enough)
    sizes = torch.cat(parts(structure_of(network))[1]).abs()
    return Removals(sizes.argsort(stable=True))


def order_of_removal(
    objective: Objective, network: LiveNetwork, enough: float = math.inf
) -> Removals:
    """Hidden neurons in order of least cost.

    Each is the cheapest of those that the ones before it leave. With several hidden
    layers it is so nearly: a link between two neurons of which the sender has gone
    first is reckoned as cut, though nothing hears it any more.

    Parameters
    ----------
    objective : Objective
        What the network is a minimum of, or nearly.
    network : LiveNetwork
    enough : float, optional
        Relative rise of the data loss beyond which nobody asks who goes next.

    Returns
    -------
    Removals

    Raises
    ------
    numpy.linalg.LinAlgError
        If the curvature is singular to rounding.
    """
    model, left = _Quadratic.of(objective, network), dict(enumerate(_blocks(network)))
    found: dict[int, float] = {}
    moves: list[Tensor] = []
    now = objective.data_loss(network)
    while left and sum(found.values()) <= enough * now:
        removals = {neuron: model.removal(block) for neuron, block in left.items()}
        rises = {neuron: float(removal.rise) for neuron, removal in removals.items()}
        neuron = min(rises, key=rises.__getitem__)
        model = model.after(removals[neuron])
        found[neuron] = rises[neuron]
        moves.append(model.move_of(network))
        del left[neuron]
    rising = torch.tensor(list(found.values()), dtype=torch.float64).cumsum(dim=0)
    neurons = torch.tensor(list(found), dtype=torch.long, device=network.device)
    return Removals(neurons, rising / now, moves)


@dataclass(frozen=True)
class _Block:
    """Indices of a neuron's weights among all: incoming and outgoing."""

    heard: Tensor
    sent: Tensor


@dataclass(frozen=True)
class _Removal:
    """A removed neuron: its cost, and the move of the other weights.

    ``move`` (p,) is Δ of all weights, ``rise`` () that of the data loss, ``block`` (b,)
    where the neuron's weights are, and ``factor`` (b, b) Cholesky's of K_bb, lower.
    """

    move: Tensor
    rise: Tensor
    block: Tensor
    factor: Tensor


@dataclass(frozen=True)
class _Quadratic:
    """Loss and penalty about a network, to second order, some neurons being gone.

    The outputs' weights are in the coordinates in which the curvature is a block for
    each (`normal`).

    Attributes
    ----------
    weights : Tensor of shape (p,)
        The network's.
    moved : Tensor of shape (p,)
        By how much they are moved, others being gone.
    gradient : Tensor of shape (p,)
        That of the data loss, where they are now.
    curvature : Tensor of shape (p, p)
        That of the data loss.
    ridge : Tensor of shape (p,)
    inverse : Tensor of shape (p, p)
        K of the weights that may move; zero for others.
    basis : Tensor of shape (c, c)
        The outputs' coordinates, in columns.
    """

    weights: Tensor
    moved: Tensor
    gradient: Tensor
    curvature: Tensor
    ridge: Tensor
    inverse: Tensor
    basis: Tensor

    @classmethod
    def of(cls, objective: Objective, network: LiveNetwork) -> "_Quadratic":
        """At a minimum of the objective."""
        at = objective.evaluate(network, keep=True)
        matrix = dense_matrix(objective, at, torch.Generator())
        M = _dense(matrix).double()
        hidden = [w.reshape(-1) for w in network.weights[:-1]]
        outputs = (matrix.basis.T @ network.weights[-1]).reshape(-1)
        weights = torch.cat([*hidden, outputs]).double()
        ridge = objective.penalty.ridge(network).double()
        jitter = torch.finfo(at.output.dtype).eps ** _JITTER
        added = ridge + jitter * (M.diagonal() + M.diagonal().mean())
        H = M + torch.diag(added)
        inverse = torch.cholesky_inverse(cholesky(H))
        still = torch.zeros_like(weights)
        basis = matrix.basis.double()
        return cls(weights, still, -ridge * weights, M, ridge, inverse, basis)

    def move_of(self, network: LiveNetwork) -> Tensor:
        """Change of the network's weights (p,), in the order of ``flat()``."""
        n = network.n_hidden_weights
        outputs = self.basis @ self.moved[n:].view(network.n_outputs, -1)
        return torch.cat([self.moved[:n], outputs.reshape(-1)])

    def removal(self, block: _Block) -> _Removal:
        """Remove a neuron: outgoing weights become zero, and incoming ones drop out."""
        v = -self.moved
        v[block.sent] -= self.weights[block.sent]
        places = torch.cat([block.heard, block.sent])
        places = places[self.inverse.diagonal()[places] > 0]  # without removed weights
        rows, v = self.inverse[places], v[places]
        factor = cholesky(rows[:, places])
        force = torch.cholesky_solve(v[:, None], factor)[:, 0]
        move = force @ rows
        rise = self.gradient @ move + (v @ force - self.ridge @ move.square()) / 2
        return _Removal(move, rise, places, factor)

    def after(self, removal: _Removal) -> "_Quadratic":
        """The model without the neuron."""
        block, rows = removal.block, self.inverse[removal.block]
        share = torch.linalg.solve_triangular(removal.factor, rows, upper=False)
        inverse = torch.addmm(self.inverse, share.T, share, alpha=-1)
        inverse[block], inverse[:, block] = 0, 0
        return replace(
            self,
            moved=self.moved + removal.move,
            gradient=self.gradient + self.curvature @ removal.move,
            inverse=inverse,
        )


def _dense(matrix: GaussNewtonMatrix) -> Tensor:
    """The whole of Gauss-Newton's matrix, a block for each output's weights."""
    p, s = len(matrix.hidden), len(matrix.gram)
    c = len(matrix.sigma)
    whole = matrix.gram.new_zeros(p + c * s, p + c * s)
    whole[:p, :p] = matrix.hidden
    for k in range(c):
        here = slice(p + k * s, p + (k + 1) * s)
        whole[here, here] = matrix.sigma[k] * matrix.gram
        whole[:p, here], whole[here, :p] = matrix.mixed[k], matrix.mixed[k].T
    return whole


def _blocks(network: LiveNetwork) -> list[_Block]:
    """Every hidden neuron's, the first layer's first, as weights are in ``flat()``."""
    device, sizes = network.device, [w.numel() for w in network.weights]
    flat = torch.arange(sum(sizes), device=device).split(sizes)
    places = [each.view(w.shape) for each, w in zip(flat, network.weights, strict=True)]
    return [
        _Block(places[i][m], torch.cat([later[:, at] for later in places[i + 1 :]]))
        for i, place in enumerate(network.places)
        for m, at in enumerate(range(place.start, place.stop))
    ]


def _without(network: LiveNetwork, gone: Tensor) -> LiveNetwork:
    """The network without some of the hidden neurons (hidden,)."""
    kept = torch.ones(sum(network.n_live), dtype=torch.bool, device=network.device)
    kept[gone] = False
    return network.kept(kept.split(network.n_live))


def _is_small(network: LiveNetwork) -> bool:
    """Whether a matrix of all weights can be inverted."""
    return is_dense(network) and len(network.flat()) <= _LARGEST
