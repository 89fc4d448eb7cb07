"""The user's data, checked and encoded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from .._data.samples import Samples
from .._losses.losses import Loss


@dataclass(frozen=True)
class Task:
    """Checked data, and the loss that they are learned by.

    Attributes
    ----------
    X : ndarray or csr_array of shape (n, features)
    y : ndarray of shape (n,) or (n, outputs)
        Encoded targets, as the loss takes them.
    weight : ndarray of shape (n,) or None
        Weights of the samples times those of their classes.
    loss : Loss
    n_outputs : int
        Outputs of the network.
    stratified : bool
        Whether a split keeps the values of ``y`` in proportion: they are classes.
    mean_weight : float or None
        What weights are in units of; None is their own mean.
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray | None
    loss: Loss
    n_outputs: int
    stratified: bool = False
    mean_weight: float | None = None

    @property
    def n_entries(self) -> int:
        """Numbers in X, zeros included."""
        n_samples, n_features = self.X.shape
        return int(n_samples * n_features)

    def taken(self, rows: np.ndarray) -> "Task":
        """Select some of the rows."""
        weight = None if self.weight is None else self.weight[rows]
        return replace(self, X=self.X[rows], y=self.y[rows], weight=weight)

    @classmethod
    def joined(cls, parts: Sequence["Task"]) -> "Task":
        """The rows of all parts, in the form and the dtype of the last."""
        last, dtype = parts[-1], parts[-1].X.dtype
        X: Any
        if all(sparse.issparse(part.X) for part in parts):
            X = sparse.csr_array(sparse.vstack([part.X for part in parts], dtype=dtype))
        else:
            X = np.concatenate([part.dense().X for part in parts], dtype=dtype)
        weighted = any(part.weight is not None for part in parts)
        weights = [part.given_weight for part in parts]
        return replace(
            last,
            X=X,
            y=np.concatenate([part.y for part in parts], dtype=last.y.dtype),
            weight=np.concatenate(weights) if weighted else None,
        )

    @property
    def given_weight(self) -> np.ndarray:
        """The weights, which are one where none were given."""
        return np.ones(len(self.y)) if self.weight is None else self.weight

    def same_as(self, other: "Task") -> bool:
        """Whether the rows are those of another task."""
        if self.X.shape != other.X.shape or not np.array_equal(self.y, other.y):
            return False
        if sparse.issparse(self.X) != sparse.issparse(other.X):
            return False
        if sparse.issparse(self.X):
            return not (self.X != other.X).nnz
        return np.array_equal(self.X, other.X)

    def dense(self) -> "Task":
        """Convert X to a dense array, so that its features can be centred."""
        if not sparse.issparse(self.X):
            return self
        return replace(self, X=self.X.toarray())

    def samples(self) -> Samples:
        """The rows that count, with weights of mean one or in units of another."""
        if self.mean_weight is None:
            return Samples.of(self.X, self.y, self.weight)
        return Samples.of(self.X, self.y, self.given_weight, self.mean_weight)
