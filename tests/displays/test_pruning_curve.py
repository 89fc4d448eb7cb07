"""`PruningCurveDisplay`: what is drawn of a curve."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_sparcs import PruningCurveDisplay
from sklearn_sparcs._direct.palette import PALETTE

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def test_pruning_curve_is_drawn(shallow):
    model, X, y = shallow
    display = PruningCurveDisplay.from_estimator(model, X, y, tol=0.2, name="mine")
    assert_array_equal(display.line_.get_xdata(), display.n_neurons)
    assert_array_equal(display.line_.get_ydata(), display.loss_rise)
    assert display.n_neurons[-1] == model.active_architecture_.n_hidden
    assert set(display.tolerance_line_.get_ydata()) == {0.2}
    (x,), (rise,) = display.kept_.get_data()
    assert x == display.n_kept and rise <= 0.2
    assert display.kept_label_.get_text() == f"{x} of {display.n_neurons[-1]}"


def test_pruning_curves_share_axes():
    first = PruningCurveDisplay(np.arange(3), np.array([2.0, 0.01, 0]), 1, name="a")
    ax = first.plot().ax_
    second = PruningCurveDisplay(np.arange(2), np.array([1.0, 0]), 1, name="b").plot(ax)
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["a", "tolerance 5 %", "b"]
    colours = [d.line_.get_color() for d in (first, second)]
    assert colours == list(PALETTE[:2])


@pytest.mark.parametrize(
    "options", [{"tol": -0.1}, {"tol": "5 %"}, {"max_points": 2}, {"max_points": 9.5}]
)
def test_pruning_bad_input(shallow, options):
    (name,) = options
    with pytest.raises(ValueError, match=f"{name} must be"):
        PruningCurveDisplay.from_estimator(*shallow, **options)
