"""`TransitionDisplay`, and the path norm that it shows."""

import numpy as np
import pytest
from helpers.displays import OPTIONS
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sklearn_sparcs import SparcsRegressor, TransitionDisplay, hidden_path_norm
from sklearn_sparcs._direct.palette import PALETTE
from sklearn_sparcs.nn import path_tensor

pytestmark = pytest.mark.filterwarnings("ignore:max_iter")


def test_path_norm_of_estimators(shallow, deep):
    model, X, y = shallow
    form = model.direct_form_
    gamma = path_tensor(form.coefs[3, 2], form.coefs[2, 1])
    without = hidden_path_norm(model, intercept=False)
    assert without == pytest.approx(np.linalg.norm(gamma))
    from_constant = [
        form.coefs[3, 2][i, j] * form.intercepts[2][j]
        for i in range(len(form.coefs[3, 2]))
        for j in range(len(form.intercepts[2]))
    ]
    both = np.hypot(without, np.linalg.norm(from_constant))
    assert_allclose(hidden_path_norm(model), both, rtol=1e-12)
    assert hidden_path_norm(model) > without
    compact = SparcsRegressor(20, prune_tol=0, **OPTIONS).fit(X, y).pruned_estimator_
    assert hidden_path_norm(compact) == pytest.approx(hidden_path_norm(model))
    assert hidden_path_norm(SparcsRegressor(alpha=1e9).fit(X, y)) == 0.0
    with pytest.raises(ValueError, match="3 → 5 → 5 → 1"):
        hidden_path_norm(deep[0])
    with pytest.raises(NotFittedError):
        hidden_path_norm(SparcsRegressor())


def test_transition_is_drawn(shallow):
    model, X, y = shallow
    linear = SparcsRegressor(alpha=1e9).fit(X, y)
    trials = [[linear, linear], [linear, model]]
    display = TransitionDisplay.from_estimators([0, 1], trials, name="b")
    norm, n = hidden_path_norm(model), model.active_architecture_.n_hidden
    assert_array_equal(display.path_norms, [[0, 0], [0, norm]])
    assert_array_equal(display.n_hidden, [[0, 0], [0, n]])
    assert_allclose(display.line_.get_ydata(), [0, norm / 2])
    band = display.band_.get_paths()[0].vertices
    at = band[band[:, 0] == 1, 1]
    assert_allclose([at.min(), at.max()], [0, norm], atol=1e-12)
    neurons = TransitionDisplay.from_estimators(
        [0, 1], trials, quantity="n_hidden", ax=display.ax_
    )
    assert_allclose(neurons.line_.get_ydata(), [0, n / 2])
    assert neurons.line_.get_color() == PALETTE[1]


def test_transition_bad_input(shallow):
    model, *_ = shallow
    for estimators in ([model], [[model], [model, model]]):
        with pytest.raises(ValueError, match="each of the 2 values of control"):
            TransitionDisplay.from_estimators([0, 1], estimators)
    with pytest.raises(TypeError, match="control, which comes before the estimators"):
        TransitionDisplay.from_estimators([model, model], [0, 1])
    with pytest.raises(TypeError, match="last step of a pipeline; got a Pipeline"):
        hidden_path_norm(make_pipeline(model))
    display = TransitionDisplay(np.arange(2), np.zeros((2, 1)))
    with pytest.raises(ValueError, match=r"one of \['path_norm'\]; got 'n_hidden'"):
        display.plot(quantity="n_hidden")
