"""Estimators that fit the rows of several processes together, as torchrun starts them.

Each process calls ``fit`` with its own rows, which stay where they are: second-order
growth asks for sums over samples. Processes are those of ``torch.distributed``, of one
GPU each, or on CPUs; in the end all have the same estimator, with the numbers, to
rounding, of a fit to all rows on one machine.
"""

from typing import Any

from ._data.parts import Parts
from ._distributed.agreement import joined_processes, refuse_differences, said_by_all
from ._distributed.table import block_of, checked_rows
from ._distributed.together import FitsTogether
from ._estimators.classifier import SparcsClassifier as Classifier
from ._estimators.encoding import RealEncoding
from ._estimators.regressor import SparcsRegressor as Regressor
from ._estimators.sections import with_sections_of
from ._estimators.shared_labels import (
    Labels,
    numbers_of,
    of_classes,
    shared_encoding,
)
from ._sklearn import fit_context

__all__ = ["SparcsClassifier", "SparcsRegressor"]


@with_sections_of(Regressor, "Parameters", "Attributes")
class SparcsRegressor(FitsTogether, Regressor):
    """`sklearn_sparcs.SparcsRegressor` for rows that lie in several processes.

    The same attributes and, to rounding, numbers. The first process trains, and asks
    the others for sums over their rows; what travels are sums, the network, and samples
    of some thousand rows that surveys look at. Predictions and scores are of the rows
    that are given to them, in the process that asks. Refused are
    ``solver="first_order"`` and ``"adam"``, ``init="xavier"``, ``callbacks``,
    ``early_stopping`` and ``warm_start``; and ``clip="auto"`` asks for a choice where
    values lie beyond twenty robust standard deviations, and else leaves features whole.

    {sections}

    Notes
    -----
    All processes of the default group take part. Their parameters must be the same, but
    for ``random_state``: the first one's counts. With ``device="cuda"`` each computes
    on its current device; sums travel by NCCL if that is the group's backend.

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

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit to the rows of all processes.

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
        processes = joined_processes()
        refuse_differences(processes, self)
        own, whole = checked_rows(processes, X, y, sample_weight)

        def fit(parts: Parts) -> Any:
            samples = whole.shared(parts)
            known = samples.ends_of_targets, not whole.like.shape_of_y
            encoding = RealEncoding.of_ends(*known, self.prediction_margin)
            return self._fit_shared(samples, encoding, block_of(X)[:0])

        return self._fit_together(processes, own, fit)


@with_sections_of(Classifier, "Parameters", "Attributes")
class SparcsClassifier(FitsTogether, Classifier):
    """`sklearn_sparcs.SparcsClassifier` for rows that lie in several processes.

    The same attributes and, to rounding, numbers. Classes are those that any process
    has, and the start is a logistic regression by sums over rows. Refused are several
    labels a sample, and what `sklearn_sparcs.distributed.SparcsRegressor` refuses.

    {sections}

    Notes
    -----
    All processes of the default group take part. Their parameters must be the same, but
    for ``random_state``: the first one's counts. With ``device="cuda"`` each computes
    on its current device; sums travel by NCCL if that is the group's backend.

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

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit to the rows of all processes.

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
        processes = joined_processes()
        refuse_differences(processes, self)
        labels = said_by_all(processes, Labels.of, block_of(y))
        encoding, class_weights = shared_encoding(labels, self.class_weight)
        given = numbers_of(encoding, block_of(y)), sample_weight, class_weights
        own, whole = checked_rows(processes, X, *given)

        def fit(parts: Parts) -> Any:
            weighted = whole.unit is not None
            samples = of_classes(whole.shared(parts), encoding, weighted)
            return self._fit_shared(samples, encoding, block_of(X)[:0])

        return self._fit_together(processes, own, fit)
