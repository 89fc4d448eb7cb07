"""Encoding of targets for the network, and decoding of outputs to predictions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, Protocol

import numpy as np
from scipy.special import logit
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from .._checks.rounded_data import rounds
from .._data.features import Bounds
from .._data.magnitude_checks import refuse_uncastable
from .._data.samples import refuse_extreme_weights
from .._losses.losses import (
    BinaryCrossEntropy,
    Loss,
    SoftmaxCrossEntropy,
    SquaredError,
)


class Encoding(Protocol):
    """Interface of all encodings of targets."""

    @property
    def n_outputs(self) -> int:
        """Outputs of the network."""

    @property
    def loss(self) -> Loss:
        """The loss that the network is trained with."""

    @property
    def stratified(self) -> bool:
        """Whether each sample has one class, which a split keeps in proportion."""

    @property
    def output_bounds(self) -> Bounds | None:
        """Bounds of the outputs, or None."""

    def encode(self, y: np.ndarray, dtype: Any) -> np.ndarray:
        """Targets as the loss takes them."""

    def dtype_beside(self, dtype: Any) -> Any:
        """The dtype of outputs of features that have a dtype."""

    def scores(self, output: np.ndarray) -> np.ndarray:
        """Outputs (…, n_outputs), or parts of them, as the user has them."""

    def shown(self, y: np.ndarray) -> np.ndarray:
        """Encoded targets as numbers (n, n_outputs) whose means `constant` uses."""

    def constant(self, mean: np.ndarray, n: int) -> np.ndarray:
        """Outputs (n_outputs,) of the best constant, from means of `shown` over n."""

    def comparable(self, scale: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Convert outputs to predictions whose differences can be added up.

        ``scale`` (outputs,) are standard deviations of the targets.
        """


