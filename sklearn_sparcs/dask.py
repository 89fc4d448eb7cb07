"""Estimators that fit dask's arrays and frames, whose partitions stay where they are.

Second-order growth asks for sums over samples, so an iteration is one reduction of a
matrix over all weights, whatever the number of rows. Fitted attributes are those of
the estimators of one machine, and the numbers too, to rounding. The extra ``dask``
installs what they need.
"""

from typing import Any

import numpy as np

from ._dask.blocks import no_rows, refuse_collections
from ._dask.cluster import refuse_strangers
from ._dask.labels import checked_classes, encoding_of
from ._dask.lazy import LazyClasses, LazyTargets
from ._dask.table import checked_table
from ._data.shared_samples import SharedSamples
from ._estimators.classifier import SparcsClassifier as Classifier
from ._estimators.cv import SparcsClassifierCV as ClassifierCV
from ._estimators.cv import SparcsRegressorCV as RegressorCV
from ._estimators.encoding import ClassEncoding, RealEncoding
from ._estimators.regressor import SparcsRegressor as Regressor
from ._estimators.sections import with_sections_of
from ._estimators.shared_cv import FitsSharedCV, constraints_of
from ._estimators.shared_fit import FitsShared
from ._estimators.shared_scores import OF_CLASSES, OF_TARGETS
from ._sklearn import fit_context

__all__ = [
    "SparcsClassifier",
    "SparcsClassifierCV",
    "SparcsRegressor",
    "SparcsRegressorCV",
]


@with_sections_of(Regressor, "Parameters", "Attributes")
class SparcsRegressor(LazyTargets, FitsShared, Regressor):
    """`sklearn_sparcs.SparcsRegressor` for dask's collections.

    The same attributes and, to rounding, numbers. Partitions are checked, scaled and
    summed over on the workers that have them; what travels are sums, the network, and
    samples of some thousand rows that surveys look at. Refused are
    ``solver="first_order"`` and ``"adam"``, ``init="xavier"``, ``callbacks``,
    ``early_stopping`` and ``warm_start``; and ``clip="auto"`` asks for a choice where
    values lie beyond twenty robust standard deviations, and else leaves features whole.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. Workers hold the table twice while they fit, raw and
    scaled. One that dies is made up for: dask computes what it held anew.

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
        """Fit to partitions.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Of more rows than features, and dense.
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
            If X, y or the weights are no collection of dask's.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker has not this version of the package.
        """
        return self._fit_shared(*_of_targets(self, X, y, sample_weight))

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None):
        """One epoch of Adam on a part of the data, which is in memory.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            No collection of dask's: an epoch steps through rows in their order.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X, y or the weights are a collection of dask's.
        ValueError
            If X or y does not have the columns of the first call.
        """
        refuse_collections(X=X, y=y, sample_weight=sample_weight)
        return super().partial_fit(X, y, sample_weight)


@with_sections_of(Classifier, "Parameters", "Attributes")
class SparcsClassifier(LazyClasses, FitsShared, Classifier):
    """`sklearn_sparcs.SparcsClassifier` for dask's collections.

    The same attributes and, to rounding, numbers. Classes are those that any partition
    has, and the start is a logistic regression by sums over partitions. Refused are
    several labels a sample, and what `sklearn_sparcs.dask.SparcsRegressor` refuses.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. Workers hold the table twice while they fit, raw and
    scaled. One that dies is made up for: dask computes what it held anew.

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
        """Fit to partitions.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Of more rows than features, and dense.
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
            If X, y or the weights are no collection of dask's.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker has not this version of the package.
        """
        given, _ = _of_classes(self, X, y, sample_weight)
        return self._fit_shared(*given)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """One epoch of Adam on a part of the data, which is in memory.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            No collection of dask's: an epoch steps through rows in their order.
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
            If X, y or the weights are a collection of dask's.
        ValueError
            If y has classes, or X features, that the first call did not, or ``classes``
            are others.
        """
        refuse_collections(X=X, y=y, sample_weight=sample_weight)
        return super().partial_fit(X, y, classes, sample_weight)


