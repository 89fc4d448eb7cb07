"""What the displays' tests draw."""

import numpy as np

from sklearn_sparcs._direct.form import DirectForm

#: A network of some size in a short time.
OPTIONS = {"alpha": 1e-3, "min_significance": 0, "max_iter": 40, "random_state": 0}


def small_form(bounds=None):
    """3 features, hidden layers of 2 and 1, 1 output; weights that differ."""
    coefs = {
        (2, 1): np.array([[1.0, -2.0, 0.0], [0.5, 0.0, 3.0]]),
        (3, 1): np.array([[0.0, 1.0, -1.0]]),
        (3, 2): np.array([[2.0, -1.0]]),
        (4, 1): np.array([[4.0, 0.0, 0.0]]),
        (4, 2): np.array([[0.0, 1.5]]),
        (4, 3): np.array([[-1.0]]),
    }
    intercepts = {2: np.zeros(2), 3: np.zeros(1), 4: np.zeros(1)}
    neurons = (np.arange(2), np.arange(1))
    return DirectForm(coefs, intercepts, "relu", (1, 2), neurons, bounds)
