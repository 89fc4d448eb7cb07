"""Each record says the same function five times."""

import numpy as np
import pytest
import torch
from helpers import reference
from numpy.testing import assert_allclose

from sklearn_sparcs._activations import ACTIVATIONS
from sklearn_sparcs._numerics.array_library import NUMPY, TORCH

LIBRARIES = pytest.mark.parametrize("arrays", [NUMPY, TORCH], ids=["numpy", "torch"])
EVERY = pytest.mark.parametrize("name", sorted(ACTIVATIONS))


def points():
    z = torch.linspace(-3, 3, 12, dtype=torch.float64)
    return z.reshape(3, 4)


def test_every_function_has_an_obvious_twin():
    assert sorted(ACTIVATIONS) == sorted(reference.ACTIVATIONS)
    assert all(f.name == name for name, f in ACTIVATIONS.items())


@EVERY
def test_for_tensors_for_arrays_and_as_a_module(name):
    f, z = ACTIVATIONS[name], points()
    expected = reference.ACTIVATIONS[name](z)
    assert_allclose(f.tensor(z), expected, atol=1e-14)
    assert_allclose(f.array(z.numpy()), expected, atol=1e-14)
    assert_allclose(f.module()(z), expected, atol=1e-14)
    assert f.array(z.numpy().astype(np.float32)).dtype == np.float32


@LIBRARIES
@EVERY
def test_in_place(name, arrays):
    z = points()
    out = torch.empty_like(z)
    arrays.activation(name).forward(arrays.view(z), out=arrays.view(out))
    assert_allclose(out, reference.ACTIVATIONS[name](z), atol=1e-14)


@LIBRARIES
@EVERY
def test_backward_multiplies_by_the_derivative(name, arrays):
    z = points().requires_grad_()
    a = reference.ACTIVATIONS[name](z)
    (derivative,) = torch.autograd.grad(a.sum(), z)
    backward = arrays.activation(name).backward
    for factor in (1.0, -2.5):
        delta = torch.full_like(z, factor).detach()
        tensors = delta, z.detach().clone(), a.detach()
        backward(*(arrays.view(t) for t in tensors))
        assert_allclose(delta, factor * derivative, atol=1e-14)


@EVERY
def test_whether_it_fires_at_zero(name):
    at_zero = float(reference.ACTIVATIONS[name](torch.zeros(())))
    assert ACTIVATIONS[name].fires_at_zero == (at_zero != 0)
