"""Estimators that fit dask's arrays and frames, whose partitions stay where they are.

Second-order growth asks for sums over samples, so an iteration is one reduction of a
matrix over all weights, whatever the number of rows. Fitted attributes are those of
the estimators of one machine, and the numbers too, to rounding. The extra ``dask``
installs what they need.
"""

from typing import Any

import numpy as np
from dask.base import is_dask_collection
from sklearn.utils.validation import check_is_fitted

from ._dask.cluster import refuse_strangers
from ._dask.docs import with_sections_of
from ._dask.predictions import lazily, r2
from ._dask.table import (
    checked_table,
    dtype_of_features,
    no_rows,
    refuse_collections,
    refuse_weights,
)
from ._estimators import regressor as one_machine
from ._estimators.encoding import RealEncoding
from ._estimators.shared_fit import FitsShared
from ._sklearn import fit_context

__all__ = ["SparcsRegressor"]


@with_sections_of(one_machine.SparcsRegressor, "Parameters", "Attributes")
class SparcsRegressor(FitsShared, one_machine.SparcsRegressor):
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
        sample_weight : None, default=None
            There are no weights yet.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If X or y is no collection of dask's.
        ValueError
            For data or parameters that cannot be used; the message says why.
        RuntimeError
            If a worker has not this version of the package.
        """
        refuse_weights(sample_weight)
        refuse_strangers()
        samples, facts = checked_table(X, y)
        low, high = samples.ends_of_targets
        shape = len(low), not facts.shape_of_y
        encoding = RealEncoding(*shape, (low, high), self.prediction_margin)
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
        if not is_dask_collection(X):
            return super().predict(X, return_std)
        check_is_fitted(self)
        shape = (0,) if self.encoding_.one_dimensional else (0, self.n_outputs_)
        like = np.empty(shape, dtype_of_features(X))
        predicted = lazily(self.predict, X, like)
        return (predicted, lazily(self._std, X, like)) if return_std else predicted

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² of predictions, by sums over partitions.

        Parameters
        ----------
        X : dask Array of shape (n_samples, n_features) or DataFrame
            Or anything in memory, as for the estimator of one machine.
        y : dask Array of shape (n_samples,) or (n_samples, n_outputs), Series, \
DataFrame
            In the same partitions.
        sample_weight : array-like of shape (n_samples,), optional
            For data in memory alone.

        Returns
        -------
        float
            The mean over targets.
        """
        if not is_dask_collection(X):
            return float(super().score(X, y, sample_weight))
        refuse_weights(sample_weight)
        return r2(y, self.predict(X))
