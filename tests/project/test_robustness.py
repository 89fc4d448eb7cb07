"""The tables of what was tried to break it: what is made of the commands' reports."""

import base64
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: As pytest writes them.
CASES = """<testsuites><testsuite><properties>{properties}</properties>
<testcase classname="tests.properties.test_invariants" name="a" />
<testcase classname="tests.properties.test_invariants" name="b">
  <skipped type="pytest.xfail" message="has a parameter of theirs" /></testcase>
<testcase classname="tests.properties.test_invariants" name="c">
  <skipped type="pytest.skip" message="no estimator" /></testcase>
<testcase classname="tests.properties.test_any_data" name="d"><failure /></testcase>
<testcase classname="tests.properties.test_any_data" name="e"><error /></testcase>
</testsuite></testsuites>"""
STATISTICS = """
  - during generate phase:
    - 17 passing, 3 failing, and 5 invalid test cases
  - during shrink phase:
    - 2 passing, 1 failing, and 0 invalid test cases"""


@pytest.fixture
def robustness(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import robustness

    return robustness


@pytest.fixture
def reports(tmp_path):
    """A folder with every report."""
    told = base64.b64encode(STATISTICS.encode()).decode()
    name = "hypothesis-statistics-tests/properties/test_any_data.py::test_of_data"
    properties = f'<property name="{name}" value="{told}" />'
    for report in ("peers", "checks", "fuzz", "faults"):
        text = CASES.format(properties=properties if report == "fuzz" else "")
        (tmp_path / f"{report}.xml").write_text(text)
    look = {"calls": 1, "mebibytes": 4.04, "blocks": 1000, "handles": 6, "threads": 3}
    looks = [look, {**look, "calls": 5}, {**look, "calls": 2000}]
    search = {"fits": 20, "seconds": 1.5, "before": look, "after": look, "workers": []}
    soak = {"fits": looks, "predictions": looks, "threads": 0.5, "search": search}
    (tmp_path / "soak.json").write_text(json.dumps(soak))
    return tmp_path


def test_expected_failures_do_not_apply_and_the_skipped_are_not_run(
    robustness, reports
):
    figures = robustness.of_peers(reports)
    assert figures["tests"] == {
        "tests.properties.test_invariants": {
            "passed": 1,
            "not applicable": 1,
            "skipped": 1,
        },
        "tests.properties.test_any_data": {"failed": 2},
    }
    assert figures["why"] == {"has a parameter of theirs": 1}
    lines = robustness.peers_table(figures).splitlines()
    assert lines[2] == "| `test_invariants` | 2 | 1 | 1 | 0 |"
    assert lines[-1] == "| has a parameter of theirs | 1 |"


def test_inputs_of_all_phases_count(robustness, reports):
    figures = robustness.of_fuzz(reports)
    assert figures == {"test_of_data": {"passing": 19, "failing": 4}}
    assert robustness.fuzz_table(figures).splitlines()[2:] == [
        "| of data | 23 | 4 |",
        "| all | 23 | 4 |",
    ]


def test_faults_are_named_by_their_modules(robustness, reports):
    lines = robustness.faults_table(robustness.of_faults(reports)).splitlines()
    said = "Whatever the data: a clear ValueError, or an answer that is finite."
    assert lines[3] == f"| {said} | 0 | 2 |"


def test_first_and_last_look(robustness, reports):
    lines = robustness.soak_table(robustness.of_soak(reports)).splitlines()
    assert lines[2] == "| after 1 fits | 4.0 | 1,000 | 6 | 3 |"
    assert lines[5] == "| after 2,000 predictions | 4.0 | 1,000 | 6 | 3 |"
    assert lines[7] == "| after 20 fits of it | 4.0 | 1,000 | 6 | 3 |"


def test_what_is_not_there_stays_as_it_was(robustness, reports, monkeypatch):
    page, kept = reports / "page.md", reports / "kept.json"
    page.write_text("<!-- figures: fuzz -->\n<!-- end of fuzz -->\n")
    known = robustness.gathered(reports, {})
    kept.write_text(json.dumps({"soak": known["soak"], "fuzz": {}}))
    (reports / "soak.json").unlink()
    command = ["robustness.py", str(reports), "--json", str(kept), "--page", str(page)]
    monkeypatch.setattr(sys, "argv", command)
    robustness.main()
    assert "| of data | 23 | 4 |" in page.read_text()
    assert json.loads(kept.read_text()) == known
