"""The names that scikit-learn keeps private and this package needs, in one place."""

from sklearn.base import _fit_context
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight

check_sample_weight = _check_sample_weight
fit_context = _fit_context

__all__ = [
    "Interval",
    "StrOptions",
    "check_matplotlib_support",
    "check_sample_weight",
    "fit_context",
]
