"""`TransitionDisplay`: when a network stops being linear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._fitted.measures import hidden_path_norm
from .._fitted.predictor import Predictor
from .._sklearn import check_matplotlib_support
from .labels import legend_label_of
from .style import dress, new_axes
from .unwrap import inside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What can be drawn, and the name of its axis.
QUANTITIES = {"path_norm": "path norm ‖Γ‖", "n_hidden": "live hidden neurons"}


class TransitionDisplay:
    """Path norm ‖Γ‖ of networks against how non-linear their data are (figure 7).

    The control parameter is that of `datasets.make_linear_to_nonlinear`, or any other.
    The line is the mean over trials, the band one standard deviation to either side.

    Parameters
    ----------
    control : ndarray of shape (n_values,)
        The control parameter.
    path_norms : ndarray of shape (n_values, n_trials)
        ‖Γ‖ of the network found in every trial.
    n_hidden : ndarray of shape (n_values, n_trials), optional
        Its live hidden neurons.
    name : str, optional
        What the legend calls the curve, letter by letter: a dollar begins no formula.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The mean.
    band_ : matplotlib PolyCollection
        One standard deviation to either side.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    TransitionDisplay.from_estimators : From fitted estimators.
    hidden_path_norm : ‖Γ‖ of one.

    Examples
    --------
    >>> from sklearn_sparcs import SparcsRegressor, TransitionDisplay
    >>> from sklearn_sparcs.datasets import make_linear_to_nonlinear
    >>> control = [0.0, 1.0]
    >>> data = [
    ...     make_linear_to_nonlinear(300, alpha=a, beta=1000, random_state=0)
    ...     for a in control
    ... ]
    >>> models = [SparcsRegressor(random_state=0).fit(X, y) for X, y in data]
    >>> display = TransitionDisplay.from_estimators(control, models)
    >>> (display.path_norms > 0).tolist()
    [[False], [True]]
    """

    def __init__(
        self,
        control: np.ndarray,
        path_norms: np.ndarray,
        n_hidden: np.ndarray | None = None,
        name: str | None = None,
    ) -> None:
        self.control = control
        self.path_norms = path_norms
        self.n_hidden = n_hidden
        self.name = name

    @classmethod
    def from_estimators(
        cls,
        control: Any,
        estimators: Sequence[Any],
        *,
        quantity: str = "path_norm",
        ax: Axes | None = None,
        name: str | None = None,
    ) -> TransitionDisplay:
        """Create the display from fitted estimators.

        Parameters
        ----------
        control : array-like of shape (n_values,)
            The control parameter.
        estimators : sequence of n_values estimators, or of n_values sequences of them
            Sparcs or Compact estimators, fitted to the data of each value: one, or as
            many trials as there are; or fitted pipelines or searches that end in one.
        quantity : {"path_norm", "n_hidden"}, default="path_norm"
            What to draw.
        ax : matplotlib Axes, optional
            Where to draw; on a new figure by default.
        name : str, optional
            What the legend calls the curve.

        Returns
        -------
        TransitionDisplay

        Raises
        ------
        ValueError
            If there are not as many estimators as values, not the same number of
            trials at each, or one with several hidden layers.
        TypeError
            If the values are no numbers, or the estimators of another kind.
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimators")
        control = _numbers(control)
        trials = [_trials(found) for found in estimators]
        if len(trials) != len(control) or len({len(t) for t in trials}) != 1:
            raise ValueError(
                "estimators must hold one estimator, or one and the same number of "
                f"trials, for each of the {len(control)} values of control; got "
                f"{[len(t) for t in trials]} estimators."
            )
        norms = np.array([[hidden_path_norm(e) for e in t] for t in trials])
        n_hidden = [[e.active_architecture_.n_hidden for e in t] for t in trials]
        return cls(control, norms, np.array(n_hidden), name).plot(ax, quantity=quantity)

    def plot(
        self, ax: Axes | None = None, *, quantity: str = "path_norm"
    ) -> TransitionDisplay:
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            On a new figure by default. Several curves may share one.
        quantity : {"path_norm", "n_hidden"}, default="path_norm"
            ‖Γ‖, or the live hidden neurons.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``quantity`` is another, or was not given.
        """
        values = {"path_norm": self.path_norms, "n_hidden": self.n_hidden}
        if values.get(quantity) is None:
            given = [name for name, found in values.items() if found is not None]
            raise ValueError(f"quantity must be one of {given}; got {quantity!r}.")
        ax, self.figure_ = new_axes(type(self).__name__, ax)
        self.ax_ = ax
        dress(ax)
        trials = np.asarray(values[quantity], dtype=float)
        mean, spread = trials.mean(axis=1), trials.std(axis=1)
        label = None if self.name is None else legend_label_of(self.name)
        (self.line_,) = ax.plot(self.control, mean, marker=".", label=label)
        self.band_ = ax.fill_between(
            self.control,
            np.maximum(mean - spread, 0),
            mean + spread,
            color=self.line_.get_color(),
            alpha=0.2,
            linewidth=0,
        )
        ax.set(xlabel="control parameter", ylabel=QUANTITIES[quantity])
        if self.name is not None:
            ax.legend(frameon=False)
        return self


def _numbers(control: Any) -> np.ndarray:
    """The control parameter's values.

    Raises
    ------
    TypeError
        If they are no numbers, such as estimators, which come second.
    """
    try:
        return np.asarray(control, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(
            "control, which comes before the estimators, must be one number for each "
            f"of them; got {control!r}."
        ) from error


def _trials(found: Any) -> list[Predictor]:
    """The estimators of one value of the control parameter."""
    trials = found if isinstance(found, Sequence) else [found]
    return [inside(trial).estimator for trial in trials]
