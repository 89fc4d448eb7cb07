"""Share of variance due to hidden neurons, and how many folds find them again."""

import numpy as np
from sklearn.linear_model import LinearRegression

from .form import DirectForm, Rows

#: A neuron has come back in a fold if one there fires alike: correlation of signals.
ALIKE = 0.9


def hidden_share(form: DirectForm, X: Rows) -> float:
    """Share of the output's variance that no linear function of the features has."""
    output = form(X).astype(float)
    varied = ((output - output.mean(axis=0)) ** 2).sum()
    if len(form.layer_sizes) == 2 or varied == 0:
        return 0.0
    linear = LinearRegression().fit(X, output).predict(X)
    return float(np.clip(((output - linear) ** 2).sum() / varied, 0.0, 1.0))


def stability(form: DirectForm, others: list[DirectForm], X: Rows) -> np.ndarray:
    """Share of other networks where a neuron fires alike, for each hidden neuron."""
    signals = _standardised(form.hidden_signals(X))
    back = [
        (np.abs(signals.T @ _standardised(other.hidden_signals(X))) > ALIKE).any(axis=1)
        for other in others
    ]
    return np.mean(back, axis=0) if signals.shape[1] else np.zeros(0)


def _standardised(signals: np.ndarray) -> np.ndarray:
    """Columns of mean zero and length one; constant ones are zero."""
    centred = signals - signals.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    return centred / np.where(length > 0, length, 1.0)
