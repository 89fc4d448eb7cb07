"""Which labels of a column can stand below one another, and how large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Sizes of letters in points, and a line of them as a multiple.
LARGE, _SMALL, _LINE = 8.0, 6.0, 1.25
#: A figure's height in inches, at most.
_TALLEST = 10.0


def legible(places: np.ndarray, worth: np.ndarray) -> tuple[float, np.ndarray]:
    """Size of letters, and a mask of the names that can be read.

    Parameters
    ----------
    places : ndarray of shape (n,)
        Where names stand, in points from top to bottom or the other way round.
    worth : ndarray of shape (n,)
        Where there is no room for all, those worth most have it.

    Returns
    -------
    size : float
        In points.
    shown : ndarray of bool of shape (n,)
    """
    pitch = np.abs(np.diff(places)).min(initial=np.inf)
    size = float(np.clip(pitch / _LINE, _SMALL, LARGE))
    shown = np.zeros(len(places), bool)
    for k in np.argsort(-worth, kind="stable"):
        apart = np.abs(places[shown] - places[k])
        shown[k] = apart.min(initial=np.inf) > 0.999 * size * _LINE
    return size, shown


def in_points(ax: Axes, heights: np.ndarray) -> np.ndarray:
    """Heights on axes in points from the bottom."""
    bottom, top = ax.get_ylim()
    points = ax.bbox.height / ax.figure.dpi * 72
    return (heights - bottom) / (top - bottom) * points


def make_room(ax: Axes, heights: np.ndarray) -> None:
    """Make a figure that is all these axes' as tall as large names at heights need."""
    from matplotlib.figure import Figure

    pitch = np.abs(np.diff(in_points(ax, heights))).min(initial=np.inf)
    figure = ax.figure
    assert isinstance(figure, Figure)
    tall = figure.get_figheight()
    needed = tall * 1.02 * LARGE * _LINE / pitch
    figure.set_figheight(max(tall, min(needed, _TALLEST)))
