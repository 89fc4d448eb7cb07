"""Class labels as plain NumPy types; missing labels are refused."""

from numbers import Real
from typing import Any

import numpy as np

from .._data.tensors import as_array
from .._sklearn import is_missing


def plain_labels(y: Any) -> Any:
    """Labels as scikit-learn takes them, without pandas' own dtypes.

    A nullable boolean is a bool then, and not the number that scikit-learn makes of it;
    numbers among objects are numbers, where it knows no such labels, nor NumPy's
    strings of any length; and of a list, what is no word stays none, where NumPy makes
    the word "nan" of a gap among words.

    Raises
    ------
    ValueError
        If a label that is no number is missing. scikit-learn says so of numbers.
    """
    y = as_array(y)
    if isinstance(y, list | tuple) and len({isinstance(x, str) for x in y}) == 2:
        y = np.array(y, dtype=object)
    if hasattr(y, "ndim") and hasattr(y, "to_numpy"):
        y = y.to_numpy()
    if isinstance(y, np.ndarray) and y.dtype.kind == "T":
        y = y.astype(object)
    if isinstance(y, np.ndarray) and y.ndim and y.dtype == object:
        _refuse_missing(y)
        numbers = all(isinstance(label, Real) for label in y.ravel())
        return np.array(y.tolist()) if numbers else y
    return y


def _refuse_missing(y: np.ndarray) -> None:
    missing = np.flatnonzero([is_missing(label) for label in y.ravel()])
    if len(missing):
        row = missing[0] // (y.size // len(y))
        raise ValueError(
            f"y has {len(missing)} missing of {y.size} labels, the first in row "
            f"{row}; leave such rows out, or make them a class of their own."
        )
