"""`PruningCurveDisplay`: the loss against the number of neurons left."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from .labels import legend_label_of
from .style import MUTED, check_found, check_whole, dress, new_axes, whole_ticks
from .unwrap import inside

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class PruningCurveDisplay:
    """Relative rise of the loss against the number of neurons kept (figure 10).

    Neurons are pruned in the order of |eigenvalue|, the smallest first, without
    training in between. A mark shows how many neurons remain when the loss may rise by
    the tolerance. The axis of the rise is linear up to the tolerance and logarithmic
    beyond it.

    Parameters
    ----------
    n_neurons : ndarray of shape (n_sizes,)
        Neurons kept, ascending: hidden eigenvalues that are not zero.
    loss_rise : ndarray of shape (n_sizes,)
        Loss with this number of neurons, divided by that with all, minus one. It is
        negative where pruning lowers the loss.
    n_kept : int
        Number of neurons that remain when the loss rises by no more than the tolerance.
    tol : float, default=0.05
        The tolerance.
    name : str, optional
        What the legend calls the curve, letter by letter: a dollar begins no formula.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.
    tolerance_line_ : matplotlib Line2D
    kept_ : matplotlib Line2D
        The mark.
    kept_label_ : matplotlib Text
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    PruningCurveDisplay.from_estimator : From a fitted estimator and data.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import PruningCurveDisplay, SparcsRegressor
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressor(alpha=0.01, random_state=0).fit(X, y)
    >>> display = PruningCurveDisplay.from_estimator(model, X, y)
    >>> display.n_kept == model.pruned_estimator_.active_architecture_.n_hidden
    True
    """

    def __init__(
        self,
        n_neurons: np.ndarray,
        loss_rise: np.ndarray,
        n_kept: int,
        *,
        tol: float = 0.05,
        name: str | None = None,
    ) -> None:
        self.n_neurons = n_neurons
        self.loss_rise = loss_rise
        self.n_kept = n_kept
        self.tol = tol
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        tol: float = 0.05,
        max_points: int = 60,
        ax: Axes | None = None,
        name: str | None = None,
    ) -> PruningCurveDisplay:
        """Create the display from a fitted estimator, with its training loss.

        Parameters
        ----------
        estimator : SparcsRegressor, SparcsClassifier or one with cross-validation
            Fitted; or a fitted pipeline or search that ends in one, whose steps X goes
            through.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Preferably held out.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
        tol : float, default=0.05
            Largest relative rise of the loss; the paper has five per cent.
        max_points : int, default=60
            Most numbers of neurons to look at. Where there are more, those that are
            looked at lie the closer the smaller they are.
        ax : matplotlib Axes, optional
            Where to draw; on a new figure by default.
        name : str, optional
            What the legend calls the curve; the estimator's class by default.

        Returns
        -------
        PruningCurveDisplay

        Raises
        ------
        ValueError
            If ``tol`` is negative or ``max_points`` less than three.
        """
        kinds = "Sparcs estimator, which has eigenvalues to prune by"
        estimator, X, _ = inside(estimator, X)
        check_found(cls, estimator, "eigenvalues_", kinds)
        _check_tolerance(tol)
        check_whole("max_points", max_points, 3)
        curve = estimator.pruning_curve(
            X, y, sample_weight, tol=tol, max_points=max_points
        )
        name = type(estimator).__name__ if name is None else name
        return cls(*curve, tol=tol, name=name).plot(ax)

    def plot(self, ax: Axes | None = None) -> PruningCurveDisplay:
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            On a new figure by default. Several curves may share one.

        Returns
        -------
        self
        """
        ax, self.figure_ = new_axes(type(self).__name__, ax)
        self.ax_ = ax
        dress(ax)
        label = None if self.name is None else legend_label_of(self.name)
        (self.line_,) = ax.plot(self.n_neurons, self.loss_rise, marker=".", label=label)
        self._draw_tolerance(ax)
        self._mark(ax)
        ax.set_yscale("symlog", linthresh=self.tol or 0.05)
        self._label_rises(ax)
        whole_ticks(ax.xaxis)
        ax.margins(x=0.1, y=0.1)
        if len(self.n_neurons) == 1:  # a linear model
            ax.set_xticks([0])
        ax.set(xlabel="neurons kept", ylabel="relative rise of the loss")
        ax.legend(frameon=False)
        return self

    def _label_rises(self, ax: Axes) -> None:
        """Ticks at zero, the tolerance, 100 %, and a few powers of ten."""
        highest = max(self.loss_rise.max(), *ax.get_yticks(), 1.0)
        n_powers = int(np.log10(highest))
        powers = range(0, n_powers + 1, n_powers // 5 + 1)
        ticks = [0.0, self.tol, *(10.0**k for k in powers)]
        names = ["0", f"{100 * self.tol:g} %", "100 %"]
        names += [f"$10^{{{k}}}$ times" for k in powers[1:]]
        ax.set_yticks(
            ticks if self.tol else ticks[1:], names if self.tol else names[1:]
        )
        ax.minorticks_off()

    def _draw_tolerance(self, ax: Axes) -> None:
        """A line, which the legend names once however many curves there are."""
        label: str | None = f"tolerance {100 * self.tol:g} %"
        if label in [line.get_label() for line in ax.lines]:
            label = None
        self.tolerance_line_ = ax.axhline(
            self.tol, color=MUTED, linestyle="--", linewidth=1.2, zorder=1, label=label
        )

    def _mark(self, ax: Axes) -> None:
        """Mark the number of neurons that the tolerance leaves."""
        from matplotlib.patheffects import withStroke

        rise = self.loss_rise[list(self.n_neurons).index(self.n_kept)]
        (self.kept_,) = ax.plot(
            self.n_kept, rise, "o", color=self.line_.get_color(), markersize=9
        )
        self.kept_label_ = ax.annotate(
            f"{self.n_kept} of {max(self.n_neurons)}",
            (self.n_kept, rise),
            xytext=(6, 10),
            textcoords="offset points",
            color=self.line_.get_color(),
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )


def _check_tolerance(tol: object) -> None:
    if not isinstance(tol, Real) or tol < 0 or tol != tol:
        raise ValueError(f"tol must be a number of at least 0; got {tol!r}.")
