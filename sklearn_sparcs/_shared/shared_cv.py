"""Stages of a cross-validated ``fit`` to samples in several places."""

from dataclasses import replace
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from joblib import parallel_config
from sklearn.base import is_classifier

from .._checks.full_layers import warn_of_full_layers
from .._checks.oversized import refuse_oversized
from .._data.shared_folds import FoldAssignment, SharedFolds
from .._data.shared_samples import SharedSamples
from .._estimators.base_cv import BaseSparcsCV
from .._estimators.found_path import SparcsPath, checked_alphas
from .._estimators.transaction import atomic, leaving_no_trace
from .._fitted.encoding import Encoding, RealEncoding
from .._fitted.predictor import validated
from .._growth.path import PathOptions
from .._numerics.library_defaults import library_defaults
from .._numerics.randomness import own_random_state, seeds
from .._selection.folds import Fold
from .._sklearn import Interval, StrOptions
from .shared_fit import refuse_too_few
from .shared_fold import SharedJudge, SharedPart
from .shared_scores import OF_CLASSES, OF_TARGETS, Score

#: Folds where nobody says how many.
_N_FOLDS = 5


class FitsSharedCV(BaseSparcsCV):
    """Base of cross-validation in several places. Not for use by itself."""

    #: joblib's backend for folds: other processes would know nothing of the samples.
    _folds_by: ClassVar[str] = "threading"

    def _fit_shared(
        self,
        samples: SharedSamples,
        encoding: Encoding,
        like: Any,
        class_weights: np.ndarray | None = None,
    ) -> Any:
        """Fit to checked samples, as `_fit` does to arrays.

        ``like`` holds no rows, and the columns of X, with names if they have some.
        Weights of samples hold those of their classes, which scores do not count.
        """
        sizes = self._learn_shared(samples, encoding, like, class_weights)
        warn_of_full_layers(self.direct_form_, sizes)
        return self

    @atomic
    def _learn_shared(
        self,
        samples: SharedSamples,
        encoding: Encoding,
        like: Any,
        class_weights: np.ndarray | None,
    ) -> tuple[int, ...]:
        """Fit without warnings, and return the sizes of the layers."""
        own_alphas = None if self.alphas is None else checked_alphas(self.alphas)
        with library_defaults():
            options, state = self._path_options(), own_random_state(self.random_state)
            whole = self._shared_part(samples, encoding, like)
            folds = self._shared_folds(whole, options, class_weights, state)
            with parallel_config(backend=self._folds_by):
                self._learn(whole, folds, options, state, own_alphas)
        return options.sizes

    @leaving_no_trace
    def _path_shared(
        self,
        samples: SharedSamples,
        encoding: Encoding,
        like: Any,
        X_val: Any,
        y_val: Any,
    ) -> SparcsPath:
        """The path over checked samples; validation data are in memory."""
        with library_defaults():
            whole = self._shared_part(samples, encoding, like)
            return self._path(whole, self._path_options(), X_val, y_val)

    def _shared_part(
        self, samples: SharedSamples, encoding: Encoding, like: Any
    ) -> SharedPart:
        """Checked samples, once their columns and their encoding are taken over."""
        refuse_too_few(samples, self.fit_intercept)
        refuse_oversized(self.hidden_layer_sizes, samples.n_features)
        validated(self, like, reset=True, dtype=None, ensure_min_samples=0)
        self.encoding_ = encoding
        return SharedPart(samples, self._trained_by(encoding), encoding.n_outputs)

    def _shared_folds(
        self,
        whole: SharedPart,
        options: PathOptions,
        class_weights: np.ndarray | None,
        state: np.random.RandomState,
    ) -> list[Fold]:
        """Folds of every partition's rows, each with a seed of its own."""
        own = seeds(state, self._n_folds)
        assignment = FoldAssignment(len(own), tuple(own), is_classifier(self))
        dealt = SharedFolds.of(whole.shared, assignment)

        def fold(k: int, seed: int) -> Fold:
            part = replace(whole, shared=dealt.trained_on(k))
            refuse_too_few(part.shared, self.fit_intercept)
            seen = _encoding_of(self.encoding_, part.shared)
            left_out = dealt.left_out(k)
            judge = SharedJudge(self._score_by, seen, left_out, class_weights)
            return Fold(part, judge, replace(whole, shared=left_out), seed, options)

        return [fold(k, seed) for k, seed in enumerate(own)]

    @property
    def _n_folds(self) -> int:
        """The number of folds that ``cv`` asks for."""
        return self.cv or _N_FOLDS

    @property
    def _score_by(self) -> Score:
        """The score that ``scoring`` names; the estimator's own by default."""
        if is_classifier(self):
            return OF_CLASSES[self.scoring or "accuracy"]
        return OF_TARGETS[self.scoring or "r2"]


def constraints_of(
    estimator: type[BaseSparcsCV], scores: dict[str, Score]
) -> dict[str, list[Any]]:
    """Constraints of an estimator's parameters, with folds within partitions."""
    return {
        **estimator._parameter_constraints,
        "cv": [Interval(Integral, 2, None, closed="left"), None],
        "scoring": [StrOptions(set(scores)), None],
    }


def _encoding_of(encoding: Encoding, samples: SharedSamples) -> Encoding:
    """The encoding of samples, which knows the range of their real targets."""
    if not isinstance(encoding, RealEncoding) or encoding.margin is None:
        return encoding
    return replace(encoding, seen=samples.ends_of_targets)