@with_sections_of(RegressorCV, "Parameters", "Attributes")
class SparcsRegressorCV(LazyTargets, FitsSharedCV, RegressorCV):
    """`sklearn_sparcs.SparcsRegressorCV` for dask's collections.

    The same attributes and, to rounding, numbers as with the same folds on one machine.
    The rows of every partition are dealt out to ``cv`` folds, five by default, as
    ``random_state`` draws, and each fold's network is scored by sums over the rows that
    it leaves out: ``scoring`` is "r2", by default, or "neg_mean_squared_error".
    ``n_jobs`` folds at a time are led by threads of this process.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. While they fit, workers hold the table raw, scaled, and
    scaled for each fold: six times, of five folds; dask writes to their disks what
    does not fit. One that dies is made up for: dask computes what it held anew.

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
        """Choose on folds of the partitions' rows, and fit to all of them.

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
            If X, y or the weights are no collection of dask's.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker has not this version of the package.
        """
        return self._fit_shared(*_of_targets(self, X, y, sample_weight))

    def path(self, X, y, sample_weight=None, *, X_val=None, y_val=None):
        """Follow the path over all partitions, every layer open, without choosing.

        The estimator is left as it is.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Of more rows than features, and dense.
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
            If X, y or the weights are no collection of dask's.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker has not this version of the package.
        """
        self._validate_params()
        given = _of_targets(self, X, y, sample_weight)
        return self._path_shared(*given, X_val, y_val)


@with_sections_of(ClassifierCV, "Parameters", "Attributes")
class SparcsClassifierCV(LazyClasses, FitsSharedCV, ClassifierCV):
    """`sklearn_sparcs.SparcsClassifierCV` for dask's collections.

    The same attributes and, to rounding, numbers as with the same folds on one machine.
    The rows of every partition, class by class, are dealt out to ``cv`` folds, five by
    default, as ``random_state`` draws, and each fold's network is scored by sums over
    the rows that it leaves out: ``scoring`` is "accuracy", by default, or
    "neg_log_loss". ``n_jobs`` folds at a time are led by threads of this process.
    Several labels a sample are refused.

    {sections}

    Notes
    -----
    Dask computes on the cluster of the current ``distributed.Client``, or else in
    threads of this process. While they fit, workers hold the table raw, scaled, and
    scaled for each fold: six times, of five folds; dask writes to their disks what
    does not fit. One that dies is made up for: dask computes what it held anew.

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
        """Choose on folds of the partitions' rows, and fit to all of them.

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
            If X, y or the weights are no collection of dask's.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker has not this version of the package.
        """
        given, of_classes = _of_classes(self, X, y, sample_weight)
        return self._fit_shared(*given, of_classes)

    def path(self, X, y, sample_weight=None, *, X_val=None, y_val=None):
        """Follow the path over all partitions, every layer open, without choosing.

        The estimator is left as it is.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Of more rows than features, and dense.
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
            If X, y or the weights are no collection of dask's.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker has not this version of the package.
        """
        self._validate_params()
        given, _ = _of_classes(self, X, y, sample_weight)
        return self._path_shared(*given, X_val, y_val)


def _of_targets(
    estimator: Regressor | RegressorCV, X: Any, y: Any, weight: Any
) -> tuple[SharedSamples, RealEncoding, Any]:
    """Checked samples of real targets, their encoding, and no rows of X."""
    refuse_strangers()
    samples, facts = checked_table(X, y, weight)
    known = samples.ends_of_targets, not facts.shape_of_y
    encoding = RealEncoding.of_ends(*known, estimator.prediction_margin)
    return samples, encoding, no_rows(X)


def _of_classes(
    estimator: Classifier | ClassifierCV, X: Any, y: Any, weight: Any
) -> tuple[tuple[SharedSamples, ClassEncoding, Any], np.ndarray | None]:
    """Checked samples, their encoding, no rows of X; and the weights of classes."""
    refuse_strangers()
    encoding, of_classes = encoding_of(y, estimator.class_weight)
    samples = checked_classes(X, y, encoding, weight, of_classes)
    return (samples, encoding, no_rows(X)), of_classes
