"""Mixins for real targets and for classes: checks, encoding and prediction."""

from collections.abc import Iterable, Set
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from .._checks.invalid_data import invalid_labels, invalid_targets, missing_targets
from .._checks.labels import plain_labels
from .._checks.oversized import refuse_oversized
from .._checks.rounded_data import warn_of_rounded_features, warn_of_rounding
from .._data.features import X_FORMAT, as_rows
from .._data.samples import usable_weight
from .._data.tensors import as_array, like_given
from .._fitted.encoding import ClassEncoding, Encoding, RealEncoding
from .._fitted.predictor import Predictor, validated
from .._fitted.spread import Spread
from .._growth.holdout import HeldOut
from .._losses.bridge import BridgePenalty
from .._losses.losses import ClassificationLoss, Loss
from .._problems.problem import Problem
from .._problems.task import Task
from .._sklearn import Interval, StrOptions

REGRESSION_CONSTRAINTS: dict[str, list[Any]] = {
    "prediction_margin": [Interval(Real, 0, None, closed="left"), None]
}


CLASSIFICATION_CONSTRAINTS: dict[str, list[Any]] = {
    "class_weight": [dict, StrOptions({"balanced"}), None],
    "label_smoothing": [StrOptions({"auto"}), Interval(Real, 0, 1, closed="left")],
}


class RegressionTargets(RegressorMixin, Predictor):
    """Estimators of one or several real targets. Not for use by itself."""

    encoding_: RealEncoding
    prediction_margin: float | None
    _spread: Spread | None = None

    @property
    def _smooths(self) -> bool:
        """False: real targets are no labels."""
        return False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    @property
    def n_outputs_(self) -> int:
        """Outputs of the network: targets a sample."""
        check_is_fitted(self)
        return self.encoding_.n_outputs

    def _task(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        fresh: bool,
        classes: Any = None,
        before: np.ndarray | None = None,
    ) -> Task:
        """Check the data, and learn their encoding unless it is known.

        Raises
        ------
        ValueError
            If data cannot be taken, or targets are no numbers or missing.
        """
        given, targets = as_array(X), as_array(y)
        _refuse_if(invalid_targets(targets, type(self).__name__))
        how = {"multi_output": True, "y_numeric": True, "reset": fresh, **X_FORMAT}
        X, y = validated(self, given, targets, **how)
        refuse_oversized(self.hidden_layer_sizes, X.shape[1])
        y = _as_numbers(y)
        # None among objects passes scikit-learn's checks
        _refuse_if(missing_targets(y))
        warn_of_rounded_features(given, X.dtype)
        warn_of_rounding(targets, X.dtype)
        if fresh:
            self.encoding_ = RealEncoding.of(y)
        return _task(self.encoding_, X, y, usable_weight(sample_weight, X))

    def _encoding_of(self, y: np.ndarray, weight: np.ndarray | None) -> RealEncoding:
        """The encoding, with the range of the training targets."""
        counting = y if weight is None else y[weight > 0]
        return self.encoding_.having_seen(counting, self.prediction_margin)

    def _trained_by(self, encoding: Encoding) -> Loss:
        """The squared error, which has no parameters."""
        return encoding.loss

    def _record_loss(self, loss: Loss, temperature: float) -> None:
        """Do nothing: a squared error has no fitted attributes."""

    def _record_spread(
        self,
        problem: Problem,
        penalty: BridgePenalty | None,
        held_out: Iterable[HeldOut] = (),
    ) -> None:
        """Record standard deviations of predictions at the optimum under a penalty."""
        self._spread = None
        if penalty is not None:
            self._spread = Spread.of(problem, self.direct_form_, penalty, held_out)

    @property
    def linear_coef_(self) -> np.ndarray:
        """Weights of the linear part, (n_features,), or (n_outputs, n_features)."""
        check_is_fitted(self)
        form = self.direct_form_
        nothing = np.zeros((form.layer_sizes[-1], form.layer_sizes[0]))
        return self._one(form.coefs.get((len(form.layer_sizes), 1), nothing))

    @property
    def linear_coef_std_(self) -> np.ndarray:
        """Standard errors of ``linear_coef_``, all other weights being free as well."""
        return self._one(self._known_spread().linear_std(self.direct_form_))

    def predict(
        self, X: Any, return_std: bool = False
    ) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """Predict targets.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        return_std : bool, default=False
            Also return the standard deviation of each prediction.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            One-dimensional if the y of ``fit`` was.
        std : ndarray of the same shape
            If ``return_std``: the standard deviation of a new sample's target from its
            prediction, by Laplace's approximation. It includes the noise and the
            uncertainty of the weights. Since errors are seldom normal, the noise is
            scaled so that y ± 1.645 std contains nine in ten training samples, each
            predicted as if it had been left out.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the estimator is not fitted; or, with ``return_std``, if its network was
            pruned, or comes from a path, a file or ``partial_fit``.
        """
        output = self._outputs(X)
        predicted = like_given(X, self.encoding_.predictions(output))
        if not return_std:
            return predicted
        return predicted, like_given(X, self._std(X))

    def _std(self, X: Any) -> np.ndarray:
        """Standard deviations of a new sample's targets, shaped as the user's."""
        X = as_rows(validated(self, as_array(X), reset=False, **X_FORMAT))
        std = self._known_spread().std(self.direct_form_, X)
        std = std.astype(X.dtype, copy=False)
        return std[:, 0] if self.encoding_.one_dimensional else std

    def _one(self, of_outputs: np.ndarray) -> np.ndarray:
        """Drop the axis of outputs (outputs, …) if targets are one-dimensional."""
        return of_outputs[0] if self.encoding_.one_dimensional else of_outputs

    def _known_spread(self) -> Spread:
        check_is_fitted(self)
        if self._spread is None:
            raise NotFittedError(
                f"This {type(self).__name__} has no standard deviations, as its "
                "network was pruned, or is from a path, a file or partial_fit; call "
                "its fit, or ask the estimator that it came from."
            )
        return self._spread


