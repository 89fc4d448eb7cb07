"""What all displays have in common."""

import pickle
import sys

import matplotlib.pyplot as plt
import pytest
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import (
    ArchitectureDisplay,
    EigenvalueDisplay,
    PathDisplay,
    PruningCurveDisplay,
    SparcsRegressor,
    TransitionDisplay,
    sparcs_path,
)

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


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


@pytest.mark.parametrize(
    "make",
    [
        plt.figure,
        plt.subplots,
        lambda: plt.subplots(1, 2)[1],
        lambda: "ax",
    ],
)
def test_what_is_no_axes_is_refused(make, shallow):
    for display in list(all_displays(*shallow)):
        with pytest.raises(TypeError, match=r"ax must be matplotlib Axes, as the seco"):
            display.plot(make())


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
    path = sparcs_path(X, y, hidden_layer_sizes=2, n_alphas=3)
    with pytest.raises(TypeError, match=r"from_path shows a SparcsPath.*; got a Sparc"):
        PathDisplay.from_estimator(path)
