"""Estimators that fit dask's arrays and frames, whose partitions stay where they are.

Second-order growth asks for sums over samples, so an iteration is one reduction of a
matrix over all weights, whatever the number of rows. Fitted attributes are those of
the estimators of one machine, and the numbers too, to rounding. The extra ``dask``
installs what they need.
"""

from functools import partial
from typing import Any

from dask.base import is_dask_collection

from ._dask.blocks import no_rows, refuse_collections
from ._dask.cluster import refuse_strangers
from ._dask.labels import accuracy, checked_classes, encoding_of
from ._dask.predictions import by_partition, r2
from ._dask.table import checked_table
from ._estimators.classifier import SparcsClassifier as Classifier
from ._estimators.encoding import RealEncoding
from ._estimators.regressor import SparcsRegressor as Regressor
from ._estimators.sections import with_sections_of
from ._estimators.shared_fit import FitsShared
from ._sklearn import fit_context

__all__ = ["SparcsClassifier", "SparcsRegressor"]


@with_sections_of(Regressor, "Parameters", "Attributes")
class SparcsRegressor(FitsShared, Regressor):
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
        refuse_strangers()
        samples, facts = checked_table(X, y, sample_weight)
        known = samples.ends_of_targets, not facts.shape_of_y
        encoding = RealEncoding.of_ends(*known, self.prediction_margin)
        return self._fit_shared(samples, encoding, no_rows(X))

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

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """Predict targets, partition by partition, when the result is computed.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.
        return_std : bool, default=False
            Return, besides, how far a new sample's target may be from what is
            predicted.

        Returns
        -------
        y : dask Array of shape (n_samples,) or (n_samples, n_outputs), or Series, \
DataFrame
            One-dimensional if the y of ``fit`` was.
        std : the same
            If ``return_std``.
        """
        if return_std and is_dask_collection(X):
            return self.predict(X), by_partition(self._std, X)
        return by_partition(partial(super().predict, return_std=return_std), X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² of predictions, by sums over partitions.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.
        y : dask Array of shape (n_samples,) or (n_samples, n_outputs), Series, \
DataFrame
            In the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions.

        Returns
        -------
        float
            The mean over targets.
        """
        if not is_dask_collection(X):
            return float(super().score(X, y, sample_weight))
        return r2(y, self.predict(X), sample_weight)


@with_sections_of(Classifier, "Parameters", "Attributes")
class SparcsClassifier(FitsShared, Classifier):
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
        refuse_strangers()
        encoding, of_classes = encoding_of(y, self.class_weight)
        samples = checked_classes(X, y, encoding, sample_weight, of_classes)
        return self._fit_shared(samples, encoding, no_rows(X))

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

    def predict(self, X: Any) -> Any:
        """Predict classes, partition by partition, when the result is computed.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.

        Returns
        -------
        dask Array of shape (n_samples,) or Series
        """
        return by_partition(super().predict, X)

    def predict_proba(self, X: Any) -> Any:
        """Probability of each class, partition by partition, when it is computed.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.

        Returns
        -------
        dask Array of shape (n_samples, n_classes) or DataFrame
            In the order of ``classes_``.
        """
        return by_partition(super().predict_proba, X)

    def predict_log_proba(self, X: Any) -> Any:
        """Logarithm of ``predict_proba``; −inf where that is zero.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.

        Returns
        -------
        dask Array of shape (n_samples, n_classes) or DataFrame
        """
        return by_partition(super().predict_log_proba, X)

    def decision_function(self, X: Any) -> Any:
        """Scores, of which the largest, or one above zero, is what is predicted.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.

        Returns
        -------
        dask Array of shape (n_samples,) or (n_samples, n_classes), or Series, DataFrame
            Of two classes, the log-odds of the second.
        """
        return by_partition(super().decision_function, X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy of predictions, by sums over partitions.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.
        y : dask Array of shape (n_samples,) or Series
            In the same partitions.
        sample_weight : dask Array of shape (n_samples,) or Series, optional
            In the same partitions.

        Returns
        -------
        float
        """
        if not is_dask_collection(X):
            return float(super().score(X, y, sample_weight))
        return accuracy(y, self.predict(X), sample_weight)
