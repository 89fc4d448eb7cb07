"""Find the estimator that a display can show in a search or a pipeline."""

from typing import Any, NamedTuple

from sklearn.pipeline import Pipeline


class Inside(NamedTuple):
    """An estimator that predicts, with its samples and names of its features.

    Attributes
    ----------
    estimator : estimator
    X : array-like, sparse matrix or None
        Samples, through all steps before the estimator.
    feature_names : sequence of str or None
        What the steps before it call its features, if they can say.
    """

    estimator: Any
    X: Any = None
    feature_names: Any = None


def inside(estimator: Any, X: Any = None) -> Inside:
    """The estimator inside a fitted search or pipeline.

    Any other estimator is returned itself.
    """
    names = None
    while True:
        if hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif isinstance(estimator, Pipeline) and len(estimator) > 1:
            before, estimator = estimator[:-1], estimator[-1]
            names = _names_out(before, names)
            X = None if X is None else before.transform(X)
        elif isinstance(estimator, Pipeline):
            estimator = estimator[-1]
        else:
            return Inside(estimator, X, names)


def _names_out(steps: Pipeline, names: Any) -> Any:
    """Names of features after some steps; None where a step has none to say."""
    try:
        return steps.get_feature_names_out(names)
    except AttributeError:
        return None
