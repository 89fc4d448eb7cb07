"""`EigenvalueDisplay`: which eigenvalues have left zero."""

from numbers import Integral

import numpy as np

from .._sklearn import check_matplotlib_support
from .style import PALETTE, check_found, dress, new_axes

#: Distance of the bar of zeros from the first bin, in bins.
_GAP = 2.5


class EigenvalueDisplay:
    """Histograms of |eigenvalue|, layer by layer (figures 9, 17 and 18).

    Eigenvalues that are exactly zero have a bar of their own on the left, and the
    legend counts them: in the gated network that ``solver="growth"`` trains, their
    neurons sleep. Counts are on a logarithmic axis, as a few live neurons often stand
    beside hundreds that sleep.

    Parameters
    ----------
    eigenvalues : list of ndarrays of shape (N_i,)
        Of each layer shown.
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
    EigenvalueDisplay.from_estimator : Of a fitted estimator.
    EigenvalueDisplay.from_network : Of a network of one's own.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import EigenvalueDisplay, SparcsRegressor
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressor(alpha=0.1, random_state=0).fit(X, y)
    >>> display = EigenvalueDisplay.from_estimator(model)
    >>> display.labels
    ['hidden 1']
    """

    def __init__(self, eigenvalues, labels):
        self.eigenvalues = eigenvalues
        self.labels = labels

    @classmethod
    def from_estimator(cls, estimator, *, output=False, bins=20, ax=None):
        """Of a fitted estimator.

        Parameters
        ----------
        estimator : SparcsRegressor, SparcsClassifier or one with cross-validation
        output : bool, default=False
            Show the output's eigenvalues too.
        bins : int, default=20
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
        check_found(cls, estimator, "eigenvalues_", kinds)
        return cls._of(estimator.eigenvalues_, output).plot(ax, bins=bins)

    @classmethod
    def from_network(cls, network, *, output=False, bins=20, ax=None):
        """Of a network of one's own.

        Parameters
        ----------
        network : nn.SpectralNetwork or nn.GrowingSpectralNetwork
        output, bins, ax
            As in `from_estimator`.

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
    def _of(cls, eigenvalues, output: bool) -> "EigenvalueDisplay":
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

    def plot(self, ax=None, *, bins=20):
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            On a new figure by default.
        bins : int, default=20
            Between zero and the largest |eigenvalue|.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``bins`` is not a positive whole number.
        """
        if not isinstance(bins, Integral) or bins < 1:
            raise ValueError(f"bins must be a positive whole number; got {bins!r}.")
        ax = new_axes(self, ax)
        dress(ax)
        sizes = [np.abs(lam) for lam in self.eigenvalues]
        largest = max(size.max(initial=0) for size in sizes)
        edges = np.linspace(0, largest or 1.0, bins + 1)
        width = edges[1]
        thickness = 0.9 * width / len(sizes)
        centres = np.r_[-_GAP * width, edges[:-1] + width / 2]
        self.bars_ = []
        for k, (size, label) in enumerate(zip(sizes, self.labels, strict=True)):
            n_zero = int((size == 0).sum())
            bars = ax.bar(
                centres + (k - (len(sizes) - 1) / 2) * thickness,
                np.r_[n_zero, np.histogram(size[size > 0], edges)[0]],
                thickness,
                color=PALETTE[k % len(PALETTE)],
                label=f"{label}: {n_zero} of {len(size)} are zero",
            )
            self.bars_.append(bars)
        any_zero = any(bars.datavalues[0] > 0 for bars in self.bars_)
        _label(ax, -_GAP * width if any_zero else None, largest)
        ax.set_ylim(0.6, 2 * max(bars.datavalues.max() for bars in self.bars_))
        return self


def _label(ax, zero: float | None, largest: float) -> None:
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
