"""Estimators that fit dask arrays and frames without gathering their partitions.

Second-order growth needs only sums over samples, so an iteration reduces a matrix over
all weights, whatever the number of rows. Fitted attributes are those of the estimators
of one machine, with the same values up to rounding. The extra ``dask`` installs the
packages that they need.
"""

from typing import Any

import numpy as np

from ._dask.blocks import no_rows, refuse_collections
from ._dask.cluster import refuse_other_versions
from ._dask.labels import checked_classes, encoding_of
from ._dask.lazy import LazyClasses, LazyTargets
from ._dask.table import checked_table
from ._data.shared_samples import SharedSamples
from ._estimators.classifier import SparcsClassifier as Classifier
from ._estimators.cv import SparcsClassifierCV as ClassifierCV
from ._estimators.cv import SparcsRegressorCV as RegressorCV
from ._estimators.docstring_sections import with_sections_of
from ._estimators.regressor import SparcsRegressor as Regressor
from ._fitted.encoding import ClassEncoding, RealEncoding
from ._shared.shared_cv import FitsSharedCV, constraints_of
from ._shared.shared_fit import FitsShared
from ._shared.shared_scores import OF_CLASSES, OF_TARGETS
from ._sklearn import fit_context

__all__ = [
    "SparcsClassifier",
    "SparcsClassifierCV",
    "SparcsRegressor",
    "SparcsRegressorCV",
]


@with_sections_of(Regressor, "Parameters", "Attributes")
class SparcsRegressor(LazyTargets, FitsShared, Regressor):
    """`sklearn_sparcs.SparcsRegressor` for dask collections.

    Attributes are the same, and their values too, up to rounding. Partitions are
    validated, scaled and summed over on the workers that hold them. Only sums, the
    network, and samples of a few thousand rows for surveys are sent. The following are
    refused: ``solver="first_order"`` and ``"adam"``, ``init="xavier"``, ``callbacks``,
    ``early_stopping`` and ``warm_start``. ``clip="auto"`` is an error if values lie
    beyond twenty robust standard deviations from the median, and else does not clip.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. While they fit, workers hold the data twice, raw and
    scaled. If a worker dies, dask recomputes what it held.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs.dask import SparcsRegressor
    >>> X, y = (da.from_array(a, 100) for a in make_friedman1(300, random_state=0))
    >>> model = SparcsRegressor((4,), random_state=0).fit(X, y)
    >>> model.active_architecture_
    Architecture(10 → 4 → 1)
    >>> model.predict(X).chunks
    ((100, 100, 100),)
    """

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the network to all partitions.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Dense, with more rows than features.
        y : dask Array of shape (n_samples,) or (n_samples, n_outputs), Series, \
DataFrame
            In the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions. Samples of weight zero are left out.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X, y or the weights are not dask collections.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker does not have this version of the package.
        """
        return self._fit_shared(*_of_targets(self, X, y, sample_weight))

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch of Adam on part of the data, which is in memory.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Not a dask collection: an epoch steps through rows in their order.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X, y or the weights are dask collections.
        ValueError
            If X or y does not have the columns of the first call.
        """
        refuse_collections(X=X, y=y, sample_weight=sample_weight)
        return super().partial_fit(X, y, sample_weight)


@with_sections_of(Classifier, "Parameters", "Attributes")
class SparcsClassifier(LazyClasses, FitsShared, Classifier):
    """`sklearn_sparcs.SparcsClassifier` for dask collections.

    Attributes are the same, and their values too, up to rounding. The classes are those
    that occur in any partition, and the start is a logistic regression by sums over
    partitions. Multilabel targets are refused, and whatever
    `sklearn_sparcs.dask.SparcsRegressor` refuses.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. While they fit, workers hold the data twice, raw and
    scaled. If a worker dies, dask recomputes what it held.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_sparcs.dask import SparcsClassifier
    >>> X, y = (da.from_array(a, 60) for a in load_iris(return_X_y=True))
    >>> model = SparcsClassifier((), random_state=0).fit(X, y)
    >>> model.active_architecture_
    Architecture(4 → 3)
    >>> model.predict_proba(X).chunks
    ((60, 60, 30), (3,))
    """

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the network to all partitions.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Dense, with more rows than features.
        y : dask Array of shape (n_samples,) or Series
            Classes of any type, in the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions. Samples of weight zero are left out.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X, y or the weights are not dask collections.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker does not have this version of the package.
        """
        given, _ = _of_classes(self, X, y, sample_weight)
        return self._fit_shared(*given)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch of Adam on part of the data, which is in memory.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Not a dask collection: an epoch steps through rows in their order.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        classes : array-like of shape (n_classes,), optional
            Every class that will ever be seen. Needed in the first call, unless its
            y has them all.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X, y or the weights are dask collections.
        ValueError
            If y has classes, or X features, that the first call did not, or ``classes``
            are others.
        """
        refuse_collections(X=X, y=y, sample_weight=sample_weight)
        return super().partial_fit(X, y, classes, sample_weight)


