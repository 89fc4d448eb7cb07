"""Partialling out: what existing links could still learn is no neuron's credit.

Where the links into a layer are trained to the end, its sensitivity is orthogonal to
the signals that they hear. Where they are not, a candidate that looks like these
signals would get credit for what they have still to learn. So the sensitivity is
replaced by the residual of its regression on the signals: what is left at the optimum
of the links, to first order, whatever they have learned so far.

Normal equations hold the square of the number of signals. That is no more than the
samples themselves, as many signals ask for more samples than there are of them.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

#: Signals up to which any number of samples does.
FEW_SIGNALS = 1000

#: Samples a signal that a regression on more signals needs: half of what is not linear
#: in them is then left.
SAMPLES_A_SIGNAL = 2

#: Samples a signal of which neurons are found on one half, and judged on the other.
BOTH_HALVES = 5

#: Conjugate gradients after which links have learnt the most that will serve on other
#: samples: more of them fit what is noise in these.
_FIRST = 10


def can_tell_links(n_signals: int, n: int) -> bool:
    """Whether so many samples tell what links could do from what neurons could.

    Parameters
    ----------
    n_signals : int
        That the links hear.
    n : int
        Samples. On few of them a regression on many signals explains everything.

    Returns
    -------
    bool
    """
    return n_signals <= FEW_SIGNALS or n >= SAMPLES_A_SIGNAL * n_signals


@dataclass(frozen=True)
class Regressors:
    """Signals that links hear; those of an earlier layer hear the first of them.

    Attributes
    ----------
    signals : Tensor of shape (signals, n)
    weight : Tensor of shape (n,) or None
        Of the samples.
    """

    signals: Tensor
    weight: Tensor | None = None

    def residual(self, delta: Tensor, n_signals: int) -> Tensor:
        """The residual of sensitivities, regressed on the first signals.

        Parameters
        ----------
        delta : Tensor of shape (rows, n)
            ∂loss/∂z of a layer's live neurons, or of the outputs; it contains the
            weight as a factor.
        n_signals : int
            What the layer hears.

        Returns
        -------
        Tensor of shape (rows, n)
        """
        if len(delta) == 0:
            return delta
        first = slice(n_signals)
        slopes = torch.linalg.solve(
            self._gram[first, first], self.signals[first] @ delta.T
        )
        return delta - slopes.T @ self._weighted[first]

    def fitted(self, delta: Tensor) -> Tensor:
        """Changes of links on all signals that sensitivities ask for first.

        Samples count alike.

        Parameters
        ----------
        delta : Tensor of shape (rows, n)

        Returns
        -------
        Tensor of shape (rows, signals)
        """
        gram, left = self._gram, -delta @ self.signals.T
        inverse = 1 / gram.diagonal()  # Jacobi's preconditioner
        slopes, direction = torch.zeros_like(left), left * inverse
        gain = (left * direction).sum(dim=1)
        for _ in range(_FIRST):
            change = direction @ gram
            curvature = (direction * change).sum(dim=1)
            step = torch.where(curvature > 0, gain / curvature, 0)[:, None]
            slopes += step * direction
            left -= step * change
            before, gain = gain, (left.square() * inverse).sum(dim=1)
            share = torch.where(before > 0, gain / before, 0)
            direction = left * inverse + share[:, None] * direction
        return slopes

    @cached_property
    def _weighted(self) -> Tensor:
        return self.signals if self.weight is None else self.signals * self.weight

    @cached_property
    def _gram(self) -> Tensor:
        """Products of all signals, and a ridge for those that are redundant."""
        gram = self._weighted @ self.signals.T
        ridge = len(gram) * torch.finfo(gram.dtype).eps * gram.diagonal().amax()
        gram.diagonal().add_(ridge.clamp(min=torch.finfo(gram.dtype).tiny))
        return gram
