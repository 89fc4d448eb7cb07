"""Contributions of features to the outputs, by DeepLIFT's rescale rule.

The rule is that of Shrikumar, Greenside and Kundaje (2017, arXiv:1704.02685).
Contributions are relative to the outputs at a reference point. A neuron that receives
z, and z⁰ at the reference, has the multiplier (f(z) − f(z⁰)) / (z − z⁰). Multipliers
are multiplied along every path from a feature to an output, as derivatives are in the
chain rule, and added up over paths; so the contributions of all features sum to the
whole difference from the reference, whatever the depth.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import gen_batches

from .._activations import ACTIVATIONS, Activation
from .._data.features import Bounds
from .form import DirectForm, Rows

#: Rows at a time: a slice has a multiplier for each output of every neuron.
_SLICE = 1024
#: Changes of a smooth neuron's input whose quotient would be rounded by more than the
#: derivative in the middle is wrong, which is by the square of them.
_CLOSE = 1e-5


@dataclass(frozen=True)
class _LayerSignals:
    """Signals of every layer for some samples: features, inputs and outputs."""

    heard: dict[int, Rows]
    received: dict[int, np.ndarray]
    sent: dict[int, np.ndarray]

    @classmethod
    def of(cls, form: DirectForm, X: Rows) -> "_LayerSignals":
        drive = form.drive(X)
        sent = form.passed_on(drive)
        received = {i: form.received(i, drive, sent) for i in drive}
        return cls(form.features_heard(X), received, sent)


def contributions(
    form: DirectForm, X: Rows, output_bounds: Bounds | None = None
) -> np.ndarray:
    """Contribution of each feature to every output.

    Parameters
    ----------
    form : DirectForm
    X : {ndarray, csr_array} of shape (n, features)
    output_bounds : pair of arrays (outputs,), optional
        Outputs are cut off there.

    Returns
    -------
    ndarray of shape (n, features, outputs)
        Sums over features are outputs less those at ``form.reference``, to rounding.
    """
    n_features, *_, n_outputs = form.layer_sizes
    reference = _LayerSignals.of(form, form.reference[None])
    added = np.empty((X.shape[0], n_features, n_outputs))
    for rows in gen_batches(X.shape[0], _SLICE):
        at = _LayerSignals.of(form, X[rows])
        multipliers = _multipliers(form, at, reference, output_bounds)
        added[rows] = _of_features(form, at, reference, multipliers)
    return added


def _of_features(
    form: DirectForm,
    at: _LayerSignals,
    reference: _LayerSignals,
    multipliers: dict[int, np.ndarray],
) -> np.ndarray:
    """Contributions (n, features, outputs): changes times multipliers."""
    added = 0.0
    for i, heard in at.heard.items():
        change = heard - reference.heard[i]
        added = added + (multipliers[i] @ form.coefs[i, 1]) * change[:, None]
    return np.swapaxes(added, 1, 2)


def _multipliers(
    form: DirectForm,
    at: _LayerSignals,
    reference: _LayerSignals,
    output_bounds: Bounds | None,
) -> dict[int, np.ndarray]:
    """Multipliers from layers' inputs to the outputs, (n or 1, outputs, N_layer)."""
    last, f = len(form.layer_sizes), ACTIVATIONS[form.activation]
    n_outputs = form.layer_sizes[-1]
    multipliers = {last: np.eye(n_outputs)[None]}
    if output_bounds is not None:
        ends = at.received[last], reference.received[last]
        multipliers[last] = multipliers[last] * _of_bounds(output_bounds, *ends)
    for j in range(last - 1, 1, -1):
        back = np.zeros((1, n_outputs, form.layer_sizes[j - 1]))
        for i in range(j + 1, last + 1):
            if (i, j) in form.coefs:
                back = back + multipliers[i] @ form.coefs[i, j]
        multipliers[j] = back * _of_neurons(f, at, reference, j)
    return multipliers


def _of_neurons(
    f: Activation, at: _LayerSignals, reference: _LayerSignals, j: int
) -> np.ndarray:
    """Multipliers (n, 1, N_j) of a layer's activation function.

    A function with a kink is rounded nowhere; its derivative would be wrong across.
    """
    z, before = at.received[j], reference.received[j]
    middle = (z + before) / 2
    derivative = np.ones_like(middle)
    f.numpy.backward(derivative, middle.copy(), f.array(middle))
    rise, close = at.sent[j] - reference.sent[j], 0.0 if f.homogeneous else _CLOSE
    return _quotient(rise, z - before, derivative, close)[:, None]


def _of_bounds(bounds: Bounds, z: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Multipliers (n, outputs, 1) of clipping the outputs."""
    low, high = bounds
    rise = z.clip(low, high) - before.clip(low, high)
    inside = ((low <= z) & (z <= high)).astype(float)
    return _quotient(rise, z - before, inside, 0.0)[:, :, None]


def _quotient(
    rise: np.ndarray, change: np.ndarray, derivative: np.ndarray, close: float
) -> np.ndarray:
    """Rise by change, or the derivative where the change is at most ``close``."""
    near = np.abs(change) <= close
    return np.where(near, derivative, rise / np.where(near, 1.0, change))
