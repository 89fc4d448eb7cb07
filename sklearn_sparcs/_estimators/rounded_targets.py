"""A warning of targets whose differences are lost in the dtype that fits compute in."""

import math
from typing import Any

import numpy as np

from .._data.features import ends_of
from .warned import warn_user

#: Steps of the dtype that targets must span: with fewer, rounding takes more than a
#: ten-thousandth of their variance.
_FEWEST_STEPS = 100


def warn_of_rounding(y: np.ndarray, dtype: Any) -> None:
    """Warn of targets (n,) or (n, outputs), as they were given, that a dtype rounds.

    What is of the dtype already was rounded before.
    """
    if y.dtype == dtype:
        return
    coarser = float(np.finfo(dtype).eps / np.finfo(np.float64).eps)
    ends = ends_of(y.reshape(len(y), -1))
    for j, (low, high) in enumerate(zip(*(end.tolist() for end in ends), strict=True)):
        span = high - low  # of Python's numbers, whole ones to the last digit
        step = coarser * math.ulp(max(abs(low), abs(high)))
        if 0 < span < _FEWEST_STEPS * step:
            name = np.dtype(dtype).name
            wider = " give X in float64, or" if name == "float32" else ""
            warn_user(
                f"Target {j} spans {float(span):.3g} around {float(high):.3g}, where "
                f"{name}, the dtype of X, has steps of {step:.3g}: differences are "
                f"rounded away, in predictions too. To keep them,{wider} subtract a "
                "constant from y.",
                UserWarning,
            )
