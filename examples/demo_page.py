"""The page that the demo leaves: its tables, what was found, and pictures."""

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path

_HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SPARCS: how much network do the data want?</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem .2rem 0; text-align: right; white-space: nowrap; }
th:first-child, td:first-child, th:last-child, td:last-child { text-align: left; }
th { border-bottom: 1px solid; }
img { max-width: 100%; height: auto; background: white; }
</style>
<h1>How much network do the data want?</h1>
"""


def section(title, what, header, rows, verdict, figures):
    """A table's part of the page.

    ``what`` says what the table is; ``header`` and ``rows`` are lists of words, and
    ``figures`` matplotlib's.
    """
    cells = [_row("th", header), *(_row("td", row) for row in rows)]
    parts = [
        f"<h2>{escape(title)}</h2>",
        f"<p>{escape(what)}</p>",
        f'<div class="wide"><table>{"".join(cells)}</table></div>',
        f"<p><b>{escape(verdict)}</b></p>" if verdict else "",
        *(_image(figure, title) for figure in figures),
    ]
    return "\n".join(parts)


def write(path, sections):
    """All of it in one file, which needs no other; its address."""
    Path(path).write_text(_HEAD + "\n".join(sections), encoding="utf-8")
    return Path(path).resolve().as_uri()


def _row(tag, words):
    return f"<tr>{''.join(f'<{tag}>{escape(word)}</{tag}>' for word in words)}</tr>\n"


def _image(figure, title):
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
    data = b64encode(buffer.getvalue()).decode()
    return f'<img alt="{escape(title)}" src="data:image/png;base64,{data}">'
