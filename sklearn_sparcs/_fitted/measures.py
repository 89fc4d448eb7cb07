"""`hidden_path_norm`: the paper's measure of how far from linear a network is."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._direct.form import DirectForm
from .._direct.measures import path_norm
from .predictor import Predictor


def hidden_path_norm(estimator: Predictor, *, intercept: bool = True) -> float:
    """‖Γ‖ of a fitted estimator with one hidden layer, in the units of its data.

    Parameters
    ----------
    estimator : SparcsRegressor, SparcsClassifier, CompactRegressor, \
CompactClassifier, or one with cross-validation
    intercept : bool, default=True
        Count the paths that begin at the constant 1, which the hidden neurons hear by
        their intercepts: the paper has a bias neuron among the inputs. Without them
        ‖Γ‖ stays the same where features are shifted.

    Returns
    -------
    float
        Zero if the network is linear.

    Raises
    ------
    ValueError
        If several hidden layers are live: Γ is defined for one.
    TypeError
        If it is another kind of estimator, such as a pipeline.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models": [E.1]; figure 7.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import SparcsRegressor, hidden_path_norm
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressor(alpha=0.01, random_state=0).fit(X, y)
    >>> hidden_path_norm(model) > 0
    True
    >>> hidden_path_norm(SparcsRegressor(alpha=model.alpha_max_).fit(X, y))
    0.0
    """
    if not isinstance(estimator, Predictor):
        raise TypeError(
            "hidden_path_norm takes a fitted estimator of sklearn_sparcs, such as the "
            f"last step of a pipeline; got a {type(estimator).__name__}."
        )
    check_is_fitted(estimator)
    form = estimator.direct_form_
    if len(form.layer_sizes) > 3:
        sizes = " → ".join(map(str, form.layer_sizes))
        raise ValueError(f"‖Γ‖ is defined for one hidden layer; got a network {sizes}.")
    if len(form.layer_sizes) == 2:
        return 0.0
    return float(path_norm(form.coefs[3, 2], _heard(form, intercept)))


def _heard(form: DirectForm, intercept: bool) -> np.ndarray:
    """W_21, and after it the intercepts if they are to count."""
    weights = form.coefs[2, 1]
    return np.column_stack([weights, form.intercepts[2]]) if intercept else weights
