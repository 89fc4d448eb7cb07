"""Positions of neurons and links in a drawing of a network."""

from typing import NamedTuple

import numpy as np

Point = tuple[float, float]


def column(n: int, spacing: float, height: float) -> np.ndarray:
    """Heights of n neurons about zero, the first on top.

    They are no further apart than ``spacing``, and all within ``height``.
    """
    half = min(spacing * (n - 1), height) / 2
    return np.linspace(half, -half, n)


class Detour(NamedTuple):
    """A way round the layers between two neurons.

    A cubic curve through the first four points, a line to the fifth, and a cubic curve
    through the last four.
    """

    start: Point
    from_start: Point
    to_lane: Point
    lane_begin: Point
    lane_end: Point
    from_lane: Point
    to_end: Point
    end: Point


def detour(start: Point, end: Point, lane: float, margin: float) -> Detour:
    """The way from layer to layer at height ``lane``, reached before the next layer.

    Layers are a unit apart along x. Neurons of the layers between that are below the
    lane, and no wider than ``margin`` to either side, are not touched.
    """
    (x, y), (x_end, y_end) = start, end
    begin, stop = x + 1 - margin, x_end - 1 + margin
    bend = (1 - margin) / 2
    return Detour(
        start,
        (x + bend, y),
        (begin - bend, lane),
        (begin, lane),
        (stop, lane),
        (stop + bend, lane),
        (x_end - bend, y_end),
        end,
    )
