"""A training problem: data on the device, in the units a network is trained in."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from .._data.batches import TrainingData
from .._data.columns import Table
from .._data.features import Bounds, beyond, ends_of
from .._data.magnitude_checks import refuse_extremes
from .._data.samples import Samples, validation_split
from .._data.scaling import Scaling
from .._direct.form import DirectForm
from .._linear.ridge import some_rows
from .._linear.start import Start
from .._losses.losses import Loss
from .._losses.observations import Data
from .._losses.raw_observations import observed
from .._networks.export import form_of
from .._networks.live import Reach
from .._networks.network import HasForm
from .task import Task


@dataclass(frozen=True)
class Validation:
    """Which share of the samples is set aside, and what draws them."""

    fraction: float
    random_state: np.random.RandomState


@dataclass(frozen=True)
class Units:
    """Device, and options of the scaling, for a problem.

    Attributes
    ----------
    device : torch.device
    bias : bool
        Whether the network hears a constant, which takes means back.
    standardize : bool
        Scale features, and targets where the loss has units.
    clip : float or None
        Standard deviations from the mean at which features are cut off.
    hidden_clip : float or None
        Standard deviations beyond which hidden neurons hear features no further.
    bounds, hidden_bounds : pairs of arrays (features,), or None
        Where they are cut off, if that is known beforehand.
    """

    device: torch.device
    bias: bool = True
    standardize: bool = True
    clip: float | None = None
    hidden_clip: float | None = None
    bounds: Bounds | None = None
    hidden_bounds: Bounds | None = None


@dataclass(frozen=True)
class Problem:
    """The scaled training problem that the stages of ``fit`` share.

    Attributes
    ----------
    train : TrainingData
    valid : TrainingData or None
    scaling : Scaling
    linear_loss, loss : Loss
        What the linear model minimises, and what networks with hidden neurons do; the
        latter may be of smoothed labels.
    n_features, n_outputs : int
    bias : bool
        Whether the network hears a constant besides the features.
    linear_map : Tensor of shape (outputs, features + bias) or None
        The linear model, if there is one.
    grown_from : Tensor of shape (outputs, features + bias) or None
        The linear model in which hidden neurons wake: that of smoothed labels where
        ``loss`` has them, else the same.
    linear_alpha : float
        Strength of the ridge under which that is optimal (`start`).
    reach : pair of Tensors of shape (features,), or None
        Scaled features between which hidden neurons hear, if any lies beyond.
    """

    train: TrainingData
    valid: TrainingData | None
    scaling: Scaling
    linear_loss: Loss
    loss: Loss
    n_features: int
    n_outputs: int
    bias: bool
    linear_map: torch.Tensor | None
    grown_from: torch.Tensor | None
    linear_alpha: float
    reach: Reach | None = None

    @classmethod
    def of(
        cls,
        task: Task,
        units: Units,
        *,
        scaling: Scaling | None = None,
        validation: Validation | None = None,
        start_linear: bool = True,
        linear_alpha: float | None = None,
        smooth: bool = False,
    ) -> "Problem":
        """Split, scale (as found now, or as given), move to the device, and start.

        The linear model's ridge is of strength ``linear_alpha``; None chooses it.
        ``smooth`` lets labels be smoothed for networks with hidden neurons.
        """
        samples, held = _split(task, units, validation)
        if scaling is None:
            scaling = _scaling(samples, task.loss, units)
        else:
            scaling = scaling.seeing(samples.X)
        train = TrainingData.of(samples, scaling, units.device)
        start = Start(task.loss, task.loss)
        if start_linear:
            shape = task.n_outputs, units.bias
            start = Start.of(train, task.loss, *shape, linear_alpha, smooth)
        return cls(
            train,
            None if held is None else TrainingData.of(held, scaling, units.device),
            scaling,
            start.linear_loss,
            start.loss,
            task.X.shape[1],
            task.n_outputs,
            units.bias,
            start.linear_map,
            start.grown_from,
            start.linear_alpha,
            reach_of(ends_of(task.X), scaling, units.device),
        )

    @property
    def options(self) -> dict[str, Any]:
        """Where and as what tensors are made."""
        return {"dtype": self.train.dtype, "device": self.train.y.device}

    def observations(self) -> Data:
        """The training samples as second-order steps see them."""
        return observed(self.train, self.bias)

    @property
    def n_inputs(self) -> int:
        """Number of inputs: features, and the constant if the network hears one."""
        return self.n_features + self.bias

    @property
    def n_samples(self) -> int:
        """Number of training rows."""
        return len(self.train)

    @property
    def n_counted(self) -> float:
        """Number of samples that the training rows represent."""
        return self.train.n_counted

    def drawn(self, n: int, generator: torch.Generator) -> TrainingData:
        """About ``n`` of the training samples, none twice; all of them if they fit."""
        return self.train.sample(n, generator)

    def some(self, n: int) -> TrainingData:
        """About ``n`` of the training samples, always the same; all if they fit."""
        return some_rows(self.train, n) if n < len(self.train) else self.train

    def data_of(self, task: Task) -> TrainingData:
        """Other samples in the units of this problem."""
        return TrainingData.of(task.samples(), self.scaling, self.train.y.device)

    def form_of(self, network: HasForm) -> DirectForm:
        """The network's function of raw features."""
        return self.in_raw_units(network.form())

    def linear_form(self) -> DirectForm:
        """The function of raw features that the linear model is."""
        assert self.linear_map is not None
        return self.in_raw_units(form_of([self.linear_map], self.bias, "identity", []))

    def in_raw_units(self, form: DirectForm) -> DirectForm:
        """A network's weights with the scaling folded in.

        They are of float64 whatever X is: of a float32 feature far from zero, weight
        times value and intercept are large, and cancel.
        """
        s = self.scaling
        heard = form if s.constant is None else form.deaf_to(s.constant)
        raw = heard.rescaled(s.x_mean, s.x_scale, s.y_mean, s.y_scale)
        return replace(
            raw,
            bounds=s.bounds,
            feature_scale=s.x_scale,
            hidden_bounds=s.hidden_bounds if raw.layers else None,
            feature_center=s.x_mean,
        )

    def in_scaled_units(self, form: DirectForm) -> DirectForm:
        """The folding undone: weights for the data of this problem."""
        return in_scaled_units(form, self.scaling)


