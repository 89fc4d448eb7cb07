"""Validation of the splits that ``cv`` gives."""

from collections.abc import Iterable

import numpy as np

Split = tuple[np.ndarray, np.ndarray]


def checked_splits(
    splits: Iterable[Split], n_samples: int, weight: np.ndarray | None
) -> list[Split]:
    """Splits into training and test rows, as row indices.

    Raises
    ------
    ValueError
        If there is none, or one names rows that are not there, or has a part without
        rows or without weight.
    """
    found = []
    for k, (train, test) in enumerate(splits):
        part = f"The training part of split {k} of cv"
        train = _checked_part(part, train, n_samples, weight)
        part = f"The test part of split {k} of cv"
        found.append((train, _checked_part(part, test, n_samples, weight)))
    if not found:
        raise ValueError("cv gave no split; it must give one at least.")
    return found


def _checked_part(
    name: str, rows: np.ndarray, n_samples: int, weight: np.ndarray | None
) -> np.ndarray:
    """Numbers of the rows of a part, given as numbers or as a mask.

    Raises
    ------
    ValueError
        If it names rows that are not there, or has no rows or none with weight.
    """
    try:
        part = np.arange(n_samples)[rows]
    except IndexError as error:
        raise ValueError(
            f"{name} names rows that X, of {n_samples} rows, does not have: {error}."
        ) from error
    if len(part) == 0 or (weight is not None and not weight[part].any()):
        lacks = "no rows" if len(part) == 0 else "only rows of weight zero"
        raise ValueError(
            f"{name} has {lacks}; give a cv whose parts all have rows that count."
        )
    return part
