"""The paper's measure of how far from linear a fitted estimator is."""

from sklearn.utils.validation import check_is_fitted

from .._direct.measures import path_norm
from .predictor import Predictor


def hidden_path_norm(estimator: Predictor) -> float:
    """‖Γ‖ of a fitted estimator with one hidden layer, in the units of its data.

    Parameters
    ----------
    estimator : SparcsRegressor, SparcsClassifier, CompactRegressor, \
CompactClassifier, or one with cross-validation
        The intercepts do not count.

    Returns
    -------
    float
        Zero if the network is linear.

    Raises
    ------
    ValueError
        If several hidden layers are live: Γ is defined for one.

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
    check_is_fitted(estimator)
    form = estimator.direct_form_
    if len(form.layer_sizes) > 3:
        sizes = " → ".join(map(str, form.layer_sizes))
        raise ValueError(f"‖Γ‖ is defined for one hidden layer; got a network {sizes}.")
    if len(form.layer_sizes) == 2:
        return 0.0
    return float(path_norm(form.coefs[3, 2], form.coefs[2, 1]))
