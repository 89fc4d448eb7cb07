"""From the user's targets to the network's, and back: two mixins.

A class that uses one has ``_outputs(X)``, the network's raw output (n, outputs).
"""

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d, validate_data

from .._data.features import X_FORMAT
from .._data.samples import usable_weight
from .._training.losses import (
    BinaryCrossEntropy,
    Loss,
    SoftmaxCrossEntropy,
    SquaredError,
)


class RegressionTargets(RegressorMixin):
    """One or several real targets."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _checked(self, X, y, sample_weight, *, resume: bool):
        """Validated X, targets (n, outputs) in its dtype, and weights or None."""
        X, y = validate_data(
            self, X, y, multi_output=True, y_numeric=True, reset=not resume, **X_FORMAT
        )
        targets = y.reshape(len(y), -1).astype(X.dtype, copy=False)
        if resume and targets.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {targets.shape[1]} targets; this estimator was fitted with "
                f"{self.n_outputs_} and goes on from there."
            )
        self._one_dimensional = y.ndim == 1
        return X, targets, usable_weight(sample_weight, X)

    def _loss(self, y: np.ndarray) -> tuple[Loss, int]:
        return SquaredError(), y.shape[1]

    def _strata(self, y: np.ndarray) -> None:
        """A validation split of real targets has no strata."""

    def predict(self, X) -> np.ndarray:
        """Predict targets.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            One-dimensional if the y of ``fit`` was.
        """
        output = self._outputs(X)
        return output[:, 0] if self._one_dimensional else output


class ClassificationTargets(ClassifierMixin):
    """Two classes, several, or several yes-or-no labels a sample."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _checked(self, X, y, sample_weight, *, resume: bool, classes=None):
        """Validated X, encoded classes, and weights, the classes' included, or None."""
        X, y = validate_data(
            self, X, y, multi_output=True, reset=not resume, **X_FORMAT
        )
        weight = usable_weight(sample_weight, X)
        if not resume:
            self._learn_classes(y if weight is None else y[weight > 0], classes)
        return X, self._encode(y), self._class_weighted(y, weight)

    def _learn_classes(self, y, classes=None) -> None:
        """Set ``classes_`` from y, or from ``classes`` where y is a part of the data.

        Raises
        ------
        ValueError
            If y is no classification target or there are fewer than two classes.
        """
        check_classification_targets(y)
        self._multilabel = type_of_target(y) == "multilabel-indicator"
        if self._multilabel:
            self.classes_ = np.arange(y.shape[1])
            return
        self.classes_ = np.unique(
            column_or_1d(y, warn=True) if classes is None else np.asarray(classes)
        )
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least 2 classes; the data "
                f"contain only one class: {self.classes_[0]}."
            )

    def _encode(self, y) -> np.ndarray:
        """Indicators (n, labels), of the second class (n, 1), or class indices (n,).

        Raises
        ------
        ValueError
            If y holds labels that are not in ``classes_``.
        """
        if self._multilabel:
            dense = y.toarray() if hasattr(y, "toarray") else np.asarray(y)
            if dense.ndim != 2 or dense.shape[1] != len(self.classes_):
                raise ValueError(
                    f"y has shape {dense.shape}; it must be an indicator matrix of "
                    f"{len(self.classes_)} labels, as in the first call."
                )
            return dense.astype(np.float64)
        y = column_or_1d(y)
        unseen = np.setdiff1d(y, self.classes_)
        if len(unseen):
            raise ValueError(
                f"y contains classes {unseen.tolist()} that are not among "
                f"{self.classes_.tolist()}; name every class in the first call of "
                "partial_fit, or call fit."
            )
        indices = np.searchsorted(self.classes_, y)
        if len(self.classes_) == 2:
            return indices[:, None].astype(np.float64)
        return indices.astype(np.int64)

    def _loss(self, y: np.ndarray) -> tuple[Loss, int]:
        if y.ndim == 1:
            return SoftmaxCrossEntropy(), len(self.classes_)
        return BinaryCrossEntropy(), y.shape[1]

    def _strata(self, y: np.ndarray) -> np.ndarray | None:
        """Labels that a split keeps in proportion, if each sample has one."""
        return None if self._multilabel else y.reshape(len(y))

    def _class_weighted(self, y, weight):
        """Sample weights times those of the classes; None where all are one."""
        class_weight = self.class_weight
        if class_weight is None:
            return weight
        if self._multilabel and class_weight != "balanced":
            raise ValueError(
                "class_weight must be None or 'balanced' for a multilabel y; use "
                f"sample_weight for anything else. Got {class_weight!r}."
            )
        if isinstance(class_weight, dict) and not set(class_weight) <= set(
            self.classes_
        ):
            raise ValueError(
                f"class_weight names {sorted(set(class_weight) - set(self.classes_))}, "
                f"which are not among the classes {self.classes_.tolist()}."
            )
        of_classes = compute_sample_weight(class_weight, y)
        return of_classes if weight is None else of_classes * weight

    def predict_proba(self, X) -> np.ndarray:
        """Probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``; for a multilabel y, of each label.
        """
        output = self._outputs(X)
        if self._multilabel:
            return BinaryCrossEntropy().probabilities(output)
        if output.shape[1] > 1:
            return SoftmaxCrossEntropy().probabilities(output)
        second = BinaryCrossEntropy().probabilities(output)
        return np.hstack([1 - second, second])

    def predict_log_proba(self, X) -> np.ndarray:
        """Logarithm of ``predict_proba``; −inf where that is zero."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X) -> np.ndarray:
        """Predict classes, or an indicator matrix for a multilabel y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
        """
        probability = self.predict_proba(X)
        if self._multilabel:
            return (probability > 0.5).astype(int)
        return self.classes_[probability.argmax(axis=1)]
