"""The regularisation path: from the linear model on, alpha falls and neurons wake.

At the largest alpha, `alpha_max`, the network is the linear model. Each smaller alpha
goes on from the network of the last: its neurons, their eigenvalues and eigenvectors,
and the optimiser's moments. So fifty alphas cost as much as a few fits.

Steps are short and the learning rate stays, since the objective moves all the time; a
point of the path is the running mean of the last steps, where their noise cancels.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from .._data.batches import TrainingData
from .._data.features import as_rows
from .._data.samples import without_weightless
from .._direct.architecture import Architecture
from .._growth.path import PathFit
from .._training.randomness import own_random_state
from .._training.solvers import Snapshot
from .classifier import SparcsClassifier
from .regressor import SparcsRegressor

#: What is not said otherwise of a path's estimator: CV judges what pays, so that
#: significance on the training samples need not; and short steps keep neurons alive.
DEFAULTS: dict[str, Any] = {
    "hidden_layer_sizes": (100, 100),
    "min_significance": 0.0,
    "learning_rate_init": 0.003,
    "max_iter": 100,
}


#: Parameters of the plain estimators that mean nothing to a path.
OF_ONE_FIT = (
    "alpha",
    "solver",
    "input_eigenvalues",
    "init",
    "tol",
    "n_iter_no_change",
    "warm_start",
    "early_stopping",
    "validation_fraction",
    "callbacks",
    "verbose",
)


@dataclass
class SparcsPath:
    """What was found at each alpha, from the largest to the smallest.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
    alpha_max : float
        Smallest alpha at which the first survey would have woken no neuron.
    architectures : list of Architecture
    train_loss, valid_loss : ndarray of shape (n_alphas,)
        Mean squared error in units of the targets' variance, or cross-entropy;
        ``valid_loss`` is None without validation data.
    eigenvalues : list of ndarrays of shape (n_alphas, N_k)
        Of each hidden layer's neurons; zero while they sleep.
    estimators : list of CompactRegressor or CompactClassifier
        The networks, ready to predict.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import sparcs_path
    >>> X, y = make_friedman1(300, random_state=0)
    >>> path = sparcs_path(X, y, alphas=[10.0, 0.1], random_state=0)
    >>> path.linear_until
    10.0
    >>> int(path.n_hidden[0])
    0
    """

    alphas: np.ndarray
    alpha_max: float
    architectures: list[Architecture] = field(default_factory=list)
    train_loss: Any = field(default_factory=list)
    valid_loss: Any = field(default_factory=list)
    eigenvalues: Any = field(default_factory=list)
    estimators: list = field(default_factory=list)

    @property
    def n_hidden(self) -> np.ndarray:
        """Live hidden neurons at each alpha."""
        return np.array([found.n_hidden for found in self.architectures])

    @property
    def linear_until(self) -> float:
        """Smallest alpha down to which networks are linear; ∞ if the first is not."""
        first = np.flatnonzero(self.n_hidden)
        end = len(self.alphas) if len(first) == 0 else first[0]
        return float(self.alphas[end - 1]) if end else inf

    @property
    def waking(self) -> dict[tuple[int, int], float]:
        """The alpha at which each neuron, (hidden layer from 1, index), first woke."""
        woken = {}
        for k, values in enumerate(self.eigenvalues, start=1):
            for index in np.flatnonzero(values.any(axis=0)):
                first = np.flatnonzero(values[:, index])[0]
                woken[k, int(index)] = float(self.alphas[first])
        return dict(sorted(woken.items(), key=lambda item: -item[1]))


def path_alphas(alpha_max: float, n_alphas: int, eps: float) -> np.ndarray:
    """A geometric grid from ``alpha_max`` down to ``eps`` times it."""
    largest = max(alpha_max, np.finfo(float).tiny / eps)  # no neuron may ever pay
    return np.geomspace(largest, largest * eps, n_alphas)


def checked_alphas(alphas) -> np.ndarray:
    """From the largest down.

    Raises
    ------
    ValueError
        If one is negative or not finite, or there is none.
    """
    found = np.sort(np.asarray(alphas, dtype=float).ravel())[::-1]
    if len(found) == 0 or not np.isfinite(found).all() or found[-1] < 0:
        raise ValueError(
            f"alphas must be finite numbers of at least zero; got {alphas!r}."
        )
    return found


def recorded(
    fit: PathFit,
    alphas,
    valid: TrainingData | None = None,
    snapshots: list[Snapshot] | None = None,
) -> SparcsPath:
    """Follow a path to its end, and keep what was found.

    ``snapshots``, if given, is added every alpha's network, to go on from.
    """
    path = SparcsPath(np.asarray(alphas, dtype=float), fit.alpha_max)
    layers: list[list[np.ndarray]] = [[] for _ in fit.sizes]
    for _ in fit.follow(alphas):
        estimator = fit.compact()
        train_loss, valid_loss = fit.losses(valid)
        path.estimators.append(estimator)
        path.architectures.append(estimator.active_architecture_)
        path.train_loss.append(train_loss)
        path.valid_loss.append(valid_loss)
        with fit.solver.averaged():
            if snapshots is not None:
                snapshots.append(fit.solver.snapshot())
            network = fit.solver.network
            for k, size in enumerate(fit.sizes):
                values = np.zeros(size)
                values[network.neurons[k].cpu().numpy()] = network.lam[k].cpu().numpy()
                layers[k].append(values)
    path.train_loss = np.array(path.train_loss)
    path.valid_loss = None if valid is None else np.array(path.valid_loss)
    path.eigenvalues = [np.array(values) for values in layers]
    return path


def sparcs_path(
    X,
    y,
    *,
    task="regression",
    n_alphas=50,
    eps=1e-3,
    alphas=None,
    X_val=None,
    y_val=None,
    sample_weight=None,
    random_state=None,
    **params,
) -> SparcsPath:
    """Networks along a path of penalties, from the linear model on.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    task : {"regression", "classification"}, default="regression"
    n_alphas : int, default=50
        Length of the grid, geometric from ``alpha_max`` down.
    eps : float in (0, 1), default=1e-3
        Smallest alpha, as a share of the largest.
    alphas : array-like, optional
        A grid of one's own, used from the largest down.
    X_val, y_val : array-like, optional
        Validation data, for ``valid_loss``.
    sample_weight : array-like of shape (n_samples,), optional
    random_state : int, RandomState instance or None, default=None
    **params
        Parameters of `SparcsRegressor` or `SparcsClassifier`. By default
        ``hidden_layer_sizes=(100, 100)``, all open from the start,
        ``min_significance=0``, ``learning_rate_init=0.003``, and ``max_iter=100``
        epochs at each alpha at most. What concerns a single fit, such as ``alpha`` or
        ``early_stopping``, is refused.

    Returns
    -------
    SparcsPath

    Raises
    ------
    ValueError
        For data or parameters that cannot be used; the message says why.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import sparcs_path
    >>> X, y = make_friedman1(300, random_state=0)
    >>> path = sparcs_path(X, y, n_alphas=10, random_state=0)
    >>> path.architectures[0]
    Architecture(10 → 1)
    >>> bool(path.train_loss[-1] < 0.1 * path.train_loss[0])
    True
    """
    kinds = {"regression": SparcsRegressor, "classification": SparcsClassifier}
    if task not in kinds:
        raise ValueError(f"task must be one of {sorted(kinds)}; got {task!r}.")
    if not (alphas is not None or (n_alphas >= 1 and 0 < eps < 1)):
        raise ValueError(
            "n_alphas must be at least 1 and eps between 0 and 1; got "
            f"n_alphas={n_alphas!r}, eps={eps!r}."
        )
    foreign = sorted(set(params) & set(OF_ONE_FIT))
    if foreign:
        raise ValueError(
            f"{foreign} mean nothing to a path, which has its own alphas and stages; "
            "leave them out."
        )
    own_alphas = None if alphas is None else checked_alphas(alphas)
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val must be given together.")
    estimator = kinds[task](**{**DEFAULTS, **params, "random_state": random_state})
    estimator._validate_params()
    fit = PathFit(estimator, X, y, sample_weight, own_random_state(random_state))
    valid = None
    if X_val is not None:
        X_val, y_val, _ = estimator._checked(X_val, y_val, None, resume=True)
        held = without_weightless(as_rows(X_val), y_val, None)
        valid = fit.problem.scaling.to_device(held, fit.problem.train.y.device)
    grid = (
        path_alphas(fit.alpha_max, n_alphas, eps) if own_alphas is None else own_alphas
    )
    return recorded(fit, grid, valid)
