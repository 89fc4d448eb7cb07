"""Which columns of a frame, or which targets, are no numbers that a network takes.

scikit-learn says what is wrong; of a frame with many columns it is asked, where.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .._direct.words import counted, on_one_line
from .._sklearn import is_missing

#: Columns that are named, at most.
_NAMED = 10


def columns_at_fault(X: Any) -> str:
    """A sentence on the columns that hold no numbers, or else on those with gaps.

    Parameters
    ----------
    X : object
        Whatever a user gave; only frames have names of columns.

    Returns
    -------
    str
        Empty if there are none.
    """
    if not hasattr(X, "columns"):
        return ""
    columns = [(name, np.asarray(X[name])) for name in X.columns]
    words = [(name, f"holds {what}") for name, x in columns for what in _no_numbers(x)]
    if words:
        return (
            f"These columns hold no numbers: {_listed(words)}. Make numbers of them "
            "first, by skrub's TableVectorizer or scikit-learn's OneHotEncoder."
        )
    counts = [(name, _n_gaps(x)) for name, x in columns]
    gaps = [(name, f"{counted(n, 'row')} of {len(X)}") for name, n in counts if n]
    return f"Missing or infinite values are in: {_listed(gaps)}." if gaps else ""


def targets_at_fault(y: Any, name: str) -> str:
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
    for what in _no_numbers(np.asarray(y)):
        instead = name.replace("Regressor", "Classifier")
        return (
            f"{name} predicts numbers, and y holds {what}; {instead} predicts classes."
        )
    return ""


def _listed(pairs: list[tuple[Any, str]]) -> str:
    said = ", ".join(f"{on_one_line(name)!r} ({what})" for name, what in pairs[:_NAMED])
    more = len(pairs) - _NAMED
    return f"{said} and {more} more" if more > 0 else said


def _no_numbers(values: np.ndarray) -> Iterator[str]:
    """What it is that values hold, if they are no numbers."""
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


def _n_gaps(values: np.ndarray) -> int:
    numbers = np.array([np.nan if is_missing(v) else v for v in values.tolist()], float)
    return int((~np.isfinite(numbers)).sum())
