"""Draw the house: the package's floors, their rooms, and who stands on whom.

Everything is read from the code's own imports and from the contract in pyproject.toml;
``make house`` writes docs/images/house.svg anew. A dot says that a room of the floor to
its left imports one of the floor above it, and is the larger the more do. As imports go
down, every dot is to the right of the diagonal.
"""

import ast
import tomllib
from collections import Counter
from html import escape
from itertools import accumulate
from pathlib import Path
from textwrap import wrap

import grimp

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "house.svg"
PACKAGE = "sklearn_sparcs"
#: Pixels: a floor without rooms, a line of rooms, the width of a box, a column of the
#: table of dots, and room above for the names of the columns.
LOW, LINE, WIDTH, COLUMN, ABOVE = 24, 12, 560, 30, 84
#: Letters that a line of a box takes.
LETTERS = 100
INK, PAPER, BLUE = "#333333", "#f4f6f8", "#0072B2"


def floors() -> list[list[str]]:
    """The floors of the contract, from the top down; those in a row do not meet."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    layers = contract["importlinter"]["contracts"][0]["layers"]
    return [[name.strip() for name in row.split("|")] for row in layers]


def rooms() -> dict[str, list[str]]:
    """The modules of each floor; a floor that is a single module has none."""
    found = {floor: [] for row in floors() for floor in row}
    for module in sorted(grimp.build_graph(PACKAGE, cache_dir=None).modules):
        _, *place = module.split(".")
        if len(place) == 2:
            found[place[0]].append(place[1])
    return found


def imports() -> Counter[tuple[str, str]]:
    """Pairs of modules of which one imports the other, by (floor, floor below).

    The public ``__init__`` is on no floor.
    """
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found: Counter[tuple[str, str]] = Counter()
    for module in graph.modules - {PACKAGE}:
        for other in graph.find_modules_directly_imported_by(module) - {PACKAGE}:
            upper, lower = module.split(".")[1], other.split(".")[1]
            if upper != lower:
                found[upper, lower] += 1
    return found


def purpose(floor: str) -> str:
    """What the first line of a floor's docstring says."""
    path = ROOT / PACKAGE / floor
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(file.read_text())) or ""
    return docstring.partition("\n")[0].rstrip(".")


def picture(rooms: dict[str, list[str]], imports: Counter[tuple[str, str]]) -> str:
    """The house as SVG."""
    order = [floor for row in floors() for floor in row]
    heights = [LOW + LINE * len(_lines(rooms[floor])) for floor in order]
    tops = [ABOVE, *(ABOVE + end for end in accumulate(heights))]
    parts = []
    for k, floor in enumerate(order):
        y = (tops[k] + tops[k + 1] - 4) / 2
        parts += _box(floor, rooms[floor], tops[k], heights[k] - 4)
        parts += _column(floor, k, y, tops[-1])
        parts += [
            _dot(floor, y, below, n, imports[floor, below])
            for n, below in enumerate(order)
            if imports[floor, below]
        ]
    width, height = WIDTH + COLUMN * len(order) + 60, tops[-1] + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" '
        f'fill="{INK}">\n<rect width="{width}" height="{height}" fill="white"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _box(floor: str, rooms: list[str], top: int, height: int) -> list[str]:
    """A floor: its name and purpose, and below them the names of its rooms."""
    words = escape(purpose(floor))
    return [
        f'<rect x="4" y="{top}" width="{WIDTH}" height="{height}" rx="3" '
        f'fill="{PAPER}" stroke="{INK}"/>',
        f'<text x="12" y="{top + 14}"><tspan font-weight="bold">{floor}</tspan>'
        f'<tspan dx="8" font-size="10">{words}</tspan></text>',
        *(
            f'<text x="12" y="{top + 28 + LINE * n}" font-size="9.5">{line}</text>'
            for n, line in enumerate(_lines(rooms))
        ),
    ]


def _lines(rooms: list[str]) -> list[str]:
    return wrap("  ".join(rooms), LETTERS)


def _column(floor: str, k: int, y: float, bottom: int) -> list[str]:
    """The name above a column, a line down it, and its place on the diagonal."""
    x = _x(k)
    return [
        f'<path d="M{x} {ABOVE}V{bottom - 4}" stroke="{INK}" stroke-opacity="0.15"/>',
        f'<text transform="translate({x + 4} {ABOVE - 6}) rotate(-55)">{floor}</text>',
        f'<rect x="{x - 6}" y="{y - 6:g}" width="12" height="12" fill="#d0d0d0"/>',
    ]


def _dot(upper: str, y: float, lower: str, n: int, count: int) -> str:
    """One floor stands on another; the dot grows with the number of imports."""
    return (
        f'<circle cx="{_x(n)}" cy="{y:g}" r="{2 + 1.4 * count**0.5:.1f}" '
        f'fill="{BLUE}"><title>{upper} imports {lower}: {count}</title></circle>'
    )


def _x(column: int) -> int:
    return WIDTH + 4 + COLUMN * column + COLUMN // 2


if __name__ == "__main__":
    PICTURE.write_text(picture(rooms(), imports()))
