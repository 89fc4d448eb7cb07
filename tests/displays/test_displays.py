"""What the displays compute and draw."""

import pickle
import sys

import matplotlib
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import (
    ArchitectureDisplay,
    CompactRegressor,
    EigenvalueDisplay,
    PathDisplay,
    PruningCurveDisplay,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
    TransitionDisplay,
    hidden_path_norm,
    sparcs_path,
)
from sklearn_sparcs._direct.form import DirectForm
from sklearn_sparcs._displays.strengths import strengths
from sklearn_sparcs._displays.style import NEGATIVE, PALETTE, POSITIVE
from sklearn_sparcs.nn import GrowingSpectralNetwork, SpectralNetwork, path_tensor

matplotlib.use("agg")
plt = pytest.importorskip("matplotlib.pyplot")
pytestmark = pytest.mark.filterwarnings("ignore:max_iter")
OPTIONS = {"alpha": 1e-3, "min_significance": 0, "max_iter": 40, "random_state": 0}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def deep(kinked):
    """Two live hidden layers, and the data."""
    X, y = kinked
    model = SparcsRegressor((5, 5), solver="adam", init="xavier", **OPTIONS).fit(X, y)
    assert model.active_architecture_.layer_sizes == (3, 5, 5, 1)
    return model, X, y


@pytest.fixture
def shallow(kinked):
    """A few neurons of twenty, and the data."""
    X, y = kinked
    model = SparcsRegressor(20, **OPTIONS).fit(X, y)
    assert 0 < model.active_architecture_.n_hidden < 20
    return model, X, y


@pytest.fixture(scope="module")
def cross_validated():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = np.abs(X[:, 0]) + 0.5 * X[:, 1] + 0.1 * rng.normal(size=200)
    alphas = [100.0, 10.0, 0.1, 0.03, 0.01]
    return SparcsRegressorCV((3, 3), alphas=alphas, cv=3, random_state=0).fit(X, y)


def small_form(bounds=None):
    """3 features, hidden layers of 2 and 1, 1 output; weights that differ."""
    coefs = {
        (2, 1): np.array([[1.0, -2.0, 0.0], [0.5, 0.0, 3.0]]),
        (3, 1): np.array([[0.0, 1.0, -1.0]]),
        (3, 2): np.array([[2.0, -1.0]]),
        (4, 1): np.array([[4.0, 0.0, 0.0]]),
        (4, 2): np.array([[0.0, 1.5]]),
        (4, 3): np.array([[-1.0]]),
    }
    intercepts = {2: np.zeros(2), 3: np.zeros(1), 4: np.zeros(1)}
    neurons = (np.arange(2), np.arange(1))
    return DirectForm(coefs, intercepts, "relu", (1, 2), neurons, bounds)


# -- what all have in common -----------------------------------------------------------


def all_displays(model, X, y):
    yield EigenvalueDisplay.from_estimator(model)
    yield PruningCurveDisplay.from_estimator(model, X, y)
    yield ArchitectureDisplay.from_estimator(model, X)
    yield TransitionDisplay.from_estimators([0.0], [model])


def test_estimators_are_left_as_they_are(shallow):
    model, X, y = shallow
    before = pickle.dumps(model)
    for display in all_displays(model, X, y):
        assert display.figure_ is display.ax_.figure
    assert pickle.dumps(model) == before


def test_the_cross_validation_is_left_as_it_is(cross_validated):
    before = pickle.dumps(cross_validated)
    PathDisplay.from_estimator(cross_validated)
    PathDisplay.from_path(cross_validated.path_)
    assert pickle.dumps(cross_validated) == before


def test_given_axes_are_drawn_on(shallow):
    for display in list(all_displays(*shallow)):
        _, ax = plt.subplots()
        assert display.plot(ax) is display
        assert display.ax_ is ax


def test_without_matplotlib_the_error_says_so(shallow, monkeypatch):
    model, X, y = shallow
    displays = list(all_displays(model, X, y))
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for display in displays:
        with pytest.raises(ImportError, match=r"plot requires matplotlib"):
            display.plot()
    with pytest.raises(ImportError, match=r"from_path requires matplotlib"):
        PathDisplay.from_path(None)


def test_other_estimators_are_refused(shallow):
    model, X, y = shallow
    compact = model.pruned_estimator_
    for draw in (
        lambda m: EigenvalueDisplay.from_estimator(m),
        lambda m: PruningCurveDisplay.from_estimator(m, X, y),
        lambda m: PathDisplay.from_estimator(m),
    ):
        with pytest.raises(TypeError, match="got a CompactRegressor"):
            draw(compact)
        with pytest.raises(NotFittedError):
            draw(SparcsRegressor())
    with pytest.raises(NotFittedError):
        ArchitectureDisplay.from_estimator(SparcsRegressor())
    with pytest.raises(TypeError, match="SparcsRegressorCV"):
        PathDisplay.from_estimator(model)


