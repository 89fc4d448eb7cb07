"""Estimators whose predictions for dask collections are lazy."""

from functools import partial
from typing import Any

from dask.base import is_dask_collection

from .._estimators.targets import ClassificationTargets, RegressionTargets
from .._fitted.predictor import Predictor
from .labels import accuracy
from .predictions import by_partition, r2


class LazyParts(Predictor):
    """Contributions of features, lazily for collections. Not for use by itself."""

    def contributions(self, X: Any) -> Any:
        """Compute lazily what each feature contributes to each prediction.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.

        Returns
        -------
        dask Array of shape (n_samples, n_features), or DataFrame
            Of several outputs a dask Array of shape (n_samples, n_features, n_outputs).
            It is what the estimator of one machine says.

        Raises
        ------
        TypeError
            If X is a frame and there are several outputs.
        """
        return by_partition(super().contributions, X)


class LazyTargets(LazyParts, RegressionTargets):
    """Predictions of real targets, lazily for collections. Not for use by itself."""

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """Predict targets lazily, partition by partition.

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
        """Compute R² of the predictions, by sums over partitions.

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


class LazyClasses(LazyParts, ClassificationTargets):
    """Predictions of classes, lazily for collections. Not for use by itself."""

    def predict(self, X: Any) -> Any:
        """Predict classes lazily, partition by partition.

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
        """Predict the probability of each class lazily, partition by partition.

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
        """Predict log-probabilities, finite even where a probability rounds to zero.

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
        """Compute scores: the class with the largest, or that above zero, is predicted.

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
        """Compute the accuracy of the predictions, by sums over partitions.

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
