"""The base of every estimator: prediction by a network in direct space."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from sklearn import config_context, get_config
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from .._checks.invalid_data import invalid_columns, missing_targets, refuse_unready
from .._data.features import X_FORMAT, as_rows
from .._data.tensors import as_array, like_given
from .._direct.architecture import Architecture
from .._direct.contributions import contributions
from .._direct.form import DirectForm
from .._growth.holdout import HeldOut
from .._losses.bridge import BridgePenalty
from .._losses.losses import Loss
from .._networks.export import to_torch
from .._numerics.library_defaults import library_defaults
from .._problems.problem import Problem
from .._problems.task import Task
from .._sklearn import diagram_block
from .doc_link import page_of
from .encoding import Encoding
from .pickle_state import checked_state, stamped_state
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
    hidden_layer_sizes: Any

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

    @property
    @abstractmethod
    def _smooths(self) -> bool:
        """Whether labels may be smoothed where there are hidden neurons."""

    @abstractmethod
    def _record_loss(self, loss: Loss, temperature: float) -> None:
        """Set the fitted attributes that say how probabilities were learnt."""

    @abstractmethod
    def _record_spread(
        self,
        problem: Problem,
        penalty: BridgePenalty | None,
        held_out: Iterable[HeldOut] = (),
    ) -> None:
        """Record standard deviations of predictions at the optimum under a penalty.

        They are unknown without a penalty, as for a part of a stream. ``held_out`` are
        samples that a network under this penalty was not trained on.
        """

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
        """Compute what each feature contributes to each prediction.

        The rescale rule of DeepLIFT [1]_, with the means of the training features as
        reference: in every neuron, the difference of its input from the reference is
        multiplied by the mean slope in between. For a linear model, a contribution is
        the coefficient times the distance from the mean.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features) or (n_samples, n_features, n_outputs)
            In the units of the targets; for classes, of ``decision_function``. The sum
            over features is the prediction minus that at ``direct_form_.reference``, up
            to rounding. The reference is the mean of each feature, or zero if features
            were not centred (with ``standardize=False``, without an intercept, or
            sparse and trained in epochs).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If it is not fitted.
        ValueError
            If X does not have the features of ``fit``.

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
            The dtype of weights and outputs; ``torch.float64`` by default. Features may
            have any floating dtype. Values far from zero, such as times in seconds,
            lose digits in float32.

        Returns
        -------
        torch.fx.GraphModule
            Maps features (n, features) in their original units to outputs
            (n, outputs): targets, restricted by ``prediction_margin`` if it is given,
            or the scores that softmax or the logistic function turns into
            probabilities. It consists of `nn.Linear` and the activation's own module,
            is in evaluation mode, and shares no memory with the estimator.

        Raises
        ------
        TypeError
            If ``dtype`` is no floating torch dtype.
        """
        check_is_fitted(self)
        bounds = self.encoding_.output_bounds
        with library_defaults():
            return to_torch(self.direct_form_, bounds, dtype or torch.float64)

    def summary(self, feature_names: Sequence[str] | None = None) -> str:
        """Describe the fitted network in words.

        Parameters
        ----------
        feature_names : sequence of str of length n_features, optional
            By default those of ``fit``, or else ``x0``, ``x1``, …. For the last step of
            a pipeline, give ``pipeline[:-1].get_feature_names_out()``.

        Returns
        -------
        str
            One line on the size of the network; one on the most important features, if
            ``feature_importances_`` are known; and one on each hidden neuron, ten at
            most: its three strongest inputs, and the sign of its effect on the output,
            if there is one output. `export_text` writes all the weights.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If it is not fitted.
        ValueError
            If the number of names is not the number of features.
        TypeError
            If they are no sequence, or one string.
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
        """The network's outputs (n, outputs), in the dtype of X if it can hold them."""
        check_is_fitted(self)
        X = as_rows(validated(self, as_array(X), reset=False, **X_FORMAT))
        dtype = self.encoding_.dtype_beside(X.dtype)
        return self.direct_form_(X).astype(dtype, copy=False)

    def _get_doc_link(self) -> str:
        """The link of the question mark in scikit-learn's HTML diagrams."""
        return page_of(self)

    def _sk_visual_block_(self) -> Any:
        """The estimator's block in scikit-learn's HTML diagrams."""
        fitted = self.__sklearn_is_fitted__()
        return diagram_block(self, str(self.active_architecture_) if fitted else None)

    def _html_repr(self) -> str:
        """scikit-learn's HTML diagram, and below it a drawing of the fitted network.

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
        parameters = self._get_param_names()
        super().__setstate__(checked_state(state, type(self).__name__, parameters))


def validated(estimator: BaseEstimator, *data: Any, **how: Any) -> Any:
    """Data as scikit-learn's ``validate_data`` gives them back.

    It sums X to see whether it is finite, and NumPy would warn of infinities. With
    targets, to fit, it looks whatever ``assume_finite`` says: that takes a small share
    of a fit's time, and a fit on gaps ends somewhere inside.

    Raises
    ------
    TypeError, ValueError
        If data cannot be taken; it says which columns, and which targets.
    """
    X, *targets = data
    refuse_unready(X)
    try:
        assume_finite = get_config()["assume_finite"] and not targets
        with (
            config_context(assume_finite=assume_finite),
            np.errstate(over="ignore", invalid="ignore"),
        ):
            return validate_data(estimator, *data, **how)
    except (TypeError, ValueError) as error:
        faults = invalid_columns(X), *map(missing_targets, targets)
        said = [fault for fault in faults if fault]
        if not said:
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind("\n".join([str(error), *said])) from error
