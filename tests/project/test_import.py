"""What importing the package does: little, in silence, until a name is asked for."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sklearn_sparcs


def run(code):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_nothing_is_imported_that_is_not_asked_for():
    code = (
        "import sys, sklearn_sparcs; sklearn_sparcs.__version__, dir(sklearn_sparcs);"
        "print({'torch', 'sklearn', 'numpy', 'skorch'} & set(sys.modules))"
    )
    assert run(code) == "set()\n"


def test_a_name_is_the_one_that_its_module_has():
    for name in set(sklearn_sparcs.__all__) - {"__version__"}:
        home = import_module(f"sklearn_sparcs.{sklearn_sparcs._HOMES[name]}")
        assert getattr(sklearn_sparcs, name) is getattr(home, name)
    assert set(sklearn_sparcs.__all__) <= set(dir(sklearn_sparcs))
    with pytest.raises(AttributeError, match="has no attribute 'SparcsRegresor'"):
        _ = sklearn_sparcs.SparcsRegresor


def test_type_checkers_are_told_the_same_names():
    tree = ast.parse(Path(sklearn_sparcs.__file__).read_text())
    (told,) = [node for node in tree.body if isinstance(node, ast.If)]
    homes = {a.name: node.module for node in told.body for a in node.names}
    assert homes == sklearn_sparcs._HOMES
    assert {*homes, "__version__"} == set(sklearn_sparcs.__all__)
