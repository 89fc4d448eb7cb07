"""Files that were changed, or are not whole, are refused; no code of theirs runs."""

import io
import json
import signal
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest
import skops.io
from helpers.compacts import compact, features
from numpy.testing import assert_array_equal
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file
from skops.io.exceptions import UntrustedTypesFoundException

from sklearn_sparcs import load_safetensors, save_safetensors, trusted_types

# -- safetensors -----------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.safetensors"


def changed(file, header=None, without=(), **arrays):
    """Write a file with some entries other than they were, or without them."""
    save_safetensors(compact(hidden=(3,), bounds=True, hidden_bounds=True), file)
    with safe_open(file, framework="numpy") as opened:
        was = json.loads(opened.metadata()["sklearn_sparcs"])
    entries = load_file(file) | arrays
    parts = was | (header or {}), entries
    header, entries = ({k: v for k, v in p.items() if k not in without} for p in parts)
    save_file(entries, file, {"sklearn_sparcs": json.dumps(header)})


@pytest.mark.parametrize(
    ("header", "arrays"),
    [
        ({"activation": "os.system"}, {}),
        ({"feature_names": ["a"]}, {}),
        ({"feature_names": "abcd"}, {}),
        ({"feature_names": ["a", "b", "c", 4]}, {}),
        ({"feature_names": 4}, {}),
        ({}, {"neurons.0": np.arange(3.0)}),
        ({}, {"neurons.0": np.array([0, 1, 1])}),
        ({}, {"neurons.0": np.array([0, 1, -2])}),
        ({"layers": [-1]}, {}),
        ({}, {"feature_importances_": np.full(4, np.nan)}),
        ({}, {"hidden_bounds.high": np.full(4, np.nan)}),
        ({}, {"coefs.3.2": np.zeros((1, 7))}),
        ({}, {"coefs.2.3": np.zeros((3, 1))}),
        ({}, {"coefs.2.1": np.zeros((3, 4), dtype=int)}),
        ({}, {"coefs.2.1": np.full((3, 4), np.inf)}),
        ({}, {"intercepts.2": np.zeros((3, 1))}),
        ({}, {"intercepts.9": np.zeros(1)}),
        ({}, {"neurons.1": np.arange(1)}),
        ({}, {"bounds.low": np.full(4, np.nan)}),
        ({}, {"hidden_bounds.low": np.zeros(9)}),
        ({}, {"seen.low": np.zeros(2), "seen.high": np.ones(2)}),
        ({}, {"feature_importances_": np.zeros(3)}),
        ({"targets": {"n_outputs": 2, "one_dimensional": False, "margin": None}}, {}),
    ],
    ids=lambda changes: ", ".join(changes) if isinstance(changes, dict) else None,
)
def test_a_network_that_does_not_fit_together_is_refused(file, header, arrays):
    changed(file, header, **arrays)
    with pytest.raises(ValueError, match="does not fit together"):
        load_safetensors(file)


@pytest.mark.parametrize(
    "header",
    [
        {"activation": ["relu"]},
        {"layers": "first"},
        {"layers": None},
        {"layers": [np.inf]},
        {"targets": None},
        {"targets": {"n_outputs": 1}},
        {"targets": {"classes": ["a", "b"], "dtype": "<i8", "multilabel": False}},
    ],
    ids=str,
)
def test_words_that_were_changed_are_refused(file, header):
    changed(file, header)
    with pytest.raises(ValueError, match="was changed since it was written"):
        load_safetensors(file)


@pytest.mark.parametrize(
    "missing",
    [
        ["activation"],
        ["layers"],
        ["targets"],
        ["feature_names"],
        ["coefs.2.1", "coefs.3.1"],
        ["bounds.low"],
        ["hidden_bounds.high"],
    ],
    ids=" ".join,
)
def test_what_is_missing_is_refused(file, missing):
    changed(file, without=missing)
    with pytest.raises(ValueError, match="was changed since it was written"):
        load_safetensors(file)


@pytest.mark.parametrize("missing", ["intercepts.2", "neurons.0"])
def test_neurons_that_are_missing_are_refused(file, missing):
    changed(file, without=[missing])
    with pytest.raises(ValueError, match="does not fit together"):
        load_safetensors(file)


def test_other_files_are_refused(file):
    save_file({"weight": np.zeros(3)}, file)
    with pytest.raises(ValueError, match="holds no network of sklearn-sparcs"):
        load_safetensors(file)
    for header in ({"layout": 99}, None):
        changed(file, header, without=() if header else ["layout"])
        with pytest.raises(ValueError, match="in layout 1"):
            load_safetensors(file)


@pytest.mark.parametrize("header", ["[" * 100_000, "1" * 5000, "{", "NaN"], ids=len)
def test_a_header_that_cannot_be_read_is_refused(file, header):
    save_file({"weight": np.zeros(3)}, file, {"sklearn_sparcs": header})
    with pytest.raises(ValueError, match="holds no network of sklearn-sparcs"):
        load_safetensors(file)


def test_a_file_that_is_cut_short_is_refused(file):
    save_safetensors(compact(), file)
    whole = file.read_bytes()
    for n_bytes in (0, 4, 100, len(whole) - 1):
        file.write_bytes(whole[:n_bytes])
        with pytest.raises(ValueError, match="no whole file of safetensors"):
            load_safetensors(file)


@contextmanager
def no_file_beyond(n_bytes):
    """Files may not grow beyond so many bytes: what a full disk says, too."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_the_last_file(file):
    model, other = compact(), compact(seed=1)
    save_safetensors(model, file)
    half = file.stat().st_size // 2
    with no_file_beyond(half), pytest.raises(SafetensorError, match="I/O error"):
        save_safetensors(other, file)
    assert [found.name for found in file.parent.iterdir()] == [file.name]
    X = features(20)
    assert_array_equal(load_safetensors(file).predict(X), model.predict(X))


# -- skops -----------------------------------------------------------------------------


def rewritten(model, change):
    """What skops writes, its schema changed."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as written:
        files = {name: written.read(name) for name in written.namelist()}
    schema = files["schema.json"].decode()
    files["schema.json"] = change(schema).encode()
    assert files["schema.json"].decode() != schema
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"CompactRegressor"', '"system"'),
        ('"sklearn_sparcs._direct.form"', '"subprocess"'),
        ('"RealEncoding"', '"Popen"'),
    ],
)
def test_another_type_in_a_file_of_skops_is_not_trusted(old, new):
    data = rewritten(compact(), lambda schema: schema.replace(old, new))
    with pytest.raises(UntrustedTypesFoundException, match=new.strip('"')):
        skops.io.loads(data, trusted=trusted_types())


def test_another_layout_in_a_file_of_skops_is_refused():
    def older(schema):
        assert '"_sklearn_sparcs_layout"' in schema
        # wherever it stands: skops reads equal numbers once
        return schema.replace('"content": "2"', '"content": "1"')

    with pytest.raises(ValueError, match=r"arranged differently \(layout 1"):
        skops.io.loads(rewritten(compact(), older), trusted=trusted_types())
