"""Fitted estimators, alone or in a `Pipeline`, to ONNX.

The conversion is skl2onnx's, which knows scikit-learn's own transformers and searches;
`register_converters` tells it of the estimators here, and `to_onnx` does so before it
converts. The extra ``onnx`` installs what they need.
"""

from typing import Any

import numpy as np
import skl2onnx
from onnx import ModelProto
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
    guess_proto_type,
)
from skl2onnx.common.utils_classifier import get_label_classes
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from ._estimators.classifier import SparcsClassifier
from ._estimators.compact import CompactClassifier, CompactRegressor
from ._estimators.cv import SparcsClassifierCV, SparcsRegressorCV
from ._estimators.regressor import SparcsRegressor
from ._exports.onnx_graph import Container, Graph, Scope

__all__ = ["register_converters", "to_onnx"]

_REGRESSORS = (SparcsRegressor, SparcsRegressorCV, CompactRegressor)
_CLASSIFIERS = (SparcsClassifier, SparcsClassifierCV, CompactClassifier)

#: What may be asked of a classifier's converter, as of skl2onnx's own.
_OPTIONS = {
    "zipmap": [True, False, "columns"],
    "output_class_labels": [False, True],
    "nocl": [True, False],
    "raw_scores": [True, False],
}


def to_onnx(model: Any, X: Any, **params: Any) -> ModelProto:
    """Convert a fitted estimator, or a pipeline with one, to an ONNX model.

    Parameters
    ----------
    model : estimator
        Fitted: one of this package, or what skl2onnx converts with one inside, such as
        a `Pipeline` or a grid search.
    X : {ndarray, DataFrame} of shape (n_samples, n_features)
        Samples, the first of which says which types the model takes; of a frame, each
        column becomes an input.
    **params
        Others of ``skl2onnx.to_onnx``, such as ``target_opset``.

    Returns
    -------
    onnx.ModelProto
        With one output for a regression, of shape (n, targets), and labels and
        probabilities for classes, as arrays unless ``options`` says otherwise. The
        network computes in double precision, the outputs have the type of X.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    ValueError
        For classes that ONNX has no labels for: neither words nor whole numbers, or
        words that it would cut. For columns that have no name to call an input by.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_sparcs import SparcsRegressor
    >>> from sklearn_sparcs.onnx import to_onnx
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), SparcsRegressor()).fit(X, y)
    >>> [output.name for output in to_onnx(model, X[:1]).graph.output]
    ['variable']
    """
    register_converters()
    check_is_fitted(model)
    _refuse_nameless(X)
    options = {"zipmap": False} if is_classifier(model) else {}
    return skl2onnx.to_onnx(model, X, **{"options": options, **params})


def register_converters() -> None:
    """Register the converters of this package's estimators with skl2onnx.

    Examples
    --------
    >>> from sklearn_sparcs.onnx import register_converters
    >>> register_converters()
    """
    for regressor in _REGRESSORS:
        skl2onnx.update_registered_converter(
            regressor,
            _alias(regressor),
            _regressor_shape,
            _convert_regressor,
        )
    for cls in _CLASSIFIERS:
        skl2onnx.update_registered_converter(
            cls,
            _alias(cls),
            _classifier_shape,
            _convert_classifier,
            options=_OPTIONS,
        )


def _alias(cls: type) -> str:
    """skl2onnx's name of an estimator."""
    return f"SklearnSparcs{cls.__name__}"


def _refuse_nameless(X: Any) -> None:
    """Raise for a column of a frame that gives its input no name."""
    for name in getattr(X, "columns", ()):
        if not isinstance(name, str) or not name:
            raise ValueError(
                f"Each column becomes an input, called by its name; {name!r} is none. "
                "Rename the column, or give X as an array, which is a single input."
            )


# -- shapes and types of outputs -----------------------------------------------------


