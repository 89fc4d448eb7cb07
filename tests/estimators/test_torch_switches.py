"""Switches of torch and NumPy change no fit, and no fit changes them."""

import numpy as np
import pytest
import torch
from helpers.switches import switched

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)

#: What throws each switch, for a while.
SWITCHES = {
    "double": lambda: switched(torch.set_default_dtype, torch.float64, torch.float32),
    "half": lambda: switched(torch.set_default_dtype, torch.float16, torch.float32),
    "device": lambda: switched(torch.set_default_device, "meta", None),
    "no_grad": torch.no_grad,
    "inference": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "anomaly": lambda: torch.autograd.set_detect_anomaly(True, check_nan=False),
    "deterministic": lambda: switched(torch.use_deterministic_algorithms, True, False),
}

#: Models whose fits between them take every road.
MODELS = {
    "second order": lambda: SparcsRegressor((4,), max_iter=3, random_state=0),
    "first order": lambda: SparcsRegressor(
        (4, 4), solver="first_order", max_iter=5, random_state=0
    ),
    "paper": lambda: SparcsRegressor(
        (4,), solver="adam", init="xavier", max_iter=5, random_state=0
    ),
    "classes": lambda: SparcsClassifier((4,), max_iter=3, random_state=0),
    "compact": lambda: CompactRegressor((3,), max_iter=5, random_state=0),
    "compact, adam": lambda: CompactRegressor(
        (3,), solver="adam", max_iter=5, random_state=0
    ),
    "CV": lambda: SparcsRegressorCV((4,), n_alphas=3, cv=2, random_state=0),
}


def state():
    """Every switch, and what torch would draw next."""
    return (
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.is_anomaly_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_num_threads(),
        torch.get_rng_state().tolist(),
    )


def predictions(make, X, y):
    """Of the model, of what it was pruned to, and of the module that this becomes."""
    model = make()
    with np.errstate(all="warn"):
        model.fit(X, y)
    small = getattr(model, "pruned_estimator_", model)
    module = small.to_torch()
    assert {p.device.type for p in module.parameters()} == {"cpu"}
    with torch.no_grad():
        output = module(torch.from_numpy(X.astype(np.float64)))
    return [model.predict(X), small.predict(X), output.numpy()]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled")
@pytest.mark.parametrize("name", MODELS)
def test_fits_are_the_same_to_the_last_bit(kinked, name):
    """Of float32, which autocast would make coarser."""
    X, y = (part[:60] for part in kinked)
    X = X.astype(np.float32)
    y = (y > np.median(y)).astype(int) if name == "classes" else y
    expected = predictions(MODELS[name], X, y)
    for switch, thrown in SWITCHES.items():
        with thrown():
            before = state()
            found = predictions(MODELS[name], X, y)
            assert state() == before, switch
        for mine, plain in zip(found, expected, strict=True):
            assert np.array_equal(mine, plain), switch


@pytest.mark.parametrize("n_classes", [2, 3])
def test_numbers_that_become_zero_are_no_error(n_classes):
    """Separable classes end with probabilities that are too small for a double."""
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = np.digitize(X[:, 0], [0.0, 1.0][: n_classes - 1])
    with np.errstate(all="raise"):
        model = SparcsClassifier((), linear_alpha=0.0).fit(X, y)
        assert model.score(X, y) == 1.0
        assert model.predict_proba(1e4 * X).min() == 0
        assert model.predict_log_proba(1e4 * X).max() == 0
        assert np.geterr()["under"] == "raise"


def test_a_module_shares_nothing_with_its_estimator(kinked):
    X, y = kinked
    model = SparcsRegressor((4,), clip=1.0, random_state=0).fit(X, y)
    small, before = model.pruned_estimator_, model.predict(X)
    module = small.to_torch()
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.fill_(7.0)
    assert np.array_equal(model.predict(X), before)
    assert np.array_equal(small.feature_bounds_, model.direct_form_.bounds)