# -- eigenvalues -----------------------------------------------------------------------


def heights(bars):
    return [int(height) for height in bars.datavalues]


def test_histograms_by_hand():
    lam = [np.array([0.0, 0.0, -0.2, 1.0]), np.array([0.7, 0.0])]
    display = EigenvalueDisplay(lam, ["a", "b"]).plot(bins=5)
    a, b = display.bars_
    assert heights(a) == [2, 0, 1, 0, 0, 1]  # zeros, then [0, 0.2), … [0.8, 1]
    assert heights(b) == [1, 0, 0, 0, 1, 0]
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["a: 2 of 4 are zero", "b: 1 of 2 are zero"]
    assert display.ax_.get_xticklabels()[0].get_text() == "zero"
    starts = [bar.get_x() for bar in a]
    assert_allclose(np.diff(starts[1:]), 0.2)
    ends = [bar.get_x() + bar.get_width() for bar in b]
    assert starts[1] >= 0 and ends[-1] <= 1 and ends[0] < 0


def test_eigenvalues_of_an_estimator(shallow):
    model, *_ = shallow
    display = EigenvalueDisplay.from_estimator(model)
    n_live = model.active_architecture_.n_hidden
    assert display.labels == ["hidden 1"]
    (bars,) = display.bars_
    assert heights(bars)[0] == 20 - n_live
    assert sum(heights(bars)[1:]) == n_live
    both = EigenvalueDisplay.from_estimator(model, output=True)
    assert both.labels == ["hidden 1", "output"]
    assert heights(both.bars_[1]) == [0] * 20 + [1]


def test_eigenvalues_of_a_cross_validation(cross_validated):
    display = EigenvalueDisplay.from_estimator(cross_validated)
    for shown, lam in zip(
        display.eigenvalues, cross_validated.eigenvalues_[1:-1], strict=True
    ):
        assert_array_equal(shown, lam)


def test_eigenvalues_of_a_network():
    network = SpectralNetwork(3, (4, 2), 2, input_eigenvalues=True)
    assert EigenvalueDisplay.from_network(network).labels == ["hidden 1", "hidden 2"]
    with torch.no_grad():
        network.input_lam[1] = 0.5
        network.lam[0].fill_(0.25)
    display = EigenvalueDisplay.from_network(network, bins=2)
    assert display.labels == ["input", "hidden 1", "hidden 2"]
    assert [heights(bars) for bars in display.bars_] == [
        [3, 0, 1],
        [0, 0, 4],
        [2, 0, 0],
    ]


def test_eigenvalues_of_a_network_that_grows():
    network = GrowingSpectralNetwork(3, (5,), 2)
    tensors = [torch.ones(2, 4), torch.ones(2, 6), torch.tensor([-1.0, 0.4])]
    network.restructure(tensors, [torch.tensor([3, 0])])
    display = EigenvalueDisplay.from_network(network, bins=2)
    assert_array_equal(display.eigenvalues[0], np.float32([0.4, 0, 0, -1, 0]))
    assert heights(display.bars_[0]) == [3, 1, 1]


def test_eigenvalues_bad_input():
    network = SpectralNetwork(3, (), 2)
    with pytest.raises(ValueError, match="output=True"):
        EigenvalueDisplay.from_network(network)
    assert EigenvalueDisplay.from_network(network, output=True).labels == ["output"]
    with pytest.raises(ValueError, match="bins must be a positive"):
        EigenvalueDisplay.from_network(network, output=True, bins=0)


# -- pruning ---------------------------------------------------------------------------


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


# -- architecture ----------------------------------------------------------------------


def test_strengths_by_hand():
    X = np.array([[1.0, 0, 2], [-1, 1, 0], [0, 3, -1], [2, -1, 1]])
    form = small_form()
    found = strengths(form, X)
    a2 = np.maximum(X @ form.coefs[2, 1].T, 0)
    a3 = np.maximum(X @ form.coefs[3, 1].T + a2 @ form.coefs[3, 2].T, 0)
    spread = {1: X.std(axis=0), 2: a2.std(axis=0), 3: a3.std(axis=0)}
    worth = {4: np.ones(1), 3: np.zeros(1), 2: np.zeros(2)}
    for i in (4, 3, 2):
        for m in range(len(worth[i])):
            heard = {
                (j, n): form.coefs[i, j][m, n] * spread[j][n]
                for j in range(1, i)
                for n in range(len(spread[j]))
            }
            total = sum(h**2 for h in heard.values())
            for (j, n), h in heard.items():
                share = h**2 / total * worth[i][m]
                assert found[i, j][m, n] == pytest.approx(np.sign(h) * share**0.5)
                if j > 1:
                    worth[j][n] += share


