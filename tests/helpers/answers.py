"""Whatever the data: an answer, or a refusal by code that can say why."""

import traceback
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from numpy.testing import assert_allclose

import sklearn_sparcs

#: Code that knows whose data it is: what may raise.
SPEAKERS = [Path(module.__file__).parent for module in (sklearn_sparcs, sklearn)]


def global_state():
    """What nothing may change."""
    return (
        np.random.get_state()[1].tobytes(),
        torch.get_rng_state().numpy().tobytes(),
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.is_grad_enabled(),
        np.geterr(),
        sklearn.get_config(),
    )


def unless_refused(call, *given, **named):
    """What a call returns; None where it is refused in words, as a ValueError."""
    before = global_state()
    try:
        with warnings.catch_warnings():
            # what users are told is no failure; a warning of NumPy's is
            warnings.simplefilter("ignore", UserWarning)
            return call(*given, **named)
    except ValueError as error:
        where = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
        assert any(where.is_relative_to(speaker) for speaker in SPEAKERS), where
        assert len(str(error)) > 20
        return None
    finally:
        assert global_state() == before


def fitted(model, X, y, **named):
    """The model, fitted; None where the data are refused, which leaves it unfitted."""
    found = unless_refused(model.fit, X, y, **named)
    assert found is model or not hasattr(model, "direct_form_")
    return found


def assert_finite(model, X):
    """What a fitted regressor or classifier says of some rows is what it should be."""
    if not hasattr(model, "predict_proba"):
        assert np.isfinite(model.predict(X)).all()
        return
    probability = model.predict_proba(X)
    assert (probability >= 0).all()
    if not model.encoding_.multilabel:
        assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)
        assert set(model.predict(X)) <= set(model.classes_)


def close(found, expected, y):
    """Equal up to a hundred-thousandth of what varies."""
    scale = np.abs(expected).max() + np.ptp(y)
    assert_allclose(found, expected, rtol=0, atol=1e-5 * scale)
