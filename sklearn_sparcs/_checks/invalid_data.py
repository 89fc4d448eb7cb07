"""Messages about invalid data: which columns or targets cannot be used, and why.

scikit-learn's own errors say what is wrong; these messages add which columns it is in.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import type_of_target

from .._direct.words import counted, on_one_line
from .._sklearn import is_missing

#: Columns that are named, at most.
_NAMED = 10
#: How types of dates, times and durations begin: NumPy's, pandas', polars', pyarrow's.
_OF_TIME = ("date", "time", "duration")


def refuse_unready(X: Any) -> None:
    """Refuse data that scikit-learn would reject unclearly, or take for numbers.

    Raises
    ------
    TypeError
        If X is a lazy frame, which has no rows yet, or a structured array, whose
        columns are fields.
    ValueError
        If it holds dates or durations, which would count as nanoseconds or days.
    """
    if hasattr(X, "collect_schema") and not hasattr(X, "shape"):
        raise TypeError(
            f"X is a {type(X).__name__}, whose rows have not been computed; "
            "give X.collect()."
        )
    fields = getattr(getattr(X, "dtype", None), "names", None)
    if fields:
        raise TypeError(
            f"X is a structured array with the fields {', '.join(fields)}; give "
            "numpy.lib.recfunctions.structured_to_unstructured(X)."
        )
    if any(str(kind).lower().startswith(_OF_TIME) for kind in _types(X)):
        fault = invalid_columns(X)
        if fault:
            raise ValueError(fault)


def _types(X: Any) -> Iterable[Any]:
    """Types of the columns of a frame, or that of an array."""
    if hasattr(X, "columns") and hasattr(X, "dtypes"):
        return X.dtypes
    if hasattr(X, "schema"):  # pyarrow's
        return X.schema.types
    return [getattr(X, "dtype", "")]


def invalid_columns(X: Any) -> str:
    """A sentence on the columns that hold no numbers, or else on those with gaps.

    Parameters
    ----------
    X : object
        Whatever a user gave; columns of a frame are named, those of an array numbered.

    Returns
    -------
    str
        Empty if there are none.
    """
    columns = columns_of(X)
    words = [(name, f"holds {what}") for name, x in columns for what in _no_numbers(x)]
    if words:
        return (
            f"These columns hold no numbers: {_listed(words)}. Make numbers of them "
            "first, by skrub's TableVectorizer or scikit-learn's OneHotEncoder."
        )
    counts = [(name, int(_gaps(x).sum())) for name, x in columns]
    gaps = [(name, f"{counted(n, 'row')} of {len(X)}") for name, n in counts if n]
    return f"Missing or infinite values are in: {_listed(gaps)}." if gaps else ""


def columns_of(X: Any) -> list[tuple[str, np.ndarray]]:
    """Columns with what to call them: of a frame with unlike names, or of an array."""
    if isinstance(X, np.ndarray):
        return [(f"column {j}", x) for j, x in enumerate(X.T)] if X.ndim == 2 else []
    names = list(getattr(X, "column_names", getattr(X, "columns", ())))
    if len(set(names)) < len(names):
        return []
    return [(repr(on_one_line(name)), np.asarray(X[name])) for name in names]


def missing_targets(y: Any) -> str:
    """A sentence on targets that are missing or infinite.

    Parameters
    ----------
    y : object
        Whatever a user gave.

    Returns
    -------
    str
        Empty if there are none.
    """
    values = np.asarray(y)
    if values.ndim not in (1, 2):
        return ""
    rows = np.flatnonzero(_gaps(values).any(axis=tuple(range(1, values.ndim))))
    if not len(rows):
        return ""
    return (
        f"y has missing or infinite values in {counted(len(rows), 'row')} of "
        f"{len(values)}, the first of them row {rows[0]}."
    )


def invalid_targets(y: Any, name: str) -> str:
    """A sentence on targets that are no numbers, as those of a regression must be.

    Parameters
    ----------
    y : object
    name : str
        Of the estimator.

    Returns
    -------
    str
        Empty if there are none.
    """
    if sparse.issparse(y):
        return f"{name} takes dense targets, and y is sparse; give y.toarray()."
    for what in _no_numbers(np.asarray(y)):
        instead = name.replace("Regressor", "Classifier")
        return (
            f"{name} predicts numbers, and y holds {what}; {instead} predicts classes."
        )
    return ""


def invalid_labels(y: Any, name: str) -> str:
    """A sentence on labels that are no classes, as those of a classifier must be.

    Parameters
    ----------
    y : object
    name : str
        Of the estimator.

    Returns
    -------
    str
        Empty if scikit-learn has the word, or there is nothing to be said.
    """
    kinds = _kinds(y)
    if len(kinds) > 1 and "str" in kinds:
        return (
            f"Unknown label type: y holds labels of the types {' and '.join(kinds)}; "
            "give them one, as numpy.asarray(y, dtype=str) does."
        )
    kind = type_of_target(y)
    if kind == "unknown" and kinds:
        return (
            f"Unknown label type: y holds labels of the type {' and '.join(kinds)}; "
            "give numbers or strings, as [str(label) for label in y] is."
        )
    if kind.startswith("continuous"):
        instead = name.replace("Classifier", "Regressor")
        return (
            f"Unknown label type: {kind}. {name} predicts classes, and y holds "
            f"numbers that are not whole; {instead} predicts such."
        )
    if kind == "multiclass-multioutput":
        return (
            f"{name} predicts one class a row, or labels that are 0 or 1; of y, whose "
            f"shape is {np.shape(y)}, scikit-learn's MultiOutputClassifier fits a "
            "column at a time."
        )
    return ""


def _kinds(y: Any) -> list[str]:
    """Names of the types of objects."""
    labels = np.asarray(y) if hasattr(y, "dtype") else np.empty(0)
    if labels.dtype.kind != "O":
        return []
    return sorted({type(label).__name__ for label in labels.ravel()})


def _listed(pairs: list[tuple[str, str]]) -> str:
    said = ", ".join(f"{name} ({what})" for name, what in pairs[:_NAMED])
    more = len(pairs) - _NAMED
    return f"{said} and {more} more" if more > 0 else said


def _no_numbers(values: np.ndarray) -> Iterator[str]:
    """Yield a description of values that are no numbers, if there are any."""
    if values.dtype.kind in "mM":
        yield "dates" if values.dtype.kind == "M" else "durations"
        return
    for value in values.ravel() if values.dtype.kind in "OUSTV" else ():
        try:
            np.float64(value)
        except (TypeError, ValueError):
            if not is_missing(value):
                yield repr(on_one_line(value)[:40])
                return


def _gaps(values: np.ndarray) -> np.ndarray:
    """Mask of missing or infinite values."""
    if values.dtype.kind == "f":
        return ~np.isfinite(values)
    if values.dtype.kind != "O":
        return np.zeros(values.shape, bool)
    gaps = [is_missing(v) or v in (np.inf, -np.inf) for v in values.ravel()]
    return np.reshape(gaps, values.shape)
