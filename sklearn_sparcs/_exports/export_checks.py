"""Checks of what is to be exported."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from .._fitted.predictor import Predictor


def fitted(model: Any, function: str) -> Predictor:
    """The model, if it is a fitted one of this package.

    Parameters
    ----------
    model : estimator
    function : str
        Which function was called.

    Raises
    ------
    TypeError
        If it is of another kind, such as a pipeline.
    sklearn.exceptions.NotFittedError
        If it is not fitted.
    """
    if not isinstance(model, Predictor):
        raise TypeError(
            f"{function} takes a fitted estimator of sklearn_sparcs; got a "
            f"{type(model).__name__}. Of a pipeline give the last step, pipeline[-1], "
            "which hears what the steps before it make; of a search, best_estimator_."
        )
    check_is_fitted(model)
    return model