def test_strengths_are_a_flow_without_units(deep):
    model, X, _ = deep
    form = model.direct_form_
    for data in (X, None):
        found = strengths(form, data)
        flow = {link: weight**2 for link, weight in found.items()}
        outgoing = sum(flow[i, 1].sum() for i in (2, 3, 4))
        assert outgoing == pytest.approx(1)
        for layer in (2, 3):
            into = sum(f.sum(axis=1) for (i, _), f in flow.items() if i == layer)
            out = sum(f.sum(axis=0) for (_, j), f in flow.items() if j == layer)
            assert_allclose(into, out, rtol=1e-9)
        scale, shift = np.array([1e3, 1e-2, 7.0]), np.array([5.0, 0.0, -3.0])
        other = form.rescaled(shift, scale, 2.0, 10.0)
        rescaled = strengths(other, None if data is None else data * scale + shift)
        for link, weight in found.items():
            assert_allclose(rescaled[link], weight, rtol=1e-6, atol=1e-9)


def test_spreads_without_data_are_those_of_the_training_data():
    X = np.random.default_rng(0).normal(size=(5000, 3)) * [1.0, 10.0, 0.1]
    y = X @ [1.0, 0.2, -30.0]
    model = SparcsRegressor(()).fit(X, y)
    drawn = [strengths(model.direct_form_, data)[2, 1] for data in (X, None)]
    assert_allclose(*drawn, rtol=1e-6)
    model = SparcsRegressor((), standardize=False).fit(X, y)
    raw = strengths(model.direct_form_)[2, 1][0]
    assert_allclose(raw, np.array([1, 0.2, -30]) / (1 + 0.04 + 900) ** 0.5, rtol=1e-6)


def test_sparse_samples_give_the_same_picture(shallow):
    model, X, _ = shallow
    X = np.where(X > 0, X, 0)
    dense, csr = (
        ArchitectureDisplay.from_estimator(model, data).weights
        for data in (X, sparse.csr_array(X))
    )
    for link, weight in dense.items():
        assert_allclose(csr[link], weight, rtol=1e-9)


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
    signs = [matplotlib.colors.to_hex(colour).upper() for colour in colours]
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


# -- path ------------------------------------------------------------------------------


def test_path_is_drawn(kinked):
    X, y = kinked
    path = sparcs_path(
        X[:200],
        y[:200],
        hidden_layer_sizes=(5,),
        X_val=X[200:],
        y_val=y[200:],
        alphas=[100.0, 10.0, 0.1, 0.01, 0.0],
        random_state=0,
    )
    display = PathDisplay.from_path(path)
    assert path.linear_until == 10.0
    train, valid, neurons = display.lines_
    for line, values in (
        (train, path.train_loss),
        (valid, path.valid_loss),
        (neurons, path.n_hidden),
    ):
        assert_array_equal(line.get_xdata(), path.alphas)
        assert_array_equal(line.get_ydata(), values)
    for ax in display.axes_:
        left, right = ax.get_xlim()
        assert left > 100 and 0 < right < 0.01
        (span,) = ax.patches
        assert span.get_x() == 10.0 and span.get_x() + span.get_width() == left
        assert ax.get_xscale() == "log"
    legend = [text.get_text() for text in display.axes_[0].get_legend().get_texts()]
    assert legend == ["training", "validation", "linear model"]


def test_path_without_validation_or_linear_part(kinked):
    X, y = kinked
    path = sparcs_path(X, y, hidden_layer_sizes=(3,), alphas=[0.01], random_state=0)
    display = PathDisplay.from_path(path)
    assert list(display.curves) == ["training"]
    assert not display.axes_[1].patches


