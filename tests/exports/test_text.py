"""Formulas in words compute what the estimators do."""

import re

import numpy as np
import pandas as pd
import pytest
from helpers.compacts import ENCODINGS, SHAPES, compact, features
from numpy.testing import assert_allclose
from scipy.special import erf, expit
from sklearn.exceptions import NotFittedError

from sklearn_sparcs import SparcsRegressor, export_text
from sklearn_sparcs._exports.identifiers import identifiers

#: What the formulas call functions.
FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "logistic": expit,
    "gelu": lambda z: z * 0.5 * (1 + erf(z / np.sqrt(2))),
    "identity": lambda z: z,
    "exp": np.exp,
}


def within(values, pairs):
    """Values by name, some of them cut off at (name, low, high)."""
    cut = {name: values[name].clip(float(a), float(b)) for name, a, b in pairs}
    return values | cut


def listed(title, lines):
    """What the line of a title says of (name, low, high)."""
    (said,) = [line for line in lines if line.startswith(title)] or [""]
    return re.findall(r"(\w+) \[(.*?), (.*?)\]", said)


def evaluated(text, X):
    """Predictions (n, k), as someone would work them out who reads the text."""
    lines = re.sub(r"\n {4}", " ", text).split("\n")
    ends = r" within \[(.*), (.*)\]"
    features = {f"x{j}": x for j, x in enumerate(X.T)}
    whole = within(features, listed("features are clipped to: ", lines))
    inner = listed("inputs of hidden neurons are clipped to: ", lines)
    sent, said = within(whole, inner), {}
    formulas = [line.split(" = ") for line in lines if " = " in line]
    for name, right in (f for f in formulas if f[0][0] == "h"):
        sent[name] = eval(right, FUNCTIONS | sent)
    for name, right in (f for f in formulas if f[0][0] != "h"):
        said[name] = eval(right, FUNCTIONS | sent | whole | said) * np.ones(len(X))
    said = within(said, re.findall(r"(\w+) is kept" + ends, text))
    last = [v for k, v in said.items() if k.startswith("P(")] or list(said.values())
    return np.stack(last, axis=1)


def expected(model, X):
    """Targets, or probabilities; of two classes, that of the second."""
    if not hasattr(model, "predict_proba"):
        return model.predict(X).reshape(len(X), -1)
    found = model.predict_proba(X)
    return found[:, 1:] if model.n_outputs_ == 1 else found


