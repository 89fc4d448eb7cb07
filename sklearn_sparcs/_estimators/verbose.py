"""What `verbose` shows: lines that are logged, or else printed."""

import logging
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


def show(*words: str) -> None:
    """Log a line as information, or print it where nobody logs that.

    The logger is ``sklearn_sparcs``; ``logging.basicConfig(level="INFO")`` keeps it.
    """
    logger, line = logging.getLogger("sklearn_sparcs"), " ".join(words)
    if logger.isEnabledFor(logging.INFO):
        logger.info(line)
    else:
        print(line, flush=True)


class AlphaLog:
    """Shows rows of numbers, one for each alpha or iteration, below a heading."""

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
