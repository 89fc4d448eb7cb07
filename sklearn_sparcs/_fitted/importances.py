"""Feature importances, from total effects."""

import numpy as np

from .._data.samples import Samples
from .._data.shared_samples import SharedSamples
from .._direct.effects import total_effects
from .._direct.form import DirectForm
from .encoding import Encoding


def feature_importances(
    form: DirectForm, encoding: Encoding, samples: Samples | SharedSamples
) -> np.ndarray:
    """Shares of the features in the sum of their total effects; zeros if that is zero.

    Effects are on what is predicted: targets in units of their standard deviation, or
    probabilities.
    """
    said = encoding.comparable(samples.target_scale)
    effects = total_effects(form, samples.X, samples.weight, said)
    total = effects.sum()
    return effects / total if total > 0 else np.zeros_like(effects)
