"""Names of every kind in pictures: they are shown as they are, and draw."""

import numpy as np
import pytest
from helpers.displays import small_form
from matplotlib.cbook import is_math_text

from sklearn_sparcs import (
    ArchitectureDisplay,
    CompactRegressor,
    EigenvalueDisplay,
    PathDisplay,
    PruningCurveDisplay,
    TransitionDisplay,
)
from sklearn_sparcs._displays.labels import label_of, legend_label_of
from sklearn_sparcs._fitted.encoding import RealEncoding

#: What users' columns and classes are called, and what is shown.
NAMES = {
    "$x_1$": "$x_1$",
    "$5 and $6": "$5 and $6",
    r"$\bad$": r"$\bad$",
    r"a\$b": r"a\$b",
    "two\n\tlines": "two lines",
    "nul\x00 bell\x07": "nul? bell?",
    "half a pair \ud800": "half a pair ?",
    "turned \u202earound": "turned ?around",
    "b" * 16 + "n" * 500 + "e" * 15: "b" * 16 + "…" + "e" * 15,
    "n" * 32: "n" * 32,
    "_private": "_private",
    "": "",
}


def read(label):
    """What matplotlib shows of a text, which must be no formula."""
    assert not is_math_text(label)
    return label.replace(r"\$", "$")


@pytest.mark.parametrize("name", NAMES)
def test_labels_show_names_letter_by_letter(name):
    assert read(label_of(name)) == NAMES[name]
    assert read(legend_label_of(name)).strip() == NAMES[name]
    assert not legend_label_of(name).startswith("_")


def displays(name):
    alphas, curve = np.array([1.0, 0.1]), np.array([2.0, 1.0])
    marks = {name: 1.0}
    yield PathDisplay(alphas, {name: curve}, [curve], ylabel=name, marks=marks)
    yield PruningCurveDisplay(np.arange(2), np.array([1.0, 0]), 1, name=name)
    yield TransitionDisplay(alphas, np.ones((2, 1)), name=name)
    yield EigenvalueDisplay([np.ones(2)], [name])


def in_legend(display):
    ax = display.axes_[0] if hasattr(display, "axes_") else display.ax_
    return [read(text.get_text()) for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize("name", list(NAMES)[:-1])
def test_every_legend_shows_every_name(name):
    for display in displays(name):
        display.plot().figure_.canvas.draw()
        assert any(NAMES[name] in words for words in in_legend(display))


@pytest.mark.parametrize("name", NAMES)
def test_features_and_classes(name):
    model = CompactRegressor.from_form(small_form(), RealEncoding(1, True))
    display = ArchitectureDisplay.from_estimator(model, feature_names=[name] * 3)
    display.output_names = [name]
    display.plot().figure_.canvas.draw()
    shown = [tick.get_text() for tick in display.ax_.get_yticklabels()]
    shown += [text.get_text() for text in display.ax_.texts]
    assert [read(text) for text in shown] == 4 * [NAMES[name]]


def test_what_is_long_leaves_room_for_the_picture():
    model = CompactRegressor.from_form(small_form(), RealEncoding(1, True))
    names = ["w" * 5000, "x", "y"]
    display = ArchitectureDisplay.from_estimator(model, feature_names=names)
    display.figure_.canvas.draw()
    assert display.ax_.get_position().width > 0.4
