"""A training problem whose samples are in several places."""

from dataclasses import dataclass

import numpy as np
import torch

from .._data.batches import TrainingData, drawn_rows
from .._data.magnitude_checks import refuse_extreme_ends
from .._data.parts import placed
from .._data.samples import Samples
from .._data.scaling import Scaling
from .._data.shared_samples import SharedSamples
from .._linear.ridge import always_the_same, of_mean_one
from .._linear.shared_least_squares import scaled_rows
from .._linear.shared_start import shared_start
from .._losses.losses import Loss
from .._losses.observations import Observations
from .._losses.shared_observations import SharedObservations
from .problem import Problem, Units, reach_of


@dataclass(frozen=True, kw_only=True)
class SharedProblem(Problem):
    """A problem for second-order growth whose samples are in several places.

    Attributes
    ----------
    shared : SharedObservations
        All samples; ``train`` holds none.
    """

    shared: SharedObservations

    @classmethod
    def of_shared(
        cls,
        samples: SharedSamples,
        loss: Loss,
        n_outputs: int,
        units: Units,
        linear_alpha: float | None,
        smooth: bool = False,
    ) -> "SharedProblem":
        """Scale where the samples are, and start at the linear model.

        The linear model's ridge is of strength ``linear_alpha``; None chooses it.
        ``smooth`` lets labels be smoothed for networks with hidden neurons.

        Raises
        ------
        ValueError
            For values too large or too small.
        """
        refuse_shared_extremes(samples, loss, units.standardize)
        scaling = _scaling(samples, units, loss)
        given = scaling, units.device, units.bias
        parts = samples.parts.mapped(placed, _observed, *given).kept()
        counted = len(samples), units.device, samples.mean_count
        shared = SharedObservations(parts, *counted)
        shape = samples.n_features, n_outputs, units.bias
        how = linear_alpha, smooth, scaling.offset
        start = shared_start(shared, loss, shape, *how)
        return cls(
            _nothing(samples, n_outputs, units.device),
            None,
            scaling,
            start.linear_loss,
            start.loss,
            *shape,
            start.linear_map,
            start.grown_from,
            start.linear_alpha,
            reach_of(samples.ends, scaling, units.device),
            shared=shared,
        )

    def observations(self) -> SharedObservations:
        """The training samples, where they are."""
        return self.shared

    @property
    def n_samples(self) -> int:
        """Number of training rows."""
        return len(self.shared)

    @property
    def n_counted(self) -> float:
        """Number of samples that the training rows represent."""
        return self.shared.n_counted

    def drawn(self, n: int, generator: torch.Generator) -> TrainingData:
        """About ``n`` of the training samples, none twice; all of them if they fit."""
        total = len(self.shared)
        if total <= n:
            return self._brought(torch.arange(total))
        return self._brought(drawn_rows(total, n, generator))

    def some(self, n: int) -> TrainingData:
        """About ``n`` of the training samples, always the same; all if they fit."""
        total = len(self.shared)
        rows = always_the_same(total, min(n, total))
        return of_mean_one(self._brought(torch.from_numpy(rows)))

    def _brought(self, index: torch.Tensor) -> TrainingData:
        return scaled_rows(self.shared.taken(index), self.n_features)


def refuse_shared_extremes(samples: SharedSamples, loss: Loss, scaled: bool) -> None:
    """Refuse features, and real targets, too large or too small to compute with.

    Raises
    ------
    ValueError
        If there are such; the message says which.
    """
    refuse_extreme_ends("Feature", samples.ends, samples.dtype, scaled=scaled)
    if loss.scales_targets:
        ends = samples.ends_of_targets
        refuse_extreme_ends("Target", ends, samples.dtype, scaled=scaled)


def _scaling(samples: SharedSamples, units: Units, loss: Loss) -> Scaling:
    return Scaling.of(
        samples,
        standardize=units.standardize,
        center=units.bias,
        scale_targets=loss.scales_targets,
        clip=units.clip,
        hidden_clip=units.hidden_clip,
    )


def _observed(
    samples: Samples, scaling: Scaling, device: torch.device, bias: bool
) -> Observations:
    """Scale the samples of one place, there."""
    return Observations.of(TrainingData.of(samples, scaling, device), bias)


def _nothing(
    samples: SharedSamples, n_outputs: int, device: torch.device
) -> TrainingData:
    """Training data without rows, of the dtype and on the device of others."""
    like = torch.from_numpy(np.empty(0, samples.dtype)).to(device)
    x, y = like.new_empty(0, samples.n_features), like.new_empty(0, n_outputs)
    return TrainingData(x, y, None)
