"""Training data and scores of a fold whose samples are in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._data.columns import Table
from .._data.magnitude_checks import refuse_extremes
from .._data.samples import Samples
from .._direct.form import DirectForm
from .._fitted.encoding import Encoding
from .._growth.path import PathOptions
from .._problems.problem import Problem
from .._problems.task import Task


@dataclass(frozen=True)
class LocalPart:
    """A `Part` in memory: some rows of a task, or all.

    Attributes
    ----------
    whole : Task
    rows : ndarray of int, or None
        None is all.
    """

    whole: Task
    rows: np.ndarray | None = None

    @property
    def task(self) -> Task:
        """The task on these rows."""
        return self.whole if self.rows is None else self.whole.taken(self.rows)

    def refuse_extremes(self, options: PathOptions) -> None:
        """Refuse values too large or too small to compute with."""
        refuse_extremes(self.samples(), scaled=options.units.standardize)

    def problem(self, options: PathOptions) -> Problem:
        """The training problem, with its linear model."""
        return options.problem(self.task)

    def samples(self) -> Samples:
        """The rows that count."""
        return self.task.samples()

    def columns(self) -> Table:
        """The columns of the data."""
        return Table(self.samples())

    def constant(self, encoding: Encoding) -> DirectForm:
        """The best constant prediction, as a network."""
        samples = self.samples()
        shown = encoding.shown(samples.y)
        mean = np.average(shown, axis=0, weights=samples.weight)
        outputs = encoding.constant(mean, len(samples))
        return DirectForm.constant(outputs, samples.X.shape[1])


@dataclass(frozen=True)
class LocalJudge:
    """A `Judge` by scikit-learn's scorers, on some of the user's rows.

    Attributes
    ----------
    scorer : callable
        As scikit-learn's, of an estimator, X and y.
    as_compact : callable
        Makes an estimator of a `DirectForm`.
    X, y, weight : arrays
        The user's own; ``weight`` may be None.
    rows : ndarray of int
        Those that are left out.
    by_probabilities : bool
        Whether scores may depend on how sure a network is of a class.
    """

    scorer: Callable[..., float]
    as_compact: Callable[[DirectForm], Any]
    X: Any
    y: Any
    weight: np.ndarray | None
    rows: np.ndarray
    by_probabilities: bool

    def scores(self, forms: Sequence[DirectForm]) -> list[float]:
        """The score of each network."""
        rows, weight = self.rows, self.weight
        routed = {} if weight is None else {"sample_weight": weight[rows]}
        X, y = self.X[rows], self.y[rows]
        models = map(self.as_compact, forms)
        return [_number(self.scorer(model, X, y, **routed)) for model in models]


def _number(score: Any) -> float:
    """A score, which must be a number.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        return float(score)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"scoring must return a number, and returned {score!r}, of the type "
            f"{type(score).__name__}."
        ) from error
