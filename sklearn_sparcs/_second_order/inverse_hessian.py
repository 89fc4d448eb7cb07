"""The inverse Hessian of L-BFGS: a metric's inverse, which the latest pairs correct."""

from collections import deque

from torch import Tensor

from .metric import Metric

#: Steps, and changes of the gradient, that are remembered.
_MEMORY = 10
#: Smallest cosine of step and change of gradient that is remembered.
_LEAST_COSINE = 1e-12

#: A step, and how the gradient changed.
Pair = tuple[Tensor, Tensor]


class InverseHessian:
    """The inverse Hessian, as far as it is known.

    Parameters
    ----------
    metric : Metric
        Where no pair says otherwise, it is ``scale`` times this one's inverse.
    scale : float, default=1.0

    Attributes
    ----------
    n_steps : int
        Steps since the metric was formed.
    """

    def __init__(self, metric: Metric, scale: float = 1.0) -> None:
        self.metric, self.scale, self.n_steps = metric, scale, 0
        self._pairs: deque[Pair] = deque(maxlen=_MEMORY)

    def direction(self, gradient: Tensor) -> Tensor:
        """Minus the inverse Hessian times the gradient."""
        r, shares = gradient.clone(), []
        for step, change in reversed(self._pairs):
            share = (step @ r) / (step @ change)
            shares.append(share)
            r -= share * change
        r = self.scale * self.metric.solve(r)
        for (step, change), share in zip(self._pairs, reversed(shares), strict=True):
            r += step * (share - (change @ r) / (step @ change))
        return -r

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Take a step in, and its pair if the gradient grew along it."""
        self.n_steps += 1
        lengths = float(step.norm() * change.norm())
        if float(step @ change) > _LEAST_COSINE * lengths:
            self._pairs.append((step, change))
            self.scale = self._scale(step, change)

    def _scale(self, step: Tensor, change: Tensor) -> float:
        """The multiple of the metric's inverse that best makes the step of the change.

        Of classes, a metric that has one shape for all samples may see too flat.
        """
        return float(step @ change) / float(change @ self.metric.solve(change))
