"""A line an alpha, or every few iterations, on the screen."""

from collections.abc import Mapping
from typing import Any

#: Columns, and how each is printed.
_COLUMNS = {
    "alpha": "{:>11.3e}",
    "iteration": "{:>9d}",
    "train_loss": "{:>12.5g}",
    "objective": "{:>12.5g}",
    "n_live": "{:>8d}",
    "valid_loss": "{:>12.5g}",
    "valid_score": "{:>13.5g}",
}


class AlphaLog:
    """Prints each row that it is told of, and a heading first."""

    def __init__(self) -> None:
        self._begun = False

    def __call__(self, row: Mapping[str, Any]) -> None:
        """Print a row."""
        cells = {
            name: cell.format(row[name])
            for name, cell in _COLUMNS.items()
            if name in row
        }
        if not self._begun:
            print(*(name.rjust(len(cell)) for name, cell in cells.items()))
            self._begun = True
        print(*cells.values(), flush=True)
