"""What the README and the docstrings show runs, and shows what it says."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import sklearn_sparcs

README = Path(__file__).parents[2] / "README.md"
MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(sklearn_sparcs.__path__, "sklearn_sparcs.")
]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_docstring_examples(module):
    assert doctest.testmod(module).failed == 0


def test_public_docstrings_have_examples():
    for name in sklearn_sparcs.__all__:
        if name != "__version__":
            assert ">>>" in getattr(sklearn_sparcs, name).__doc__


def test_readme_code_runs():
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.S)
    assert blocks
    example = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), {}, "README", str(README), 0
    )
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
