"""`ArchitectureDisplay`: the network, neurons as circles and links as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import validate_data

from .._data.features import X_FORMAT, as_rows
from .._data.tensors import as_array
from .._direct.form import Link
from .._direct.layout import Point, column, detour
from .._direct.names import feature_names_of
from .._direct.palette import HIDDEN
from .label_spacing import LARGE, in_points, legible, make_room
from .labels import label_of
from .strengths import strengths
from .style import MUTED, NEGATIVE, POSITIVE, check_found, check_whole, new_axes
from .unwrap import inside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

#: A layer's height, and most room for a neuron.
_HEIGHT, _SPACING = 2.0, 0.35
#: From a layer to the first link that passes it and, at most, on to the next; and from
#: a layer to where that link may turn.
_LANE, _MARGIN = 0.15, 0.12
#: A layer, from 1, and a place among its neurons.
Neuron = tuple[int, int]
#: The layer and the height of the neurons that a link comes from and leads to.
Ends = tuple[tuple[int, float], tuple[int, float]]


class ArchitectureDisplay:
    """Drawing of a network: a column for each layer, and links between live neurons.

    Stronger links are wider and darker; the colour shows the sign. Links that skip
    layers run above or below the layers in between. Where a layer has more than
    ``max_neurons`` neurons, those with the strongest links to later layers (by their
    sum of squares) are drawn; of the links between neurons drawn, the ``max_links``
    strongest.

    Parameters
    ----------
    layer_sizes : tuple of int
        Neurons a layer, input and output included.
    weights : dict of (receiver, sender) to ndarray of shape (N_receiver, N_sender)
        Signed strengths of the links. Layers are numbered from 1, the input.
    feature_names, output_names : sequence of str, optional
        Names of the neurons of the first and last layer. If there is no space for all,
        those of the neurons with the strongest links are shown.

    Attributes
    ----------
    links_ : matplotlib PathCollection
        A path a link.
    neurons_ : list of matplotlib PathCollection
        The circles of each layer.
    drawn_ : list of ndarray
        Indices of the neurons drawn, layer by layer.
    n_neurons_left_out_ : int
    n_links_left_out_ : int
        Of those whose weight is not zero, those at neurons left out included.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    ArchitectureDisplay.from_estimator : From a fitted estimator.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import ArchitectureDisplay, SparcsRegressor
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressor(alpha=0.01, random_state=0).fit(X, y)
    >>> display = ArchitectureDisplay.from_estimator(model, X)
    >>> display.n_neurons_left_out_
    0
    >>> display.layer_sizes == model.active_architecture_.layer_sizes
    True
    """

    def __init__(
        self,
        layer_sizes: tuple[int, ...],
        weights: Mapping[Link, np.ndarray],
        *,
        feature_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
    ) -> None:
        self.layer_sizes = layer_sizes
        self.weights = weights
        self.feature_names = feature_names
        self.output_names = output_names

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        feature_names: Sequence[str] | None = None,
        max_neurons: int = 30,
        max_links: int = 300,
        ax: Axes | None = None,
    ) -> ArchitectureDisplay:
        """Create the display from a fitted estimator.

        Strengths do not depend on units. What a receiver hears of a sender is the
        weight between them times the standard deviation of the sender's signal, and the
        square of a link's strength is the share of that, squared, in all that the
        receiver hears, times what the receiver is worth: one for an output, and for a
        hidden neuron the sum over the links that it sends by. So the squares are a flow
        from the features to the outputs, which no neuron adds to or takes from.

        Parameters
        ----------
        estimator : SparcsRegressor, SparcsClassifier, CompactRegressor, \
