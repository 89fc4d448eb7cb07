"""`ArchitectureDisplay`: neurons, links and names."""

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
    with pytest.raises(ValueError, match="2 features"):
        ArchitectureDisplay.from_estimator(model, X[:, :2])