@pytest.mark.parametrize("kind", ENCODINGS)
def test_every_kind_of_target(kind):
    model, X = compact(kind, hidden=(3, 2)), features()
    text = export_text(model, decimals=17)
    assert_allclose(evaluated(text, X), expected(model, X), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape(shape):
    model, X = compact("several targets", **SHAPES[shape]), features()
    text = export_text(model, decimals=17)
    assert_allclose(evaluated(text, X), expected(model, X), rtol=1e-9, atol=1e-9)


def test_rounded_by_a_reader():
    model = compact(hidden=(), bias=False)
    W = model.direct_form_.coefs[2, 1]
    W[:] = [[12.3456, -0.000123456, 0.0, 0.5]]
    assert export_text(model, list("abcd")) == "y = 12.35 * a - 0.00012 * b + 0.5 * d"
    assert export_text(model, decimals=0) == "y = 12 * x0 - 0.0001 * x1 + 0.5 * x3"
    W[:] = [[0.99999, 0.996, 0.994, 0.0]]
    assert export_text(model) == "y = 1.00 * x0 + 1.00 * x1 + 0.99 * x2"
    W[:] = 0
    assert export_text(model) == "y = 0"


def test_names_of_the_model_and_of_neurons():
    model = compact(names=np.array(["age", "h1", "x", "h10"], dtype=object))
    text = export_text(model)
    assert "* age" in text
    assert [f"\nh_{n} = relu(" in text for n in (1, 4, 5)] == [True, True, False]


def test_lines_break_between_terms():
    model = compact("several classes", hidden=(9,))
    lines = export_text(model, decimals=8).split("\n")
    assert max(map(len, lines)) <= 80
    assert all(re.match(r" {4}[+-] \d", line) for line in lines if line[0] == " ")


def test_refused():
    with pytest.raises(NotFittedError):
        export_text(SparcsRegressor())
    with pytest.raises(TypeError, match="must be a sequence of names"):
        export_text(compact(), "abcd")
    with pytest.raises(ValueError, match="as many as the features, 4; got 2"):
        export_text(compact(), ["a", "b"])
    with pytest.raises(ValueError, match="must be different; 'a' is there twice"):
        export_text(compact(), ["b", "a", "c", "a"])


@pytest.mark.parametrize("decimals", [-1, 101, 2.0, "2", True, None, np.nan])
def test_digits_that_are_no_number_of_digits(decimals):
    with pytest.raises(ValueError, match="decimals must be a whole number from 0 to"):
        export_text(compact(), decimals=decimals)


@pytest.mark.parametrize("number", [0, -1, 2.0, "all", True])
def test_features_that_are_no_number_of_features(number):
    with pytest.raises(
        ValueError, match="max_features must be a whole number from 1 on"
    ):
        export_text(compact(), max_features=number)


def test_only_the_features_that_are_heard_most():
    model = compact(hidden=(2,), hidden_bounds=True)
    form = model.direct_form_
    form.coefs[2, 1][:] = [[1.0, 0.0, -2.0, 0.1], [0.0, 0.0, 0.0, 3.0]]
    form.coefs[3, 1][:] = [[1.0, 2.0, 3.0, 4.0]]
    vars(form)["feature_scale"] = np.array([1.0, 5.0, 0.1, 100.0])
    names = ["a b", "b", "c", "d"]
    text = export_text(model, names, decimals=1, max_features=2).split("\n")
    assert re.fullmatch(
        r"y = .* \+ 4.0 \* d \+ 2.0 \* b .*h2 .* \(2 more features\)", text[0]
    )
    assert re.fullmatch(
        r"h1 = relu\(.* \+ 0.1 \* d \+ 1.0 \* a_b \+ \(1 more feature\)\)", text[1]
    )
    assert re.fullmatch(r"h2 = relu\(.* \+ 3.0 \* d\)", text[2])
    assert re.fullmatch(
        r"inputs of hidden neurons are clipped to: a_b \[.*\], d \[.*\]", text[3]
    )
    assert text[4:] == ["underscores in names may stand for spaces"]
    assert export_text(model, max_features=4).count("more") == 0


def test_thirty_features_take_few_lines():
    """Of what is cut off, and of names, there are some in a line."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(100, 30)), columns=[f"f {j}" for j in range(30)])
    model = SparcsRegressor(()).fit(X, X["f 3"])
    model.direct_form_.coefs[2, 1][:] = 1.0
    vars(model.direct_form_)["bounds"] = (np.full(30, -1.0), np.full(30, 1.0))
    lines = export_text(model).split("\n")
    assert len(lines) < 20
    assert max(map(len, lines)) <= 80
    assert any("f_29 [-1.00, 1.00]" in line for line in lines)
    assert lines[-1] == "underscores in names may stand for spaces"


def test_names_that_are_no_identifiers_are_given_others():
    model, X = compact("several classes", hidden=(3,), bounds=True), features()
    hostile = ["body mass\n", "relu", "score1", "class"]
    text = export_text(model, hostile, decimals=17)
    instead = ["body_mass_", "relu_", "score1_", "class_"]
    for j, (name, was) in enumerate(zip(instead, hostile, strict=True)):
        assert f"{name} is {was!r}" in text
        text = text.replace(f"{name} is {was!r}", "").replace(name, f"x{j}")
    assert_allclose(evaluated(text, X), expected(model, X), rtol=1e-9)
    assert " is 'a" not in export_text(model, ["a", "été", "x3", "h1"])


def test_identifiers_are_all_different():
    names = ["a b", "a_b", "a.b", "", "1", "\n"]
    assert identifiers(names) == ["a_b_", "a_b", "a_b__", "x_", "x_1", "_"]
