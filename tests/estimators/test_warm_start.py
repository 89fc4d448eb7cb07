"""What a fit may go on from, and with which parameters."""

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sklearn_sparcs import (
    CompactClassifier,
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
)
from sklearn_sparcs._estimators.warm_start import MUST_AGREE, TAKES_EFFECT

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")
QUICK = {"max_iter": 5, "random_state": 0, "warm_start": True}
CHANGED = {
    "hidden_layer_sizes": (7,),
    "activation": "tanh",
    "solver": "adam",
    "init": "xavier",
    "fit_intercept": False,
    "standardize": False,
    "clip": 2.0,
    "hidden_clip": 2.0,
}


def test_every_parameter_is_in_one_of_the_two_tables():
    asked = set()
    for kind in (
        SparcsRegressor,
        SparcsClassifier,
        CompactRegressor,
        CompactClassifier,
    ):
        asked |= set(kind().get_params())
    assert set(MUST_AGREE) | set(TAKES_EFFECT) == asked
    assert not set(MUST_AGREE) & set(TAKES_EFFECT)


def test_the_page_shows_the_two_tables():
    page = Path(__file__).parents[2] / "docs" / "going-on.md"
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", page.read_text(), re.M)
    refused = tuple(name for name, what in rows if what == "is refused")
    assert refused == MUST_AGREE
    assert tuple(n for n, what in rows if what == "takes effect") == TAKES_EFFECT


@pytest.mark.parametrize("name", CHANGED)
def test_a_parameter_that_must_agree_is_refused_if_changed(kinked, name):
    X, y = kinked
    model = SparcsRegressor((8,), **QUICK).fit(X, y)
    expected = model.predict(X)
    was = getattr(model, name)
    model.set_params(**{name: CHANGED[name]})
    with pytest.raises(ValueError, match=f"{name} was {re.escape(repr(was))} in the"):
        model.fit(X, y)
    with pytest.raises(ValueError, match=f"{name} was"):
        model.partial_fit(X, y)
    assert_allclose(model.predict(X), expected, atol=0)
    model.set_params(**{name: was}).fit(X, y)


def test_what_takes_effect_does(kinked):
    X, y = kinked
    model = SparcsRegressor((8,), alpha=1e-3, **QUICK).fit(X, y)
    assert not model.active_architecture_.is_linear
    model.set_params(alpha=1e3).fit(X, y)
    last = model.history_[-1]
    assert last["n_live"] == 0  # the penalty has put every neuron to sleep
    model.set_params(early_stopping=True).fit(X, y)
    assert model.validation_scores_[0] is None
    assert model.validation_scores_[-1] <= 1
    single = X.astype(np.float32)
    assert model.fit(single, y).predict(single).dtype == np.float32


@pytest.mark.parametrize("solver", ["growth", "adam"])
def test_a_fit_that_fails_leaves_the_estimator_as_it_was(kinked, solver):
    X, y = kinked
    model = SparcsRegressor((8,), solver=solver, **QUICK).fit(X, y)
    before, expected = dict(vars(model)), model.predict(X)
    model.set_params(device="abacus", hidden_layer_sizes=(3,), warm_start=False)
    with pytest.raises(ValueError, match="abacus"):
        model.fit(X[:, :2], np.c_[y, y])
    model.set_params(device="cpu", hidden_layer_sizes=(8,), warm_start=True)
    assert vars(model) == before
    assert_allclose(model.predict(X), expected, atol=0)
    assert model.fit(X, y).n_iter_ > before["n_iter_"]


def test_a_first_fit_that_fails_leaves_nothing(kinked):
    model = SparcsRegressor(device="abacus")
    with pytest.raises(ValueError, match="abacus"):
        model.fit(*kinked)
    assert vars(model) == vars(SparcsRegressor(device="abacus"))


def test_a_compact_network_goes_on_with_the_same_wiring_only(kinked):
    X, y = kinked
    model = CompactRegressor((4,), tol=1e-2, **QUICK).fit(X, y)
    expected = model.predict(X)
    for changed in (
        {"hidden_layer_sizes": (3,)},
        {"links": [(2, 1), (3, 2)]},
        {"activation": "tanh"},
        {"fit_intercept": False},
    ):
        was = {name: getattr(model, name) for name in changed}
        (name,) = changed
        model.set_params(**changed)
        assert_allclose(model.predict(X), expected, atol=0)
        with pytest.raises(ValueError, match=f"{name} was"):
            model.fit(X, y)
        model.set_params(**was)
    model.fit(X, y)
    bare = CompactRegressor((4,), fit_intercept=False, **QUICK).fit(X, y)
    assert not bare.intercepts_[3].any()
    assert bare.set_params(fit_intercept=True).fit(X, y).intercepts_[3].any()
