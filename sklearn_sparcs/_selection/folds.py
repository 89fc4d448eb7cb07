"""A fold of a cross-validation: its path, and the scores of its networks."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from .._data.columns import Columns
from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .._direct.architecture import Architecture
from .._direct.form import DirectForm
from .._fitted.encoding import Encoding
from .._growth.path import Path, PathOptions
from .._growth.path_point import PathPoint
from .._growth.temperature import cooled
from .._linear.ridge import always_the_same
from .._problems.problem import Problem


class Part(Protocol):
    """The data that a fold trains on, or all of them, wherever they are."""

    def refuse_extremes(self, options: PathOptions) -> None:
        """Refuse values too large or too small to compute with."""

    def problem(self, options: PathOptions) -> Problem:
        """The training problem, with its linear model."""

    def samples(self) -> Samples | SharedSamples:
        """The rows that count."""

    def columns(self) -> Columns:
        """The columns of the data."""

    def constant(self, encoding: Encoding) -> DirectForm:
        """The best constant prediction, as a network."""


class Judge(Protocol):
    """Scores networks on the rows that a fold leaves out."""

    @property
    def by_probabilities(self) -> bool:
        """Whether scores may depend on how sure a network is of a class."""

    def scores(self, forms: Sequence[DirectForm]) -> list[float]:
        """The score of each network."""


@dataclass(frozen=True)
class Stretch:
    """Results of a fold along some alphas, without samples: small when pickled.

    Attributes
    ----------
    points : tuple of PathPoint
    scores : tuple of float
    architectures : tuple of Architecture
    """

    points: tuple[PathPoint, ...]
    scores: tuple[float, ...]
    architectures: tuple[Architecture, ...]


@dataclass(frozen=True)
class FoldPath:
    """The path of one fold, up to the present alpha.

    Attributes
    ----------
    fit : Path
    scores : tuple of float
        Of the network at each alpha, on the part left out.
    architectures : tuple of Architecture
        What was found at each alpha.
    """

    fit: Path
    scores: tuple[float, ...] = ()
    architectures: tuple[Architecture, ...] = ()

    def stretch(self, judge: Judge, alphas: np.ndarray) -> Stretch:
        """Continue the path along some alphas, and score its networks."""
        points = self.fit.advanced(alphas).points[len(self.scores) :]
        forms = [self._judged(judge, point) for point in points]
        scores = tuple(judge.scores(forms))
        return Stretch(points, scores, tuple(map(Architecture.of, forms)))

    def grown_out_score(self, judge: Judge, place: int) -> float:
        """The score of the network at an alpha after more surveys there."""
        (score,) = judge.scores([self._judged(judge, self.fit.grown_out(place))])
        return score

    def _judged(self, judge: Judge, point: PathPoint) -> DirectForm:
        """The network that is scored.

        Calibrated if it has learnt smoothed labels, and the linear model that it is
        compared with has not.
        """
        calibrates = judge.by_probabilities and self.fit.smooths
        at = self.fit.temperature_of(point) if calibrates else 1.0
        return self.fit.form(cooled(point.network, at))

    def after(self, stretch: Stretch) -> "FoldPath":
        """Append a stretch to the path."""
        return FoldPath(
            replace(self.fit, points=(*self.fit.points, *stretch.points)),
            (*self.scores, *stretch.scores),
            (*self.architectures, *stretch.architectures),
        )


@dataclass(frozen=True)
class Fold:
    """One split of the data: what it trains on, and what it is scored on.

    Attributes
    ----------
    part : Part
        What is trained on.
    judge : Judge
        Of what is left out.
    left_out : Part
        What is left out.
    seed : int
        Of its own draws.
    options : PathOptions
    """

    part: Part
    judge: Judge
    left_out: Part
    seed: int
    options: PathOptions

    def linear_score(self, options: PathOptions) -> float:
        """The score of the linear model, in the units of the options."""
        (score,) = self.judge.scores([self.part.problem(options).linear_form()])
        return score

    def constant_score(self, encoding: Encoding) -> float:
        """The score of the best constant prediction."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scores that a constant leaves undefined
            (score,) = self.judge.scores([self.part.constant(encoding)])
        return score

    def some_left_out(self, n: int) -> Samples:
        """At most n of the rows left out, always the same."""
        samples = self.left_out.samples()
        return samples.taken(always_the_same(len(samples), n))

    def begun(self, activation: str, layers: Sequence[int]) -> FoldPath:
        """A path on the training rows, at its beginning."""
        problem = self.part.problem(self.options)
        return FoldPath(self.options.begun(problem, activation, layers, self.seed))