class ClassificationTargets(ClassifierMixin, Predictor):
    """Estimators of classes, or of several labels a sample. Not for use by itself."""

    encoding_: ClassEncoding
    class_weight: Any
    label_smoothing: float | str
    label_smoothing_: float
    temperature_: float

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    @property
    def _smooths(self) -> bool:
        """Whether labels may be smoothed where there are hidden neurons."""
        return isinstance(self.label_smoothing, str)

    @property
    def classes_(self) -> np.ndarray:
        """Class labels; for a multilabel y, the labels' indices."""
        check_is_fitted(self)
        return self.encoding_.classes

    @property
    def n_outputs_(self) -> int:
        """Outputs of the network: one for two classes, else one a class or label."""
        check_is_fitted(self)
        return self.encoding_.n_outputs

    def _task(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        fresh: bool,
        classes: Any = None,
        before: np.ndarray | None = None,
    ) -> Task:
        """Check the data, and learn their classes unless they are known.

        Weights of classes that are to be balanced count ``before``, too: encoded
        targets of rows that came earlier.
        """
        given, y = as_array(X), plain_labels(y)
        classes = list(classes) if isinstance(classes, Set) else classes
        X, y = validated(self, given, y, multi_output=True, reset=fresh, **X_FORMAT)
        refuse_oversized(self.hidden_layer_sizes, X.shape[1])
        _refuse_if(invalid_labels(y, type(self).__name__))
        warn_of_rounded_features(given, X.dtype)
        weight = usable_weight(sample_weight, X)
        if fresh:
            # of rows without weight, too: bagging makes such
            self.encoding_ = ClassEncoding.of(y, classes)
        self.encoding_.refuse_others(classes)
        weight = self.encoding_.weighted(y, weight, self.class_weight, before)
        task = _task(self.encoding_, X, y, weight)
        return replace(task, loss=self._trained_by(self.encoding_))

    def _encoding_of(self, y: np.ndarray, weight: np.ndarray | None) -> ClassEncoding:
        """The encoding, which does not depend on the training targets."""
        return self.encoding_

    def _trained_by(self, encoding: Encoding) -> Loss:
        """The loss, with labels smoothed if ``label_smoothing`` is a number."""
        loss = encoding.loss
        if self._smooths or not isinstance(loss, ClassificationLoss):
            return loss
        return loss.smoothed(float(self.label_smoothing))

    def _record_loss(self, loss: Loss, temperature: float) -> None:
        """Record ``label_smoothing_`` and ``temperature_``."""
        if isinstance(loss, ClassificationLoss):
            self.label_smoothing_ = loss.smoothing
            self.temperature_ = temperature

    def _record_spread(
        self,
        problem: Problem,
        penalty: BridgePenalty | None,
        held_out: Iterable[HeldOut] = (),
    ) -> None:
        """Do nothing: classifiers predict probabilities instead."""

    def decision_function(self, X: Any) -> np.ndarray:
        """Compute scores: the class with the largest, or that above zero, is predicted.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            For two classes, the log-odds of the second, of shape (n_samples,); for
            several, the logarithms of the probabilities minus their mean, in the order
            of ``classes_``; for multilabel targets, the log-odds of each label.
        """
        return like_given(X, self._scores(X))

    def _scores(self, X: Any) -> np.ndarray:
        output = self._outputs(X)
        return self.encoding_.scores(output)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``; for multilabel targets, that of each label.
        """
        return like_given(X, self._probabilities(X))

    def _probabilities(self, X: Any) -> np.ndarray:
        output = self._outputs(X)  # refused first, if it is not fitted
        return self.encoding_.probabilities(output)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Predict log-probabilities, finite even where a probability rounds to zero.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        output = self._outputs(X)
        return like_given(X, self.encoding_.log_probabilities(output))

    def predict(self, X: Any) -> np.ndarray:
        """Predict classes, or an indicator matrix for multilabel targets.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
        """
        scores = self._scores(X)
        return like_given(X, self.encoding_.predictions(scores))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute the accuracy, of labels that ``fit`` takes.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Numbers and booleans may be objects, which scikit-learn's metrics refuse.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        float
        """
        return float(super().score(X, plain_labels(y), sample_weight))


def _refuse_if(fault: str) -> None:
    """Refuse data in which there is a fault.

    Raises
    ------
    ValueError
        If there is one.
    """
    if fault:
        raise ValueError(fault)


def _as_numbers(y: np.ndarray) -> np.ndarray:
    """Targets, of which scikit-learn leaves text as it is, as numbers."""
    return y if y.dtype.kind in "biuf" else y.astype(np.float64)


def _task(encoding: Encoding, X: Any, y: Any, weight: np.ndarray | None) -> Task:
    """A task of checked data."""
    return Task(
        as_rows(X),
        encoding.encode(y, X.dtype),
        weight,
        encoding.loss,
        encoding.n_outputs,
        encoding.stratified,
    )
