"""Estimators that several processes of ``torch.distributed`` fit together.

Each process calls ``fit`` with its own rows, which are not sent to the others:
second-order growth needs only sums over samples. The processes may be started by
torchrun, on CPUs or with one GPU each. After the fit all have the same estimator, with
the values, up to rounding, of a fit to all rows on one machine.
"""

from typing import Any

import numpy as np

from ._checks.rounded_data import warn_of_rounding_in_partitions
from ._data.parts import Parts
from ._distributed.agreement import joined_processes, said_by_all
from ._distributed.leader import Given, LeaderRun
from ._distributed.stages import FitsTogether, FitsTogetherCV, agreeing_first
from ._distributed.table import block_of, checked_rows
from ._estimators.classifier import SparcsClassifier as Classifier
from ._estimators.cv import SparcsClassifierCV as ClassifierCV
from ._estimators.cv import SparcsRegressorCV as RegressorCV
from ._estimators.docstring_sections import with_sections_of
from ._estimators.regressor import SparcsRegressor as Regressor
from ._fitted.encoding import RealEncoding
from ._shared.shared_cv import constraints_of
from ._shared.shared_labels import (
    Labels,
    numbers_of,
    of_classes,
    shared_encoding,
)
from ._shared.shared_scores import OF_CLASSES, OF_TARGETS
from ._sklearn import fit_context

__all__ = [
    "SparcsClassifier",
    "SparcsClassifierCV",
    "SparcsRegressor",
    "SparcsRegressorCV",
]


@with_sections_of(Regressor, "Parameters", "Attributes")
class SparcsRegressor(FitsTogether, Regressor):
    """`sklearn_sparcs.SparcsRegressor` for rows in several processes.

    Attributes are the same, and their values too, up to rounding. The first process
    trains, and requests sums over their rows from the others. Only sums, the network,
    and samples of a few thousand rows for surveys are sent. Predictions and scores use
    only the rows that a process gives to them. The following are refused:
    ``solver="first_order"`` and ``"adam"``, ``init="xavier"``, ``callbacks``,
    ``early_stopping`` and ``warm_start``. ``clip="auto"`` is an error if values lie
    beyond twenty robust standard deviations from the median, and else does not clip.

    {sections}

    Notes
    -----
    All processes of the default group must take part, with the same parameters. Only
    ``random_state`` may differ: that of the first process is used. With
    ``device="cuda"`` each process computes on its current device, and sums are sent by
    NCCL if that is the group's backend.

    Examples
    --------
    >>> import tempfile, torch
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs.distributed import SparcsRegressor
    >>> with tempfile.TemporaryDirectory() as folder:  # torchrun needs no file
    ...     torch.distributed.init_process_group(
    ...         "gloo", init_method=f"file://{folder}/group", rank=0, world_size=1
    ...     )
    ...     X, y = make_friedman1(300, random_state=0)
    ...     model = SparcsRegressor((4,), random_state=0).fit(X, y)
    ...     torch.distributed.destroy_process_group()
    >>> model.active_architecture_
    Architecture(10 → 4 → 1)
    """

    @agreeing_first
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the network to the rows of all processes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            This process's rows, one at least, and dense. All processes have more than
            features together.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
            In all processes, or in none. Samples of weight zero are left out.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why. It is
            raised in all processes.
        RuntimeError
            If there is no group of processes.
        ConnectionError
            If another process ends in the middle.
        """
        table = _of_targets(self, X, y, sample_weight)
        return table.fitted(self, self._fit_shared)


@with_sections_of(Classifier, "Parameters", "Attributes")
class SparcsClassifier(FitsTogether, Classifier):
    """`sklearn_sparcs.SparcsClassifier` for rows in several processes.

    Attributes are the same, and their values too, up to rounding. The classes are those
    that occur in any process, and the start is a logistic regression by sums over rows.
    Multilabel targets are refused, and whatever
    `sklearn_sparcs.distributed.SparcsRegressor` refuses.

    {sections}

    Notes
    -----
    All processes of the default group must take part, with the same parameters. Only
    ``random_state`` may differ: that of the first process is used. With
    ``device="cuda"`` each process computes on its current device, and sums are sent by
    NCCL if that is the group's backend.

    Examples
    --------
    >>> import tempfile, torch
    >>> from sklearn.datasets import load_iris
    >>> from sklearn_sparcs.distributed import SparcsClassifier
    >>> with tempfile.TemporaryDirectory() as folder:  # torchrun needs no file
    ...     torch.distributed.init_process_group(
    ...         "gloo", init_method=f"file://{folder}/group", rank=0, world_size=1
    ...     )
    ...     X, y = load_iris(return_X_y=True)
    ...     model = SparcsClassifier((), random_state=0).fit(X, y)
    ...     torch.distributed.destroy_process_group()
    >>> model.active_architecture_
    Architecture(4 → 3)
    """

    @agreeing_first
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the network to the rows of all processes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            This process's rows, one at least, and dense. All processes have more than
            features together.
        y : array-like of shape (n_samples,)
            Classes of any type; not every process need have all.
        sample_weight : array-like of shape (n_samples,), optional
            In all processes, or in none. Samples of weight zero are left out.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why. It is
            raised in all processes.
        RuntimeError
            If there is no group of processes.
        ConnectionError
            If another process ends in the middle.
        """
        table, _ = _of_classes(self, X, y, sample_weight)
        return table.fitted(self, self._fit_shared)


