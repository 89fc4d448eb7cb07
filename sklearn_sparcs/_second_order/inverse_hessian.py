"""The inverse Hessian of L-BFGS: a metric's inverse, which the latest pairs correct."""

from collections import deque

from torch import Tensor

from .metric import Metric

#: Steps, and changes of the gradient, that are remembered.
_MEMORY = 10
#: Smallest cosine of step and change of gradient that is remembered.
_LEAST_COSINE = 1e-12

#: A step, the change of the gradient, and what the metric's inverse makes of it.
Pair = tuple[Tensor, Tensor, Tensor]


class InverseHessian:
    """The inverse Hessian, as far as it is known, at weights that move step by step.

    The metric is solved once for each gradient: for a change of the gradient, and for
    what pairs take from it, that follows from the solutions of gradients.

    Parameters
    ----------
    metric : Metric
        Where no pair says otherwise, it is ``scale`` times this one's inverse.
    gradient : Tensor of shape (weights,)
        That at the weights where the metric was formed.
    scale : float, default=1.0

    Attributes
    ----------
    n_steps : int
        Steps since the metric was formed.
    """

    def __init__(self, metric: Metric, gradient: Tensor, scale: float = 1.0) -> None:
        self.metric, self.scale, self.n_steps = metric, scale, 0
        self._gradient, self._solved = gradient, metric.solve(gradient)
        self._pairs: deque[Pair] = deque(maxlen=_MEMORY)

    def direction(self) -> Tensor:
        """Minus the inverse Hessian times the gradient."""
        rest, r, shares = self._gradient.clone(), self._solved.clone(), []
        for step, change, solved in reversed(self._pairs):
            share = (step @ rest) / (step @ change)
            shares.append(share)
            rest -= share * change
            r -= share * solved
        r *= self.scale
        for (step, change, _), share in zip(self._pairs, shares[::-1], strict=True):
            r += step * (share - (change @ r) / (step @ change))
        return -r

    def move(self, step: Tensor, gradient: Tensor) -> None:
        """Take in a step, and the gradient behind it.

        They are a pair if the gradient grew along the step. The scale is then the
        multiple of the metric's inverse that best makes the step of the change: of
        classes, a metric that has one shape for all samples may see too flat.
        """
        self.n_steps += 1
        change, before = gradient - self._gradient, self._solved
        self._gradient, self._solved = gradient, self.metric.solve(gradient)
        solved = self._solved - before
        along, length = float(step @ change), float(change @ solved)
        least = _LEAST_COSINE * float(step.norm() * change.norm())
        if along > least and length > 0:  # a difference may be all rounding
            self._pairs.append((step, change, solved))
            self.scale = along / length