@with_sections_of(RegressorCV, "Parameters", "Attributes")
class SparcsRegressorCV(LazyTargets, FitsSharedCV, RegressorCV):
    """`sklearn_sparcs.SparcsRegressorCV` for dask collections.

    Attributes are the same, and with the same folds their values too, up to rounding.
    The rows of every partition are split at random into ``cv`` folds, five by default.
    Networks are scored by sums over the rows of the fold: ``scoring`` must be None,
    "r2" (the default) or "neg_mean_squared_error". ``n_jobs`` folds are fitted in
    parallel, by threads of this process.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. While they fit, workers hold their data raw, scaled, and
    scaled for each fold but its own rows: with five folds, six times. Dask writes to
    disk what does not fit into memory. If a worker dies, dask recomputes what it held.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs.dask import SparcsRegressorCV
    >>> X, y = (da.from_array(a, 100) for a in make_friedman1(300, random_state=0))
    >>> model = SparcsRegressorCV(
    ...     4, n_alphas=5, cv=2, activation="relu", random_state=0
    ... ).fit(X, y)
    >>> model.linear_suffices_
    False
    """

    _parameter_constraints = constraints_of(RegressorCV, OF_TARGETS)

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Select a network by folds of the partitions' rows, and fit it to all of them.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Of more rows than features, and dense, with as many rows in each partition
            as there are folds.
        y : dask Array of shape (n_samples,) or (n_samples, n_outputs), Series, \
DataFrame
            In the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions, for training and scores. Samples of weight zero are
            left out.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X, y or the weights are not dask collections.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker does not have this version of the package.
        """
        return self._fit_shared(*_of_targets(self, X, y, sample_weight))

    def path(self, X, y, sample_weight=None, *, X_val=None, y_val=None):
        """Follow the path over all partitions, without cross-validation.

        The estimator is left as it is.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Dense, with more rows than features.
        y : dask Array of shape (n_samples,) or (n_samples, n_outputs), Series, \
DataFrame
            In the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions.
        X_val, y_val : array-like, optional
            Validation data in memory, for the path's ``valid_loss``.

        Returns
        -------
        SparcsPath

        Raises
        ------
        TypeError
            If X, y or the weights are not dask collections.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker does not have this version of the package.
        """
        self._validate_params()
        given = _of_targets(self, X, y, sample_weight)
        return self._path_shared(*given, X_val, y_val)


@with_sections_of(ClassifierCV, "Parameters", "Attributes")
class SparcsClassifierCV(LazyClasses, FitsSharedCV, ClassifierCV):
    """`sklearn_sparcs.SparcsClassifierCV` for dask collections.

    Attributes are the same, and with the same folds their values too, up to rounding.
    The rows of every partition are split at random, class by class, into ``cv`` folds,
    five by default. Networks are scored by sums over the rows of the fold: ``scoring``
    must be None, "accuracy" (the default) or "neg_log_loss". ``n_jobs`` folds are
    fitted in parallel, by threads of this process. Multilabel targets are refused.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. While they fit, workers hold their data raw, scaled, and
    scaled for each fold but its own rows: with five folds, six times. Dask writes to
    disk what does not fit into memory. If a worker dies, dask recomputes what it held.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import make_moons
    >>> from sklearn_sparcs.dask import SparcsClassifierCV
    >>> X, y = (da.from_array(a, 100) for a in make_moons(200, random_state=0))
    >>> model = SparcsClassifierCV(
    ...     4, n_alphas=4, cv=2, activation="relu", random_state=0
    ... ).fit(X, y)
    >>> model.linear_suffices_
    False
    """

    _parameter_constraints = constraints_of(ClassifierCV, OF_CLASSES)

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Select a network by folds of the partitions' rows, and fit it to all of them.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Of more rows than features, and dense, with as many rows in each partition
            as there are folds.
        y : dask Array of shape (n_samples,) or Series
            Classes of any type, in the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions, for training and scores. Samples of weight zero are
            left out.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X, y or the weights are not dask collections.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker does not have this version of the package.
        """
        given, of_classes = _of_classes(self, X, y, sample_weight)
        return self._fit_shared(*given, of_classes)

    def path(self, X, y, sample_weight=None, *, X_val=None, y_val=None):
        """Follow the path over all partitions, without cross-validation.

        The estimator is left as it is.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Dense, with more rows than features.
        y : dask Array of shape (n_samples,) or Series
            In the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions.
        X_val, y_val : array-like, optional
            Validation data in memory, for the path's ``valid_loss``.

        Returns
        -------
        SparcsPath

        Raises
        ------
        TypeError
            If X, y or the weights are not dask collections.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker does not have this version of the package.
        """
        self._validate_params()
        given, _ = _of_classes(self, X, y, sample_weight)
        return self._path_shared(*given, X_val, y_val)


def _of_targets(
    estimator: Regressor | RegressorCV, X: Any, y: Any, weight: Any
) -> tuple[SharedSamples, RealEncoding, Any]:
    """Checked samples of real targets, their encoding, and no rows of X."""
    refuse_other_versions()
    samples, facts = checked_table(X, y, weight)
    known = samples.ends_of_targets, not facts.shape_of_y
    encoding = RealEncoding.of_ends(*known, estimator.prediction_margin)
    return samples, encoding, no_rows(X)


def _of_classes(
    estimator: Classifier | ClassifierCV, X: Any, y: Any, weight: Any
) -> tuple[tuple[SharedSamples, ClassEncoding, Any], np.ndarray | None]:
    """Checked samples, their encoding, no rows of X; and the weights of classes."""
    refuse_other_versions()
    encoding, of_classes = encoding_of(y, estimator.class_weight)
    samples = checked_classes(X, y, encoding, weight, of_classes)
    return (samples, encoding, no_rows(X)), of_classes
