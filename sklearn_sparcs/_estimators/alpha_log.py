"""A line an alpha, or every few iterations, where `verbose` asks for it."""

from collections.abc import Mapping
from typing import Any

from .screen import show

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
    """Shows each row that it is told of, and a heading first."""

    def __init__(self) -> None:
        self._begun = False

    def __call__(self, row: Mapping[str, Any]) -> None:
        """Show a row."""
        cells = {
            name: cell.format(row[name])
            for name, cell in _COLUMNS.items()
            if name in row
        }
        if not self._begun:
            show(*(name.rjust(len(cell)) for name, cell in cells.items()))
            self._begun = True
        show(*cells.values())
