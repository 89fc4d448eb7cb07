"""Standard deviations of predictions, by Laplace's approximation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from .._data.batches import TrainingData
from .._data.features import ROWS_PER_SLICE
from .._data.samples import Samples
from .._data.scaling import Scaling
from .._data.tensors import as_tensor
from .._direct.form import DirectForm
from .._growth.holdout import HeldOut
from .._losses import curvature
from .._losses.bridge import BridgePenalty
from .._losses.observations import Observations
from .._networks.live import LiveNetwork, Reach
from .._networks.wiring import Wiring
from .._problems.problem import Problem, in_scaled_units
from .._second_order.gauss_newton import Factor
from .._second_order.laplace import Laplace, deviation
from .._second_order.objective import Objective
from .noise_level import (
    Errors,
    errors_left_out,
    evenly,
    in_double,
    noise_level,
    weights_of,
)

#: Samples that the matrix is formed of where there are more: so many, and so many for
#: each weight of an output.
_ROWS, _ROWS_A_WEIGHT = 2**13, 20
#: Most numbers that those samples may have.
_LARGEST = 2**24
#: Most and fewest of them whose residuals are asked what the noise is, and operations
#: that their leverages may cost before they are fewer.
_ASKED, _FEWEST, _BUDGET = 2**12, 1000, 2**31
#: Type of what grows with the hidden weights squared, and is nearly all that is kept:
#: the ridge bounds what its rounding can do to a standard deviation.
_KEPT = np.float32


@dataclass(frozen=True)
class Spread:
    """Standard deviations of predictions, as arrays.

    Attributes
    ----------
    scaling : Scaling
    bias : bool
        Whether the network hears a constant.
    n_samples : float
        How many it was trained on.
    factors : tuple of ndarrays, or None
        Those of a `Factor`, triangles without their zeros, and what grows with the
        hidden weights in single precision; none if it is too large.
    noise : ndarray of shape (outputs,)
        Standard deviation of a sample's own noise, in scaled units.
    deviation : ndarray of shape (outputs,)
        The same by squared residuals, over samples less degrees of freedom.
    """

    scaling: Scaling
    bias: bool
    n_samples: float
    factors: tuple[np.ndarray, ...] | None
    noise: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(
        cls,
        problem: Problem,
        form: DirectForm,
        penalty: BridgePenalty,
        held_out: Iterable[HeldOut] = (),
    ) -> "Spread":
        """Find the standard deviations of a network at the optimum of its problem.

        The ridge of the linear part is added to the penalty, whose prior is in units of
        the noise of a sample.
        ``held_out`` are training samples, in its units, with networks under this
        penalty that were not trained on them.
        """
        n, device = problem.n_counted, problem.options["device"]
        network, wiring = _network(form, problem.scaling, problem.bias, device)
        data = _some(problem, network)
        bare = Objective(data, curvature.of(problem.loss), penalty, wiring)
        at = bare.evaluate(network)
        c = problem.n_outputs
        ridges = replace(
            penalty,
            linear=problem.linear_alpha / c,
            prior=penalty.prior * 2 * at.loss / (c * n),
        )
        laplace = Laplace.of(replace(bare, penalty=ridges), network, n)
        some = evenly(len(data), _n_asked(network))
        asked, output = data.rows(some), at.output[some]
        leverage = laplace.leverage(asked.inputs)
        residuals = replace(asked, y=asked.y - output)
        left_out = errors_left_out(laplace, problem, held_out, _n_asked(network))
        sigma = noise_level(Errors(residuals, leverage), left_out)
        # the correction for leverage must not make noise larger than the targets
        sigma = sigma.minimum(_size(data))
        return cls(
            problem.scaling,
            problem.bias,
            float(n),
            None if laplace.factor is None else _arrays(laplace.factor),
            sigma.cpu().numpy(),
            deviation(residuals.y, leverage, asked.weight).cpu().numpy(),
        )

    def std(self, form: DirectForm, X: Any) -> np.ndarray:
        """Standard deviations (n, outputs), in raw units, of a new sample's targets."""
        device = torch.device("cpu")
        network, wiring = _network(form, self.scaling, self.bias, device)
        factor = None if self.factors is None else _factor(self.factors)
        laplace = Laplace(network, wiring, factor, self.n_samples)
        found = np.empty((X.shape[0], len(self.noise)))
        for start in range(0, X.shape[0], ROWS_PER_SLICE):
            rows = slice(start, start + ROWS_PER_SLICE)
            h = laplace.leverage(self._inputs(X[rows])).numpy()
            found[rows] = self.noise * np.sqrt(1 + h)
        return found * self.scaling.y_scale

    def linear_std(self, form: DirectForm) -> np.ndarray:
        """Standard errors (outputs, features), in raw units, of the linear part.

        They are nan for a feature that was constant, and in too large a network.
        """
        n_features, n_outputs = form.layer_sizes[0], form.layer_sizes[-1]
        if self.factors is None:
            return np.full((n_outputs, n_features), np.nan)
        diagonal = _factor(self.factors).inverse_diagonal().numpy()
        own = diagonal[-n_outputs * self.factors[1].shape[1] :].reshape(n_outputs, -1)
        variance = own[:, :n_features] * 2 / (n_outputs * self.n_samples)
        std = self.deviation[:, None] * np.sqrt(variance)
        if self.scaling.constant is not None:
            std[:, self.scaling.constant] = np.nan
        return std / self.scaling.x_scale * np.reshape(self.scaling.y_scale, (-1, 1))

    def _inputs(self, X: Any) -> Tensor:
        """Scaled features, and the constant."""
        x = self.scaling.features(X)
        x = as_tensor(x.toarray() if sparse.issparse(x) else x).double()
        if self.scaling.constant is not None:  # nothing is heard of such features
            x = x.masked_fill(as_tensor(self.scaling.constant), 0.0)
        return torch.nn.functional.pad(x, (0, int(self.bias)), value=1.0)


