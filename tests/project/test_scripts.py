"""Every script runs to its end, on its smallest setting: stories, demo, benchmarks."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "examples" / "gallery").glob("*.py"))
PAPER = ("linear_to_nonlinear", "teacher_student")

pytestmark = pytest.mark.slow


def run(folder, script, *options):
    """What a script prints, in a folder of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", ROOT / script, *map(str, options)],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def table(tmp_path):
    """A folder with a table of 150 rows, ``target`` its last column."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(150, 3)), columns=["a", "b", "c"])
    frame["target"] = frame["a"].abs() + frame["b"]
    folder = tmp_path / "regression"
    folder.mkdir()
    frame.to_csv(folder / "small.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_story(story, tmp_path):
    run(tmp_path, story)


def test_demo(table):
    data = table / "regression" / "small.csv"
    printed = run(table, "examples/demo.py", "--data", data, "--target", "target")
    assert "SparcsRegressor" in printed and "3 → " in printed
    page = (table / "sparcs_demo.html").read_text()
    assert page.count("data:image/png;base64,") == 2 and "<h2>small</h2>" in page


@pytest.mark.parametrize("name", PAPER)
def test_experiment(name, tmp_path):
    script = f"examples/paper/{name}.py"
    run(tmp_path, script, "--quick", "--jobs", 1, "--out", tmp_path)
    assert list(tmp_path.glob(f"{name}*.json"))
    assert list(tmp_path.glob(f"{name}*.png"))


@pytest.mark.parametrize("row", ["papers_recipe", "wide", "skorch"])
def test_speed(row, tmp_path):
    printed = run(tmp_path, "benchmarks/speed.py", "--only", row, "--repeats", 1)
    assert len(printed.splitlines()) == 1


def test_tabular(table):
    models = ("linear", "ridge", "sparcs", "sparcs_cv")
    tasks = ("--data", table, "--sets", "small", "noise_5", "--splits", 1, "--draws", 1)
    page = table / "page.md"
    page.write_text("<!-- figures: scores --><!-- end of scores -->")
    kept = ("--json", table / "cells.json", "--page", page)
    options = (*kept, "--picture", table / "picture.png")
    printed = run(table, "benchmarks/tabular.py", *tasks, "--models", *models, *options)
    fits = [line for line in printed.splitlines() if line.endswith(" s")]
    assert {line.split()[2] for line in fits} > set(models)
    assert "| small | 112 × 3 |" in page.read_text()
    assert (table / "picture.png").stat().st_size > 10_000
    again = run(table, "benchmarks/tabular.py", *tasks, "--models", *models, *kept)
    assert not [line for line in again.splitlines() if line.endswith(" s")]
    assert again == printed[printed.index("Of 1 table,") :]


def test_scale(tmp_path):
    pytest.importorskip("distributed")
    printed = run(tmp_path, "benchmarks/scale.py", "--rows", 400, "--json", "a.json")
    (found,) = json.loads((tmp_path / "a.json").read_text())
    assert max(found[f"workers: {n}"]["apart"] for n in (1, 2)) < 1e-8
    assert found["kinds"]["loss"]["rounds"] > 0 and "400 rows, found" in printed
    hundred = found["on paper"][-1]
    assert hundred["machines"] == 100 and hundred["rows"] == 40_000
    assert hundred["answers"] == pytest.approx(found["workers: 1"]["all"])
    assert hundred["waits"] == pytest.approx(hundred["rounds"] * (0.005 + 0.05))


def test_larger(tmp_path):
    options = "--pieces", 2, "--rows", 4000, "--json", "a.json"
    run(tmp_path, "benchmarks/larger.py", *options)
    found = json.loads((tmp_path / "a.json").read_text())
    assert found["rows"] == 8000 and found["score"] > 0.7
    assert 0 <= found["peak above, MiB"] < 200


def test_coverage(table):
    printed = run(table, "benchmarks/coverage.py", "--data", table, "--splits", 1)
    assert printed.startswith("small ") and " held " in printed


def test_foundation(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import foundation

    assert foundation.skorch_overhead(n_epochs=50) > 0
    assert 0 <= foundation.false_alarms(n_sets=2) <= 1


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_path_cost(capsys, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import path_cost

    X = np.random.default_rng(0).normal(size=(60, 2))
    path_cost.compare("small", X, np.abs(X[:, 0]), n_alphas=3)
    assert "fits; CV" in capsys.readouterr().out


def test_depth(capsys, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import depth

    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = np.abs(X[:, 0]) + rng.normal(size=200) / 3
    problem, found = depth.compared(X, y, 4, 1e-2)
    shallow = found["one layer"].network
    assert shallow.n_live[0] == 0 < shallow.n_live[1]
    higher = depth.lifted(shallow)
    assert higher.n_live == shallow.n_live[::-1]
    expected = problem.form_of(shallow)(X)
    np.testing.assert_allclose(problem.form_of(higher)(X), expected, rtol=1e-12)
    depth.summary([depth.rows("small", (X, X, y, y), 4, None)], "all")
    assert "on from 16 alpha: better than the restart in" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_soak(capsys, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import soak

    held = soak.soaked(soak.fits(), 24)
    assert [look.calls for look in held[-2:]] == [22, 24] and held[0].handles > 0
    predictions = soak.Predictions(160)
    soak.report("predictions", soak.soaked(predictions, 20), 160)
    assert "3,200" in capsys.readouterr().out and len(predictions.ratios) == 20
    found = soak.searched(20)
    assert found.fits == len(found.workers) == 20 and min(found.workers) > 50


@pytest.mark.parametrize(
    ("name", "leak"),
    [("mebibytes", 0.7), ("blocks", 45), ("handles", 0.1), ("threads", 0.1)],
)
def test_a_leak_is_seen(name, leak, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import soak

    flat = [soak.Held(k, 400.0, 10**6, 6, 3) for k in range(20)]
    warming = [replace(flat[0], **{name: 0}), *flat[1:]]
    leaking = [replace(h, **{name: getattr(h, name) + leak * h.calls}) for h in flat]
    assert soak.is_flat(flat) and soak.is_flat(warming) and not soak.is_flat(leaking)
    found = soak.Searched(20, 1.0, flat[0], flat[0], [100.0] * 20)
    assert found.is_flat()
    after = replace(flat[0], **{name: getattr(flat[0], name) + 600 * leak})
    assert not replace(found, after=after).is_flat()
    assert not replace(found, workers=[float(k) for k in range(20)]).is_flat()
