"""What is to be learned: the user's data, checked and encoded."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from .._data.samples import Samples
from .losses import ClassificationLoss, Loss


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
    """

    X: Any
    y: np.ndarray
    weight: np.ndarray | None
    loss: Loss
    n_outputs: int
    stratified: bool = False

    def taken(self, rows: np.ndarray) -> "Task":
        """The same task on some of the rows."""
        weight = None if self.weight is None else self.weight[rows]
        return replace(self, X=self.X[rows], y=self.y[rows], weight=weight)

    def dense(self) -> "Task":
        """The same task with X as an array: its features can be centred."""
        if not sparse.issparse(self.X):
            return self
        return replace(self, X=self.X.toarray())

    def smoothed(self, smoothing: float) -> "Task":
        """The same task with labels smoothed, if it has any."""
        loss = self.loss
        if not (smoothing and isinstance(loss, ClassificationLoss)):
            return self
        return replace(self, loss=loss.smoothed(smoothing))

    def samples(self) -> Samples:
        """The rows that count, with weights of mean one."""
        return Samples.of(self.X, self.y, self.weight)
