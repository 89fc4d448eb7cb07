"""An architecture as a small SVG picture, for notebooks."""

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np

from .layout import column, detour
from .palette import HIDDEN

Link = tuple[int, int]

#: Pixels: from layer to layer, beside the outer ones, from neuron to neuron, a radius.
_STEP, _BESIDE, _SPACING, _RADIUS = 110, 32, 14, 4.5
#: Most circles a layer. Where there are more neurons, dots replace the middle one.
_MOST = 9
#: Pixels between the layers and the first link that skips some, and from that on.
_ABOVE, _LANE = 14, 7


def architecture_html(
    name: str, layer_sizes: Sequence[int], links: Sequence[Link], n_parameters: int
) -> str:
    """The picture of a network, and what it amounts to in words.

    Circles stand for neurons, up to nine a layer. Links between neighbouring layers
    are drawn one by one, and those that skip layers as one arc over the layers
    between. Lines and words take the colour of the page's text.
    """
    n_hidden = sum(layer_sizes[1:-1])
    neurons = f"{n_hidden:,} hidden neuron{'s' if n_hidden > 1 else ''}"
    what = neurons if n_hidden else "linear model"
    return (
        '<div style="margin: 0.5em 0; font-size: 12px">'
        f"{_svg(name, layer_sizes, links)}"
        f"<div><b>{name}</b>: {what}, {n_parameters:,} parameters</div>"
        "</div>"
    )


def _svg(name: str, layer_sizes: Sequence[int], links: Sequence[Link]) -> str:
    """Layers from left to right, each a unit apart; the middle height is zero."""
    heights = [_places(n) for n in layer_sizes]
    skips = sorted(
        (link for link in links if link[0] - link[1] > 1),
        key=lambda link: link[0] - link[1],
    )
    top = max(max(height[0] for height in heights) + _RADIUS, 24)
    above = _ABOVE + _LANE * len(skips)
    width = _STEP * (len(heights) - 1) + 2 * _BESIDE
    height = above + 2 * top + 40
    parts = [
        *_straight_links(links, heights),
        *_arcs(skips, heights, top),
        *_circles(layer_sizes, heights),
        *_captions(layer_sizes, top),
    ]
    return (
        f'<svg role="img" aria-label="network {name}" width="{width}" '
        f'height="{height:g}" viewBox="{_STEP - _BESIDE} {-top - above:g} '
        f'{width} {height:g}" fill="none" stroke="currentColor">{"".join(parts)}</svg>'
    )


def _places(n: int) -> np.ndarray:
    """Heights of the circles of a layer of n neurons: dots may take the middle."""
    places = column(min(n, _MOST), _SPACING, _SPACING * _MOST)
    return places if n <= _MOST else np.delete(places, _MOST // 2)


def _straight_links(links: Sequence[Link], heights: Sequence[np.ndarray]) -> list[str]:
    """A line from every neuron to every one of the next layer, one path a layer."""
    return [
        '<path stroke-opacity="0.2" d="'
        + "".join(
            f"M{_STEP * j + _RADIUS} {-y:g}L{_STEP * (j + 1) - _RADIUS} {-y_next:g}"
            for y, y_next in product(below, above)
        )
        + '"/>'
        for j, (below, above) in enumerate(pairwise(heights), start=1)
        if (j + 1, j) in links
    ]


def _arcs(
    skips: Sequence[Link], heights: Sequence[np.ndarray], top: float
) -> list[str]:
    """Links over the layers between, from and to the uppermost neuron."""
    arcs, radius = [], _RADIUS / _STEP
    for rank, (i, j) in enumerate(skips):
        ends = (j + radius, heights[j - 1][0]), (i - radius, heights[i - 1][0])
        way = detour(*ends, top + _ABOVE / 2 + _LANE * rank, 0.1)
        p = [f"{_STEP * x:g} {-y:g}" for x, y in way]
        arcs.append(
            '<path stroke-opacity="0.6" stroke-width="1.5" '
            f'd="M{p[0]}C{p[1]} {p[2]} {p[3]}L{p[4]}C{p[5]} {p[6]} {p[7]}"/>'
        )
    return arcs


def _circles(sizes: Sequence[int], heights: Sequence[np.ndarray]) -> list[str]:
    """Neurons: hidden ones filled, the others open; dots for those left out."""
    circles = []
    for layer, (size, height) in enumerate(zip(sizes, heights, strict=True), start=1):
        hidden = 1 < layer < len(sizes)
        look = (
            f'fill="{HIDDEN}"' if hidden else 'fill="currentColor" fill-opacity="0.15"'
        )
        circles += [
            f'<circle cx="{_STEP * layer}" cy="{-y:g}" r="{_RADIUS}" {look}/>'
            for y in height
        ]
        if size > _MOST:
            circles += [
                f'<circle cx="{_STEP * layer}" cy="{y}" r="1" fill="currentColor"/>'
                for y in (-4, 0, 4)
            ]
    return circles


def _captions(sizes: Sequence[int], top: float) -> list[str]:
    """The words under each layer: its size, and what it is."""
    hidden = [f"hidden {k}" for k in range(1, len(sizes) - 1)]
    return [
        f'<text x="{_STEP * layer}" y="{top + 16 + 14 * line:g}" stroke="none" '
        f'fill="currentColor" font-size="11" text-anchor="middle">{words}</text>'
        for layer, (size, name) in enumerate(
            zip(sizes, ["input", *hidden, "output"], strict=True), start=1
        )
        for line, words in enumerate((name, f"{size:,}"))
    ]
