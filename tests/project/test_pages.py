"""The pages under docs/: what they show runs, and the reference leaves nothing out."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [page for page in sorted(DOCS.glob("*.md")) if ">>> " in page.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_run(page):
    blocks = re.findall(r"^```python\n(>>> .*?)^```", page.read_text(), re.M | re.S)
    example = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), {}, page.stem, str(page), 0
    )
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize(
    "module", ["sklearn_sparcs", "sklearn_sparcs.nn", "sklearn_sparcs.datasets"]
)
def test_reference_lists_every_public_name(module):
    reference = (DOCS / "api.md").read_text()
    parts = re.split(r"\.\. currentmodule:: (\S+)", reference)
    listed = {
        name
        for here, text in zip(parts[1::2], parts[2::2], strict=True)
        if here == module
        for name in re.findall(r"^   (\w+)$", text, re.M)
    }
    found = importlib.import_module(module)
    public = getattr(found, "__all__", None) or [
        name
        for name, value in vars(found).items()
        if getattr(value, "__module__", None) == module and not name.startswith("_")
    ]
    assert listed == set(public) - {"__version__"}
