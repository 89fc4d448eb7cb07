"""What runs scikit-learn's own tests: a list of what does not apply that stays true."""

import os
import sys
from types import ModuleType

import peers.__main__
import pytest
from peers.plugin import Peers, is_named

TESTS = """
import pytest
from sham_peers import answer

def test_passes():
    assert answer() == "ours"

@pytest.mark.parametrize("k", [1, 2])
def test_fails(k):
    assert answer() == k

def test_calls_nobody():
    pass
"""


class Seen:
    """Plugin of pytest: what became of each test."""

    def __init__(self):
        self.outcomes = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.skipped:
            self.outcomes[report.nodeid.split("::")[-1]] = report.outcome


def run(folder, monkeypatch, **not_applicable):
    """Status and outcomes of the tests above, where names stand for others."""
    peers = ModuleType("sham_peers")
    peers.answer = lambda: "theirs"
    monkeypatch.setitem(sys.modules, "sham_peers", peers)
    (folder / "test_sham.py").write_text(TESTS)
    stand_ins = {peers: {"answer": lambda: "ours"}}
    plugin = Peers(stand_ins, {"test_sham": not_applicable}, "no estimator")
    seen = Seen()
    options = ["-q", f"--rootdir={folder}", "-p", "no:cacheprovider", str(folder)]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])
        status = pytest.main(["-c", os.devnull, *options], [plugin, seen])
    sys.modules.pop("test_sham", None)
    return status, seen.outcomes


def test_names_are_those_of_stand_ins_and_failures_are_expected(tmp_path, monkeypatch):
    listed = {"test_fails": "theirs", "test_calls_nobody": "no estimator"}
    status, outcomes = run(tmp_path, monkeypatch, **listed)
    assert status == 0
    assert outcomes == {
        "test_passes": "passed",
        "test_fails[1]": "skipped",
        "test_fails[2]": "skipped",
        "test_calls_nobody": "skipped",
    }


def test_what_is_listed_and_passes_is_an_error(tmp_path, monkeypatch):
    status, outcomes = run(tmp_path, monkeypatch, test_passes="why", test_fails="why")
    assert status == 1
    assert outcomes["test_passes"] == "failed"


def test_what_is_listed_and_not_there_is_an_error(tmp_path, monkeypatch, capsys):
    status, outcomes = run(tmp_path, monkeypatch, test_gone="why")
    assert status == pytest.ExitCode.USAGE_ERROR and not outcomes
    assert "test_sham has no test test_gone" in capsys.readouterr().err


def test_a_name_stands_for_all_parameters_and_for_no_other_test():
    assert is_named("test_a", "test_a") and is_named("test_a[1-x]", "test_a")
    assert not is_named("test_ab", "test_a") and not is_named("test_a[1]", "test_")
    assert is_named("test_a[1-float32]", r"test_a\[.*float32\]")
    assert not is_named("test_a[1-float64]", r"test_a\[.*float32\]")


def test_an_installation_without_tests_is_told(monkeypatch, capsys):
    monkeypatch.setattr(peers.__main__, "find_spec", lambda module: None)
    assert peers.__main__.main() == 0
    assert capsys.readouterr().out.count("NOT RUN, as this scikit-learn") == 2
