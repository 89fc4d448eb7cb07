"""`PathDisplay`: how the network grows as the penalty falls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from .._direct.architecture import Architecture
from .._estimators.found_path import SparcsPath
from .._sklearn import check_matplotlib_support
from .labels import label_of, legend_label_of
from .style import MUTED, check_found, dress, new_axes_pair, whole_ticks
from .unwrap import inside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D


class PathDisplay:
    """Loss or score, and number of live neurons, along a path of decreasing alphas.

    There are two axes, one above the other, with the largest alpha on the left. Where a
    curve has a value for each fold, the line is the mean and the band is one standard
    error on either side. The region in which the model is linear is shaded. An alpha of
    zero is not shown, because the axis is logarithmic.

    Parameters
    ----------
    alphas : ndarray of shape (n_alphas,)
        From the largest down.
    curves : dict of str to ndarray of shape (n_alphas,) or (n_alphas, n_folds)
        What the upper axes show, by name.
    n_hidden : list of ndarrays of shape (n_alphas,) or (n_alphas, n_folds)
        Live hidden neurons, in the order and the colours of the curves.
    ylabel : str, default="loss"
        What the curves are.
    linear_until : float, default=inf
        Smallest alpha down to which the model is linear.
    marks : dict of str to float, optional
        Alphas to mark, by name.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        The curves, then the live neurons.
    axes_ : ndarray of shape (2,) of matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    PathDisplay.from_path : From a path.
    PathDisplay.from_estimator : From a cross-validated estimator.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import PathDisplay, sparcs_path
    >>> X, y = make_friedman1(300, random_state=0)
    >>> path = sparcs_path(X, y, alphas=[10.0, 1.0, 0.1], random_state=0)
    >>> display = PathDisplay.from_path(path)
    >>> sorted(display.curves)
    ['training']
    """

    def __init__(
        self,
        alphas: np.ndarray,
        curves: Mapping[str, np.ndarray],
        n_hidden: Sequence[np.ndarray],
        *,
        ylabel: str = "loss",
        linear_until: float = inf,
        marks: Mapping[str, float] | None = None,
    ) -> None:
        self.alphas = alphas
        self.curves = curves
        self.n_hidden = n_hidden
        self.ylabel = ylabel
        self.linear_until = linear_until
        self.marks = marks

    @classmethod
    def from_path(cls, path: SparcsPath, *, ax: Any = None) -> PathDisplay:
        """Create the display from a path: training loss, and validation loss if any.

        Parameters
        ----------
        path : SparcsPath
            What `sparcs_path` returns, or the ``path_`` of a cross-validation.
        ax : pair of matplotlib Axes, optional
            Where to draw; on a new figure by default.

        Returns
        -------
        PathDisplay
        """
        check_matplotlib_support(f"{cls.__name__}.from_path")
        curves = {"training": path.train_loss}
        if path.valid_loss is not None:
            curves["validation"] = path.valid_loss
        display = cls(
            path.alphas, curves, [path.n_hidden], linear_until=path.linear_until
        )
        return display.plot(ax)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> PathDisplay:
        """Create the display from a cross-validated estimator: scores of all its paths.

        A curve is an activation at a depth, and ends where the folds did not follow it
        any further. Marked are the alpha chosen, and that of the simplest network
        within a standard error of the best. Linear is where every fold on the chosen
        curve is. For the loss over all the data, see `from_path`.

        Parameters
        ----------
        estimator : SparcsRegressorCV or SparcsClassifierCV
            Fitted; or a fitted pipeline or search that ends in one.
        ax : pair of matplotlib Axes, optional
            Where to draw; on a new figure by default.

        Returns
        -------
        PathDisplay
        """
        kinds = (
            "SparcsRegressorCV or SparcsClassifierCV, which follow a path (from_path "
            "shows a SparcsPath)"
        )
        estimator = inside(estimator).estimator
        check_found(cls, estimator, "cv_scores_path_", kinds)
        n_hidden = [
            _counts(folds, len(estimator.alphas_))
            for folds in estimator.cv_architectures_path_
        ]
        chosen = estimator.cv_curves_.index((estimator.depth_, estimator.activation_))
        awake = (n_hidden[chosen] > 0).any(axis=1)
        linear = ~np.logical_or.accumulate(awake)
        labels = [_name(*curve) for curve in estimator.cv_curves_]
        display = cls(
            estimator.alphas_,
            dict(zip(labels, estimator.cv_scores_path_, strict=True)),
            n_hidden,
            ylabel="score",
            linear_until=estimator.alphas_[linear].min(initial=inf),
            marks={"chosen": estimator.alpha_, "1 SE": estimator.alpha_1se_},
        )
        return display.plot(ax)

    def plot(self, ax: Any = None) -> PathDisplay:
        """Draw the display.

        Parameters
        ----------
        ax : pair of matplotlib Axes, optional
            For the curves and the neurons; on a new figure by default.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``ax`` is not a pair, or no alpha is positive.
        """
        positive = self.alphas[self.alphas > 0]
        if len(positive) == 0:
            raise ValueError(
                "alphas must hold a positive one to be drawn on a logarithmic axis; "
                f"got {self.alphas!r}."
            )
        self.axes_, self.figure_ = new_axes_pair(type(self).__name__, ax)
        upper, lower = self.axes_
        lines = [self._curve(upper, *curve) for curve in self.curves.items()]
        self.lines_ = lines + [self._curve(lower, None, n) for n in self.n_hidden]
        beside = max((positive.max() / positive.min()) ** 0.03, 1.05)
        for axes in (upper, lower):
            axes.set_xscale("log")
            axes.set_xlim(positive.max() * beside, positive.min() / beside)
            self._mark(axes)
        upper.set(ylabel=label_of(self.ylabel))
        upper.legend(frameon=False)
        lower.set(xlabel="alpha", ylabel="live neurons")
        lower.set_ylim(bottom=0)
        whole_ticks(lower.yaxis)
        return self

    def _curve(self, ax: Axes, name: str | None, values: np.ndarray) -> Line2D:
        """A line; with a value a fold, their mean, and a band of one standard error."""
        dress(ax)
        folds = np.asarray(values, dtype=float).reshape(len(self.alphas), -1)
        mean, n = folds.mean(axis=1), folds.shape[1]
        label = None if name is None else legend_label_of(name)
        (line,) = ax.plot(self.alphas, mean, marker=".", markersize=4, label=label)
        if n > 1:
            error = folds.std(axis=1, ddof=1) / np.sqrt(n)
            ax.fill_between(
                self.alphas,
                mean - error,
                mean + error,
                color=line.get_color(),
                alpha=0.2,
                linewidth=0,
            )
        return line

    def _mark(self, ax: Axes) -> None:
        """Shade where the model is linear; draw a line at each alpha to be marked."""
        if self.linear_until < inf:
            ax.axvspan(
                self.linear_until,
                ax.get_xlim()[0],
                color="0.9",
                zorder=0,
                label="linear model",
            )
        marks = self.marks or {}
        different, styles = dict.fromkeys(marks.values()), cycle(("-", "--", ":"))
        for alpha, style in zip(different, styles, strict=False):
            names = ", ".join(name for name, at in marks.items() if at == alpha)
            label = legend_label_of(names)
            ax.axvline(alpha, color=MUTED, linestyle=style, linewidth=1.2, label=label)


def _counts(folds: Sequence[Sequence[Architecture]], n_alphas: int) -> np.ndarray:
    """Live neurons (alphas, folds), nan where the folds did not come."""
    counts = np.full((n_alphas, len(folds)), np.nan)
    for k, found in enumerate(folds):
        counts[: len(found), k] = [architecture.n_hidden for architecture in found]
    return counts


def _name(depth: int, activation: str) -> str:
    """Name of a curve in the legend."""
    return f"{depth} hidden layer{'s' if depth > 1 else ''}, {activation}"
