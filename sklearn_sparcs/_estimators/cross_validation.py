"""Cross-validation along paths: which curves are followed over the folds.

Depth is paid for in rounds, as in a plain fit: first the last hidden layer alone may
grow, then the last two, and so on while the best mean score rises. In every round the
activations race, and at the end the best curve under other priors of hidden weights.
"""

from collections.abc import Callable, Sequence
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
    priors : tuple of float
        Precisions of the hidden weights' prior besides that of the options.
    n_jobs : int or None
    """

    folds: list[Fold]
    options: PathOptions
    activations: tuple[str, ...]
    priors: tuple[float, ...]
    n_jobs: int | None

    @property
    def _n_rounds(self) -> int:
        return max(len(self.options.layers), 1)

    @property
    def most_paths(self) -> int:
        """Number of paths if every round and every prior is tried."""
        n_curves = self._n_rounds * len(self.activations) + len(self.priors)
        return n_curves * len(self.folds)

    def begun(self, depth: int = 1) -> list[Curve]:
        """A curve of every activation, with its paths at the linear models."""
        given, prior = self._open(depth), self.options.prior
        return [
            Curve.begun(self.folds, name, given, prior) for name in self.activations
        ]

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
        others = self._under_other_priors(curves)
        return curves + raced(self.folds, others, *given, rivals=curves)

    def _under_other_priors(self, curves: Sequence[Curve]) -> list[Curve]:
        """The best curve's beginning under other priors, if neurons woke on it."""
        best = max(curves, key=lambda curve: curve.means.max())
        if not best.n_hidden[best.means.argmax()]:
            return []
        given = self.folds, best.activation, self._open(best.depth)
        return [Curve.begun(*given, prior) for prior in self.priors]

    def _open(self, depth: int) -> tuple[int, ...]:
        """The hidden layers that may grow."""
        return self.options.layers[-depth:]


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
