"""`PathDisplay`: curves, bands and marks."""

import pickle

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_sparcs import PathDisplay, sparcs_path

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def test_path_is_drawn(kinked):
    X, y = kinked
    path = sparcs_path(
        X[:200],
        y[:200],
        hidden_layer_sizes=(5,),
        X_val=X[200:],
        y_val=y[200:],
        alphas=[1.0, 0.1, 0.01, 0.001, 0.0],
        random_state=0,
    )
    display = PathDisplay.from_path(path)
    assert path.linear_until == 0.1
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
        assert left > 1 and 0 < right < 0.001
        (span,) = ax.patches
        assert span.get_x() == 0.1 and span.get_x() + span.get_width() == left
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
    n_curves = len(model.cv_scores_path_)
    assert model.cv_curves_[:2] == [(1, "relu"), (1, "tanh")]
    assert list(display.curves)[:2] == ["1 hidden layer, relu", "1 hidden layer, tanh"]
    lines = display.lines_[:n_curves]
    for line, scores in zip(lines, model.cv_scores_path_, strict=True):
        assert_allclose(line.get_ydata(), scores.mean(axis=1))
    band = display.axes_[0].collections[0].get_paths()[0].vertices
    error = model.cv_scores_path_[0].std(axis=1, ddof=1) / 3**0.5
    mean = model.cv_scores_path_[0].mean(axis=1)
    for alpha, low, high in zip(model.alphas_, mean - error, mean + error, strict=True):
        at = band[band[:, 0] == alpha, 1]
        assert_allclose([at.min(), at.max()], [low, high])
    folds = model.cv_architectures_path_[0]
    for k, n in enumerate(display.lines_[n_curves].get_ydata()):
        assert n == pytest.approx(np.mean([fold[k].n_hidden for fold in folds]))
    assert display.linear_until == 1.0
    assert display.marks == {"chosen": model.alpha_, "1 SE": model.alpha_1se_}
    marked = {line.get_xdata()[0] for line in display.axes_[0].lines[n_curves:]}
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
    with pytest.raises(ValueError, match="pair of matplotlib Axes"):
        display.plot(plt.subplots())  # a figure and one
    assert len(display.plot(plt.subplots(2, squeeze=False)[1]).axes_) == 2
    zero = PathDisplay(np.zeros(1), {"loss": np.ones(1)}, [np.ones(1)])
    with pytest.raises(ValueError, match="alphas must hold a positive one"):
        zero.plot()


def test_scores_that_are_not_finite_are_left_out(cross_validated):
    model = pickle.loads(pickle.dumps(cross_validated))
    model.cv_scores_path_[0, 1] = np.nan
    line = PathDisplay.from_estimator(model).lines_[0]
    assert np.isnan(line.get_ydata()).tolist() == [False, True, False, False, False]
