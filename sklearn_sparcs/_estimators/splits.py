"""Splits of the rows, checked: each part has rows that count."""

from collections.abc import Iterable

import numpy as np

Split = tuple[np.ndarray, np.ndarray]


def checked_splits(
    splits: Iterable[Split], n_samples: int, weight: np.ndarray | None
) -> list[Split]:
    """Splits into training and test rows, as numbers of rows.

    Raises
    ------
    ValueError
        If there is none, or one names rows that are not there, or has a part without
        rows or without weight.
    """
    known = np.arange(n_samples)
    found = []
    for k, split in enumerate(splits):
        for name, rows in zip(("training", "test"), split, strict=True):
            try:
                part = known[rows]
            except IndexError as error:
                raise ValueError(
                    f"The {name} part of split {k} of cv names rows that X, of "
                    f"{n_samples} rows, does not have: {error}."
                ) from error
            if len(part) == 0 or (weight is not None and not weight[part].any()):
                lacks = "no rows" if len(part) == 0 else "only rows of weight zero"
                raise ValueError(
                    f"The {name} part of split {k} of cv has {lacks}; give a cv whose "
                    "parts all have rows that count."
                )
        found.append((known[split[0]], known[split[1]]))
    if not found:
        raise ValueError("cv gave no split; it must give one at least.")
    return found
