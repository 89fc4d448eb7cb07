"""`ArchitectureDisplay`: neurons, links and names."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers.displays import OPTIONS, small_form
from matplotlib.colors import to_hex
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs import (
    ArchitectureDisplay,
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
)
from sklearn_sparcs._displays.label_spacing import legible
from sklearn_sparcs._displays.style import NEGATIVE, POSITIVE

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def test_every_link_is_drawn_by_size_and_sign():
    form = small_form()
    display = ArchitectureDisplay(form.layer_sizes, form.coefs).plot()
    values = np.concatenate([w[w != 0] for w in form.coefs.values()])
    assert (display.n_links_left_out_, display.n_neurons_left_out_) == (0, 0)
    assert len(display.links_.get_paths()) == len(values)
    values = values[np.argsort(np.abs(values))]
    widths = display.links_.get_linewidths()
    assert_allclose(widths, 0.4 + 2.2 * np.abs(values) / 4)
    colours = display.links_.get_edgecolors()
    assert_allclose(colours[:, 3], 0.1 + 0.8 * np.abs(values) / 4)
    signs = [to_hex(colour).upper() for colour in colours]
    assert signs.count(POSITIVE) == (values > 0).sum()
    assert signs.count(NEGATIVE) == (values < 0).sum()
    assert [len(n.get_offsets()) for n in display.neurons_] == [3, 2, 1, 1]


def test_skipping_links_pass_other_neurons_by(deep):
    model, X, _ = deep
    display = ArchitectureDisplay.from_estimator(model, X)
    assert display.n_links_left_out_ == 0
    places = np.vstack([n.get_offsets() for n in display.neurons_])
    n_skipping = 0
    for path in display.links_.get_paths():
        start, end = path.vertices[0], path.vertices[-1]
        assert any((places == start).all(axis=1)) and any((places == end).all(axis=1))
        between = places[(places[:, 0] > start[0]) & (places[:, 0] < end[0])]
        if len(between) == 0:
            continue
        n_skipping += 1
        curve = path.to_polygons(closed_only=False)[0]
        for x, y in between:
            beside = x + np.linspace(-0.1, 0.1, 21)
            assert np.abs(np.interp(beside, *curve.T) - y).min() >= 0.15 - 1e-9
    assert n_skipping == 3 * 5 + 3 + 5


def test_neurons_and_links_are_thinned_out_by_strength():
    rng = np.random.default_rng(0)
    weights = {
        (2, 1): rng.normal(size=(300, 40)),
        (3, 1): rng.normal(size=(2, 40)),
        (3, 2): rng.normal(size=(2, 300)),
    }
    display = ArchitectureDisplay((40, 300, 2), weights)
    display.plot(max_neurons=10, max_links=50)
    assert display.n_neurons_left_out_ == 30 + 290
    assert display.n_links_left_out_ == 300 * 40 + 80 + 600 - 50
    assert len(display.links_.get_paths()) == 50
    heard = (weights[3, 2] ** 2).sum(axis=0)
    assert_array_equal(display.drawn_[1], np.sort(np.argsort(heard)[-10:]))
    labels = [tick.get_text() for tick in display.ax_.get_xticklabels()]
    assert labels == ["input\n10 of 40", "hidden 1\n10 of 300", "output\n2"]
    assert "strongest 50 of 12,680 links" in display.ax_.get_xlabel()
    drawn = np.concatenate(
        [
            np.abs(w[np.ix_(display.drawn_[i - 1], display.drawn_[j - 1])]).ravel()
            for (i, j), w in weights.items()
        ]
    )
    fiftieth = np.sort(drawn)[-50] / drawn.max()
    thinnest = min(display.links_.get_linewidths())
    assert thinnest == pytest.approx(0.4 + 2.2 * fiftieth)


def test_names_of_features_and_classes(rings):
    X, y = rings
    y = np.where(X[:, 0] > 1, "right", y)
    model = SparcsClassifier(4, **OPTIONS).fit(X, y)
    names = ["left to right", "down to up"]
    display = ArchitectureDisplay.from_estimator(model, feature_names=names)
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == names
    written = [text.get_text() for text in display.ax_.texts]
    assert written == ["inner", "outer", "right"]
    bare = ArchitectureDisplay.from_estimator(model)
    assert bare.ax_.get_yticks().size == 0
    many = ArchitectureDisplay((40, 1), {(2, 1): np.arange(40.0)[None]})
    many.feature_names = [f"x{k}" for k in range(40)]
    few = many.plot(max_neurons=3).ax_.get_yticklabels()
    assert [tick.get_text() for tick in few] == ["x37", "x38", "x39"]


def overlapping(display):
    """Pairs of names of features that stand on one another once all is drawn."""
    figure = display.figure_
    figure.draw_without_rendering()
    shown = [t for t in display.ax_.get_yticklabels() if t.get_text()]
    boxes = [t.get_window_extent() for t in shown]
    return sum(a.overlaps(b) for a, b in pairwise(boxes))


def thirty_features():
    weights = {(2, 1): np.arange(1.0, 61).reshape(2, 30), (3, 2): np.ones((1, 2))}
    weights[3, 1] = np.ones((1, 30))
    names = [f"feature {k}" for k in range(30)]
    return ArchitectureDisplay((30, 2, 1), weights, feature_names=names)


def test_thirty_names_have_room_on_a_figure_of_their_own():
    display = thirty_features().plot()
    assert len(display.ax_.get_yticklabels()) == 30
    assert overlapping(display) == 0
    assert 4.8 < display.figure_.get_figheight() <= 10


def test_on_given_axes_those_that_are_heard_most_are_named():
    figure, axes = plt.subplots(2)
    display = thirty_features().plot(axes[0])
    assert figure.get_figheight() == 4.8
    names = [tick.get_text() for tick in display.ax_.get_yticklabels()]
    assert overlapping(display) == 0
    assert 3 < len(names) < 30 and names[-1] == "feature 29"


def test_names_that_have_room():
    worth = np.array([3.0, 1.0, 2.0, 0.0])
    size, shown = legible(np.array([30.0, 20.0, 10.0, 0.0]), worth)
    assert size == 8 and shown.all()
    size, shown = legible(np.array([24.0, 16.0, 8.0, 0.0]), worth)
    assert_allclose(size, 6.4)
    assert shown.all()
    size, shown = legible(np.array([6.0, 4.0, 2.0, -4.0]), worth)
    assert size == 6 and shown.tolist() == [True, False, False, True]


def test_architecture_of_compact_linear_and_constant_models(kinked):
    X, y = kinked
    wiring = CompactRegressor((2,), links=[(2, 1), (3, 2)], max_iter=2, random_state=0)
    display = ArchitectureDisplay.from_estimator(wiring.fit(X, y), X)
    assert sorted(display.weights) == [(2, 1), (3, 2)]
    linear = SparcsRegressor(alpha=1e9).fit(X, y)
    assert ArchitectureDisplay.from_estimator(linear, X).layer_sizes == (3, 1)
    constant = SparcsRegressor().fit(X, np.full(len(y), 7.0))
    found = ArchitectureDisplay.from_estimator(constant, np.ones_like(X))
    assert len(found.links_.get_paths()) == 0


def test_architecture_of_a_cross_validation(cross_validated):
    display = ArchitectureDisplay.from_estimator(cross_validated)
    assert display.layer_sizes == cross_validated.active_architecture_.layer_sizes


def test_architecture_bad_input(shallow):
    model, X, _ = shallow
    for name in ("max_neurons", "max_links"):
        with pytest.raises(ValueError, match=f"{name} must be a positive"):
            ArchitectureDisplay.from_estimator(model, X, **{name: 0})
    with pytest.raises(ValueError, match="as many as the features, 3; got 2"):
        ArchitectureDisplay.from_estimator(model, feature_names=["a", "b"])
    with pytest.raises(TypeError, match=r"sequence of names.* got 'abc'"):
        ArchitectureDisplay.from_estimator(model, feature_names="abc")
    with pytest.raises(ValueError, match="2 features"):
        ArchitectureDisplay.from_estimator(model, X[:, :2])
