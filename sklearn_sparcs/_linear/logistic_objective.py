"""Cross-entropy of linear models under a ridge, and its derivatives."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from .._data.batches import TrainingData
from .._losses import curvature
from .._losses.losses import ClassificationLoss
from .output_blocks import OutputBlocks
from .ridge import Linear, some_rows, whole

#: Operations that the matrix of second derivatives may cost, and samples that it is
#: formed of in any case.
_BUDGET, _FEWEST = 2**30, 500


def most_seen(n_features: int) -> int:
    """Samples that second derivatives are taken of, at most."""
    return max(_FEWEST, _BUDGET // n_features**2)


@dataclass(frozen=True)
class LogisticObjective:
    """Mean cross-entropy, and ½ linear_alpha ‖W‖² averaged over outputs as it is.

    Attributes
    ----------
    data : TrainingData
    features : ndarray or csr_array of shape (n, features), or None
        In float64; None where they are too large, and come a slice at a time.
    y : Tensor of shape (n,) or (n, outputs)
    weight : Tensor of shape (n,)
    kind : ClassificationLoss
    n_outputs : int
    intercept : bool
    """

    data: TrainingData
    features: Any
    y: torch.Tensor
    weight: torch.Tensor
    kind: ClassificationLoss
    n_outputs: int
    intercept: bool

    @classmethod
    def of(
        cls,
        data: TrainingData,
        kind: ClassificationLoss,
        n_outputs: int,
        intercept: bool,
    ) -> "LogisticObjective":
        """The loss on scaled samples."""
        y = data.y.cpu()
        y = y.double() if y.is_floating_point() else y
        weight = data.weight
        weight = (
            torch.ones(len(y), dtype=torch.float64) if weight is None else weight.cpu()
        )
        return cls(
            data,
            whole(data) if data.scaling is None else None,
            y,
            weight.double(),
            kind,
            n_outputs,
            intercept,
        )

    @property
    def n_features(self) -> int:
        """Columns of X."""
        return int(self.data.x.shape[1])

    @property
    def zero(self) -> Linear:
        """The model whose outputs are zero."""
        W = np.zeros((self.n_outputs, self.n_features))
        return W, np.zeros(self.n_outputs)

    @property
    def count(self) -> np.ndarray:
        """How many samples each row (n,) stands for."""
        weight = None if self.data.weight is None else self.weight
        return np.broadcast_to(self.data.multiplicity(weight), len(self.y))

    def parts(self) -> Iterator[Any]:
        """Features, some samples at a time."""
        if self.features is not None:
            yield self.features
        else:
            for x, _, _ in self.data.slices():
                yield x.double().cpu().numpy()

    def outputs(self, linear: Linear) -> np.ndarray:
        """W x + b, shape (n, outputs)."""
        W, b = linear
        return np.concatenate([np.asarray(x @ W.T) for x in self.parts()]) + b

    def loss(self, outputs: np.ndarray) -> float:
        """The mean loss at some outputs."""
        each = curvature.of(self.kind).value(torch.from_numpy(outputs), self.y)
        return float(torch.dot(each, self.weight)) / len(self.y)

    def slope(self, outputs: np.ndarray) -> np.ndarray:
        """The ∂(w_i ℓ_i)/∂f_ik, shape (n, outputs)."""
        f = torch.from_numpy(outputs)
        residual = curvature.of(self.kind).residual(f, self.y)
        return -(residual * self.weight[:, None]).numpy()

    def curvatures(self, outputs: np.ndarray) -> np.ndarray:
        """The ∂²(w_i ℓ_i)/∂f_ik², shape (n, outputs)."""
        p = self.kind.probabilities(outputs)
        weight = self.weight.numpy()[:, None] / self.kind.n_averaged(self.n_outputs)
        return weight * p * (1 - p)

    def joint_curvatures(self, outputs: np.ndarray) -> np.ndarray:
        """The ∂²(w_i ℓ_i)/∂f_ik ∂f_il, shape (n, outputs, outputs)."""
        alone = self.curvatures(outputs)
        joint: np.ndarray = alone[:, :, None] * np.eye(self.n_outputs)
        if self.kind.linear_model == "multinomial":
            p, weight = self.kind.probabilities(outputs), self.weight.numpy()
            across = weight[:, None, None] * p[:, :, None] * p[:, None, :]
            joint -= across * (1 - np.eye(self.n_outputs))
        return joint

    def ridge(self, linear_alpha: float) -> float:
        """The r of ½ r ‖W‖²."""
        return linear_alpha / self.kind.n_averaged(self.n_outputs)

    def evaluate(self, linear: Linear, linear_alpha: float) -> tuple[float, Linear]:
        """Value and slopes."""
        (W, _), ridge = linear, self.ridge(linear_alpha)
        outputs = self.outputs(linear)
        slope = self.slope(outputs) / len(outputs)
        of_W, done = ridge * W, 0
        for x in self.parts():
            here = slice(done, done + x.shape[0])
            of_W, done = of_W + np.asarray(x.T @ slope[here]).T, here.stop
        value = self.loss(outputs) + ridge / 2 * float(np.square(W).sum())
        return value, (of_W, slope.sum(axis=0) * float(self.intercept))

    @cached_property
    def seen(self) -> "LogisticObjective":
        """The same of the samples that second derivatives are taken of."""
        most = most_seen(self.n_features)
        if len(self.y) <= most:
            return self
        some = some_rows(self.data, most)
        return LogisticObjective.of(some, self.kind, self.n_outputs, self.intercept)

    @cached_property
    def dense(self) -> np.ndarray:
        """All features as an array."""
        x = whole(self.data) if self.features is None else self.features
        return x.toarray() if self.data.is_sparse else x

    def blocks(self, outputs: np.ndarray, linear_alpha: float) -> OutputBlocks:
        """Second derivatives where these samples have such outputs."""
        ridge = self.ridge(linear_alpha)
        v = self.curvatures(outputs)
        return OutputBlocks.of(self.dense, v, ridge, self.intercept)

    def coordinates(self, linear: Linear, linear_alpha: float) -> OutputBlocks:
        """Those in which second derivatives at a model are nearly the identity."""
        return self.seen.blocks(self.seen.outputs(linear), linear_alpha)

    def second_derivatives(self, linear: Linear, linear_alpha: float) -> np.ndarray:
        """All of them, an output's weights and then its constant, and so on."""
        return self.second_derivatives_at(self.outputs(linear), linear_alpha)

    def second_derivatives_at(
        self, outputs: np.ndarray, linear_alpha: float
    ) -> np.ndarray:
        """The same where samples have such outputs (n, outputs)."""
        c, p = self.n_outputs, self.n_features
        constant = np.full((len(outputs), 1), float(self.intercept))
        x = np.hstack([self.dense, constant])
        H = np.empty((c, p + 1, c, p + 1))
        curvatures = self.joint_curvatures(outputs) / len(x)
        for k in range(c):
            for other in range(c):
                H[k, :, other] = (x * curvatures[:, k, other, None]).T @ x
        ridge = np.tile(np.append(np.full(p, self.ridge(linear_alpha)), 0.0), c)
        return H.reshape(c * (p + 1), -1) + np.diag(ridge)
