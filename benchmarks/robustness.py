"""Tables of what was tried to break the package, from what the commands wrote.

`make peers`, `make fuzz`, `make faults` and `make soak` leave reports in the folder
``robustness``, pytest's of its tests and the soak's own. The figures of those that are
there are kept in ``benchmarks/results/robustness.json``, beside those of earlier runs,
and the tables are written into a page.
"""

import argparse
import ast
import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tabular_page import rewrite

ROOT = Path(__file__).parents[1]
#: What the soak looks at besides memory.
_PARTS, _HELD = ("fits", "predictions"), ("blocks", "handles", "threads")
RESULTS = ROOT / "benchmarks" / "results" / "robustness.json"
PAGE = ROOT / "docs" / "robustness.md"

_Figures = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown, numbers with commas."""
    cells = [[f"{c:,}" if isinstance(c, int) else str(c) for c in row] for row in rows]
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# -- reports of pytest -----------------------------------------------------------------


def outcomes(report: Path) -> dict[str, Counter[str]]:
    """How many of each module passed, failed, were skipped or do not apply."""
    found: dict[str, Counter[str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        found.setdefault(case.get("classname", ""), Counter())[outcome(case)] += 1
    return found


def outcome(case: ElementTree.Element) -> str:
    """What became of a test: one that was expected to fail does not apply."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    return "not applicable" if skipped.get("type") == "pytest.xfail" else "skipped"


def reasons(report: Path) -> Counter[str]:
    """Why tests do not apply, and how many for that reason."""
    skipped = ElementTree.parse(report).iter("skipped")
    return Counter(
        s.get("message", "") for s in skipped if s.get("type") == "pytest.xfail"
    )


# -- scikit-learn's tests --------------------------------------------------------------


def of_peers(folder: Path) -> _Figures:
    """Figures of scikit-learn's own tests."""
    tests = outcomes(folder / "peers.xml") | outcomes(folder / "checks.xml")
    return {"tests": tests, "why": reasons(folder / "peers.xml")}


def peers_table(figures: _Figures) -> str:
    """A line a module of tests, and a line a reason."""
    rows = []
    for name, became in figures["tests"].items():
        n = Counter(became)
        run = n.total() - n["skipped"]
        short = name.rpartition(".")[2]  # a phone shows no more beside the figures
        rows.append((f"`{short}`", run, n["passed"], n["not applicable"], n["failed"]))
    head = ["tests", "run", "passed", "not applicable", "failed"]
    why = table(
        ["not applicable, as it", "tests"], Counter(figures["why"]).most_common()
    )
    return f"{table(head, rows)}\n\n{why}"


# -- inputs tried ----------------------------------------------------------------------


def of_fuzz(folder: Path) -> _Figures:
    """Inputs that each property was tried on, as hypothesis counts them."""
    report = ElementTree.parse(folder / "fuzz.xml")
    told = {
        p.get("name", "").rpartition("::")[2]: base64.b64decode(p.get("value", ""))
        for p in report.iter("property")
    }
    return {name: tried(statistics.decode()) for name, statistics in told.items()}


def tried(statistics: str) -> dict[str, int]:
    """How many inputs held the property, and how many did not, in all phases."""
    found = re.findall(r"(\d+) passing, (\d+) failing", statistics)
    return {
        "passing": sum(int(passing) for passing, _ in found),
        "failing": sum(int(failing) for _, failing in found),
    }


def fuzz_table(figures: _Figures) -> str:
    """A line a property."""
    rows = [
        (in_words(name), n["passing"] + n["failing"], n["failing"])
        for name, n in figures.items()
    ]
    total = "all", sum(row[1] for row in rows), sum(row[2] for row in rows)
    return table(["property", "inputs tried", "failed"], [*rows, total])


def in_words(name: str) -> str:
    """What the name of a test says."""
    return name.removeprefix("test_").replace("_", " ")


# -- faults survived -------------------------------------------------------------------


def of_faults(folder: Path) -> _Figures:
    """Outcomes of the tests of faults, by what their modules say of themselves."""
    return {said_of(name): n for name, n in outcomes(folder / "faults.xml").items()}


def said_of(module: str) -> str:
    """The first line of its docstring."""
    source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()
    return (ast.get_docstring(ast.parse(source)) or module).partition("\n")[0]


def faults_table(figures: _Figures) -> str:
    """A line a module of tests."""
    rows = [
        (what, n.get("passed", 0), n.get("failed", 0)) for what, n in figures.items()
    ]
    return table(["faults", "survived", "not"], rows)


# -- load held -------------------------------------------------------------------------


def of_soak(folder: Path) -> _Figures:
    """The first and the last look of each part of the soak, and the search."""
    told = json.loads((folder / "soak.json").read_text())
    looks = {part: [told[part][0], told[part][-1]] for part in _PARTS}
    kept = ("fits", "seconds", "before", "after")
    search = {name: told["search"][name] for name in kept}
    return looks | {"threads": told["threads"], "search": search}


def soak_table(figures: _Figures) -> str:
    """What was held, a line a look."""
    search = figures["search"]
    looks = [(f"{look['calls']:,} {p}", look) for p in _PARTS for look in figures[p]]
    looks += [
        ("a search", search["before"]),
        (f"{search['fits']:,} fits of it", search["after"]),
    ]
    rows = [
        (f"after {when}", f"{look['mebibytes']:.1f}", *(look[name] for name in _HELD))
        for when, look in looks
    ]
    return (
        f"{table(['', 'MiB held', *_HELD], rows)}\n\nEight threads took "
        f"{figures['threads']:.2f} of the time of one after another."
    )


# -- all -------------------------------------------------------------------------------

#: Of each command: the reports it leaves, their figures, and a table.
TOLD: dict[str, tuple[list[str], Callable[[Path], _Figures], Callable[..., str]]] = {
    "peers": (["peers.xml", "checks.xml"], of_peers, peers_table),
    "fuzz": (["fuzz.xml"], of_fuzz, fuzz_table),
    "faults": (["faults.xml"], of_faults, faults_table),
    "soak": (["soak.json"], of_soak, soak_table),
}


def gathered(folder: Path, known: _Figures) -> _Figures:
    """What is known, with the figures of the reports that are in a folder."""
    new = {
        name: figures_of(folder)
        for name, (reports, figures_of, _) in TOLD.items()
        if all((folder / report).exists() for report in reports)
    }
    return known | new


def main() -> None:
    """Keep the figures, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="where the reports are")
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args()
    known = json.loads(asked.json.read_text()) if asked.json.exists() else {}
    figures = gathered(asked.folder, known)
    asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    rewrite(asked.page, {name: TOLD[name][2](told) for name, told in figures.items()})


if __name__ == "__main__":
    main()
