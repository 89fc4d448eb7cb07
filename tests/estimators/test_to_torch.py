"""Fitted networks as plain torch modules."""

from functools import cache

import numpy as np
import pytest
import torch
from helpers.compacts import ENCODINGS, SHAPES, compact, features
from numpy.testing import assert_allclose

from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)

FITTED = {
    "SparcsRegressor": SparcsRegressor(alpha=0.01, random_state=0),
    "SparcsClassifier": SparcsClassifier(alpha=0.01, random_state=0),
    "SparcsRegressorCV": SparcsRegressorCV(4, n_alphas=6, cv=2, random_state=0),
    "SparcsClassifierCV": SparcsClassifierCV(4, n_alphas=6, cv=2, random_state=0),
}


@cache
def fitted(name):
    """An estimator that grew neurons, and samples, in the units of the data."""
    rng = np.random.default_rng(0)
    X = 10 + 3 * rng.normal(size=(200, 2))
    y = np.abs(X[:, 0] - 10) + 0.1 * rng.normal(size=200)
    target = np.where(y > 2, "far", "near") if "Classifier" in name else y
    model = FITTED[name].fit(X, target)
    assert not model.active_architecture_.is_linear
    return model, X


def said(model, X):
    """What the module should say: targets, or the logit of the second class."""
    if not hasattr(model, "predict_proba"):
        return model.predict(X)
    probability = model.predict_proba(X)
    return np.log(probability[:, 1] / probability[:, 0])


@pytest.mark.parametrize("name", FITTED)
def test_every_estimator_that_searches(name):
    model, X = fitted(name)
    found = model.to_torch()(torch.from_numpy(X)).detach()[:, 0]
    assert_allclose(found, said(model, X), rtol=1e-6)
    halved = model.to_torch(torch.float32)(torch.from_numpy(X)).detach()[:, 0]
    assert_allclose(halved, said(model, X), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ENCODINGS)
def test_every_kind_of_target(kind):
    model, X = compact(kind), features()
    output = model.direct_form_(X)
    if model.encoding_.output_bounds is not None:
        output = output.clip(*model.encoding_.output_bounds)
    assert_allclose(model.to_torch()(torch.from_numpy(X)).detach(), output, 1e-9, 1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_every_shape_in_the_dtype_that_is_asked_for(shape, dtype):
    model, X = compact("within a margin", **SHAPES[shape]), features()
    module = model.to_torch(dtype)
    tensors = [*module.parameters(), *module.buffers()]
    assert {tensor.dtype for tensor in tensors} == {dtype}
    found = module(torch.from_numpy(X))
    assert found.dtype == dtype
    atol = 1e-9 if dtype == torch.float64 else 1e-3
    assert_allclose(found.detach(), model.predict(X), rtol=0, atol=atol)


def test_its_layers_may_be_replaced():
    """As quantisation does: the weights of such layers are no tensors."""

    class Other(torch.nn.Module):
        def __init__(self, linear):
            super().__init__()
            self.inside = linear

        def weight(self):
            return self.inside.weight

        def forward(self, x):
            return self.inside(x)

    module, X = compact(hidden=(3, 2)).to_torch(), torch.from_numpy(features())
    output = module(X)
    for i in range(2, 5):
        module.set_submodule(f"layer_{i}", Other(module.get_submodule(f"layer_{i}")))
    assert torch.equal(module(X), output)


def test_it_is_in_evaluation_mode():
    module = compact(hidden=(3, 2)).to_torch()
    assert not any(part.training for part in module.modules())


def test_its_memory_is_its_own():
    model = compact("within a margin", hidden=(3, 2), bounds=True, hidden_bounds=True)
    X = features()
    before, module = model.predict(X), model.to_torch()
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            tensor.zero_()
    np.testing.assert_array_equal(model.predict(X), before)
    module = model.to_torch()
    for arrays in (
        model.coefs_.values(),
        model.intercepts_.values(),
        model.feature_bounds_,
        model.hidden_bounds_,
        model.encoding_.seen,
    ):
        for array in arrays:
            array[:] = 0
    assert_allclose(module(torch.from_numpy(X)).detach(), before, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", np.float32, torch.int64])
def test_another_dtype_is_refused(dtype):
    with pytest.raises(TypeError, match=r"torch\.float32; got"):
        compact().to_torch(dtype)
