"""The house stands: `make lint` refuses imports that go up, and what is private."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: The commands of `make lint` that hold the contract, as there.
FLOORS = ["lint-imports", "--no-cache"]
PRIVACY = ["ruff", "check", "--no-cache", "--select", "SLF", "sklearn_sparcs"]


@pytest.fixture
def house(tmp_path):
    """A copy of the package and of the contract."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__")
    package = tmp_path / "sklearn_sparcs"
    shutil.copytree(ROOT / "sklearn_sparcs", package, ignore=ignored)
    return tmp_path


def said(command, house):
    """Exit status, and what the command prints."""
    tool, *options = command
    path = Path(sys.executable).parent / tool
    done = subprocess.run([path, *options], cwd=house, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", [FLOORS, PRIVACY], ids=["floors", "privacy"])
def test_the_package_keeps_the_contract(command, house):
    status, words = said(command, house)
    assert status == 0, words


@pytest.mark.parametrize(
    ("room", "line", "broken"),
    [
        ("_data/scaling.py", "from .._losses import losses", "_data is not allowed"),
        ("_growth/path.py", "from ..nn import Growth", "_growth is not allowed"),
        ("nn.py", "from ._estimators import base", "nn is not allowed"),
        ("_direct/form.py", "from . import architecture", "No room leads back"),
        ("_attic.py", "import numpy", "_attic"),
    ],
    ids=["upward", "to a face", "sideways", "in a circle", "on no floor"],
)
def test_what_climbs_is_refused(room, line, broken, house):
    with (house / "sklearn_sparcs" / room).open("a") as file:
        file.write(f"\n{line}\n")
    status, words = said(FLOORS, house)
    assert status == 1
    assert broken in words


def test_what_reaches_into_another_class_is_refused(house):
    reaching = "def reach(estimator):\n    return estimator._hidden\n"
    (house / "sklearn_sparcs" / "_data" / "reaching.py").write_text(reaching)
    status, words = said(PRIVACY, house)
    assert status == 1
    assert "Private member accessed: `_hidden`" in words
    assert "reaching.py" in words


def test_make_lint_runs_both():
    recipe = (ROOT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")
    assert "/lint-imports\n" in recipe[0] + "\n"
    assert "/ruff check .\n" in recipe[0]