CompactClassifier, or one with cross-validation
            Fitted; or a fitted pipeline or search that ends in one.
        X : {array-like, sparse matrix} of shape (n_samples, n_features), optional
            Samples, as ``estimator`` takes them, whose signals have these standard
            deviations. Without it they are those of the training data (all one without
            ``standardize``), passed on as if what a neuron hears were uncorrelated.
        feature_names : sequence of str, optional
            Those that the network hears. Its ``feature_names_in_``, if there are any,
            or what the steps before it call them, by default.
        max_neurons : int, default=30
            Most neurons of a layer to draw.
        max_links : int, default=300
            Most links to draw.
        ax : matplotlib Axes, optional
            Where to draw; on a new figure by default, which is as tall as names of
            features need.

        Returns
        -------
        ArchitectureDisplay

        Raises
        ------
        ValueError
            If ``max_neurons`` or ``max_links`` is not a positive whole number, or the
            names are not as many as the features.
        TypeError
            If they are no sequence, or one string.
        """
        kinds = "Sparcs or Compact estimator"
        estimator, X, names = inside(estimator, X)
        check_found(cls, estimator, "active_architecture_", kinds)
        check_whole("max_neurons", max_neurons)
        check_whole("max_links", max_links)
        form = estimator.direct_form_
        if X is not None:
            X = validate_data(estimator, as_array(X), reset=False, **X_FORMAT)
            X = as_rows(X)
        if feature_names is None:
            feature_names = getattr(estimator, "feature_names_in_", names)
        if feature_names is not None:
            feature_names = feature_names_of(form, feature_names)
        classes = getattr(estimator, "classes_", ())
        display = cls(
            form.layer_sizes,
            strengths(form, X),
            feature_names=feature_names,
            output_names=classes if len(classes) == form.layer_sizes[-1] else None,
        )
        return display.plot(ax, max_neurons=max_neurons, max_links=max_links)

    def plot(
        self, ax: Axes | None = None, *, max_neurons: int = 30, max_links: int = 300
    ) -> ArchitectureDisplay:
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            On a new figure by default, which is as tall as names of features need.
        max_neurons : int, default=30
            Most neurons of a layer to draw.
        max_links : int, default=300
            Most links to draw.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If one of them is not a positive whole number.
        """
        check_whole("max_neurons", max_neurons)
        check_whole("max_links", max_links)
        new = ax is None
        ax, self.figure_ = new_axes(type(self).__name__, ax)
        self.ax_ = ax
        self.drawn_ = [self._most_heard(i, max_neurons) for i in self._layers]
        self.n_neurons_left_out_ = sum(self.layer_sizes) - sum(map(len, self.drawn_))
        heights = [column(len(d), _SPACING, _HEIGHT) for d in self.drawn_]
        self._draw_links(ax, heights, max_links)
        self._draw_neurons(ax, heights)
        self._write(ax, heights)
        if new and self.feature_names is not None:
            make_room(ax, heights[0])
        self._write_names(ax, heights)
        return self

    @property
    def _layers(self) -> range:
        return range(1, len(self.layer_sizes) + 1)

    def _most_heard(self, layer: int, most: int) -> np.ndarray:
        """The neurons to draw, in order: those with the strongest links onwards."""
        return np.sort(np.argsort(-self._heard(layer), kind="stable")[:most])

    def _heard(self, layer: int) -> np.ndarray:
        """Strength of each neuron's links to later layers; zeros for the last one."""
        heard = np.zeros(self.layer_sizes[layer - 1])
        for (_, j), weight in self.weights.items():
            if j == layer:
                heard += (weight**2).sum(axis=0)
        return heard

    def _strongest(self, most: int) -> list[tuple[Neuron, Neuron, float]]:
        """(receiver, sender, strength), weakest first; neurons as (layer, place)."""
        found = []
        for (i, j), weight in sorted(self.weights.items()):
            drawn = weight[np.ix_(self.drawn_[i - 1], self.drawn_[j - 1])]
            found += [((i, m), (j, n), drawn[m, n]) for m, n in np.argwhere(drawn)]
        found.sort(key=lambda link: abs(link[2]))
        n_links = sum(np.count_nonzero(w) for w in self.weights.values())
        self.n_links_left_out_ = n_links - len(found[-most:])
        return found[-most:]

    def _draw_links(self, ax: Axes, heights: list[np.ndarray], most: int) -> None:
        """Straight to the next layer, and round the layers between to later ones."""
        from matplotlib.collections import PathCollection
        from matplotlib.colors import to_rgb

        links = self._strongest(most)
        ends: list[Ends] = [
            ((j, heights[j - 1][n]), (i, heights[i - 1][m]))
            for (i, m), (j, n), _ in links
        ]
        lanes = _lanes(ends, heights)
        values = np.array([value for *_, value in links])
        share = np.abs(values) / np.abs(values).max(initial=np.finfo(float).tiny)
        signs = np.where(values[:, None] > 0, to_rgb(POSITIVE), to_rgb(NEGATIVE))
        self.links_ = PathCollection(
            [_path(*both, lane) for both, lane in zip(ends, lanes, strict=True)],
            facecolors="none",
            edgecolors=np.c_[signs, 0.1 + 0.8 * share],
            linewidths=0.4 + 2.2 * share,
            zorder=1,
        )
        ax.add_collection(self.links_)

    def _draw_neurons(self, ax: Axes, heights: list[np.ndarray]) -> None:
        """Circles that leave room between them."""
        fewest = min(_SPACING, _HEIGHT / max(max(map(len, heights)) - 1, 1))
        diameter = np.clip(45 * fewest, 3, 13)
        self.neurons_: list[PathCollection] = []
        for layer, height in zip(self._layers, heights, strict=True):
            hidden = 1 < layer < len(heights)
            circles = ax.scatter(
                np.full(len(height), layer),
                height,
                s=diameter**2,
                facecolor=HIDDEN if hidden else "white",
                edgecolor="black",
                linewidth=0.8,
                zorder=2,
                clip_on=False,
            )
            self.neurons_.append(circles)

    def _write(self, ax: Axes, heights: list[np.ndarray]) -> None:
        """Names of layers, features and outputs, and what was left out."""
        captions = [
            f"{name}\n{_count(size, len(drawn))}"
            for name, size, drawn in zip(
                self._layer_names(), self.layer_sizes, self.drawn_, strict=True
            )
        ]
        ax.set_xticks(list(self._layers), captions)
        ax.set_yticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.margins(y=0.05)
        beside = 0.04 * (len(heights) - 1)
        ax.set_xlim(1 - beside, len(heights) + beside)
        n_drawn = len(self.links_.get_paths())
        if self.n_links_left_out_:
            ax.set_xlabel(
                f"the strongest {n_drawn:,} of {n_drawn + self.n_links_left_out_:,} "
                "links are drawn",
                color=MUTED,
                fontsize=8,
            )
        _explain_signs(ax)

    def _write_names(self, ax: Axes, heights: list[np.ndarray]) -> None:
        """Features on the left, as the names of ticks, and outputs on the right."""
        names, places, size = self._named(ax, heights, 1, self.feature_names)
        ax.set_yticks(places, names, fontsize=size)
        last = len(heights)
        names, places, size = self._named(ax, heights, last, self.output_names)
        for name, y in zip(names, places, strict=True):
            ax.annotate(
                name,
                (last, y),
                xytext=(9, 0),
                textcoords="offset points",
                va="center",
                fontsize=size,
            )

    def _named(
        self,
        ax: Axes,
        heights: list[np.ndarray],
        layer: int,
        names: Sequence[str] | None,
    ) -> tuple[list[str], np.ndarray, float]:
        """Names of a layer that have room, their heights, and the size of letters."""
        drawn, places = self.drawn_[layer - 1], heights[layer - 1]
        if names is None:
            return [], places[:0], LARGE
        size, shown = legible(in_points(ax, places), self._heard(layer)[drawn])
        return [label_of(names[k]) for k in drawn[shown]], places[shown], size

    def _layer_names(self) -> list[str]:
        hidden = [f"hidden {k}" for k in range(1, len(self.layer_sizes) - 1)]
        return ["input", *hidden, "output"]


