"""Targets to the network's outputs, and back."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from helpers.models import EVERY_CLASSIFIER
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sklearn_sparcs._fitted.encoding import ClassEncoding, RealEncoding


def test_real_targets():
    one = RealEncoding.of(np.array([1.0, 2.0]))
    assert one.encode(np.array([3, 4]), np.float32).tolist() == [[3], [4]]
    assert one.predictions(np.array([[5.0], [6.0]])).tolist() == [5.0, 6.0]
    several = RealEncoding.of(np.ones((2, 3)))
    assert several.n_outputs == 3
    assert several.predictions(np.ones((1, 3))).shape == (1, 3)
    with pytest.raises(ValueError, match=r"y has 2 targets; .* with 3"):
        several.encode(np.ones((4, 2)), np.float64)


def test_two_classes():
    found = ClassEncoding.of(np.array(["no", "yes", "no"]))
    assert found.encode(np.array(["yes", "no"])).tolist() == [[1.0], [0.0]]
    output = np.array([[0.0], [np.log(3)]])
    assert_allclose(found.probabilities(output), [[0.5, 0.5], [0.25, 0.75]])
    assert_array_equal(found.scores(output), [0.0, np.log(3)])
    assert found.predictions(found.scores(output)).tolist() == ["no", "yes"]


def test_several_classes():
    found = ClassEncoding.of(np.array([3, 7, 5]))
    assert found.encode(np.array([7, 3])).tolist() == [2, 0]
    output = np.log([[1.0, 2.0, 1.0]])
    assert_allclose(found.probabilities(output), [[0.25, 0.5, 0.25]])
    centred = np.array([[-1.0, 2.0, -1.0]]) * np.log(2) / 3
    assert_allclose(found.scores(output), centred)
    assert found.predictions(output).tolist() == [5]
    with pytest.raises(ValueError, match=r"classes \[4\] that are not among"):
        found.encode(np.array([4]))


def test_labels():
    y = np.array([[0, 1], [1, 1]])
    found = ClassEncoding.of(sparse.csr_array(y))
    assert found.encode(sparse.csr_array(y)).tolist() == y.tolist()
    output = np.array([[-1.0, 2.0]])
    assert_allclose(found.probabilities(output), 1 / (1 + np.exp([[1.0, -2.0]])))
    assert found.scores(output) is output
    assert found.predictions(output).tolist() == [[0, 1]]
    with pytest.raises(ValueError, match=r"shape \(1, 3\)"):
        found.encode(np.zeros((1, 3)))


def log_softmax(*outputs):
    """Logarithms of shares of exp(outputs), by forty digits."""
    with localcontext(prec=40):
        total = sum(Decimal(z).exp() for z in outputs).ln()
        return [float(Decimal(z) - total) for z in outputs]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_what_is_most_unlikely_has_a_probability_and_a_logarithm(n_classes, dtype):
    found = ClassEncoding(np.arange(n_classes), False)
    for z in (0.0, 9.5, -17.0, 36.0, -80.0, 700.0, -2000.0):
        output = np.array([[z, 0, -3][: found.n_outputs]], dtype=dtype)
        exact = log_softmax(0, z) if n_classes == 2 else log_softmax(z, 0, -3)
        found_logs = found.log_probabilities(output)
        assert_allclose(found_logs, [exact], rtol=1e-6, atol=np.finfo(dtype).eps)
        with np.errstate(under="ignore"):
            p = np.exp(exact).astype(dtype)
        assert_allclose(found.probabilities(output), [p], rtol=1e-5, atol=1e-44)
        assert found.probabilities(output).dtype == dtype


def test_class_weights_multiply_those_of_samples():
    found = ClassEncoding.of(np.array(["a", "b"]))
    y, weight = np.array(["a", "b", "b"]), np.array([1.0, 2.0, 3.0])
    assert found.weighted(y, weight, None) is weight
    assert found.weighted(y, weight, {"b": 10.0}).tolist() == [1.0, 20.0, 30.0]
    assert_allclose(found.weighted(y, None, "balanced"), [1.5, 0.75, 0.75])
    with pytest.raises(ValueError, match=r"names \['c'\]"):
        found.weighted(y, None, {"c": 1.0})


@pytest.mark.filterwarnings("ignore:max_iter")
@EVERY_CLASSIFIER
def test_sparse_labels_are_the_dense_ones(model):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    y = np.c_[X[:, 0] > 0, X.sum(axis=1) > 0.5].astype(int)
    expected = model.fit(X, y).predict_proba(X)
    found = model.fit(X, sparse.csr_matrix(y)).predict_proba(X)
    assert_allclose(found, expected, atol=0)
