"""What estimators say in words of what they found."""

import re

import numpy as np
import pytest
from helpers.compacts import compact
from sklearn.datasets import make_friedman1
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import DirectForm, SparcsRegressor, SparcsRegressorCV
from sklearn_sparcs._fitted.summary import network_in_words


def test_three_neurons():
    names = ["age", "dose", "noise"]
    coefs = {
        (2, 1): np.array([[2.0, -1.0, 0.0], [0.0, 3.0, 0.2]]),
        (3, 1): np.array([[1.0, 0.0, 0.0]]),
        (3, 2): np.array([[1.0, -2.0]]),
    }
    intercepts = {2: np.zeros(2), 3: np.ones(1)}
    form = DirectForm(coefs, intercepts, "tanh", (1,), (np.arange(2),))
    assert network_in_words(form, names, np.array([0.2, 0.796, 0.004])) == [
        "3 → 2 → 1: a linear model and 2 hidden neurons (tanh), which use 3 features "
        "of 3; 12 parameters.",
        "Feature importances: dose 80%, age 20%.",
        "h1 is driven up by age and down by dose, and drives the output up.",
        "h2 is driven up by dose, and drives the output down.",
    ]


def test_strength_counts_in_standard_deviations():
    model = compact(hidden=(1,), bias=False)
    form = model.direct_form_
    form.coefs[2, 1][:] = [[1.0, 1e-2, -1e-2, 1e-4]]
    vars(form)["feature_scale"] = np.array([1.0, 1000.0, 90.0, 1e3])
    said = network_in_words(form, None, None)[1]
    assert said.startswith("h1 is driven up by x1, and drives")


def test_names_do_not_break_lines():
    names = ["two\nlines", "bell\x07", "$x_1$", "_x"]
    said = network_in_words(compact(hidden=(1,)).direct_form_, names, np.ones(4) / 4)
    assert said[1].endswith("importances: two lines 25%, bell? 25%, $x_1$ 25%, _x 25%.")
    assert not any("\n" in sentence for sentence in said)


def test_names_without_a_letter_are_quoted():
    names = ["", " ", "x", "y"]
    said = network_in_words(compact(hidden=(1,)).direct_form_, names, np.ones(4) / 4)
    assert said[1].endswith("importances: '' 25%, ' ' 25%, x 25%, y 25%.")


def test_many_neurons_and_outputs():
    said = compact("several classes", hidden=(12,)).summary().split("\n")
    assert len(said) == 1 + 10 + 1
    assert said[-1] == "2 more neurons are not listed."
    said = compact("several classes", hidden=(11,)).summary()
    assert said.endswith("1 more neuron is not listed.")
    assert "drives" not in "".join(said)


def test_linear_and_constant_models():
    X, y = make_friedman1(60, random_state=0)
    said = SparcsRegressor(()).fit(X, y).summary()
    assert said.startswith("10 → 1: a linear model, which uses 10 features of 10; ")
    constant = SparcsRegressor(()).fit(X, np.ones(60))
    assert "No feature matters" in constant.summary()


def test_cross_validation_begins_with_its_verdict():
    X, y = make_friedman1(100, random_state=0)
    model = SparcsRegressorCV(2, n_alphas=3, cv=2, random_state=0).fit(X, y)
    said = model.summary().split("\n")
    assert said[0] == model.verdict_
    assert said[1].startswith(str(model.active_architecture_))
    assert model.pruned_estimator_.summary().startswith("10 → ")


def test_one_neuron_without_a_linear_model():
    said = compact(hidden=(1,), links=[(2, 1), (3, 2)]).summary()
    assert said.startswith("4 → 1 → 1: 1 hidden neuron (relu), which uses 4 features")


def test_names_that_are_given():
    X, y = make_friedman1(60, random_state=0)
    model = SparcsRegressor((), random_state=0).fit(X, y)
    names = [f"name {j}" for j in range(10)]
    assert model.summary(names) == re.sub(r"\bx(\d)\b", r"name \1", model.summary())
    with pytest.raises(ValueError, match="as many as the features, 10; got 1"):
        model.summary(["a"])
    for names in ("ten letters", 10):
        with pytest.raises(TypeError, match=f"sequence of names.* got {names!r}"):
            model.summary(names)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        SparcsRegressor().summary()