def _lanes(ends: list[Ends], heights: list[np.ndarray]) -> list[float | None]:
    """At which height each link passes the layers between; None if there are none.

    It passes on the side on which it lies, and links that pass on the same side do so
    in the order of their ends, so that they need not cross.
    """
    lanes: list[float | None] = [None] * len(ends)
    for side in (1, -1):
        passing = [
            k
            for k, ((j, y), (i, y_end)) in enumerate(ends)
            if i - j > 1 and (y + y_end >= 0) == (side > 0)
        ]
        passing.sort(
            key=lambda k: (ends[k][1][0] - ends[k][0][0], side * ends[k][0][1])
        )
        for rank, k in enumerate(passing):
            (j, _), (i, _) = ends[k]
            top = max(height[0] for height in heights[j : i - 1])
            room = min(_LANE, 3 * _LANE / len(passing))
            lanes[k] = side * (top + _LANE + room * rank)
    return lanes


def _path(start: Point, end: Point, lane: float | None) -> Path:
    """A link as matplotlib draws it."""
    from matplotlib.path import Path

    if lane is None:
        return Path([start, end])
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
    return Path(detour(start, end, lane, _MARGIN), codes)


def _count(size: int, n_drawn: int) -> str:
    return f"{size:,}" if size == n_drawn else f"{n_drawn:,} of {size:,}"


def _explain_signs(ax: Axes) -> None:
    """A legend of the colours, above."""
    for colour, label in ((POSITIVE, "positive"), (NEGATIVE, "negative")):
        ax.plot([], [], color=colour, linewidth=2, label=label)
    ax.legend(
        loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=8
    )