def _split(
    task: Task, units: Units, validation: Validation | None
) -> tuple[Samples, Samples | None]:
    """Training samples, and those set aside for validation, if any are."""
    samples = task.samples()
    refuse_extremes(samples, scaled=units.standardize)
    if validation is None:
        return samples, None
    return validation_split(
        samples,
        fraction=validation.fraction,
        labels=samples.y.ravel() if task.stratified else None,
        random_state=validation.random_state,
    )


def _scaling(samples: Samples, loss: Loss, units: Units) -> Scaling:
    """The scaling of training samples."""
    return Scaling.of(
        Table(samples),
        standardize=units.standardize,
        center=units.bias,
        scale_targets=loss.scales_targets,
        clip=units.clip,
        hidden_clip=units.hidden_clip,
        bounds=units.bounds,
        hidden_bounds=units.hidden_bounds,
    )


def in_scaled_units(form: DirectForm, s: Scaling) -> DirectForm:
    """A network of raw features as one of scaled features, which gives scaled targets.

    Its bounds are in scaled units, too.
    """
    return form.rescaled(
        -s.x_mean / s.x_scale, 1 / s.x_scale, -s.y_mean / s.y_scale, 1 / s.y_scale
    )


def reach_of(ends: Bounds, scaling: Scaling, device: torch.device) -> Reach | None:
    """The hidden neurons' bounds in scaled units, if any value lies beyond them.

    ``ends`` are the least and the greatest value of each raw feature.
    """
    bounds = scaling.hidden_bounds
    if bounds is None or not beyond(ends, bounds):
        return None
    low, high = (
        torch.from_numpy((bound - scaling.x_mean) / scaling.x_scale).to(device)
        for bound in bounds
    )
    return low, high
