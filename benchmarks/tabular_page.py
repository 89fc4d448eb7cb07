"""Figures into a page: each between two comments that name it."""

import re
from pathlib import Path


def rewrite(page: Path, told: dict[str, str]) -> None:
    """Put each section in the place of the one of that name.

    A place is what stands between ``<!-- figures: NAME -->`` and
    ``<!-- end of NAME -->``; sections without a place are left out, and places without
    a section stay as they are.
    """
    text = page.read_text()
    for name, section in told.items():
        start, end = f"<!-- figures: {name} -->", f"<!-- end of {name} -->"
        place = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
        text = place.sub(lambda _, new=f"{start}\n\n{section}\n\n{end}": new, text)
    page.write_text(text)
