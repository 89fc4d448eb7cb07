"""`SparcsPath`: the networks that were found at each alpha of a path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np

from .._data.batches import TrainingData
from .._direct.architecture import Architecture
from .._growth.path import Path
from .._growth.temperature import cooled
from .compact import CompactClassifier, CompactRegressor


@dataclass(repr=False)
class SparcsPath:
    """Networks along a path of alphas, from the largest alpha to the smallest.

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
    >>> path = sparcs_path(X, y, alphas=[10.0, 0.01], random_state=0)
    >>> path.linear_until
    10.0
    >>> int(path.n_hidden[0])
    0
    """

    alphas: np.ndarray
    alpha_max: float
    architectures: list[Architecture]
    train_loss: np.ndarray
    valid_loss: np.ndarray | None
    eigenvalues: list[np.ndarray]
    estimators: list[CompactRegressor | CompactClassifier]

    def __repr__(self) -> str:
        """One line with both ends of the path: whole arrays would fill the screen."""
        largest, smallest = self.alphas[0], self.alphas[-1]
        return (
            f"SparcsPath({len(self.alphas)} alphas, {largest:.3g} to {smallest:.3g}: "
            f"{self.architectures[0]} to {self.architectures[-1]})"
        )

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


def checked_alphas(alphas: Any) -> np.ndarray:
    """The values given, from the largest down.

    Raises
    ------
    ValueError
        If one is no number, negative or not finite, or there is none.
    """
    given = np.asarray(alphas)
    if given.dtype.kind not in "iuf":
        raise ValueError(f"alphas must be real numbers; got {alphas!r}.")
    found = np.sort(given.astype(float).ravel())[::-1]
    if len(found) == 0 or not np.isfinite(found).all() or found[-1] < 0:
        raise ValueError(
            f"alphas must be finite numbers of at least zero; got {alphas!r}."
        )
    return found


def recorded(
    fit: Path,
    alphas: Sequence[float] | np.ndarray,
    as_compact: Callable[..., Any],
    valid: TrainingData | None = None,
    advanced: Callable[[int], object] = int,
) -> tuple[SparcsPath, Path]:
    """Follow a path to its end; return the record, and the path to continue from.

    ``as_compact`` makes an estimator of a `DirectForm` and a ``temperature``;
    ``advanced`` is told of every alpha that has been passed.
    """
    points = []
    for point in fit.follow(alphas):
        points.append(point)
        advanced(1)
    networks = [point.network for point in points]
    forms = [fit.form(network) for network in networks]
    by_layer = zip(*(fit.eigenvalues(network) for network in networks), strict=True)
    losses = [fit.loss(network) for network in networks]
    temperatures = [fit.temperature_of(point) for point in points]
    calibrated = map(cooled, networks, temperatures)
    path = SparcsPath(
        np.asarray(alphas, dtype=float),
        fit.alpha_max,
        [Architecture.of(form) for form in forms],
        np.array(losses),
        None if valid is None else np.array([fit.loss(n, valid) for n in networks]),
        [np.array(values) for values in by_layer],
        [
            as_compact(fit.form(network), temperature=at)
            for network, at in zip(calibrated, temperatures, strict=True)
        ],
    )
    return path, replace(fit, points=(*fit.points, *points))
