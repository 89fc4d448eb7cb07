"""What every fitted estimator does: predict with a network in direct space."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from .._data.features import X_FORMAT, as_rows
from .._data.tensors import as_array, like_given
from .._direct.architecture import Architecture
from .._direct.contributions import contributions
from .._direct.form import DirectForm
from .._networks.export import to_torch
from .._sklearn import diagram_block
from .._training.as_usual import torch_as_usual
from .._training.losses import Loss
from .._training.task import Task
from .at_fault import columns_at_fault, gaps_of_targets, refuse_unready
from .doc_link import page_of
from .encoding import Encoding
from .state import checked_state, stamped_state
from .summary import network_in_words


class Predictor(BaseEstimator, ABC):
    """An estimator that predicts with its ``direct_form_``. Not for use by itself.

    Fitted state is what the network computes, ``direct_form_``, and how targets are
    encoded, ``encoding_``, besides what scikit-learn's validation sets.
    """

    direct_form_: DirectForm
    encoding_: Encoding
    n_features_in_: int
    feature_importances_: np.ndarray

    @abstractmethod
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
        """Check data and encode targets; learn what there is to learn if ``fresh``."""

    @abstractmethod
    def _encoding_of(self, y: np.ndarray, weight: np.ndarray | None) -> Encoding:
        """The encoding, once encoded targets have been learned from."""

    @abstractmethod
    def _trained_by(self, encoding: Encoding) -> Loss:
        """The loss that networks of such targets are trained by."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "direct_form_")

    @property
    def active_architecture_(self) -> Architecture:
        """The neurons that compute, and which layers feed which."""
        check_is_fitted(self)
        return Architecture.of(self.direct_form_)

    def contributions(self, X: Any) -> np.ndarray:
        """Say what each feature adds to each prediction.

        DeepLIFT's rescale rule [1]_, beside a sample at the means of the features in
        training: in every neuron on the way, what its input is more than there counts
        by the mean slope from there. Of a linear model it is coefficient times distance
        from the mean.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features) or (n_samples, n_features, n_outputs)
            In the units of the targets; of classes, parts of ``decision_function``:
            log-odds of two, or of each label, and each of several classes' score.
            Sums over features are the prediction less that at
            ``direct_form_.reference``, to rounding: the means, or zeros where features
            were not centred (with ``standardize=False`` or without an intercept, or
            sparse and trained by epochs).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If it is not fitted.
        ValueError
            If X has not the features of ``fit``.

        References
        ----------
        .. [1] A. Shrikumar, P. Greenside, A. Kundaje, "Learning Important Features
           Through Propagating Activation Differences", 2017, arXiv:1704.02685.
        """
        check_is_fitted(self)
        rows = as_rows(validated(self, as_array(X), reset=False, **X_FORMAT))
        added = contributions(self.direct_form_, rows, self.encoding_.output_bounds)
        return like_given(X, self.encoding_.scores(added).astype(rows.dtype))

    def to_torch(self, dtype: torch.dtype | None = None) -> nn.Module:
        """Make the network a plain torch module, which needs nothing of this package.

        Parameters
        ----------
        dtype : torch.dtype, optional
            What it computes in, and gives; ``torch.float64`` by default. It takes
            features of any floating type. Those far from zero, such as times in
            seconds, lose digits in float32.

        Returns
        -------
        torch.fx.GraphModule
            Takes raw features (n, features), gives raw outputs (n, outputs):
            targets, within their margin if there is one, or the scores that softmax or
            the logistic function turns into probabilities. Built of `nn.Linear` and the
            activation's own module, in evaluation mode, with weights of its own: what
            happens to it does not happen to the estimator, nor the other way round.

        Raises
        ------
        TypeError
            If ``dtype`` is no floating torch dtype.
        """
        check_is_fitted(self)
        bounds = self.encoding_.output_bounds
        with torch_as_usual():
            return to_torch(self.direct_form_, bounds, dtype or torch.float64)

    def summary(self, feature_names: Sequence[str] | None = None) -> str:
        """Say in words what was found.

        Parameters
        ----------
        feature_names : sequence of str of length n_features, optional
            By default those that it was fitted with, or else ``x0``, ``x1``, …. Of the
            last step of a pipeline, ``pipeline[:-1].get_feature_names_out()``.

        Returns
        -------
        str
            A line for the network's size, one for the features that decide most, where
            ``feature_importances_`` are known, and one for each hidden neuron, ten at
            most: the three features or neurons that it hears most, and which way it
            drives the output, if there is one. `export_text` writes all the weights.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If it is not fitted.
        ValueError
            If there are not as many names as features.
        """
        check_is_fitted(self)
        if feature_names is None:
            feature_names = getattr(self, "feature_names_in_", None)
        return "\n".join(self._sentences(feature_names))

    def _sentences(self, feature_names: Sequence[str] | None) -> list[str]:
        return network_in_words(
            self.direct_form_,
            feature_names,
            getattr(self, "feature_importances_", None),
        )

    def _outputs(self, X: Any) -> np.ndarray:
        """The network's outputs (n, outputs), in the dtype of X."""
        check_is_fitted(self)
        X = as_rows(validated(self, as_array(X), reset=False, **X_FORMAT))
        return self.direct_form_(X).astype(X.dtype, copy=False)

    def _get_doc_link(self) -> str:
        """Where the question mark in scikit-learn's diagrams leads."""
        return page_of(self)

    def _sk_visual_block_(self) -> Any:
        """Its block in scikit-learn's diagrams, of pipelines and searches, too."""
        fitted = self.__sklearn_is_fitted__()
        return diagram_block(self, str(self.active_architecture_) if fitted else None)

    def _html_repr(self) -> str:
        """scikit-learn's diagram, and below it what was found, once there is something.

        The hook of its `ReprHTMLMixin`, for notebooks.
        """
        diagram: str = super()._html_repr()
        if not self.__sklearn_is_fitted__():
            return diagram
        return diagram + self.active_architecture_._repr_html_()

    def __getstate__(self) -> dict[str, Any]:
        """Pickle with the version that made the state."""
        return stamped_state(super().__getstate__())

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Refuse what this version cannot read, and warn of another version's."""
        super().__setstate__(checked_state(state, type(self).__name__))


def validated(estimator: BaseEstimator, *data: Any, **how: Any) -> Any:
    """Data as scikit-learn's ``validate_data`` gives them back.

    It sums X to see whether it is finite, and NumPy would warn of infinities.

    Raises
    ------
    TypeError, ValueError
        If data cannot be taken; it says which columns, and which targets.
    """
    X, *targets = data
    refuse_unready(X)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return validate_data(estimator, *data, **how)
    except (TypeError, ValueError) as error:
        faults = columns_at_fault(X), *map(gaps_of_targets, targets)
        said = [fault for fault in faults if fault]
        if not said:
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind("\n".join([str(error), *said])) from error
