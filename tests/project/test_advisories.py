"""What `make audit` makes of pip-audit's answers: no answer is no good answer."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FINE = {"name": "numpy", "version": "2", "vulns": []}
SKIPPED = {"name": "torch", "skip_reason": "not found"}
WARNED = {
    "name": "tqdm",
    "version": "4",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["5", "6"]},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}


@pytest.fixture
def advisories(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import advisories

    return advisories


@pytest.mark.parametrize(
    ("found", "status", "total"),
    [
        ([FINE], 0, "1 of 1 packages looked up, 0 advisories."),
        ([FINE, SKIPPED], 2, "1 of 2 packages looked up, 0 advisories."),
        ([FINE, SKIPPED, WARNED], 1, "2 of 3 packages looked up, 2 advisories."),
        ([], 2, "0 of 0 packages looked up, 0 advisories."),
    ],
)
def test_what_was_not_looked_up_is_not_fine(advisories, found, status, total):
    assert advisories.judged(found)[0] == status
    assert advisories.judged(found)[1][-1] == total


def test_lines_say_what_to_do(advisories):
    assert advisories.judged([WARNED, SKIPPED])[1][:3] == [
        "tqdm 4: PYSEC-1, mended in 5, 6",
        "tqdm 4: PYSEC-2, mended in no release",
        "torch: NOT LOOKED UP, not found",
    ]


@pytest.mark.parametrize("answer", [[FINE], [SKIPPED], None])
def test_nothing_is_believed_unless_the_known_one_is_found(
    advisories, monkeypatch, answer
):
    def asked(requirements):
        assert requirements.read_text().strip() == advisories.KNOWN
        if answer is None:
            raise RuntimeError("pip-audit does not answer")
        return answer

    monkeypatch.setattr(advisories, "asked", asked)
    status, (line,) = advisories.audited(advisories.CONSTRAINTS)
    assert status == 2 and line.startswith("NOTHING WAS AUDITED")


def test_the_pinned_packages_are_asked_for(advisories, monkeypatch):
    answers = iter([[WARNED], [FINE]])
    files = []

    def asked(requirements):
        files.append(requirements)
        return next(answers)

    monkeypatch.setattr(advisories, "asked", asked)
    assert advisories.audited(advisories.CONSTRAINTS)[0] == 0
    assert files[-1] == ROOT / "constraints.txt"


@pytest.mark.parametrize("printed", ["", "no JSON", "{}"])
def test_a_failure_of_pip_audit_is_told(advisories, monkeypatch, printed, tmp_path):
    def run(command, **options):
        return subprocess.CompletedProcess(command, 1, printed, "first\nno network")

    monkeypatch.setattr(advisories.subprocess, "run", run)
    with pytest.raises(RuntimeError, match="pip-audit does not answer: no network"):
        advisories.asked(tmp_path)
