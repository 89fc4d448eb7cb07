"""The standard deviation of a sample's noise, by residuals and by samples left out."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .._growth.holdout import HeldOut
from .._linear.ridge import some_rows
from .._losses.observations import Observations
from .._problems.problem import Problem
from .._second_order.laplace import Laplace, noise, noise_of_left_out

#: Samples left out that say as much of the noise as all residuals, and the mean
#: leverage from which on residuals say nothing.
_WORTH, _LEARNT_BY_HEART = 200, 0.5


class Errors(NamedTuple):
    """Errors of a network, as targets of samples, and its leverages (n, outputs)."""

    samples: Observations
    leverage: Tensor


def errors_left_out(
    laplace: Laplace, problem: Problem, held_out: Iterable[HeldOut], n: int
) -> Errors | None:
    """Errors of about n samples held out, or set aside for validation, if any are."""
    if not laplace.network.n_hidden_weights:
        return None  # least squares is fitted to all, without a choice to be checked
    if each := [held.errors() for held in held_out]:
        samples = _joined(each)
        samples = samples.rows(evenly(len(samples), n))
        return Errors(samples, laplace.leverage_left_out(samples.inputs))
    if problem.valid is None:
        return None
    aside = Observations.of(some_rows(problem.valid, n), problem.bias)
    samples = HeldOut(laplace.network, in_double(aside)).errors()
    return Errors(samples, laplace.leverage(samples.inputs))


def noise_level(residuals: Errors, left_out: Errors | None) -> Tensor:
    """σ (outputs,) by residuals and by errors of samples left out, if there are any.

    Residuals say less than their number promises, as neurons were searched for among
    many. So the more samples were left out, the more they count; alone, where the
    weights have learnt the residuals by heart.
    """
    samples, leverage = residuals
    by_residuals = noise(samples.y, leverage, samples.weight)
    if left_out is None:
        return by_residuals
    share = len(left_out.samples) / (len(left_out.samples) + _WORTH)
    if float(leverage.mean()) > _LEARNT_BY_HEART:
        share = 1.0
    samples, leverage = left_out
    by_errors = noise_of_left_out(samples.y, leverage, samples.weight)
    return by_residuals ** (1 - share) * by_errors**share


def in_double(data: Observations) -> Observations:
    """Samples in double precision; indices of classes stay integers."""
    weight = None if data.weight is None else data.weight.double()
    y = data.y.double() if data.y.is_floating_point() else data.y
    return Observations(data.inputs.double(), y, weight, data.mean_count)


def weights_of(data: Observations) -> Tensor:
    """The weights (n,) of samples, ones if they have none."""
    return torch.ones_like(data.y[:, 0]) if data.weight is None else data.weight


def evenly(n_rows: int, n: int) -> slice:
    """About n of the rows, evenly spaced."""
    return slice(None, None, math.ceil(n_rows / n))


def _joined(parts: Sequence[Observations]) -> Observations:
    """The rows of all parts, of which each has weights of mean one."""
    each = [in_double(part) for part in parts]
    inputs, y = torch.cat([p.inputs for p in each]), torch.cat([p.y for p in each])
    return Observations(inputs, y, torch.cat([weights_of(part) for part in each]))
