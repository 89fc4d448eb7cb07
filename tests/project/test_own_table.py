"""What the demo makes of tables of one's own: a line a decision, never a traceback."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def own_table(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import own_table

    yield own_table
    sys.modules.pop("own_table")


@pytest.fixture
def frame():
    """Sixty rows: a number, a date, words, names, and a target."""
    rng = np.random.default_rng(0)
    number = rng.normal(size=60)
    return pd.DataFrame(
        {
            "number": number,
            "when": pd.date_range("2020-01-30", periods=60).strftime("%Y-%m-%d"),
            "town": rng.choice(["Bonn", "Graz", "Wien"], 60),
            "name": [f"client {k}" for k in range(60)],
            "y": 2 * number + 1,
        }
    )


def given(tmp_path, frame, **options):
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False, **options)
    return path


def test_every_kind_of_column(own_table, frame, tmp_path, capsys):
    frame["gaps"] = frame["number"].where(frame.index % 3 > 0)
    frame["empty"] = frame["number"].where(frame.index > 55)
    frame["same"] = 7
    frame.loc[5, "number"] = np.inf
    X, y, task = own_table.users_table(given(tmp_path, frame), "y", None)
    assert task == "regression" and len(y) == 60
    assert list(X) == ["number", "when", "town", "gaps"]
    encoded = own_table.encoder(X).transform(X)
    assert np.isfinite(encoded).all()
    assert_allclose(encoded.mean(axis=0), 0, atol=1e-8)
    assert capsys.readouterr().out.splitlines() == [
        "number: 1 infinite values count as missing",
        "y: 60 different values, so a regression task",
        "name: left out, 60 different words look like names of the rows",
        "empty: left out, 93% of it is missing",
        "same: left out, it is the same in all rows",
        "number: 1 missing values get the mean",
        "when: dates, as years, months, days and seconds",
        "town: words, a column each",
        "gaps: 20 missing values get the mean",
    ]


def test_semicolons_decimal_commas_and_units(own_table, frame, tmp_path, capsys):
    frame["price"] = [f"1.{k:03d},50 EUR" for k in range(60)]
    frame["rate"] = [f"{k}.25 %" for k in range(60)]
    frame["people"] = [f"{k},{k:03d}" for k in range(1, 61)]
    path = given(tmp_path, frame, sep=";", decimal=",")
    X, y, _ = own_table.users_table(path, "y", "regression")
    k = np.arange(60)
    assert_allclose(y, frame["y"])
    assert_allclose(X["number"], frame["number"])
    assert_allclose(X["price"], 1000.5 + k)
    assert_allclose(X["rate"], k + 0.25)
    assert_allclose(X["people"], 1001 * (k + 1))
    said = capsys.readouterr().out
    assert "columns are separated by ';'" in said
    assert "price: '1.000,50 EUR' is read as 1000.5" in said


def test_a_target_of_booleans_with_gaps(own_table, frame, tmp_path, capsys):
    frame["member"] = (frame["number"] > 0).astype(object)
    frame.loc[[3, 4], "member"] = None
    X, y, task = own_table.users_table(given(tmp_path, frame), "member", None)
    assert task == "classification" and y.dtype == bool and len(X) == 58
    assert_array_equal(y, (frame["number"] > 0).drop([3, 4]))
    assert "member: 2 rows do not have it, left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    "target, task, said",
    [
        ("z", None, "has no column 'z'"),
        ("town", "regression", "TASK=regression needs numbers; 'town' holds"),
        ("y", "classification", "'y' has 60 different values, and only one row has"),
        ("few", None, "Only 3 rows have 'few'; 20 are needed"),
        ("same", None, "'same' is the same in all rows"),
    ],
)
def test_what_cannot_be_is_one_line(own_table, frame, tmp_path, target, task, said):
    frame["few"], frame["same"] = frame["number"].where(frame.index < 3), 1
    with pytest.raises(SystemExit) as ended:
        own_table.users_table(given(tmp_path, frame), target, task)
    assert said in ended.value.code and "\n" not in ended.value.code


def test_files_that_are_none(own_table, tmp_path):
    empty, binary = tmp_path / "empty.csv", tmp_path / "table.parquet"
    empty.write_text("")
    binary.write_bytes(b"\x00\xff\x00")
    for path in (empty, binary, tmp_path / "none.csv"):
        with pytest.raises(SystemExit) as ended:
            own_table.users_table(path, "y", None)
        assert str(path) in ended.value.code and "\n" not in ended.value.code


@pytest.mark.parametrize("word", ["01.02.2020", "1.2.3", "192.168.0.1"])
def test_words_with_several_points_are_no_numbers(own_table, word):
    table = pd.DataFrame({"when": [word] * 3})
    assert own_table.with_numbers(table)["when"].tolist() == [word] * 3