def test_cross_validation_is_drawn(cross_validated):
    model = cross_validated
    display = PathDisplay.from_estimator(model)
    n_depths = len(model.cv_scores_path_)
    names = ["1 hidden layer", "2 hidden layers"][:n_depths]
    assert list(display.curves) == names
    lines = display.lines_[:n_depths]
    for line, scores in zip(lines, model.cv_scores_path_, strict=True):
        assert_allclose(line.get_ydata(), scores.mean(axis=1))
    band = display.axes_[0].collections[0].get_paths()[0].vertices
    error = model.cv_scores_path_[0].std(axis=1, ddof=1) / 3**0.5
    mean = model.cv_scores_path_[0].mean(axis=1)
    for alpha, low, high in zip(model.alphas_, mean - error, mean + error, strict=True):
        at = band[band[:, 0] == alpha, 1]
        assert_allclose([at.min(), at.max()], [low, high])
    folds = model.cv_architectures_path_[0]
    for k, n in enumerate(display.lines_[n_depths].get_ydata()):
        assert n == pytest.approx(np.mean([fold[k].n_hidden for fold in folds]))
    assert display.linear_until == 10.0
    assert display.marks == {"chosen": model.alpha_, "1 SE": model.alpha_1se_}
    marked = {line.get_xdata()[0] for line in display.axes_[0].lines[n_depths:]}
    assert marked == {model.alpha_, model.alpha_1se_}


def test_marks_on_the_same_alpha_share_a_line():
    alphas, curve = np.array([1.0, 0.1]), {"": np.array([2.0, 1.0])}
    display = PathDisplay(
        alphas, curve, [np.array([0, 1])], marks={"a": 0.1, "b": 0.1, "c": 1.0}
    ).plot()
    labels = [line.get_label() for line in display.axes_[1].lines[1:]]
    assert labels == ["a, b", "c"]


def test_a_path_needs_a_pair_of_axes():
    alphas = np.array([1.0, 0.1])
    display = PathDisplay(alphas, {"loss": alphas}, [np.array([0, 1])])
    _, axes = plt.subplots(2)
    assert display.plot(axes).axes_[1] is axes[1]
    with pytest.raises(ValueError, match="pair of matplotlib Axes"):
        display.plot(axes[0])
    zero = PathDisplay(np.zeros(1), {"loss": np.ones(1)}, [np.ones(1)])
    with pytest.raises(ValueError, match="alphas must hold a positive one"):
        zero.plot()


def test_scores_that_are_not_finite_are_left_out(cross_validated):
    model = pickle.loads(pickle.dumps(cross_validated))
    model.cv_scores_path_[0, 1] = -1e12
    line = PathDisplay.from_estimator(model).lines_[0]
    assert np.isnan(line.get_ydata()).tolist() == [False, True, False, False, False]


# -- transition ------------------------------------------------------------------------


def test_path_norm_of_estimators(shallow, deep):
    model, X, y = shallow
    coefs = model.direct_form_.coefs
    gamma = path_tensor(coefs[3, 2], coefs[2, 1])
    assert hidden_path_norm(model) == pytest.approx(np.linalg.norm(gamma))
    compact = SparcsRegressor(20, prune_tol=0, **OPTIONS).fit(X, y).pruned_estimator_
    assert hidden_path_norm(compact) == pytest.approx(hidden_path_norm(model))
    assert hidden_path_norm(SparcsRegressor(alpha=1e9).fit(X, y)) == 0.0
    with pytest.raises(ValueError, match="3 → 5 → 5 → 1"):
        hidden_path_norm(deep[0])
    with pytest.raises(NotFittedError):
        hidden_path_norm(SparcsRegressor())


def test_transition_is_drawn(shallow):
    model, X, y = shallow
    linear = SparcsRegressor(alpha=1e9).fit(X, y)
    trials = [[linear, linear], [linear, model]]
    display = TransitionDisplay.from_estimators([0, 1], trials, name="b")
    norm, n = hidden_path_norm(model), model.active_architecture_.n_hidden
    assert_array_equal(display.path_norms, [[0, 0], [0, norm]])
    assert_array_equal(display.n_hidden, [[0, 0], [0, n]])
    assert_allclose(display.line_.get_ydata(), [0, norm / 2])
    band = display.band_.get_paths()[0].vertices
    at = band[band[:, 0] == 1, 1]
    assert_allclose([at.min(), at.max()], [0, norm], atol=1e-12)
    neurons = TransitionDisplay.from_estimators(
        [0, 1], trials, quantity="n_hidden", ax=display.ax_
    )
    assert_allclose(neurons.line_.get_ydata(), [0, n / 2])
    assert neurons.line_.get_color() == PALETTE[1]


def test_transition_bad_input(shallow):
    model, *_ = shallow
    for estimators in ([model], [[model], [model, model]]):
        with pytest.raises(ValueError, match="each of the 2 values of control"):
            TransitionDisplay.from_estimators([0, 1], estimators)
    display = TransitionDisplay(np.arange(2), np.zeros((2, 1)))
    with pytest.raises(ValueError, match=r"one of \['path_norm'\]; got 'n_hidden'"):
        display.plot(quantity="n_hidden")
