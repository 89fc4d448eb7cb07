"""`EigenvalueDisplay`: which eigenvalues have left zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._direct.palette import PALETTE
from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.spectral import SpectralNetwork
from .._sklearn import check_matplotlib_support
from .labels import legend_label_of
from .style import check_found, check_whole, dress, new_axes
from .unwrap import inside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

#: Distance of the bar of zeros from the first bin, in bins.
_GAP = 2.5


class EigenvalueDisplay:
    """Histograms of |eigenvalue| for each layer (figures 9, 17 and 18).

    Eigenvalues that are exactly zero have a bar of their own on the left, and the
    legend counts them: in the network of ``solver="growth"``, these neurons never fire.
    Counts are on a logarithmic axis, because often a few neurons are live and hundreds
    are not.

    Parameters
    ----------
    eigenvalues : list of ndarrays of shape (N_i,)
        Eigenvalues of each layer shown.
    labels : list of str
        The layers' names.

    Attributes
    ----------
    bars_ : list of BarContainer
        The histogram of each layer, its zeros first.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    EigenvalueDisplay.from_estimator : From a fitted estimator.
    EigenvalueDisplay.from_network : From a spectral network.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import EigenvalueDisplay, SparcsRegressor
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressor(alpha=0.01, random_state=0).fit(X, y)
    >>> display = EigenvalueDisplay.from_estimator(model)
    >>> display.labels
    ['hidden 1']
    """

    def __init__(self, eigenvalues: Sequence[np.ndarray], labels: list[str]) -> None:
        self.eigenvalues = eigenvalues
        self.labels = labels

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        output: bool = False,
        bins: int = 20,
        ax: Axes | None = None,
    ) -> EigenvalueDisplay:
        """Create the display from a fitted estimator.

        Parameters
        ----------
        estimator : SparcsRegressor, SparcsClassifier or one with cross-validation
            Fitted; or a fitted pipeline or search that ends in one.
        output : bool, default=False
            Show the output's eigenvalues too.
        bins : int, default=20
            Bins between zero and the largest |eigenvalue|.
        ax : matplotlib Axes, optional
            Where to draw; on a new figure by default.

        Returns
        -------
        EigenvalueDisplay

        Raises
        ------
        ValueError
            If no layer is left to show.
        """
        kinds = "Sparcs estimator, which has eigenvalues"
        estimator = inside(estimator).estimator
        check_found(cls, estimator, "eigenvalues_", kinds)
        return cls._of(estimator.eigenvalues_, output).plot(ax, bins=bins)

    @classmethod
    def from_network(
        cls,
        network: SpectralNetwork | GrowingSpectralNetwork,
        *,
        output: bool = False,
        bins: int = 20,
        ax: Axes | None = None,
    ) -> EigenvalueDisplay:
        """Create the display from a spectral network.

        Parameters
        ----------
        network : nn.SpectralNetwork or nn.GrowingSpectralNetwork
            Its eigenvalues now; the display does not follow training.
        output : bool, default=False
            Show the output's eigenvalues too.
        bins : int, default=20
            Bins between zero and the largest |eigenvalue|.
        ax : matplotlib Axes, optional
            Where to draw; on a new figure by default.

        Returns
        -------
        EigenvalueDisplay

        Raises
        ------
        ValueError
            If no layer is left to show.

        Examples
        --------
        >>> from sklearn_sparcs import EigenvalueDisplay
        >>> from sklearn_sparcs.nn import SpectralNetwork
        >>> network = SpectralNetwork(4, (8, 8), 2)
        >>> EigenvalueDisplay.from_network(network).labels
        ['hidden 1', 'hidden 2']
        """
        check_matplotlib_support(f"{cls.__name__}.from_network")
        return cls._of(network.spectrum()[0], output).plot(ax, bins=bins)

    @classmethod
    def _of(cls, eigenvalues: list[np.ndarray], output: bool) -> EigenvalueDisplay:
        """The layers to show: the input only where its eigenvalues are trained."""
        first, *hidden, last = eigenvalues
        shown = {"input": first} if first.any() else {}
        shown |= {f"hidden {k}": lam for k, lam in enumerate(hidden, start=1)}
        shown |= {"output": last} if output else {}
        if not shown:
            raise ValueError(
                "The network has no hidden layer whose eigenvalues could be shown; "
                "set output=True for those of the output."
            )
        return cls(list(shown.values()), list(shown))

    def plot(self, ax: Axes | None = None, *, bins: int = 20) -> EigenvalueDisplay:
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            On a new figure by default.
        bins : int, default=20
            Bins between zero and the largest |eigenvalue|.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``bins`` is not a positive whole number.
        """
        check_whole("bins", bins)
        ax, self.figure_ = new_axes(type(self).__name__, ax)
        self.ax_ = ax
        dress(ax)
        sizes = [np.abs(lam) for lam in self.eigenvalues]
        largest = max(size.max(initial=0) for size in sizes)
        edges = np.linspace(0, largest or 1.0, bins + 1)
        width = edges[1]
        counts = np.array([_counts(size, edges) for size in sizes])
        centres = np.r_[-_GAP * width, edges[:-1] + width / 2]
        self.bars_ = self._draw(ax, counts, centres, width)
        any_zero = counts[:, 0].any()
        _label(ax, -_GAP * width if any_zero else None, largest)
        ax.set_ylim(0.6, 2 * counts.max())
        return self

    def _draw(
        self, ax: Axes, counts: np.ndarray, centres: np.ndarray, width: float
    ) -> list[BarContainer]:
        """Bars of the layers side by side, within each bin."""
        thickness = 0.9 * width / len(counts)
        return [
            ax.bar(
                centres + (k - (len(counts) - 1) / 2) * thickness,
                of_layer,
                thickness,
                color=PALETTE[k % len(PALETTE)],
                label=legend_label_of(label)
                + f": {of_layer[0]} of {of_layer.sum()} are zero",
            )
            for k, (of_layer, label) in enumerate(zip(counts, self.labels, strict=True))
        ]


def _counts(sizes: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Number of zeros, and number of other eigenvalues in each bin."""
    in_bins, _ = np.histogram(sizes[sizes > 0], edges)
    return np.concatenate([[(sizes == 0).sum()], in_bins])


def _label(ax: Axes, zero: float | None, largest: float) -> None:
    """Name the axes and their ticks, the bar of zeros among them if there is one."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    ax.set(xlabel="|eigenvalue|", ylabel="neurons", yscale="log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ticks = [t for t in MaxNLocator(6).tick_values(0, largest) if 0 <= t <= largest]
    names = [f"{tick:g}" for tick in ticks]
    if zero is None:
        ax.set_xlim(left=0)
    else:
        ticks, names = [zero, *ticks], ["zero", *names]
    ax.set_xticks(ticks, names)
    ax.grid(visible=False, axis="x")
    ax.legend(frameon=False)
