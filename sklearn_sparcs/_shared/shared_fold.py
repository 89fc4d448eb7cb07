"""Training data and scores of a fold whose samples are in several places."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from .._data.parts import added, rows_of
from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .._direct.form import DirectForm
from .._fitted.encoding import Encoding
from .._growth.path import PathOptions
from .._losses.losses import Loss
from .._losses.observations import Sums
from .._problems.shared_problem import SharedProblem, refuse_shared_extremes
from .shared_scores import Cost, Score


@dataclass(frozen=True)
class SharedPart:
    """A `Part` whose samples are in several places.

    Attributes
    ----------
    shared : SharedSamples
    loss : Loss
    n_outputs : int
        Outputs of the network.
    """

    shared: SharedSamples
    loss: Loss
    n_outputs: int
    #: The last problem that they posed: its scaled samples are held where they are.
    _posed: dict[PathOptions, SharedProblem] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def refuse_extremes(self, options: PathOptions) -> None:
        """Refuse values too large or too small to compute with."""
        refuse_shared_extremes(self.shared, self.loss, options.units.standardize)

    def problem(self, options: PathOptions) -> SharedProblem:
        """The training problem, with its linear model; cached for the last options."""
        if options not in self._posed:
            self._posed.clear()
            given = self.shared, self.loss, self.n_outputs, options.units
            ridge = options.linear_alpha, options.smooths
            self._posed[options] = SharedProblem.of_shared(*given, *ridge)
        return self._posed[options]

    def samples(self) -> SharedSamples:
        """The rows that count."""
        return self.shared

    def columns(self) -> SharedSamples:
        """The columns of the data."""
        return self.shared

    def constant(self, encoding: Encoding) -> DirectForm:
        """The best constant prediction, as a network."""
        asked = self.shared.parts.mapped(rows_of, _shown, encoding)
        total, shown = asked.folded(added)
        outputs = encoding.constant((shown / total).numpy(), len(self.shared))
        return DirectForm.constant(outputs, self.shared.n_features)


@dataclass(frozen=True)
class SharedJudge:
    """A `Judge` by sums over samples in several places.

    Attributes
    ----------
    score : Score
    encoding : Encoding
        Of what was trained on.
    samples : SharedSamples
        Those that are left out.
    class_weights : ndarray of shape (classes,), or None
        What the samples' weights hold that scores do not count.
    """

    score: Score
    encoding: Encoding
    samples: SharedSamples
    class_weights: np.ndarray | None

    @property
    def by_probabilities(self) -> bool:
        """Whether scores may depend on how sure a network is of a class."""
        return self.score.by_probabilities

    def scores(self, forms: Sequence[DirectForm]) -> list[float]:
        """The score of each network."""
        asked = tuple(forms), self.encoding, self.score.cost, self.class_weights
        found = self.samples.parts.mapped(rows_of, _costs, *asked)
        total, costs = found.folded(added)
        means = (costs / total).numpy()
        return [self.score.of_mean(mean, self.samples) for mean in means]


def _shown(samples: Samples, encoding: Encoding) -> Sums:
    """Sum of weights, and weighted sums (outputs,) of `Encoding.shown`."""
    weight = _weight(samples)
    return _sums(weight.sum(), weight @ encoding.shown(samples.y))


def _costs(
    samples: Samples,
    forms: tuple[DirectForm, ...],
    encoding: Encoding,
    cost: Cost,
    class_weights: np.ndarray | None,
) -> Sums:
    """Sum of weights, and weighted sum of each network's cost."""
    weight = _weight(samples)
    if class_weights is not None:
        weight = weight / class_weights[samples.y.ravel().astype(np.intp)]
    X, y = samples.X, samples.y
    outputs = [form(X).astype(X.dtype, copy=False) for form in forms]
    summed = [weight @ cost(encoding, y, output) for output in outputs]
    return _sums(weight.sum(), summed)


def _sums(*each: Any) -> Sums:
    """Convert sums to tensors, which processes can add up."""
    return tuple(torch.from_numpy(np.asarray(sums, dtype=np.float64)) for sums in each)


def _weight(samples: Samples) -> np.ndarray:
    """The weights (n,), which are one where there are none."""
    return np.ones(len(samples)) if samples.weight is None else samples.weight