def _float_type(operator: Any) -> Any:
    """The type of an input, if it is a floating one; single precision else."""
    given = type(operator.inputs[0].type)
    return given if given in (FloatTensorType, DoubleTensorType) else FloatTensorType


def _regressor_shape(operator: Any) -> None:
    model, n = operator.raw_operator, operator.inputs[0].get_first_dimension()
    operator.outputs[0].set_type(_float_type(operator)([n, model.n_outputs_]))


def _classifier_shape(operator: Any) -> None:
    model, n = operator.raw_operator, operator.inputs[0].get_first_dimension()
    several = [len(model.classes_)]
    shape = [n, *several] if model.encoding_.multilabel else [n]
    labels = _labels(operator)
    whole = labels.dtype.kind == "i"
    kind = Int64TensorType if whole else StringTensorType
    operator.outputs[0].set_type(kind(shape))
    operator.outputs[1].set_type(_float_type(operator)([n, *several]))


def _labels(operator: Any) -> np.ndarray:
    """Labels of the classes, as whole numbers or words.

    Raises
    ------
    ValueError
        If they are neither.
    """
    labels = np.asarray(get_label_classes(operator.scope_inst, operator.raw_operator))
    if all(isinstance(label, str) for label in labels):
        return _words(labels)
    if labels.dtype.kind in "biuf" and (labels == labels.astype(np.int64)).all():
        return labels.astype(np.int64)
    raise ValueError(
        "ONNX has labels that are words or whole numbers; the classes are "
        f"{labels.tolist()}."
    )


def _words(labels: np.ndarray) -> np.ndarray:
    """Labels that are words, if a file of ONNX can hold them.

    Raises
    ------
    ValueError
        If one has NUL in it, which ends a word there, or is no Unicode.
    """
    for label in labels.tolist():
        if "\0" in label or label.encode(errors="replace").decode() != label:
            raise ValueError(f"ONNX has no such label as {label!r}: it would be cut.")
    return labels.astype(str)


# -- nodes ---------------------------------------------------------------------------


def _names(signals: Any) -> list[str]:
    """Names of the inputs: a single one, or one for each column of a frame."""
    return [signal.full_name for signal in signals]


def _given(graph: Graph, signals: str, operator: Any, k: int) -> None:
    """Connect signals to the k-th output, in its type."""
    kind = guess_proto_type(operator.outputs[k].type)
    graph.node("Cast", signals, to=kind, out=operator.outputs[k].full_name)


def _convert_regressor(scope: Scope, operator: Any, container: Container) -> None:
    model, graph = operator.raw_operator, Graph(scope, container)
    output = graph.network(model.direct_form_, *_names(operator.inputs))
    _given(graph, graph.within(output, model.encoding_.output_bounds), operator, 0)


def _convert_classifier(scope: Scope, operator: Any, container: Container) -> None:
    model, graph = operator.raw_operator, Graph(scope, container)
    scores = graph.network(model.direct_form_, *_names(operator.inputs))
    several, multilabel = model.n_outputs_ > 1, model.encoding_.multilabel
    if not (several or multilabel):
        scores = graph.node("Concat", graph.node("Neg", scores), scores, axis=1)
    if multilabel:
        _given(graph, graph.node("Greater", scores, graph.doubles(0.0)), operator, 0)
    else:
        likeliest = graph.node("ArgMax", scores, axis=1, keepdims=0)
        labels, out = graph.labels(_labels(operator)), operator.outputs[0].full_name
        graph.node("Gather", labels, likeliest, out=out)
    softmax = several and not multilabel
    if not scope.get_options(model, {"raw_scores": False})["raw_scores"]:
        scores = graph.node("Softmax" if softmax else "Sigmoid", scores)
    elif softmax:
        n = model.n_outputs_
        centring = graph.doubles(np.eye(n) - 1 / n)
        scores = graph.node("MatMul", scores, centring)
    _given(graph, scores, operator, 1)
