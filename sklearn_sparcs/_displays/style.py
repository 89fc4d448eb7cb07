"""What all displays share: colours, axes, and the checks before any work."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._direct.palette import PALETTE
from .._sklearn import check_matplotlib_support

POSITIVE, NEGATIVE = PALETTE[1], PALETTE[0]
#: What is beside the matter: limits, marks, captions.
MUTED = "#666666"


def new_axes(display: Any, ax: Any):
    """Axes to draw on: those given, or those of a new figure.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    check_matplotlib_support(f"{type(display).__name__}.plot")
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    display.ax_, display.figure_ = ax, ax.figure
    return ax


def new_axes_pair(display: Any, ax: Any):
    """The same for two axes, one above the other.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If those given are not a pair.
    """
    check_matplotlib_support(f"{type(display).__name__}.plot")
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(2, sharex=True, layout="constrained")
    if np.size(ax) != 2:
        raise ValueError(
            f"ax must be a pair of matplotlib Axes, as of plt.subplots(2); got {ax!r}."
        )
    display.axes_ = np.asarray(ax)
    display.figure_ = display.axes_[0].figure
    return display.axes_


def dress(ax: Any) -> None:
    """Two spines, and a light grid behind what is drawn; colours from `PALETTE`."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
    if not ax.lines:
        ax.set_prop_cycle(color=PALETTE)


def check_found(cls: type, estimator: Any, attribute: str, kinds: str) -> None:
    """Is this a fitted estimator of ours that has what the display shows?

    Raises
    ------
    NotFittedError
        If it is not fitted.
    TypeError
        If it is another kind of estimator.
    """
    check_matplotlib_support(f"{cls.__name__}.from_estimator")
    check_is_fitted(estimator)
    if not hasattr(estimator, attribute):
        raise TypeError(
            f"{cls.__name__} shows a fitted {kinds}; got a {type(estimator).__name__}. "
            "Take the estimator itself out of a pipeline or a search."
        )
