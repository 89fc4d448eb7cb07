"""What the estimators share that have eigenvalues and eigenvectors."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from .._data.samples import Samples
from .._data.scaling import Scaling
from .._data.shared_samples import SharedSamples
from .._direct.form import DirectForm
from .._fitted.encoding import Encoding
from .._fitted.importances import feature_importances
from .._fitted.predictor import Predictor
from .._fitted.pruning_curve import PruningCurve, pruning_curve
from .._fitted.result import Result
from .._fitted.summary import p_value_in_words
from .._networks.matrices import SpectralMatrices
from .compact import CompactClassifier, CompactRegressor

#: Parameters that an estimator of the network has too, where they mean anything.
_HANDED_ON = (
    "fit_intercept",
    "device",
    "random_state",
    "prediction_margin",
    "label_smoothing",
)


def given_strength(strength: float | str) -> float | None:
    """The strength of a ridge, or None if it is to be chosen."""
    return None if isinstance(strength, str) else float(strength)


class Spectral(Predictor):
    """Base of the estimators with a spectrum. Not for use by itself."""

    _compact: ClassVar[type[CompactRegressor] | type[CompactClassifier]]
    _scaling: Scaling
    _gated: bool

    eigenvalues_: list[np.ndarray]
    eigenvectors_: list[np.ndarray]
    linear_p_value_: float

    def _adopt(self, result: Result, samples: Samples | SharedSamples) -> None:
        """Set the fitted attributes from a result."""
        self.direct_form_ = result.form
        self.eigenvalues_ = result.eigenvalues
        self.eigenvectors_ = result.eigenvectors
        self._scaling, self._gated = result.scaling, result.gated
        self.feature_importances_ = feature_importances(
            result.form, self.encoding_, samples
        )

    def _as_compact(
        self,
        form: DirectForm,
        encoding: Encoding | None = None,
        samples: Samples | SharedSamples | None = None,
        named: bool = True,
        temperature: float = 1.0,
    ) -> Any:
        """A compact estimator of a network, with the names of the features.

        Samples that it was fitted to tell how important features are.
        """
        own = self.get_params(deep=False)
        encoding = encoding or self.encoding_
        return self._compact.from_form(
            form,
            encoding,
            importances=samples and feature_importances(form, encoding, samples),
            feature_names=getattr(self, "feature_names_in_", None) if named else None,
            temperature=temperature if is_classifier(self) else None,
            **{name: own[name] for name in _HANDED_ON if name in own},
        )

    def _sentences(self, feature_names: Sequence[str] | None) -> list[str]:
        """Sentences on the network, and on the p-value of the linear model."""
        said, p = super()._sentences(feature_names), self.linear_p_value_
        if not math.isnan(p):
            said.append(p_value_in_words(p, self._without_neurons()))
        return said

    def _without_neurons(self) -> str | None:
        """The reason for a linear network in spite of a small p-value, if any."""
        if not self.active_architecture_.is_linear:
            return None
        return "no neuron that was allowed was worth its price"

    def spectral_matrices(self) -> SpectralMatrices:
        """Compute Φ, Λ and A = Φ Λ Φ⁻¹ of the fitted network, as dense arrays.

        Returns
        -------
        SpectralMatrices
            Of all neurons, live or not, with scaled features and the constant 1 as
            input. A neuron whose eigenvalue is zero never fires, whatever its weights
            in A are, except in networks of ``solver="adam"``.
        """
        check_is_fitted(self)
        return SpectralMatrices.of(self.eigenvalues_, self.eigenvectors_)

    def pruning_curve(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        tol: float = 0.05,
        max_points: int = 60,
    ) -> PruningCurve:
        """Compute the loss as neurons are pruned, the smallest |λ| first (figure 10).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Preferably held-out data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
        tol : float, default=0.05
            Largest relative rise of the loss allowed; the paper has five per cent.
        max_points : int, default=60
            Maximum number of network sizes to evaluate. If there are more, small
            networks are evaluated at closer steps than large ones.

        Returns
        -------
        PruningCurve
            Arrays ``n_neurons`` and ``loss_rise``; and ``n_kept``, the smallest number
            of neurons that the tolerance allows.
        """
        check_is_fitted(self)
        result = Result(
            self.direct_form_,
            self.eigenvalues_,
            self.eigenvectors_,
            self._scaling,
            self._gated,
        )
        task = self._task(X, y, sample_weight, fresh=False)
        if getattr(self, "temperature_", 1.0) != 1.0:
            # calibrated for labels as they are, whichever were learnt
            task = replace(task, loss=self.encoding_.loss)
        return pruning_curve(result, task, tol=tol, max_points=max_points)
