"""Temperature scaling: probabilities calibrated on samples that were not trained on.

Networks of classes are surer of themselves than they should be, and those that have
learnt smoothed labels less sure. Dividing all outputs by one number, the temperature,
mends both, and changes no class that is predicted. It is chosen for the least
cross-entropy of held-out samples (Guo et al., "On calibration of modern neural
networks", 2017).
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor

from .._losses import curvature
from .._losses.losses import ClassificationLoss, Loss
from .._networks.live import LiveNetwork
from .._second_order.levenberg_marquardt import optimize
from .._second_order.objective import Objective
from .first_survey import FirstSurvey
from .holdout import MOST_HELD_OUT, HeldOut

#: The largest temperature, and one over the smallest.
_LARGEST = 20.0
#: Standard errors by which it must lower the cross-entropy.
_STANDARD_ERRORS = 1.0
#: Parts of the samples of which each is left out in turn, until so many have been.
_PARTS, _ENOUGH = 5, 400
#: Iterations of a refit, and the relative progress that ends it: a small one, as it
#: starts close to its optimum.
_ITERATIONS, _TOL = 20, 1e-6
#: Most samples that all parts have.
_MOST = 2**16


def temperature(held_out: Iterable[HeldOut], loss: Loss) -> float:
    """The temperature at which held-out samples are likeliest, if it matters.

    One if they are not likelier by more than a standard error, if there are none, no
    network has hidden neurons, or targets are numbers. The logarithm has a standard
    normal prior, as samples without an error would make it infinite.
    """
    if not isinstance(loss, ClassificationLoss):
        return 1.0
    each = [held for held in held_out if any(held.network.n_live)]
    if not each:
        return 1.0

    outputs = [_outputs(held.network, held) for held in each]

    def losses(logarithm: float) -> Tensor:
        at = math.exp(logarithm)
        pairs = zip(outputs, each, strict=True)
        return torch.cat([_losses(output / at, held, loss) for output, held in pairs])

    count = torch.cat([held.samples.count.double() for held in each])

    def deviance(logarithm: float) -> float:
        return float(losses(logarithm) @ count) + logarithm**2 / 2

    most = math.log(_LARGEST)
    found = minimize_scalar(deviance, bounds=(-most, most)).x
    gain = losses(0.0) - losses(found)
    return math.exp(found) if _is_positive(gain, count) else 1.0


def is_better_than_linear(
    held_out: Iterable[HeldOut], loss: Loss, temperature: float
) -> bool:
    """Whether networks at a temperature predict held-out classes better.

    True where no linear model, or no held-out sample, says otherwise.
    """
    if not isinstance(loss, ClassificationLoss):
        return True
    gain, counted = 0.0, False
    for held in held_out:
        if held.linear is not None and any(held.network.n_live):
            linear = _losses(_outputs(held.linear, held), held, loss)
            outputs = _outputs(held.network, held) / temperature
            own = _losses(outputs, held, loss)
            count = held.samples.count.double()
            gain, counted = gain + float((linear - own) @ count), True
    return gain > 0 or not counted


def _outputs(network: LiveNetwork, held: HeldOut) -> Tensor:
    """Outputs (n, outputs) at held-out samples, in double precision."""
    return network(held.samples.inputs).double()


def _losses(outputs: Tensor, held: HeldOut, loss: ClassificationLoss) -> Tensor:
    """Cross-entropies (n,) of held-out labels as they are, in double precision.

    Weighted, unless weights count samples.
    """
    samples = held.samples
    each = curvature.of(loss.smoothed(0.0)).value(outputs, samples.y).double()
    if samples.weight is None or samples.mean_count is not None:
        return each
    return samples.weight * each


def cooled(network: LiveNetwork, temperature: float) -> LiveNetwork:
    """A network with its outputs divided by a temperature; a linear one as it is."""
    if not any(network.n_live):
        return network
    return network.with_output(network.weights[-1] / temperature)


def refitted(
    objective: Objective,
    network: LiveNetwork,
    seed: int,
    first: FirstSurvey | None = None,
) -> Iterator[HeldOut]:
    """Samples left out, with the network refitted without them: a few parts of all.

    None for a network without hidden neurons. ``seed`` draws the parts. The linear
    model is refitted, too, if a path's start is given.
    """
    if not any(network.n_live):
        return
    generator = torch.Generator().manual_seed(seed)
    objective = objective.some(_MOST, generator)
    n = len(objective.data)
    parts = torch.randperm(n, generator=generator).tensor_split(min(_PARTS, n))
    n_left_out = 0
    for k, left_out in enumerate(parts):
        others = torch.cat([*parts[:k], *parts[k + 1 :]])
        without = replace(objective, data=objective.data.some(others))
        some = objective.data.taken(left_out[:MOST_HELD_OUT])
        linear = None if first is None else first.refitted(without)
        yield HeldOut(
            optimize(without, network, _ITERATIONS, _TOL).network, some, linear
        )
        n_left_out += len(left_out)
        if n_left_out >= _ENOUGH:
            return


def _is_positive(gain: Tensor, count: Tensor) -> bool:
    """Whether a sum of differences (n,) is positive by more than chance explains.

    Each occurs ``count`` (n,) times. One alone does not tell what chance explains.
    """
    total, n = float(gain @ count), float(count.sum())
    if n <= 1:
        return False
    square = float((gain - total / n).square() @ count)
    return total > _STANDARD_ERRORS * math.sqrt(square * n / (n - 1))
