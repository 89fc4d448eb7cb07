"""Stages of ``fit`` to samples in several places."""

from typing import Any

from .._checks.oversized import refuse_oversized
from .._data.features import beyond
from .._data.shared_samples import SharedSamples
from .._estimators.base import BaseSparcs, Continuation
from .._estimators.solvers import MOST_INPUTS
from .._estimators.spectral import given_strength
from .._estimators.transaction import atomic
from .._fitted.encoding import Encoding
from .._fitted.predictor import validated
from .._numerics.device import resolve_device
from .._numerics.library_defaults import library_defaults
from .._numerics.randomness import own_random_state
from .._numerics.status import Status
from .._problems.problem import Units
from .._problems.shared_problem import SharedProblem


class FitsShared(BaseSparcs):
    """Base of fits to samples in several places. Not for use by itself."""

    def _fit_shared(self, samples: SharedSamples, encoding: Encoding, like: Any) -> Any:
        """Fit to checked samples, as `_fit` does to arrays.

        ``like`` holds no rows, and the columns of X, with names if they have some.
        """
        status, grown = self._learn_shared(samples, encoding, like)
        self._warn(status)
        self._warn_of_size(grown)
        return self

    @atomic
    def _learn_shared(
        self, samples: SharedSamples, encoding: Encoding, like: Any
    ) -> tuple[Status, bool]:
        """Fit without warnings; return how the fit ended, and whether neurons grew."""
        with library_defaults():
            self._refuse_contradictions()
            refuse_too_few(samples, self.fit_intercept)
            refuse_oversized(self.hidden_layer_sizes, samples.n_features)
            validated(self, like, reset=True, dtype=None, ensure_min_samples=0)
            self.encoding_ = encoding
            self.clip_ = self._clip_of(samples)
            problem = SharedProblem.of_shared(
                samples,
                self._trained_by(encoding),
                encoding.n_outputs,
                self._shared_units(),
                given_strength(self.linear_alpha),
                smooth=self._smooths and bool(self._checked_sizes()),
            )
            state = own_random_state(self.random_state)
            found = self._on_path(problem, None, state)
            self._pass_interrupt_on(found.status)
            self._take_over(found, samples, state, Continuation())
            self._record_uncertainty(found, self._priced("second_order"))
            status = self._record_pruned(found, samples)
        return status, found.network.gated

    def _clip_of(self, samples: SharedSamples) -> float | None:
        """The clipping bound.

        Raises
        ------
        ValueError
            If "auto" would have to look at single rows.
        """
        if self.clip != "auto":
            return self.clip
        if self.standardize and beyond(samples.ends, samples.usual()):
            raise ValueError(
                'clip="auto" would have to judge single rows, as some values lie more '
                "than twenty robust standard deviations from their median. Give "
                "clip=5.0 to cut them off, or clip=None to leave them whole."
            )
        return None

    def _shared_units(self) -> Units:
        device = resolve_device(self.device)
        options = self.fit_intercept, self.standardize, self.clip_, self.hidden_clip
        return Units(device, *options)

    def _refuse_contradictions(self) -> None:
        """Refuse what sums over samples cannot do.

        Raises
        ------
        ValueError
            If a parameter asks for it; the message says which.
        """
        super()._refuse_contradictions()
        if self.solver not in ("growth", "second_order") or self._in_epochs:
            asked = "callbacks" if self.callbacks else f"solver={self.solver!r}"
            asked = 'init="xavier"' if self.init != "least_squares" else asked
            raise ValueError(
                f"{asked} trains in epochs, which samples in several places are not; "
                'use solver="second_order", or the estimator of one machine.'
            )
        for name in ("early_stopping", "warm_start"):
            if getattr(self, name):
                raise ValueError(
                    f"{name}=True is for data in one place: use the estimator of one "
                    f"machine, or {name}=False."
                )


def refuse_too_few(samples: SharedSamples, intercept: bool) -> None:
    """Refuse tables with too few samples, or too many features.

    Raises
    ------
    ValueError
        If features are as many as samples, or more than second-order growth takes.
    """
    n, p = len(samples), samples.n_features
    if p >= n or p + intercept > MOST_INPUTS:
        raise ValueError(
            "In partitions or processes there must be more samples than features, and "
            f"at most {MOST_INPUTS} features; got {n} samples of {p} features. Use the "
            "estimator of one machine for such a table."
        )
