"""Warnings of data whose differences are lost in the dtype that fits compute in."""

import math
from collections.abc import Iterator
from decimal import Decimal
from numbers import Integral
from typing import Any

import numpy as np
from scipy import sparse

from .._data.features import ends_of
from .._data.partition_checks import TableSummary
from .._direct.words import on_one_line
from .invalid_data import columns_of
from .warned import warn_user

#: Steps of the dtype that values must span: with fewer, rounding takes more than a
#: ten-thousandth of their variance.
_FEWEST_STEPS = 100


def warn_of_rounding(given: Any, dtype: Any) -> None:
    """Warn of targets (n,) or (n, outputs), as they were given, that a dtype rounds.

    What is of the dtype already was rounded before.
    """
    y = np.asarray(given)
    if y.dtype == dtype:
        return
    if y.dtype.kind not in "biuf":
        y = np.vectorize(_exact, otypes=[object])(y)
    ends = ends_of(y.reshape(len(y), -1))
    for j, pair in enumerate(zip(*(end.tolist() for end in ends), strict=True)):
        _warn_of_target(j, pair, dtype)


def warn_of_rounded_features(X: Any, dtype: Any) -> None:
    """Warn of whole numbers in X, as it was given, that coincide in a dtype."""
    for name, low, high in _whole_numbers(X):
        _warn_of_feature(name, (low, high), dtype)


def warn_of_rounding_in_partitions(table: TableSummary) -> None:
    """Warn of what is rounded in X and y that were given in partitions."""
    n = len(table.like.columns)
    for name, ends in zip(table.like.columns, table.ends[:n], strict=True):
        shown = f"column {name}" if isinstance(name, int) else repr(on_one_line(name))
        if ends is not None:
            _warn_of_feature(shown, ends, table.dtype)
    of_targets = zip(table.ends[n:], table.like.dtypes[n:], strict=False)
    for j, (ends, kind) in enumerate(of_targets):
        if ends is not None and kind != np.dtype(table.dtype).name:
            _warn_of_target(j, ends, table.dtype)


def rounds(low: Any, high: Any, dtype: Any) -> bool:
    """Whether values span something, but few steps of the dtype.

    They are Python's numbers, whole ones to the last digit.
    """
    return bool(0 < high - low < _FEWEST_STEPS * _step(low, high, dtype))


def _warn_of_feature(name: str, ends: tuple[Any, Any], dtype: Any) -> None:
    if _step(*ends, dtype) > 1 and rounds(*ends, dtype):
        _warn(
            f"In {name}, X",
            ends,
            dtype,
            "different whole numbers become the same. To keep them apart, subtract "
            "a constant from them, in fit and predict; if they only name things, "
            "encode them, or leave them out.",
        )


def _warn_of_target(j: int, ends: tuple[Any, Any], dtype: Any) -> None:
    if rounds(*ends, dtype):
        name = np.dtype(dtype).name
        wider = " give X in float64, or" if name == "float32" else ""
        _warn(
            f"Target {j}",
            ends,
            dtype,
            "differences are rounded away, in predictions too. To keep them,"
            f"{wider} subtract a constant from y.",
        )


def _warn(what: str, ends: tuple[Any, Any], dtype: Any, so: str) -> None:
    low, high = ends
    warn_user(
        f"{what} spans {float(high - low):.3g} around {float(high):.3g}, where "
        f"{np.dtype(dtype).name}, the dtype of X, has steps of "
        f"{_step(low, high, dtype):.3g}: {so}",
        UserWarning,
    )


def _exact(value: Any) -> Decimal:
    """A number, or a word that stands for one, to its last digit."""
    if isinstance(value, str | Decimal):
        return Decimal(value)
    return Decimal(int(value) if isinstance(value, Integral) else float(value))


def _step(low: Any, high: Any, dtype: Any) -> float:
    """Distance of neighbours of the larger of two values in a dtype."""
    coarser = float(np.finfo(dtype).eps / np.finfo(np.float64).eps)
    return coarser * math.ulp(max(abs(low), abs(high)))


def _whole_numbers(X: Any) -> Iterator[tuple[str, int, int]]:
    """Columns of whole numbers: what to call each, its least and its greatest."""
    if sparse.issparse(X):
        if X.dtype.kind in "iu":
            low, high = ends_of(X.tocsr())
            for j in range(X.shape[1]):
                yield f"column {j}", int(low[j]), int(high[j])
        return
    if getattr(getattr(X, "dtype", None), "kind", "") in ("f", "b"):
        return
    for name, x in columns_of(X if hasattr(X, "shape") else np.asarray(X)):
        values = x[[isinstance(v, Integral) for v in x]] if x.dtype == object else x
        if len(values) and values.dtype.kind in "iuO":
            yield name, int(values.min()), int(values.max())
