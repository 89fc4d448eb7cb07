"""A training problem: data on the device, in the units a network is trained in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from .._data.batches import TrainingData
from .._data.features import Bounds
from .._data.samples import Samples
from .._data.scaling import Scaling
from .._direct.form import DirectForm
from .losses import Loss, SquaredError
from .start import linear_start


@dataclass(frozen=True)
class Problem:
    """What ``fit`` hands from stage to stage, and then drops.

    ``linear_map`` (outputs, features + intercept) is the linear model to start at,
    if there is one; ``split``, in ``of``, sets validation samples aside.
    """

    train: TrainingData
    valid: TrainingData | None
    scaling: Scaling
    loss: Loss
    n_features: int
    n_outputs: int
    bias: bool
    linear_map: torch.Tensor | None

    @classmethod
    def of(
        cls,
        samples: Samples,
        loss: Loss,
        n_outputs: int,
        *,
        device: torch.device,
        bias: bool,
        standardize: bool = True,
        clip: float | None = None,
        bounds: Bounds | None = None,
        scaling: Scaling | None = None,
        split: Callable[[Samples], tuple[Samples, Samples]] | None = None,
        start_linear: bool = True,
    ) -> "Problem":
        """Split, scale (as found now, or as given), move to the device, and start."""
        valid = None
        if split is not None:
            samples, valid = split(samples)
        if scaling is None:
            scaling = Scaling.of(
                samples,
                standardize=standardize,
                center=bias,
                scale_targets=isinstance(loss, SquaredError),
                clip=clip,
                bounds=bounds,
            )
        train = scaling.to_device(samples, device)
        linear_map = None
        if start_linear:
            found = linear_start(train, loss, n_outputs, bias)
            linear_map = torch.from_numpy(found)
        return cls(
            train,
            None if valid is None else scaling.to_device(valid, device),
            scaling,
            loss,
            samples.X.shape[1],
            n_outputs,
            bias,
            linear_map,
        )

    @property
    def options(self) -> dict[str, Any]:
        """Where and as what tensors are made."""
        return {"dtype": self.train.dtype, "device": self.train.y.device}

    @property
    def dtype(self) -> type:
        """The dtype of X."""
        return np.float32 if self.train.dtype == torch.float32 else np.float64

    def in_raw_units(self, form: DirectForm) -> DirectForm:
        """A network's weights with the scaling folded in, in the dtype of X."""
        s = self.scaling
        raw = form.rescaled(s.x_mean, s.x_scale, s.y_mean, s.y_scale)
        return replace(raw.astype(self.dtype), bounds=s.bounds)

    def in_scaled_units(self, form: DirectForm) -> DirectForm:
        """The folding undone: weights for the data of this problem."""
        s = self.scaling
        return form.rescaled(
            -s.x_mean / s.x_scale, 1 / s.x_scale, -s.y_mean / s.y_scale, 1 / s.y_scale
        )
