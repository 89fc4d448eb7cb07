"""Relative strengths of links: a flow from the features to the outputs.

What receiver m hears of sender n is h_mn = W_mn s_n, with s_n the standard deviation of
the sender's signal. The square of a link's strength is h_mn² / Σ_n' h_mn'² times what
the receiver is worth: one for an output, and for a hidden neuron the sum of the squares
of the links that it sends by.
"""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis

from .._data.features import clipped
from .._direct.form import DirectForm, Link

#: Of every link, by (receiver, sender): an array (N_receiver, N_sender).
Strengths = dict[Link, np.ndarray]


def strengths(form: DirectForm, X: Any = None) -> Strengths:
    """Signed strengths of the links of a `DirectForm`, by (receiver, sender)."""
    shares, last = _shares(form, X), len(form.layer_sizes)
    worth = {i: np.zeros(n) for i, n in enumerate(form.layer_sizes, start=1)}
    worth[last] += 1
    found: Strengths = {}
    for (i, j), share in sorted(shares.items(), reverse=True):
        found[i, j] = share * np.sqrt(worth[i])[:, None]
        worth[j] += (found[i, j] ** 2).sum(axis=0)
    return found


def _shares(form: DirectForm, X: Any) -> Strengths:
    """Links' strengths, scaled so that the squares at each receiver sum to one."""
    spreads = _spreads(form, X)
    shares: Strengths = {}
    for i in range(2, len(form.layer_sizes) + 1):
        heard = {(i, j): form.coefs[i, j] * spreads[j] for j in form.senders(i)}
        total = np.sqrt(sum((sent**2).sum(axis=1) for sent in heard.values()))
        shares |= {
            link: sent / np.where(total > 0, total, 1.0)[:, None]
            for link, sent in heard.items()
        }
        spreads.setdefault(i, total)
    return shares


def _spreads(form: DirectForm, X: Any) -> dict[int, np.ndarray]:
    """Standard deviations of signals over X, a layer each; without X, the features'.

    These are then those of the features that the network was found on, if known.
    """
    sizes, scale = form.layer_sizes, form.feature_scale
    if X is None:
        return {1: np.ones(sizes[0]) if scale is None else scale}
    hidden = form.hidden_signals(X).std(axis=0)
    layers = np.split(hidden, np.cumsum(sizes[1:-1]))[:-1]
    features = _standard_deviations(clipped(X, form.bounds))
    return dict(enumerate([features, *layers], start=1))


def _standard_deviations(X: Any) -> np.ndarray:
    """The standard deviation of each column of an array or CSR matrix."""
    if sparse.issparse(X):
        _, variances = mean_variance_axis(X, axis=0)
    else:
        variances = X.var(axis=0)
    deviations: np.ndarray = np.sqrt(variances)
    return deviations
