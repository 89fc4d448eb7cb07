"""The partitions of dask arrays and frames."""

from typing import Any

import dask.array as da
import numpy as np
from dask.base import is_dask_collection
from dask.delayed import Delayed


def collection(given: Any, name: str) -> Any:
    """Return the argument if it is a dask array or frame.

    Raises
    ------
    TypeError
        If it is not.
    """
    if not is_dask_collection(given) or not hasattr(given, "ndim"):
        raise TypeError(
            f"{name} must be an array or a frame of dask's; got "
            f"{type(given).__name__}. For data in memory use the estimator of one "
            "machine, or dask.array.from_array."
        )
    return given


def partitions_of(given: Any) -> list[Delayed]:
    """The partitions of rows."""
    if isinstance(given, da.Array):
        whole = given.rechunk({1: -1}) if given.ndim == 2 else given
        return list(whole.to_delayed().ravel())
    return list(given.to_delayed())


def no_rows(X: Any) -> Any:
    """An empty block with the columns of a dask array or frame."""
    if isinstance(X, da.Array):
        return np.empty((0, X.shape[1]))
    from dask.dataframe.dispatch import make_meta

    return make_meta(X)


def a_row(X: Any) -> Any:
    """One made-up row with the columns and dtypes of a dask array or frame."""
    if isinstance(X, da.Array):
        return np.zeros((1, X.shape[1]), X.dtype)
    from dask.dataframe.dispatch import meta_nonempty

    return meta_nonempty(no_rows(X))[:1]


def refuse_collections(**given: Any) -> None:
    """Refuse dask collections where data in memory are required.

    Raises
    ------
    TypeError
        If one is a collection of dask's; the message says which.
    """
    for name, each in given.items():
        if is_dask_collection(each):
            raise TypeError(
                f"partial_fit takes data in memory; {name} is dask's "
                f"{type(each).__name__}. Call fit with the whole of it, or partial_fit "
                "with each partition's compute()."
            )