def _arrays(factor: Factor) -> tuple[np.ndarray, ...]:
    """The fields of a factor; of triangles, what is not zero."""
    outputs, coupling, hidden, basis = (
        tensor.cpu().numpy()
        for tensor in (factor.outputs, factor.coupling, factor.hidden, factor.basis)
    )
    return _packed(outputs), _kept(coupling), _kept(_packed(hidden)), basis


def _kept(numbers: np.ndarray) -> np.ndarray:
    """Single precision: the ridge of a weight at zero is more than that can hold."""
    largest = np.finfo(_KEPT).max
    return numbers.clip(-largest, largest).astype(_KEPT)


def _factor(arrays: tuple[np.ndarray, ...]) -> Factor:
    """The factor that `_arrays` came from."""
    outputs, coupling, hidden, basis = arrays
    _, s, p = coupling.shape
    tensors = _unpacked(outputs, s), coupling, _unpacked(hidden, p), basis
    return Factor(*(as_tensor(tensor).double() for tensor in tensors))


def _packed(lower: np.ndarray) -> np.ndarray:
    """The m (m + 1) / 2 numbers of lower triangles (…, m, m)."""
    return lower[(..., *np.tril_indices(lower.shape[-1]))]


def _unpacked(numbers: np.ndarray, m: int) -> np.ndarray:
    """Lower triangles (…, m, m)."""
    lower = np.zeros((*numbers.shape[:-1], m, m))
    lower[(..., *np.tril_indices(m))] = numbers
    return lower


def _network(
    form: DirectForm, scaling: Scaling, bias: bool, device: torch.device
) -> tuple[LiveNetwork, Wiring]:
    """A form in raw units as a network of scaled features, and its wiring."""
    scaled = in_scaled_units(form, scaling)
    like = torch.empty(0, dtype=torch.float64, device=device)
    wiring = Wiring.of(form.coefs, form.layer_sizes, bias, like)
    reach: Reach | None = None
    if scaled.hidden_bounds is not None:
        low, high = (as_tensor(b).to(like) for b in scaled.hidden_bounds)
        reach = low, high
    return wiring.network(scaled, bias, reach), wiring


def _some(problem: Problem, network: LiveNetwork) -> Observations:
    """The training samples, or some of many, in double precision."""
    p = network.n_hidden_weights + network.n_signals
    n = min(max(_ROWS, _ROWS_A_WEIGHT * p), _LARGEST // network.n_inputs)
    return in_double(Observations.of(problem.some(n), problem.bias))


def held_out(
    problem: Problem, form: DirectForm, linear: DirectForm, samples: Samples
) -> HeldOut:
    """Samples that models of raw features were not trained on, in scaled units."""
    device = problem.options["device"]
    given = problem.scaling, problem.bias, device
    (network, _), (start, _) = (_network(each, *given) for each in (form, linear))
    data = TrainingData.of(samples, problem.scaling, device)
    return HeldOut(network, in_double(Observations.of(data, problem.bias)), start)


def _n_asked(network: LiveNetwork) -> int:
    """Samples whose leverages are computed: a triangular system an output for each."""
    each = network.n_outputs * max(network.n_hidden_weights, 1) ** 2
    return min(_ASKED, max(_FEWEST, _BUDGET // each))


def _size(data: Observations) -> Tensor:
    """Root mean square (outputs,) of the scaled targets."""
    weight = weights_of(data)
    square = weight[:, None] * data.y.square()
    return (square.sum(dim=0) / weight.sum()).sqrt()
