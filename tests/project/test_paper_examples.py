"""What the paper's experiments stand on: images from disk, and their report."""

import io
import json
import pickle
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

PAPER = Path(__file__).parents[2] / "examples" / "paper"


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(PAPER))
    from images import load

    return load


def test_images_as_torchvision_unpacks_them(load, tmp_path):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (12, 3, 32, 32), dtype=np.uint8)
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for k in range(1, 6):
        part = slice(2 * k - 2, 2 * k)
        batch = {b"data": pixels[part].reshape(2, -1), b"labels": [k, 9 - k]}
        (folder / f"data_batch_{k}").write_bytes(pickle.dumps(batch))
    images, labels = load(tmp_path, "train", 5)
    assert_array_equal(images, pixels[:5])
    assert labels.tolist() == [1, 8, 2, 7, 3]
    assert_array_equal(load(folder, "train")[0], pixels[:10])


def test_images_as_an_archive_of_jpegs(load, tmp_path):
    colours = np.array([[200, 40, 90], [10, 120, 250], [0, 0, 0]], np.uint8)
    files = []
    for colour in colours:
        file = io.BytesIO()
        plain = np.broadcast_to(colour, (32, 32, 3))
        Image.fromarray(plain.copy()).save(file, "jpeg", quality=95)
        files.append(np.frombuffer(file.getvalue(), np.uint8))
    path = tmp_path / "archive.npz"
    np.savez(
        path,
        test_jpeg=np.concatenate(files),
        test_offsets=np.cumsum([0, *map(len, files)]),
        test_labels=np.array([3, 1, 2], np.uint8),
    )
    images, labels = load(path, "test", 2)
    assert images.shape == (2, 3, 32, 32)
    # JPEG is lossy, if little so for a plain colour
    off = np.abs(images.numpy().astype(int) - colours[:2, :, None, None])
    assert off.max() <= 3
    assert labels.tolist() == [3, 1]


def test_no_images(load, tmp_path):
    with pytest.raises(SystemExit, match="There is no file or folder"):
        load(tmp_path / "nowhere", "train")


def run(name, folder, *options):
    """What a script prints; it leaves the rest in the folder."""
    script = [sys.executable, str(PAPER / f"{name}.py"), *options, "--out", folder]
    return subprocess.run(script, check=True, capture_output=True, text=True).stdout


def test_an_experiment_leaves_its_figures(tmp_path):
    printed = run("parameter_counts", tmp_path)
    record = json.loads((tmp_path / "parameter_counts.json").read_text())
    assert [asked["reached"] for asked in record["asked"]] == [True] * 3
    assert record["figures"]["rows"][3] == {
        "layers": 5,
        "spectral": 40_400,
        "spectral, with the input's λ": 40_500,
        "direct": 100_000,
        "direct, no skips": 40_000,
    }
    assert printed.count("reached") == 3
    assert date.fromisoformat(record["date"]) >= date(2026, 1, 1)
    assert re.fullmatch("[0-9a-f]*", record["commit"])
    assert (tmp_path / "parameter_counts-figure8.png").stat().st_size > 10_000


# joblib's, of a machine that is busy
@pytest.mark.filterwarnings("ignore:Persisting input arguments")
def test_fits_that_are_kept_are_not_done_again(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(PAPER))
    import linear_to_nonlinear as script

    plan = script.Plan(np.array([0.0, 1.0]), n_samples=200, n_trials=2, n_epochs=1)
    kept = script.Memory(tmp_path, verbose=0).cache(script.fit)
    growth = plan.models["growth"]
    once, again = (script.transition(growth, 1000, plan, 1, kept) for _ in range(2))
    assert_array_equal(once["seconds"], again["seconds"])
    assert once["path_norm"].shape == (2, 2)
    assert once["path_norm"][0].max() == 0 < once["path_norm"][1].min()
    without = once["path_norm, no bias"][1]
    assert np.all(without < once["path_norm"][1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("linear_to_nonlinear", ["transition"]),
        ("linear_to_nonlinear_networks", ["curves", "drawn"]),
        ("penalty_scan", ["scores"]),
        ("teacher_student", ["eigenvalues", "pruning"]),
        ("teacher_student_notebook", ["eigenvalues"]),
    ],
)
def test_a_quick_look_at_each_experiment(name, pictures, tmp_path):
    printed = run(name, tmp_path, "--quick")
    record = json.loads((tmp_path / f"{name}-quick.json").read_text())
    assert record["experiment"] == f"{name}-quick"
    assert printed.count("reached ") + printed.count("MISSED ") == len(record["asked"])
    drawn = {path.name for path in tmp_path.glob("*.png")}
    assert drawn == {f"{name}-quick-{picture}.png" for picture in pictures}
