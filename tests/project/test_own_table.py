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
    for name in ("own_table", "read_words", "say"):
        sys.modules.pop(name)


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
        "number: infinite in 1 row, now missing",
        "y: 60 different values, so a regression task",
        "name: left out, 60 different words look like names of the rows",
        "empty: left out, it is missing in 56 of 60 rows",
        "same: left out, it is the same in all rows",
        "number: missing in 1 row, given the mean",
        "when: dates, as years, months, days and seconds",
        "town: words, a column each",
        "gaps: missing in 20 rows, given the mean",
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
    assert "member: left out, the 2 rows without it" in capsys.readouterr().out


@pytest.mark.parametrize(
    "target, task, said",
    [
        ("z", None, "has no column 'z'"),
        ("town", "regression", "TASK=regression needs numbers; 'town' holds"),
        ("y", "classification", "'y' has 60 different values, and only one row has"),
        ("y", "classification", "only one row has '-0.3"),
        ("few", None, "Only 3 rows with 'few'; 20 are needed"),
        ("same", None, "'same' is the same in all rows"),
        ("day", None, "'day' holds dates; a target must be numbers or classes"),
        ("name", "regression", "holds 'client 0'"),
    ],
)
def test_what_cannot_be_is_one_line(own_table, frame, tmp_path, target, task, said):
    frame["few"], frame["same"] = frame["number"].where(frame.index < 3), 1
    frame["day"] = pd.date_range("2020", periods=60).strftime("%d.%m.%Y")
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


def test_a_column_that_numbers_the_rows_is_left_out(own_table, frame, tmp_path, capsys):
    frame.insert(0, "Unnamed: 0", range(60))
    frame["year"] = range(1960, 2020)
    X, _, _ = own_table.users_table(given(tmp_path, frame), "y", None)
    assert "Unnamed: 0" not in X and "year" in X
    assert "Unnamed: 0: left out, it counts the rows" in capsys.readouterr().out


def test_missing_words_are_a_column(own_table, frame, tmp_path, capsys):
    frame.loc[:9, "town"] = None
    X, _, _ = own_table.users_table(given(tmp_path, frame), "y", None)
    names = own_table.encoder(X)[:-1].get_feature_names_out()
    assert sum(name.startswith("town") for name in names) == 4
    said = "town: missing in 10 rows, which is a column of its own"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("form", [{"encoding": "cp1252"}, {"compression": "gzip"}])
def test_other_encodings_and_compressed_files(own_table, frame, tmp_path, form):
    frame["town"] = frame["town"].replace("Wien", "Köln")
    path = tmp_path / ("table.csv.gz" if "compression" in form else "table.csv")
    frame.to_csv(path, index=False, **form)
    X, _, _ = own_table.users_table(path, "y", None)
    assert_array_equal(X["town"], frame["town"])


def test_other_files_and_many_columns_are_one_short_line(own_table, frame, tmp_path):
    with pytest.raises(SystemExit, match=r"table.json is no csv or parquet file"):
        path = tmp_path / "table.json"
        path.write_text("[]")
        own_table.users_table(path, "y", None)
    wide = pd.DataFrame(np.eye(30), columns=[f"c{k}" for k in range(30)])
    with pytest.raises(SystemExit, match=r"'c0', .*'c19' and 10 more\."):
        own_table.users_table(given(tmp_path, wide), "y", None)


def read(own_table, words):
    """A column of words as the demo reads it."""
    return own_table.with_words_read(pd.DataFrame({"given": words}))["given"]


@pytest.mark.parametrize(
    "words",
    [
        ["1.2.3", "1.2.4"],
        ["192.168.0.1", "10.0.0.1"],
        ["F-00000", "F-00001"],
        ["007", "012"],
        ["A12", "B13"],
        ["31.02.2020", "01.02.2020"],
        ["12 rooms", "many rooms"],
    ],
)
def test_words_that_stay_words(own_table, words):
    assert read(own_table, words).tolist() == words


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        (["03.02.2020", "1.12.1999"], ["2020-02-03", "1999-12-01"]),
        (["03/02/2020", "13/12/1999"], ["2020-02-03", "1999-12-13"]),
        (["03/02/2020", "12/13/1999"], ["2020-03-02", "1999-12-13"]),
        (
            ["3-2-2020 9:30", "13-2-2020 10:00:05"],
            ["2020-02-03T09:30", "2020-02-13T10:00:05"],
        ),
    ],
)
def test_dates_that_begin_with_the_day(own_table, words, dates):
    assert_array_equal(read(own_table, words), np.array(dates, "datetime64[s]"))


def test_times_of_day_are_hours(own_table):
    assert_allclose(read(own_table, ["9:30", "23:15:36"]), [9.5, 23.26])


def test_a_few_words_among_numbers_are_missing(own_table, capsys):
    words = [f"{k},5 kg" for k in range(19)] + ["?"]
    assert_allclose(read(own_table, words), [*(np.arange(19) + 0.5), np.nan])
    assert "given: '?' is no number, and counts as missing" in capsys.readouterr().out
    assert read(own_table, [*words, "-", "none"]).tolist() == [*words, "-", "none"]
