"""The sums over samples that make up the Gauss-Newton matrix.

The Jacobian's column of a neuron m and a signal a is δ_m h_a. There are two ways to

    A[(m, a), (m', b)] = Σ_i κ_i,mm' h_ia h_ib,    κ_mm' = h Σ_k σ_k δ_km δ_km':

- the product J' J of the columns, which is quickest for one output and few weights;
- the products κ of every pair of neurons, which are summed over outputs first, times
  the products h_a h_b of every pair of signals. As both are symmetric this takes a
  quarter of the operations of J' J, whatever the number of outputs.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from .._networks.live import LiveNetwork
from .._numerics.gram import add_gram, mirrored
from .curved_rows import CurvedRows

#: From so many hidden weights on, pairs are quicker for one output too.
_MANY_WEIGHTS = 1000

#: From f'(z) of a slice, ∂output/∂z (c, rows, N_i) of every hidden layer.
Deltas = Callable[[list[Tensor]], list[Tensor]]


def gauss_newton_sums(
    rows: CurvedRows, deltas: Deltas, sigma: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Sums over samples of the blocks A, B_k and G (`gauss_newton`).

    Parameters
    ----------
    rows : CurvedRows
    deltas : callable
        From the slopes of a slice, δ (c, rows, N_i) of every hidden layer.
    sigma : Tensor of shape (c,)
        What the outputs count for.

    Returns
    -------
    hidden : Tensor of shape (p, p)
    mixed : Tensor of shape (c, p, s)
    gram : Tensor of shape (s, s)
    """
    if len(sigma) == 1 and rows.network.n_hidden_weights < _MANY_WEIGHTS:
        return _by_jacobian(rows, deltas, sigma)
    mixed = _mixed(rows, deltas, sigma)
    return _by_pairs(rows, deltas, sigma), mixed, rows.objective.gram(rows.at)


def _by_jacobian(
    rows: CurvedRows, deltas: Deltas, sigma: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """All blocks of a single output, as the Gram matrix of δ ⊗ h and h."""
    p, s = rows.network.n_hidden_weights, rows.network.n_signals
    total = rows.basis.new_zeros(p + s, p + s)
    for H, slopes, root in rows.slices(p + s):
        J = total.new_empty(len(H), p + s)
        own = [d[0] * root for d in deltas(slopes)]
        _khatri_rao(own, rows.network.heard(H), rows.network, J)
        torch.mul(H, root, out=J[:, p:])
        add_gram(total, J)
    total = mirrored(total)
    return total[:p, :p] * sigma, (total[:p, p:] * sigma)[None], total[p:, p:]


def _mixed(rows: CurvedRows, deltas: Deltas, sigma: Tensor) -> Tensor:
    """Σ_i σ_k h J_k' H (c, p, s), of every output."""
    p, s = rows.network.n_hidden_weights, rows.network.n_signals
    total = rows.basis.new_zeros(len(sigma), p, s)
    for H, slopes, root in rows.slices(p + s):
        J, weighted, found = H.new_empty(len(H), p), H * root.square(), deltas(slopes)
        heard = rows.network.heard(H)
        for k in range(len(sigma)):
            _khatri_rao([delta[k] for delta in found], heard, rows.network, J)
            total[k].addmm_(J.T, weighted)
    return total * sigma[:, None, None]


def _by_pairs(rows: CurvedRows, deltas: Deltas, sigma: Tensor) -> Tensor:
    """A (p, p), from products of pairs of neurons and of pairs of signals."""
    network = rows.network
    layers = [(place, w.shape[1]) for place, w in _layers(network)]
    N, z = sum(network.n_live), max((width for _, width in layers), default=0)
    total = rows.basis.new_zeros(_triangle(N), _triangle(z))
    scale = sigma.sqrt()[:, None, None]
    for H, slopes, root in rows.slices(2 * (_triangle(N) + _triangle(z))):
        delta = torch.cat(deltas(slopes), dim=2) * scale * root
        kappa = _pair_products(delta.mT.contiguous())
        heard_by_all = network.heard(H[:, :z])
        products = _pair_products(heard_by_all[None].mT.contiguous())
        for place, width in layers:
            own = slice(_triangle(place.start), _triangle(place.stop))
            heard = slice(0, _triangle(width))
            total[own, heard].addmm_(kappa[own], products[heard].T)
    return _spread(total, network)


def _pair_products(X: Tensor) -> Tensor:
    """Σ_k X_ka X_kb (pairs, rows) of X (c, m, rows), for a ≤ b, ordered by b."""
    _, m, n = X.shape
    out = X.new_zeros(_triangle(m), n)
    for b in range(m):
        part = out[_triangle(b) : _triangle(b + 1)]
        for x in X:
            part.addcmul_(x[: b + 1], x[b])
    return out


def _spread(total: Tensor, network: LiveNetwork) -> Tensor:
    """Entries (p, p) of all pairs of hidden weights, from those of pairs (a ≤ b)."""
    each = partial(torch.arange, device=total.device)
    layers = [
        (each(place.start, place.stop), each(weight.shape[1]))
        for place, weight in _layers(network)
    ]
    if not layers:
        return total.new_zeros(0, 0)
    blocks = [[_block(total, *one, *other) for other in layers] for one in layers]
    return torch.cat([torch.cat(row, dim=1) for row in blocks])


def _block(
    total: Tensor, neurons: Tensor, heard: Tensor, others: Tensor, others_heard: Tensor
) -> Tensor:
    """Entries of two layers' weights, each neuron's side by side."""
    rows, columns = _pair(neurons, others), _pair(heard, others_heard)
    at = rows[:, :, None, None] * total.shape[1] + columns
    entries = total.reshape(-1)[at.transpose(1, 2)]
    return entries.flatten(2, 3).flatten(0, 1)


def _layers(network: LiveNetwork) -> list[tuple[slice, Tensor]]:
    """Each layer's place among the hidden neurons and weights, where it has neurons."""
    ends = accumulate(network.n_live, initial=0)
    places = [slice(a, b) for a, b in pairwise(ends)]
    each = zip(places, network.weights[:-1], strict=True)
    return [(place, weight) for place, weight in each if len(weight)]


def _pair(index: Tensor, other: Tensor) -> Tensor:
    """Indices of pairs in the order of `_pair_products`."""
    a = torch.minimum(index[:, None], other)
    b = torch.maximum(index[:, None], other)
    return b * (b + 1) // 2 + a


def _triangle(m: int) -> int:
    """Pairs of m things, each with itself too."""
    return m * (m + 1) // 2


def _khatri_rao(
    deltas: Sequence[Tensor], H: Tensor, network: LiveNetwork, out: Tensor
) -> None:
    """Write δ_m h, for each neuron m and all that its layer hears, side by side."""
    start = 0
    for delta, weight in zip(deltas, network.weights[:-1], strict=True):
        shape = (delta.shape[1], weight.shape[1])
        stop = start + shape[0] * shape[1]
        columns = out[:, start:stop].unflatten(1, shape)
        torch.mul(delta[:, :, None], H[:, None, : shape[1]], out=columns)
        start = stop
