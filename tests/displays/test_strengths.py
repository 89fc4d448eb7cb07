"""How strong links are, by hand and as a flow."""

import numpy as np
import pytest
from helpers.displays import small_form
from numpy.testing import assert_allclose
from scipy import sparse

from sklearn_sparcs import ArchitectureDisplay, SparcsRegressor
from sklearn_sparcs._displays.strengths import strengths

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def test_strengths_by_hand():
    X = np.array([[1.0, 0, 2], [-1, 1, 0], [0, 3, -1], [2, -1, 1]])
    form = small_form()
    found = strengths(form, X)
    a2 = np.maximum(X @ form.coefs[2, 1].T, 0)
    a3 = np.maximum(X @ form.coefs[3, 1].T + a2 @ form.coefs[3, 2].T, 0)
    spread = {1: X.std(axis=0), 2: a2.std(axis=0), 3: a3.std(axis=0)}
    worth = {4: np.ones(1), 3: np.zeros(1), 2: np.zeros(2)}
    for i in (4, 3, 2):
        for m in range(len(worth[i])):
            heard = {
                (j, n): form.coefs[i, j][m, n] * spread[j][n]
                for j in range(1, i)
                for n in range(len(spread[j]))
            }
            total = sum(h**2 for h in heard.values())
            for (j, n), h in heard.items():
                share = h**2 / total * worth[i][m]
                assert found[i, j][m, n] == pytest.approx(np.sign(h) * share**0.5)
                if j > 1:
                    worth[j][n] += share


def test_strengths_are_a_flow_without_units(deep):
    model, X, _ = deep
    form = model.direct_form_
    for data in (X, None):
        found = strengths(form, data)
        flow = {link: weight**2 for link, weight in found.items()}
        outgoing = sum(flow[i, 1].sum() for i in (2, 3, 4))
        assert outgoing == pytest.approx(1)
        for layer in (2, 3):
            into = sum(f.sum(axis=1) for (i, _), f in flow.items() if i == layer)
            out = sum(f.sum(axis=0) for (_, j), f in flow.items() if j == layer)
            assert_allclose(into, out, rtol=1e-9)
        scale, shift = np.array([1e3, 1e-2, 7.0]), np.array([5.0, 0.0, -3.0])
        other = form.rescaled(shift, scale, 2.0, 10.0)
        rescaled = strengths(other, None if data is None else data * scale + shift)
        for link, weight in found.items():
            assert_allclose(rescaled[link], weight, rtol=1e-6, atol=1e-9)


def test_spreads_without_data_are_those_of_the_training_data():
    X = np.random.default_rng(0).normal(size=(5000, 3)) * [1.0, 10.0, 0.1]
    y = X @ [1.0, 0.2, -30.0]
    model = SparcsRegressor(()).fit(X, y)
    drawn = [strengths(model.direct_form_, data)[2, 1] for data in (X, None)]
    assert_allclose(*drawn, rtol=1e-6)
    model = SparcsRegressor((), standardize=False).fit(X, y)
    raw = strengths(model.direct_form_)[2, 1][0]
    assert_allclose(raw, np.array([1, 0.2, -30]) / (1 + 0.04 + 900) ** 0.5, rtol=1e-6)


def test_sparse_samples_give_the_same_picture(shallow):
    model, X, _ = shallow
    X = np.where(X > 0, X, 0)
    dense, csr = (
        ArchitectureDisplay.from_estimator(model, data).weights
        for data in (X, sparse.csr_array(X))
    )
    for link, weight in dense.items():
        assert_allclose(csr[link], weight, rtol=1e-9)
