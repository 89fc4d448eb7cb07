"""A cap that binds is said, once, by every estimator that grows."""

import warnings

import pytest
from sklearn.exceptions import ConvergenceWarning

from sklearn_sparcs import SparcsClassifier, SparcsRegressor, SparcsRegressorCV

FEW = {"n_alphas": 12, "cv": 3, "activation": "relu", "random_state": 0}


def said(model, X, y):
    """Warnings of a fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        model.fit(X, y)
    return [str(w.message) for w in caught]


@pytest.mark.parametrize(
    "model",
    [
        SparcsRegressor(2, random_state=0),
        SparcsRegressor(2, alpha=0.01, solver="first_order", random_state=0),
        SparcsRegressorCV(2, **FEW),
    ],
)
def test_a_full_layer(kinked, model):
    (found,) = said(model, *kinked)
    assert found.startswith("All 2 neurons of hidden layer 1 are live")
    assert "hidden_layer_sizes, which was (2,)" in found
    assert ("raise alpha" in found) == hasattr(model, "alpha")


def test_two_full_layers(rings):
    model = SparcsClassifier((1, 1), alpha=1e-4, random_state=0).fit(*rings)
    sizes = [len(layer) for layer in model.direct_form_.neurons]
    full = " and the only neuron of ".join(
        f"hidden layer {layer}" for layer in model.direct_form_.layers
    )
    assert sizes and set(sizes) == {1}
    (found,) = said(model, *rings)
    are = "are" if len(sizes) == 2 else "is"
    assert found.startswith(f"The only neuron of {full} {are} live")


def test_nothing_is_said_of_room_that_is_left_or_of_what_is_not_grown(kinked, rings):
    assert said(SparcsRegressor(50, random_state=0), *kinked) == []
    assert said(SparcsRegressor((), random_state=0), *kinked) == []
    assert said(SparcsRegressor(50, alpha=1e9), *kinked) == []
    adam = SparcsRegressor(3, solver="adam", tol=1.0, n_iter_no_change=1)
    assert said(adam, *kinked) == []


def test_a_stream_says_nothing(kinked):
    X, y = kinked
    model = SparcsRegressor(1, alpha=0.001, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(40):
            model.partial_fit(X, y)
    assert model.active_architecture_.n_hidden == 1
