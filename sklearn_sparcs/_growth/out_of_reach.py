"""What links that exist could still do, taken out of what the outputs ask for.

Where the links into a layer are trained to the end, its sensitivity is orthogonal to
the signals that they hear. Where they are not, a candidate that looks like these
signals would get credit for what they have still to learn. So the sensitivity is
replaced by the residual of its regression on the signals: what is left at the optimum
of the links, to first order, whatever they have learned so far.

Few signals are regressed on by normal equations. Many have conjugate gradients, a
product with the signals and one with their transpose an iteration: any width can
afford that, and nothing as large as the square of the width is formed.
"""

import torch
from torch import Tensor

#: Signals up to which the normal equations are solved, and any number of samples does.
FEW_SIGNALS = 1000

#: Samples a signal that a regression on more signals needs: half of what is not linear
#: in them is then left.
SAMPLES_A_SIGNAL = 2

#: Squared standard errors that all the signals' slopes together may be from zero.
_ENOUGH = 1e-6

#: Iterations at most. What then is left lies in directions in which the signals hardly
#: vary, and candidates with them.
_MAX_ITER = 50


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


def out_of_reach(delta: Tensor, signals: Tensor, weight: Tensor | None) -> Tensor:
    """The residual of sensitivities, regressed on signals.

    Parameters
    ----------
    delta : Tensor of shape (rows, n)
        ∂loss/∂z of a layer's live neurons, or of the outputs.
    signals : Tensor of shape (signals, n)
        What the layer hears.
    weight : Tensor of shape (n,) or None
        Of the samples; ``delta`` contains them as a factor.

    Returns
    -------
    Tensor of shape (rows, n)
    """
    if len(delta) == 0:
        return delta
    few = len(signals) <= FEW_SIGNALS
    return (by_normal_equations if few else by_conjugate_gradients)(
        delta, signals, weight
    )


def by_normal_equations(
    delta: Tensor, signals: Tensor, weight: Tensor | None
) -> Tensor:
    """`out_of_reach` for few signals."""
    weighted = signals if weight is None else signals * weight
    gram = weighted @ signals.T
    ridge = len(gram) * torch.finfo(gram.dtype).eps * gram.diagonal().amax()
    gram.diagonal().add_(ridge.clamp(min=torch.finfo(gram.dtype).tiny))
    return delta - torch.linalg.solve(gram, signals @ delta.T).T @ weighted


def by_conjugate_gradients(
    delta: Tensor, signals: Tensor, weight: Tensor | None
) -> Tensor:
    """`out_of_reach` for many signals, each row of ``delta`` by itself."""
    w = 1.0 if weight is None else weight
    length = torch.linalg.vector_norm(signals, dim=1).square()
    inverse = torch.where(length > 0, 1 / length, 0)  # Jacobi's preconditioner
    left = delta.clone()
    slope = left @ signals.T
    direction = slope * inverse
    gain = (slope * direction).sum(dim=1)
    for _ in range(_MAX_ITER):
        if bool((gain * signals.shape[1] <= _ENOUGH * left.square().sum(dim=1)).all()):
            break
        heard = direction @ signals
        change = heard * w
        curvature = (heard * change).sum(dim=1)
        step = torch.where(curvature > 0, gain / curvature, 0)
        left -= step[:, None] * change
        slope = left @ signals.T
        before, gain = gain, (slope.square() * inverse).sum(dim=1)
        share = torch.where(before > 0, gain / before, 0)
        direction = slope * inverse + share[:, None] * direction
    return left
