"""Conversion between NumPy arrays and torch tensors."""

from typing import Any

import numpy as np
import torch
from sklearn import get_config


def as_array(given: Any) -> Any:
    """A tensor or a view of memory as an array; anything else as it is.

    A tensor's gradient is left behind, and numbers that NumPy has no name for, such as
    bfloat16, become those of single precision. What a masked array hides is missing,
    where scikit-learn takes what lies under it.
    """
    if np.ma.is_masked(given):
        kind = given.dtype if given.dtype.kind == "f" else np.float64
        dtype = kind if given.dtype.kind in "biuf" else object
        return given.astype(dtype).filled(np.nan)
    if isinstance(given, memoryview):
        return np.asarray(given)
    if not isinstance(given, torch.Tensor):
        return given
    values = given.detach().cpu()
    known = values.dtype in (torch.float16, torch.float32, torch.float64)
    return (
        values.float() if values.is_floating_point() and not known else values
    ).numpy(force=True)  # of conjugates and negative views, too


def as_tensor(array: np.ndarray) -> torch.Tensor:
    """An array as a tensor that shares its memory, or has a copy if it is read-only.

    Read-only are arrays of a model that is loaded with ``mmap_mode="r"``: torch would
    warn of them, and writing to them would end the process.
    """
    array = np.ascontiguousarray(array)
    return torch.from_numpy(array if array.flags.writeable else array.copy())


def like_given(given: Any, values: np.ndarray) -> Any:
    """Predictions as the X that they are of was given.

    A tensor on its device, if that was a tensor and scikit-learn dispatches by the
    array API; an array otherwise, as are labels that no tensor can hold.
    """
    numbers = values.dtype.kind in "biuf"
    if not (isinstance(given, torch.Tensor) and numbers):
        return values
    if not get_config()["array_api_dispatch"]:
        return values
    return torch.as_tensor(values, device=given.device)
