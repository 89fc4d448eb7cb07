"""``linear_p_value_`` of the estimators."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, make_friedman1

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3))
Y = X @ [1.0, 2.0, 0.0] + RNG.normal(size=200)
PATH = {"n_alphas": 3, "cv": 2, "random_state": 0}


@pytest.mark.parametrize(
    ("plain", "cv", "y"),
    [
        (SparcsRegressor, SparcsRegressorCV, Y),
        (SparcsClassifier, SparcsClassifierCV, Y > 0),
    ],
)
def test_the_data_alone_decide(plain, cv, y):
    model = plain(random_state=0).fit(X, y)
    assert 0.05 < model.linear_p_value_ <= 1
    assert cv(4, **PATH).fit(X, y).linear_p_value_ == model.linear_p_value_
    other = plain((), activation="tanh", random_state=1).fit(X, y)
    assert other.linear_p_value_ == model.linear_p_value_
    said = model.summary().splitlines()[-1]
    assert said.startswith(f"p-value of the linear model {model.linear_p_value_:.3f}:")
    assert said.endswith("so it may be true.")


def test_bends_speak_against_a_linear_model():
    bent, y = make_friedman1(200, random_state=0)
    assert SparcsRegressor(random_state=0).fit(bent, y).linear_p_value_ == 0.002


def test_a_bend_too_small_to_pay_is_said_beside_the_linear_model():
    """On diabetes a bend is certain, and yet no neuron is worth what it costs."""
    plain = SparcsRegressor(random_state=0).fit(*load_diabetes(return_X_y=True))
    assert plain.active_architecture_.is_linear
    assert plain.linear_p_value_ <= 0.05
    said = plain.summary()
    assert said.endswith(
        "so it misses something, but no neuron that was allowed was worth its price."
    )


@pytest.mark.parametrize(
    ("p", "says"),
    [(0.002, "it falls short"), (0.3, "the neurons may be due to chance")],
)
def test_what_is_said_of_neurons(p, says):
    bent, y = make_friedman1(200, random_state=0)
    model = SparcsRegressor(random_state=0).fit(bent, y)
    model.linear_p_value_ = p
    assert model.summary().endswith(f"so {says}.")


def test_folds_say_that_predictions_gain_too_little():
    model = SparcsRegressorCV(4, **PATH).fit(X, Y)
    assert model.linear_suffices_
    model.linear_p_value_ = 0.01
    assert model.summary().endswith(
        "so it misses something, but neurons improve predictions by less than a "
        "standard error."
    )


def test_unknown_in_a_stream():
    model = SparcsRegressor(random_state=0).fit(X, Y).partial_fit(X, Y)
    assert np.isnan(model.linear_p_value_)
    assert "p-value" not in model.summary()