@with_sections_of(RegressorCV, "Parameters", "Attributes")
class SparcsRegressorCV(FitsTogetherCV, RegressorCV):
    """`sklearn_sparcs.SparcsRegressorCV` for rows in several processes.

    Attributes are the same, and with the same folds their values too, up to rounding.
    The rows of every process are split at random into ``cv`` folds, five by default.
    Networks are scored by sums over the rows of the fold: ``scoring`` must be None,
    "r2" (the default) or "neg_mean_squared_error". Folds are fitted one after the
    other, because processes answer one request at a time: ``n_jobs`` must be None or 1.

    {sections}

    Notes
    -----
    All processes of the default group must take part, with the same parameters. Only
    ``random_state`` may differ: that of the first process is used. With
    ``device="cuda"`` each process computes on its current device, and sums are sent by
    NCCL if that is the group's backend. While they fit, processes hold their data
    raw, scaled, and scaled for each fold but its own rows: with five folds, six times.

    Examples
    --------
    >>> import tempfile, torch
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs.distributed import SparcsRegressorCV
    >>> with tempfile.TemporaryDirectory() as folder:  # torchrun needs no file
    ...     torch.distributed.init_process_group(
    ...         "gloo", init_method=f"file://{folder}/group", rank=0, world_size=1
    ...     )
    ...     X, y = make_friedman1(300, random_state=0)
    ...     model = SparcsRegressorCV(
    ...         4, n_alphas=5, cv=2, activation="relu", random_state=0
    ...     ).fit(X, y)
    ...     torch.distributed.destroy_process_group()
    >>> model.linear_suffices_
    False
    """

    _parameter_constraints = constraints_of(RegressorCV, OF_TARGETS)

    @agreeing_first
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Select a network by folds of each process's rows, and fit it to all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            This process's rows, as many as there are folds at least, and dense. All
            processes have more than features together.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
            In all processes, or in none, for training and scores. Samples of weight
            zero are left out.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why. It is
            raised in all processes.
        RuntimeError
            If there is no group of processes.
        ConnectionError
            If another process ends in the middle.
        """
        table = _of_targets(self, X, y, sample_weight, self._n_folds)
        return table.fitted(self, self._fit_shared)

    @agreeing_first
    def path(self, X, y, sample_weight=None, *, X_val=None, y_val=None):
        """Follow the path over the rows of all processes, without cross-validation.

        Every layer is open. Estimators are left as they are.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            This process's rows, one at least, and dense. All processes have more than
            features together.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
            In all processes, or in none. Samples of weight zero are left out.
        X_val, y_val : array-like, optional
            Validation data, for the path's ``valid_loss``. As of ``random_state``, the
            first process's count.

        Returns
        -------
        SparcsPath
            The same in all processes.

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why. It is
            raised in all processes.
        RuntimeError
            If there is no group of processes.
        ConnectionError
            If another process ends in the middle.
        """
        self._validate_params()
        table = _of_targets(self, X, y, sample_weight)
        return table.led(self._path_shared, X_val, y_val)


@with_sections_of(ClassifierCV, "Parameters", "Attributes")
class SparcsClassifierCV(FitsTogetherCV, ClassifierCV):
    """`sklearn_sparcs.SparcsClassifierCV` for rows in several processes.

    Attributes are the same, and with the same folds their values too, up to rounding.
    The rows of every process are split at random, class by class, into ``cv`` folds,
    five by default. Networks are scored by sums over the rows of the fold: ``scoring``
    must be None, "accuracy" (the default) or "neg_log_loss". Folds are fitted one after
    the other, because processes answer one request at a time: ``n_jobs`` must be None
    or 1. Multilabel targets are refused.

    {sections}

    Notes
    -----
    All processes of the default group must take part, with the same parameters. Only
    ``random_state`` may differ: that of the first process is used. With
    ``device="cuda"`` each process computes on its current device, and sums are sent by
    NCCL if that is the group's backend. While they fit, processes hold their data
    raw, scaled, and scaled for each fold but its own rows: with five folds, six times.

    Examples
    --------
    >>> import tempfile, torch
    >>> from sklearn.datasets import make_moons
    >>> from sklearn_sparcs.distributed import SparcsClassifierCV
    >>> with tempfile.TemporaryDirectory() as folder:  # torchrun needs no file
    ...     torch.distributed.init_process_group(
    ...         "gloo", init_method=f"file://{folder}/group", rank=0, world_size=1
    ...     )
    ...     X, y = make_moons(200, random_state=0)
    ...     model = SparcsClassifierCV(
    ...         4, n_alphas=4, cv=2, activation="relu", random_state=0
    ...     ).fit(X, y)
    ...     torch.distributed.destroy_process_group()
    >>> model.linear_suffices_
    False
    """

    _parameter_constraints = constraints_of(ClassifierCV, OF_CLASSES)

    @agreeing_first
    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Select a network by folds of each process's rows, and fit it to all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            This process's rows, as many as there are folds at least, and dense. All
            processes have more than features together.
        y : array-like of shape (n_samples,)
            Classes of any type; not every process need have all.
        sample_weight : array-like of shape (n_samples,), optional
            In all processes, or in none, for training and scores. Samples of weight
            zero are left out.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why. It is
            raised in all processes.
        RuntimeError
            If there is no group of processes.
        ConnectionError
            If another process ends in the middle.
        """
        table, class_weights = _of_classes(self, X, y, sample_weight, self._n_folds)
        return table.fitted(self, self._fit_shared, class_weights)

    @agreeing_first
    def path(self, X, y, sample_weight=None, *, X_val=None, y_val=None):
        """Follow the path over the rows of all processes, without cross-validation.

        Every layer is open. Estimators are left as they are.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            This process's rows, one at least, and dense. All processes have more than
            features together.
        y : array-like of shape (n_samples,)
            Classes of any type; not every process need have all.
        sample_weight : array-like of shape (n_samples,), optional
            In all processes, or in none. Samples of weight zero are left out.
        X_val, y_val : array-like, optional
            Validation data, for the path's ``valid_loss``. As of ``random_state``, the
            first process's count.

        Returns
        -------
        SparcsPath
            The same in all processes.

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why. It is
            raised in all processes.
        RuntimeError
            If there is no group of processes.
        ConnectionError
            If another process ends in the middle.
        """
        self._validate_params()
        table, _ = _of_classes(self, X, y, sample_weight)
        return table.led(self._path_shared, X_val, y_val)


