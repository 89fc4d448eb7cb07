"""What all displays share: colours, axes, and the checks before any work."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._direct.palette import PALETTE
from .._sklearn import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure, SubFigure

POSITIVE, NEGATIVE = PALETTE[1], PALETTE[0]
#: What is beside the matter: limits, marks, captions.
MUTED = "#666666"


def new_axes(display: str, ax: Axes | None) -> tuple[Axes, Figure | SubFigure]:
    """Axes to draw on, and their figure: those given, or new ones.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If what is given is something else, such as a figure or an array of axes.
    """
    check_matplotlib_support(f"{display}.plot")
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    if not isinstance(ax, Axes):
        raise TypeError(
            f"ax must be matplotlib Axes, as the second of plt.subplots(); got {ax!r}."
        )
    return ax, ax.figure


def new_axes_pair(display: str, ax: Any) -> tuple[np.ndarray, Figure | SubFigure]:
    """Two axes to draw on, one above the other, and their figure.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If those given are not a pair.
    """
    check_matplotlib_support(f"{display}.plot")
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    if ax is None:
        _, ax = plt.subplots(2, sharex=True, layout="constrained")
    axes = np.ravel(ax)
    if len(axes) != 2 or not all(isinstance(one, Axes) for one in axes):
        raise ValueError(
            "ax must be a pair of matplotlib Axes, as the second of plt.subplots(2); "
            f"got {ax!r}."
        )
    return axes, axes[0].figure


def dress(ax: Axes) -> None:
    """Two spines, and a light grid behind what is drawn; colours from `PALETTE`."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
    if not ax.lines:
        ax.set_prop_cycle(color=PALETTE)


def check_whole(name: str, value: object, least: int = 1) -> None:
    """Raise ValueError unless a parameter is a whole number, and large enough."""
    if isinstance(value, Integral) and not value < least:
        return
    wanted = (
        "a positive whole number"
        if least == 1
        else f"a whole number of at least {least}"
    )
    raise ValueError(f"{name} must be {wanted}; got {value!r}.")


def whole_ticks(axis: Axis) -> None:
    """Mark an axis at whole numbers only, as neurons are counted."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=(1, 2, 5, 10), integer=True))


def check_found(cls: type, estimator: object, attribute: str, kinds: str) -> None:
    """Is this a fitted estimator of ours that has what the display shows?

    Raises
    ------
    NotFittedError
        If it is not fitted.
    TypeError
        If it is another kind of estimator.
    """
    check_matplotlib_support(f"{cls.__name__}.from_estimator")
    if hasattr(estimator, "fit"):
        check_is_fitted(estimator)
    if not hasattr(estimator, attribute):
        raise TypeError(
            f"{cls.__name__} shows a fitted {kinds}, or a fitted pipeline or search "
            f"that ends in one; got a {type(estimator).__name__}."
        )