@dataclass(frozen=True)
class RealEncoding:
    """Real targets, one or several.

    Attributes
    ----------
    n_outputs : int
        Targets a sample.
    one_dimensional : bool
        Whether predictions have shape (n,) rather than (n, 1).
    seen : pair of ndarrays of shape (n_outputs,), or None
        Least and greatest value of each target that was learned from.
    margin : float or None
        Share of that range by which predictions may leave it; None lets them.
    """

    n_outputs: int
    one_dimensional: bool
    seen: Bounds | None = None
    margin: float | None = None

    @classmethod
    def of(cls, y: np.ndarray) -> "RealEncoding":
        """The encoding of targets of shape (n,) or (n, targets)."""
        return cls(1 if y.ndim == 1 else y.shape[1], y.ndim == 1)

    @classmethod
    def of_ends(
        cls, ends: Bounds, one_dimensional: bool, margin: float | None
    ) -> "RealEncoding":
        """The encoding of targets of which least and greatest values are known."""
        return cls(len(ends[0]), one_dimensional, ends, margin)

    @property
    def loss(self) -> Loss:
        """Squared error."""
        return SquaredError()

    @property
    def stratified(self) -> bool:
        """False: real targets have no classes."""
        return False

    @property
    def output_bounds(self) -> Bounds | None:
        """The range of the targets, widened by the margin, if there is one."""
        if self.margin is None or self.seen is None:
            return None
        low, high = self.seen
        wider = self.margin * (high - low)
        return low - wider, high + wider

    def dtype_beside(self, dtype: Any) -> Any:
        """That of the features; float64 if it would round targets' differences away.

        Features may be of single precision where those that were learned from were not.
        """
        low, high = self.seen or (np.empty(0), np.empty(0))
        seen = zip(low.tolist(), high.tolist(), strict=True)
        return np.float64 if any(rounds(*ends, dtype) for ends in seen) else dtype

    def having_seen(self, y: np.ndarray, margin: float | None) -> "RealEncoding":
        """The encoding with the range of training targets (n, outputs)."""
        low, high = y.min(axis=0), y.max(axis=0)
        if self.seen is not None:
            low, high = np.minimum(low, self.seen[0]), np.maximum(high, self.seen[1])
        return replace(self, seen=(low, high), margin=margin)

    def encode(self, y: np.ndarray, dtype: Any) -> np.ndarray:
        """Targets (n, outputs).

        Raises
        ------
        ValueError
            If there are not as many a sample as before, or they are too large or small.
        """
        targets = y.reshape(len(y), -1)
        if targets.dtype.kind == "f":
            refuse_uncastable(targets, dtype)
        targets = targets.astype(dtype, copy=False)
        if targets.shape[1] != self.n_outputs:
            raise ValueError(
                f"y has {targets.shape[1]} targets; this estimator was fitted with "
                f"{self.n_outputs} and goes on from there."
            )
        return targets

    def shown(self, y: np.ndarray) -> np.ndarray:
        """The targets."""
        return y

    def constant(self, mean: np.ndarray, n: int) -> np.ndarray:
        """The mean of each target."""
        return mean.astype(float)

    def comparable(self, scale: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Convert outputs to targets in standard deviations (outputs,)."""
        scale = np.where(scale == 0, 1.0, scale)
        return lambda output: self._within_bounds(output) / scale

    def predictions(self, output: np.ndarray) -> np.ndarray:
        """Targets, within their bounds, shaped as the user's."""
        return self.scores(self._within_bounds(output))

    def scores(self, output: np.ndarray) -> np.ndarray:
        """Outputs (…, n_outputs); of a one-dimensional target, its own (…)."""
        return output[..., 0] if self.one_dimensional else output

    def _within_bounds(self, output: np.ndarray) -> np.ndarray:
        if self.output_bounds is None:
            return output
        return output.clip(*self.output_bounds).astype(output.dtype, copy=False)


@dataclass(frozen=True)
class ClassEncoding:
    """Two classes, several, or several yes-or-no labels a sample.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        Class labels; for several labels, their indices.
    multilabel : bool
    """

    classes: np.ndarray
    multilabel: bool

    @classmethod
    def of(cls, y: Any, classes: Any = None) -> "ClassEncoding":
        """The encoding of y, or of ``classes`` where y is a part of the data.

        Raises
        ------
        ValueError
            If y is no classification target or there are fewer than two classes.
        """
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            return cls(np.arange(y.shape[1]), True)
        found = np.unique(
            column_or_1d(y, warn=True) if classes is None else np.asarray(classes)
        )
        if len(found) < 2:
            hold, to_come = "classes holds", ""
            if classes is None:
                hold = "the data contain"
                to_come = (
                    " Where others are to come, SparcsClassifier.partial_fit takes all "
                    "of them as its classes."
                )
            raise ValueError(
                f"A classifier needs samples of at least 2 classes; {hold} "
                f"only one class: {found[0]}.{to_come}"
            )
        return cls(found, False)

    def refuse_others(self, classes: Any) -> None:
        """Refuse classes other than these, if any are given.

        Raises
        ------
        ValueError
            If one is missing or new.
        """
        if classes is None or np.unique(classes).tolist() == self.classes.tolist():
            return
        raise ValueError(
            f"classes={np.asarray(classes).tolist()} are not those of the data so far, "
            f"{self.classes.tolist()}; give the same in every call of partial_fit, or "
            "none after the first."
        )

    @property
    def n_outputs(self) -> int:
        """One output for two classes, else one a class or label."""
        return 1 if self._two else len(self.classes)

    @property
    def _two(self) -> bool:
        """Whether there are two classes, of which the second has the one output."""
        return not self.multilabel and len(self.classes) == 2

    @property
    def loss(self) -> SoftmaxCrossEntropy | BinaryCrossEntropy:
        """Cross-entropy: of softmax for several classes, else of each output."""
        several = not self.multilabel and len(self.classes) > 2
        return SoftmaxCrossEntropy() if several else BinaryCrossEntropy()

    @property
    def stratified(self) -> bool:
        """Whether each sample has one class."""
        return not self.multilabel

    def dtype_beside(self, dtype: Any) -> Any:
        """That of the features."""
        return dtype

    @property
    def output_bounds(self) -> None:
        """None: probabilities are bounded by themselves."""
        return None

    def encode(self, y: Any, dtype: Any = np.float64) -> np.ndarray:
        """Indicators (n, labels), of the second class (n, 1), or class indices (n,).

        Raises
        ------
        ValueError
            If y holds labels that are not among the classes.
        """
        if self.multilabel:
            return self._indicators(y)
        y = column_or_1d(y)
        unseen = np.setdiff1d(y, self.classes)
        if len(unseen):
            raise ValueError(
                f"y contains classes {unseen.tolist()} that are not among those "
                f"learned, {self.classes.tolist()}. SparcsClassifier learns others: "
                "fit, with warm_start=False, begins anew, and partial_fit takes all "
                "that are to come in its first call."
            )
        indices = np.searchsorted(self.classes, y)
        if len(self.classes) == 2:
            return indices[:, None].astype(np.float64)
        return indices.astype(np.int64)

    def _indicators(self, y: Any) -> np.ndarray:
        dense = y.toarray() if hasattr(y, "toarray") else np.asarray(y)
        if dense.ndim != 2 or dense.shape[1] != len(self.classes):
            raise ValueError(
                f"y has shape {dense.shape}; it must be an indicator matrix of "
                f"{len(self.classes)} labels, as in the first call."
            )
        return dense.astype(np.float64)

    def weighted(
        self,
        y: Any,
        weight: np.ndarray | None,
        class_weight: Any,
        before: np.ndarray | None = None,
    ) -> np.ndarray | None:
        """Sample weights times those of the classes; None where all are one.

        Classes are balanced over y and what came ``before``, encoded.

        Raises
        ------
        ValueError
            If ``class_weight`` names classes that are not there, or cannot be.
        """
        if class_weight is None:
            return weight
        if self.multilabel and class_weight != "balanced":
            raise ValueError(
                "class_weight must be None or 'balanced' for a multilabel y; use "
                f"sample_weight for anything else. Got {class_weight!r}."
            )
        if isinstance(class_weight, dict):
            self._refuse_class_weights(class_weight)
        n_before = 0
        if before is not None and class_weight == "balanced":
            n_before, y = len(before), np.concatenate([before, self.encode(y)])
        of_classes: np.ndarray = compute_sample_weight(class_weight, y)[n_before:]
        weight = of_classes if weight is None else of_classes * weight
        if not weight.any():
            raise ValueError(
                "No sample has a weight above zero, by class_weight and sample_weight."
            )
        return weight

    def weights_of_classes(self, class_weight: Any, counts: np.ndarray) -> np.ndarray:
        """Weights (classes,) of classes, of which there are so many samples each.

        Parameters
        ----------
        class_weight : dict or "balanced"
        counts : ndarray of shape (classes,)

        Raises
        ------
        ValueError
            If ``class_weight`` names classes that are not there, or cannot be.
        """
        if not isinstance(class_weight, dict):
            return np.asarray(counts.sum() / (len(counts) * counts))
        self._refuse_class_weights(class_weight)
        return np.array([class_weight.get(c, 1.0) for c in self.classes.tolist()])

    def _refuse_class_weights(self, class_weight: dict[Any, Any]) -> None:
        """Refuse weights of classes that are not there, and what is no weight.

        Raises
        ------
        ValueError
            If there are such; the message says which.
        """
        known = set(self.classes.tolist())
        foreign = [label for label in class_weight if label not in known]
        if foreign:
            raise ValueError(
                f"class_weight names {foreign}, which are not among the classes "
                f"{self.classes.tolist()}."
            )
        for label, weight in class_weight.items():
            if not (isinstance(weight, Real) and 0 <= float(weight) < np.inf):
                raise ValueError(
                    "Weights in class_weight must be finite numbers, zero or more; of "
                    f"class {label!r} it is {weight!r}."
                )
        given = np.array([float(weight) for weight in class_weight.values()])
        refuse_extreme_weights(given, "class_weight")

    def shown(self, y: np.ndarray) -> np.ndarray:
        """Indicators of each class, of the second of two, or of each label."""
        if y.ndim == 2:
            return y
        return (y[:, None] == np.arange(self.n_outputs)).astype(np.float64)

    def constant(self, mean: np.ndarray, n: int) -> np.ndarray:
        """Log-odds, or logarithms, of each class's share, after adding one even sample.

        So nothing is infinite where a class is missing.
        """
        several = not (self.multilabel or self._two)
        even = 1 / self.n_outputs if several else 0.5
        shares = (n * mean + even) / (n + 1)
        return np.log(shares) if several else logit(shares)

    def comparable(self, scale: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Convert outputs to probabilities."""
        return self.probabilities

    def probabilities(self, output: np.ndarray) -> np.ndarray:
        """P(class | x), shape (n, classes), of outputs (n, outputs)."""
        return self.loss.probabilities(self._of_each(output))

    def log_probabilities(self, output: np.ndarray) -> np.ndarray:
        """log P(class | x), shape (n, classes), of outputs (n, outputs)."""
        return self.loss.log_probabilities(self._of_each(output))

    def _of_each(self, output: np.ndarray) -> np.ndarray:
        """An output a class (n, classes): one minus a probability would be rounded."""
        return np.hstack([-output, output]) if self._two else output

    def scores(self, output: np.ndarray) -> np.ndarray:
        """Outputs (…, outputs); of two classes, those of the second (…).

        Of several classes they are known up to a constant, which makes their mean zero.
        """
        if self.multilabel:
            return output
        if self._two:
            return output[..., 0]
        return output - output.mean(axis=-1, keepdims=True)

    def predictions(self, scores: np.ndarray) -> np.ndarray:
        """Classes (n,), or indicators (n, labels), of scores."""
        if self.multilabel:
            return (scores > 0).astype(int)
        if self._two:
            return self.classes[(scores > 0).astype(int)]
        return self.classes[scores.argmax(axis=1)]
