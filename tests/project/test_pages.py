"""The pages under docs/: what they show runs, and the reference leaves nothing out."""

import doctest
import re
from pathlib import Path

import pytest
from helpers import public

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [page for page in sorted(DOCS.glob("*.md")) if ">>> " in page.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_run(page):
    text = page.read_text()
    blocks = re.findall(r"^```python\n(>>> .*?)^```", text, re.M | re.S)
    assert sum(block.count(">>> ") for block in blocks) == text.count(">>> ")
    example = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), {}, page.stem, str(page), 0
    )
    assert len(example.examples) == text.count(">>> ")
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize(
    "page",
    [ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))],
    ids=lambda page: page.stem,
)
def test_files_that_are_named_exist(page):
    named = re.findall(r"`([a-z_0-9/]*/[a-z_0-9]+\.py)`", page.read_text())
    homes = [ROOT, ROOT / "sklearn_sparcs", ROOT / "examples"]
    lost = [name for name in named if not any((h / name).exists() for h in homes)]
    assert lost == []
    bare = re.findall(r"`(_[a-z_0-9]+\.py)`", page.read_text())
    assert all((homes[1] / name).exists() for name in bare)  # it is on no floor


@pytest.mark.parametrize("face", public.FACES)
def test_reference_lists_every_public_name(face):
    parts = re.split(r"\.\. currentmodule:: (\S+)", (DOCS / "api.md").read_text())
    listed = {
        name
        for here, text in zip(parts[1::2], parts[2::2], strict=True)
        if here == face
        for name in re.findall(r"^   (\w+)$", text, re.M)
    }
    assert listed == set(public.names(face))
