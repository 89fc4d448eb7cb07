"""How the loss rises as neurons of a fitted estimator are pruned."""

from copy import copy
from typing import Any, NamedTuple

import numpy as np
import torch

from .._data.features import as_rows
from .._data.samples import without_weightless
from .._growth.pruning import _sizes, prune
from .._networks.spectral import SpectralNetwork
from .._training.epochs import evaluate
from .._training.penalty import SparseGroupPenalty
from .._training.solvers import AdamSolver


class PruningCurve(NamedTuple):
    """``loss_rise`` (n_sizes,) is relative, with ``n_neurons`` (n_sizes,) left; as many
    as the tolerance allows to be pruned leave ``n_kept``.
    """

    n_neurons: np.ndarray
    loss_rise: np.ndarray
    n_kept: int


def pruning_curve(
    estimator: Any, X, y, sample_weight=None, *, tol: float, max_points: int
) -> PruningCurve:
    """How the loss rises as neurons are pruned, smallest |λ| first (figure 10).

    Where there are more sizes than ``max_points``, those that are looked at lie the
    closer the fewer neurons are left.

    Parameters
    ----------
    estimator : fitted SparcsRegressor, SparcsClassifier or one with cross-validation
        It is left as it is.
    X, y, sample_weight
        As in its ``fit``.
    tol : float
        Largest relative rise allowed.
    max_points : int
        Most sizes to look at.
    """
    checked = copy(estimator)._checked(X, y, sample_weight, resume=True)
    solver, data = _problem(estimator, *checked)
    loss = evaluate(solver, data)
    sizes, original = _sizes(solver.network).numpy(), solver.snapshot()
    n_kept = int((sizes > prune(solver, lambda: evaluate(solver, data), tol)).sum())
    solver.restore(original)
    left = np.geomspace(1, len(sizes) + 1, max_points - 1).round().astype(int) - 1
    if len(sizes) < max_points:
        left = np.arange(len(sizes) + 1)
    # neurons of the same |λ| are pruned together
    thresholds = np.r_[0.0, sizes][len(sizes) - np.union1d(left, n_kept)]
    thresholds = np.unique(thresholds)
    losses = []
    for threshold in thresholds:
        solver.prune(threshold)
        losses.append(evaluate(solver, data))
    rise = (np.array(losses) - loss) / max(loss, np.finfo(float).tiny)
    n_neurons = len(sizes) - np.searchsorted(sizes, thresholds, side="right")
    return PruningCurve(n_neurons[::-1], rise[::-1], n_kept)


def _problem(estimator: Any, X, y, weight):
    """A solver that holds the whole network of an estimator, and scaled samples."""
    loss, _ = estimator._loss(y)
    network = spectral_network(estimator)
    solver = AdamSolver(network, loss, SparseGroupPenalty(0.0), learning_rate=0.0)
    samples = without_weightless(as_rows(X).astype(np.float64), y, weight)
    data = estimator._scaling.to_device(samples, torch.device("cpu"))
    return solver, data


def spectral_network(estimator: Any) -> SpectralNetwork:
    """The network of a fitted estimator, sleeping neurons included, in float64.

    It takes scaled features.
    """
    lam, phi = estimator.eigenvalues_, estimator.eigenvectors_
    network = SpectralNetwork(
        estimator.n_features_in_,
        [len(values) for values in lam[1:-1]],
        len(lam[-1]),
        activation=estimator._form().activation,
        bias=len(lam[0]) > estimator.n_features_in_,
        gated=getattr(estimator, "solver", "growth") == "growth",
        input_eigenvalues=bool(lam[0].any()),
        dtype=torch.float64,
    )
    parameters = [network.input_lam, *network.lam, *network.phi]
    with torch.no_grad():
        for parameter, values in zip(parameters, [*lam, *phi], strict=True):
            parameter.copy_(torch.from_numpy(values))
    return network
