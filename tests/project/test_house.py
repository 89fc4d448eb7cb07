"""The picture of the house shows the imports that the code has."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sklearn_sparcs"


@pytest.fixture(scope="module")
def house():
    spec = importlib.util.spec_from_file_location("house", ROOT / "docs" / "house.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pairs_by_hand():
    """(floor, floor) of every pair of modules, from ``from … import`` alone."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        here = path.relative_to(PACKAGE).with_suffix("").parts
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            base = here[: len(here) - node.level]
            target = (*base, *(node.module or "").split("."))
            if here[0] not in ("__init__", target[0]):
                found.add((here, target))
    return [(here[0], target[0]) for here, target in found]


def test_imports_are_those_of_the_code(house):
    pairs = pairs_by_hand()
    assert len(pairs) > 50
    assert house.imports() == {pair: pairs.count(pair) for pair in pairs}


def test_the_picture_shows_them(house):
    shown = re.findall(r"<title>(\w+) imports (\w+): (\d+)<", house.PICTURE.read_text())
    assert {(a, b): int(n) for a, b, n in shown} == house.imports(), "make house"


def test_every_dot_is_right_of_the_diagonal(house):
    order = [floor for row in house.floors() for floor in row]
    assert all(order.index(a) < order.index(b) for a, b in house.imports())


def test_the_picture_is_what_the_script_draws(house):
    drawn = house.picture(house.rooms(), house.imports())
    assert house.PICTURE.read_text() == drawn, "make house"
