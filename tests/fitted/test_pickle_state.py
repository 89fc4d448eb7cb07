"""Pickles say which version made them, and estimators whether they are fitted."""

import copy
import inspect
import pickle

import pytest
from helpers.public import estimators
from numpy.testing import assert_array_equal
from sklearn.exceptions import InconsistentVersionWarning, NotFittedError

from sklearn_sparcs import SparcsRegressor, SparcsRegressorCV, __version__
from sklearn_sparcs._fitted import pickle_state


@pytest.fixture(scope="module")
def fitted():
    X = [[0.0], [1.0], [2.0], [3.0]]
    return SparcsRegressor(()).fit(X, [1.0, 2.0, 4.0, 5.0]), X


def test_the_version_is_in_the_state_and_goes_again(fitted):
    model, X = fitted
    assert __version__ in model.__getstate__().values()
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert vars(twin).keys() == vars(model).keys()
        assert_array_equal(twin.predict(X), model.predict(X))


def test_another_version_warns(fitted, monkeypatch):
    model, X = fitted
    monkeypatch.setattr(pickle_state, "__version__", "0.0.7")
    data = pickle.dumps(model)
    monkeypatch.undo()
    with pytest.warns(InconsistentVersionWarning, match=r"0\.0\.7"):
        twin = pickle.loads(data)
    assert_array_equal(twin.predict(X), model.predict(X))


@pytest.mark.parametrize("layout", [0, 99])
def test_an_unknown_layout_is_refused(fitted, monkeypatch, layout):
    model, _ = fitted
    monkeypatch.setattr(pickle_state, "LAYOUT", layout)
    data = pickle.dumps(model)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=rf"layout {layout}; this is .*fit it again"):
        pickle.loads(data)


def test_a_state_without_a_stamp_is_refused():
    with pytest.raises(ValueError, match=r"SparcsRegressorCV was pickled by .*before"):
        SparcsRegressorCV().__setstate__({"alpha_": 1.0})


@pytest.mark.parametrize(
    "name", ["alpha", "hidden_alpha", "alpha_", "hidden_alpha_", "clip_", "history_"]
)
def test_a_state_that_lacks_an_attribute_is_refused(fitted, name):
    state = fitted[0].__getstate__()
    del state[name]
    with pytest.raises(ValueError, match=rf"lacks {name}, .* or fit it again"):
        SparcsRegressor().__setstate__(state)


def test_a_stream_whose_state_lacks_a_field_is_refused():
    """As one of before the field was there: its next piece ended inside."""
    X = [[float(k)] for k in range(20)]
    model = SparcsRegressor(()).partial_fit(X, range(20))
    state = model.__getstate__()
    vars(state["_checkpoint"]).pop("scaling")
    vars(state["direct_form_"]).pop("activation")
    with pytest.raises(ValueError, match=r"direct_form_\.activation.*fit it again"):
        SparcsRegressor().__setstate__(state)
    with pytest.raises(ValueError, match=r"_checkpoint\.scaling"):
        SparcsRegressor().__setstate__(state)


def properties():
    """(estimator, name) of what is found at a fit and worked out when asked for."""
    for _, estimator in estimators():
        for name, value in inspect.getmembers(estimator):
            if isinstance(value, property) and name[0] != "_" and name[-1] == "_":
                yield estimator, name


@pytest.mark.parametrize(("estimator", "name"), list(properties()))
def test_an_attribute_before_a_fit_says_that_there_was_none(estimator, name):
    model = estimator()
    with pytest.raises(NotFittedError, match=f"This {estimator.__name__} .*not fitted"):
        getattr(model, name)
    assert not hasattr(model, name)
