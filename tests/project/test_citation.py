"""The paper is cited alike wherever it is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPER = "10.48550/arXiv.2504.00885"


def test_the_citation_file_and_the_bibtex_agree():
    cff = (ROOT / "CITATION.cff").read_text()
    (bibtex,) = re.findall(
        "```bibtex\n(.*?)```", (ROOT / "docs" / "paper.md").read_text(), re.S
    )
    assert f"doi: {PAPER}" in cff and f"{{{PAPER}}}" in bibtex
    title = re.findall("title: (Spectral.*)", cff)[0]
    assert f"{{{title}}}" in bibtex
    families = re.findall("family-names: (.*)", cff)
    given = re.findall("given-names: (.*)", cff)
    names = (f"{f}, {g}" for f, g in zip(families, given, strict=True))
    assert f"{{{' and '.join(names)}}}" in bibtex


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/paper.md"])
def test_the_paper_is_linked(page):
    assert "https://arxiv.org/abs/2504.00885" in (ROOT / page).read_text()
