"""The demo's files and columns may have any name: nothing of it is run or obeyed."""

import json
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = [
    "a\"; touch 'pwned'; $(touch pwned) `touch pwned`",
    "$(shell touch pwned) $$x ${HOME} #\\",
    "<script>alert(1)</script>",
    "--help",
    "../two words/\u00e9",
]


@pytest.fixture
def on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    yield
    for module in ("own_table", "read_words", "say", "demo_page"):
        sys.modules.pop(module, None)


@pytest.fixture
def python(tmp_path):
    """A folder whose ``python`` tells its arguments, and does nothing."""
    told = tmp_path / "python"
    script = f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n"
    told.write_text(script)
    told.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("where", ["command line", "environment"])
@pytest.mark.parametrize("name", NAMES)
def test_make_hands_every_name_on_as_it_is(name, where, python):
    given = {"DATA": f"{name}.csv", "TARGET": name, "TASK": "regression"}
    on_line = where == "command line"
    words = [f"{key}={value}" for key, value in given.items()] if on_line else []
    command = ["make", "--silent", "-f", ROOT / "Makefile", "-o", "env", "demo"]
    done = subprocess.run(
        [*command, f"BIN={python}", *words],
        cwd=python,
        env={"PATH": "/usr/bin:/bin"} | ({} if on_line else given),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    options = [f"--data={name}.csv", f"--target={name}", "--task=regression"]
    assert json.loads(done.stdout) == ["examples/demo.py", *options]
    assert [file.name for file in python.iterdir()] == ["python"]


HOSTILE = "\x1b[2Ja\u202eb\rc\n<b>\ud800"


def test_no_line_of_the_demo_is_obeyed_by_a_terminal(on_path, capsys):
    import own_table

    own_table.say(f"{HOSTILE}: left out")
    assert capsys.readouterr().out == "?[2Ja?b?c?<b>?: left out\n"
    with pytest.raises(SystemExit) as ended:
        own_table.stop(f"There is no file {HOSTILE}.")
    assert ended.value.code == "There is no file ?[2Ja?b?c?<b>?."


def test_every_line_about_a_hostile_table_is_one_line(on_path, tmp_path, capsys):
    import own_table
    import pandas as pd

    names = [HOSTILE[:-1], "\x07 same", "\x1b]0;title\x07"]
    words = ["\x1b[31m" + "ab"[k % 2] for k in range(40)]
    frame = pd.DataFrame(
        {
            names[0]: words,
            names[1]: [1] * 40,
            names[2]: [k / 2 if k else None for k in range(40)],
            "number": [f"{k},5 \u20ac" for k in range(40)],
        }
    )
    file = tmp_path / "a\x1b[2J.csv"
    frame.to_csv(file, index=False)
    X, _, _ = own_table.users_table(file, names[2], None)
    own_table.encoder(X)
    said = capsys.readouterr().out
    assert "\x1b" not in said and "same: left out" in said
    assert all(c.isprintable() or c == "\n" for c in said)


def test_the_page_shows_names_letter_by_letter(on_path, tmp_path):
    import demo_page

    name = '"><script>alert(1)</script>&amp;'
    part = demo_page.section(name, name, [name], [[name]], name, [])
    demo_page.write(tmp_path / "page.html", [part])
    tags, shown = set(), []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.add(tag)
    parser.handle_data = shown.append
    parser.feed((tmp_path / "page.html").read_text())
    assert "script" not in tags and shown.count(name) == 5
