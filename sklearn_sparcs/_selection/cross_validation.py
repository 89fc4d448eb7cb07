"""Cross-validation along paths: which curves are followed over the folds.

Depth is paid for in rounds, as in a plain fit: first the last hidden layer alone may
grow, then the last two, and so on while the best mean score rises. In every round the
activations race.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .._growth.path import PathOptions
from .folds import Fold
from .race import Curve, raced


@dataclass(frozen=True)
class CrossValidation:
    """Paths that are tried on the same folds.

    Attributes
    ----------
    folds : list of Fold
    options : PathOptions
    activations : tuple of str
    n_jobs : int or None
    """

    folds: list[Fold]
    options: PathOptions
    activations: tuple[str, ...]
    n_jobs: int | None

    @property
    def _n_rounds(self) -> int:
        return max(len(self.options.layers), 1)

    @property
    def most_paths(self) -> int:
        """Number of paths if every round is needed."""
        return self._n_rounds * len(self.activations) * len(self.folds)

    def begun(self, depth: int = 1) -> list[Curve]:
        """A curve of every activation, with its paths at the linear models."""
        layers = self.options.layers[-depth:]
        return [Curve.begun(self.folds, name, layers) for name in self.activations]

    def curves(
        self,
        begun: list[Curve],
        alphas: np.ndarray,
        advanced: Callable[[int], object],
    ) -> list[Curve]:
        """All curves that were worth following, from the shallowest ones, begun.

        ``advanced`` is told of every alpha that a fold has passed.
        """
        given = alphas, self.n_jobs, advanced
        curves, best = raced(self.folds, begun, *given), -np.inf
        for depth in range(2, self._n_rounds + 1):
            reached = max(c.means.max() for c in curves if c.depth == depth - 1)
            if reached <= best:
                break
            best = reached
            curves += raced(self.folds, self.begun(depth), *given)
        return curves


def refuse_undefined(score: float, scoring: object) -> None:
    """Refuse to choose by scores that are not defined.

    Raises
    ------
    ValueError
        If this one is not finite.
    """
    if not np.isfinite(score):
        raise ValueError(
            f"scoring={scoring!r} gave no finite score in some fold; use larger test "
            "parts, or a score that is defined on them, such as "
            '"neg_mean_squared_error".'
        )
