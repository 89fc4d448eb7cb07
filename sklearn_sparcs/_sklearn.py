"""scikit-learn's private names that this package uses, in one place."""

from collections.abc import Callable, Mapping
from copy import copy
from inspect import Parameter, signature
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import _fit_context
from sklearn.utils._missing import is_pandas_na, is_scalar_nan
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import Interval as _Interval
from sklearn.utils._param_validation import Options, StrOptions
from sklearn.utils._repr_html.estimator import _VisualBlock
from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object
from sklearn.utils.validation import _check_sample_weight

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # scikit-learn before 1.9
    CallbackSupportMixin = object

__all__ = [
    "CallbackSupportMixin",
    "Interval",
    "Options",
    "StrOptions",
    "check_matplotlib_support",
    "check_sample_weight",
    "declines_weights",
    "diagram_block",
    "fit_context",
    "is_missing",
    "takes_weights",
    "told_of_classes",
]


check_sample_weight = _check_sample_weight
fit_context = _fit_context


class Interval(_Interval):
    """An interval of numbers, to which True and False do not belong."""

    def is_satisfied_by(self, value: Any) -> bool:
        """Whether a parameter's value lies in it."""
        boolean = isinstance(value, bool | np.bool_)
        return not boolean and bool(super().is_satisfied_by(value))


def diagram_block(estimator: Any, caption: str | None) -> _VisualBlock:
    """An estimator in the diagrams of notebooks, with words below its name."""
    name = type(estimator).__name__
    return _VisualBlock(
        "single",
        estimator,
        names=name,
        name_details=str(estimator),
        name_caption=caption,
    )


def is_missing(value: Any) -> bool:
    """Whether a value stands for none: None, NaN or pandas' NA."""
    return value is None or is_scalar_nan(value) or is_pandas_na(value)


def takes_weights(scorer: Callable[..., float]) -> bool:
    """Whether a scorer, scikit-learn's or a function, can be given weights."""
    return any(
        name == "sample_weight" or p.kind is Parameter.VAR_KEYWORD
        for name, p in _parameters_of(scorer).items()
    )


def _parameters_of(scorer: Callable[..., float]) -> Mapping[str, Parameter]:
    """What the function of a scorer takes, or the scorer, if that is a function."""
    try:
        return signature(getattr(scorer, "_score_func", scorer)).parameters
    except (TypeError, ValueError):  # what is not written in Python may not say
        return {}


def declines_weights(scorer: Any) -> bool:
    """Whether a user's scorer asks for no weights, by ``set_score_request``."""
    if not get_config()["enable_metadata_routing"]:
        return False
    asked = get_routing_for_object(scorer)
    return isinstance(asked, MetadataRequest) and (
        asked.score.requests.get("sample_weight") is False
    )


def told_of_classes(scorer: Any, classes: np.ndarray) -> Any:
    """A scorer that is told of all classes, so that rows may lack one.

    scikit-learn's scores of probabilities refuse such rows otherwise. Scores of
    predictions are left alone: those of a class that is not there would count as zero.
    """
    known = _parameters_of(scorer)
    asks = "labels" in known and known["labels"].default is None
    if not asks or getattr(scorer, "_response_method", "predict") == "predict":
        return scorer
    told: dict[str, Any] = {"labels": classes}
    if "pos_label" in known and len(classes) == 2:
        told["pos_label"] = classes[1]
    knowing = copy(scorer)
    vars(knowing)["_kwargs"] = {**told, **vars(scorer)["_kwargs"]}
    return knowing
