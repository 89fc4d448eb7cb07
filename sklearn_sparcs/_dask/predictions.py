"""Lazy predictions for dask arrays and frames, partition by partition."""

from collections.abc import Callable
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute, is_dask_collection

from .._shared.shared_scores import explained
from .blocks import a_row, no_rows

#: From rows, what is said of each: an array (n, …).
Said = Callable[[Any], Any]


def by_partition(said: Said, X: Any) -> Any:
    """Apply a function of rows, lazily by partition to a dask array or frame.

    Parameters
    ----------
    said : callable
    X : dask Array or DataFrame, or data in memory

    Returns
    -------
    dask Array, or Series or DataFrame with X's index; of data in memory what is said

    Raises
    ------
    TypeError
        If X is a frame, and a table is said of each row.
    """
    if not is_dask_collection(X):
        return said(X)
    like = said(a_row(X))[:0]  # also refuses other columns, before work begins
    of_block = partial(_of_block, said, like)
    if isinstance(X, da.Array):
        rows = X.rechunk({1: -1})
        if like.ndim == 1:
            return rows.map_blocks(of_block, dtype=like.dtype, drop_axis=1, meta=like)
        chunks = (rows.chunks[0], *((size,) for size in like.shape[1:]))
        more = list(range(2, like.ndim))
        return rows.map_blocks(
            of_block, dtype=like.dtype, chunks=chunks, new_axis=more, meta=like
        )
    if like.ndim > 2:
        raise TypeError(
            "Each row has a table, of features and outputs, which no frame can hold; "
            "give the rows as an array: X.to_dask_array(lengths=True)."
        )
    meta = framed(like, no_rows(X))
    return X.map_partitions(partial(_of_frame, of_block), meta=meta)


def r2(y: Any, predicted: Any, weight: Any = None) -> float:
    """R² of predictions in the same partitions, the mean over targets."""
    y, predicted = (as_columns(each) for each in (y, predicted))
    w = da.ones_like(y[:, :1]) if weight is None else as_columns(weight)
    centre = (w * y).sum(axis=0) / w.sum(axis=0)
    left, total = compute(
        (w * (y - predicted) ** 2).sum(axis=0), (w * (y - centre) ** 2).sum(axis=0)
    )
    return explained(left, total)


def as_columns(given: Any) -> da.Array:
    """A dask array, Series or DataFrame as an array (n, columns) of doubles."""
    array = given if isinstance(given, da.Array) else given.to_dask_array()
    array = array.astype(np.float64)
    return array[:, None] if array.ndim == 1 else array


def _of_block(said: Said, like: np.ndarray, block: Any) -> np.ndarray:
    """Apply the function to a partition, which may have no rows."""
    return said(block) if len(block) else like


def _of_frame(of_block: Said, frame: Any) -> Any:
    return framed(of_block(frame), frame)


def framed(values: np.ndarray, frame: Any) -> Any:
    """Values with the index of a frame or a series."""
    import pandas as pd

    kind = pd.Series if values.ndim == 1 else pd.DataFrame
    return kind(values, index=frame.index)
