"""Results of single fits in a file, so that hours of fits are spent once."""

import json
from pathlib import Path

from tabular_measure import Cell


def key(cell: Cell) -> tuple[str, int, str]:
    """What a cell is the result of; there is one of each."""
    return cell["task"], cell["seed"], cell["model"]


class Cells:
    """Cells by task, split and model, written to ``path`` whenever some are added."""

    def __init__(self, path: Path | None = None):
        self.path = path
        self.by_key: dict[tuple[str, int, str], Cell] = {}
        if path and path.exists():
            self.by_key = {key(cell): cell for cell in json.loads(path.read_text())}

    def stands(self, task: str, seed: int, model: str, version: str | None) -> bool:
        """Whether there is a result, made by this version; by any, where it is None."""
        cell = self.by_key.get((task, seed, model))
        return cell is not None and version in (None, cell["version"])

    def add(self, cells: list[Cell]) -> None:
        """Take cells, instead of older ones of the same key."""
        self.by_key |= {key(cell): cell for cell in cells}
        if self.path:
            lines = ",\n".join(json.dumps(self.by_key[k]) for k in sorted(self.by_key))
            self.path.write_text(f"[\n{lines}\n]\n")

    def __iter__(self):
        return (self.by_key[key] for key in sorted(self.by_key))