def _of_targets(
    estimator: Regressor | RegressorCV, X: Any, y: Any, weight: Any, n_folds: int = 1
) -> LeaderRun:
    """All processes' rows of real targets, checked."""
    processes = joined_processes()
    own, whole = checked_rows(processes, X, y, weight, n_folds=n_folds)

    def given(parts: Parts) -> Given:
        warn_of_rounding_in_partitions(whole)
        samples = whole.shared(parts)
        known = samples.ends_of_targets, not whole.like.shape_of_y
        encoding = RealEncoding.of_ends(*known, estimator.prediction_margin)
        return samples, encoding, block_of(X)[:0]

    return LeaderRun(processes, own, given)


def _of_classes(
    estimator: Classifier | ClassifierCV, X: Any, y: Any, weight: Any, n_folds: int = 1
) -> tuple[LeaderRun, np.ndarray | None]:
    """All processes' rows with classes, checked; and the weights of classes."""
    processes = joined_processes()
    labels = said_by_all(processes, Labels.of, block_of(y))
    encoding, class_weights = shared_encoding(labels, estimator.class_weight)
    numbers = numbers_of(encoding, block_of(y))
    own, whole = checked_rows(processes, X, numbers, weight, class_weights, n_folds)

    def given(parts: Parts) -> Given:
        warn_of_rounding_in_partitions(whole)
        weighted = whole.unit is not None
        samples = of_classes(whole.shared(parts), encoding, weighted)
        return samples, encoding, block_of(X)[:0]

    return LeaderRun(processes, own, given), class_weights
