"""Fitted estimators in other languages, run on rows: outputs (n, k)."""

import ctypes
import math
import sqlite3
import subprocess

import numpy as np
import onnxruntime
import torch

from sklearn_sparcs import export_c, export_sql
from sklearn_sparcs.onnx import to_onnx


def expected(model, X):
    """What the estimator itself says."""
    if hasattr(model, "predict_proba"):
        return model.predict_proba(X)
    return model.predict(X).reshape(len(X), -1)


def compiled(folder, texts):
    """The functions of some texts in C, all in one library; a warning is an error."""
    source, library = folder / "networks.c", folder / "networks.so"
    source.write_text("\n".join(texts), encoding="utf-8")
    strict = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1"]
    linking = ["-shared", "-fPIC", str(source), "-lm", "-o", str(library)]
    subprocess.run(["gcc", *strict, *linking], check=True)
    return ctypes.CDLL(str(library))


def called(function, X, n):
    """Outputs (rows, n) of a function in C, a row at a time."""
    pointer = ctypes.POINTER(ctypes.c_double)
    function.argtypes, function.restype = [pointer, pointer], None
    found = np.full((len(X), n), np.nan)
    for x, y in zip(np.ascontiguousarray(X, float), found, strict=True):
        function(x.ctypes.data_as(pointer), y.ctypes.data_as(pointer))
    return found


def in_c(model, X, folder):
    """By gcc."""
    library = compiled(folder, [export_c(model)])
    return called(library.predict, X, expected(model, X[:1]).shape[1])


def database():
    """An empty one in memory, with EXP where SQLite was built without."""
    found = sqlite3.connect(":memory:")
    try:
        found.execute("SELECT EXP(1e0)")
    except sqlite3.OperationalError:
        found.create_function("EXP", 1, math.exp)
    return found


def in_sql(model, X):
    """By SQLite, of which a classifier's words are left out."""
    columns = [f"x{j}" for j in range(X.shape[1])]
    marks = ", ".join("?" * (1 + len(columns)))
    rows = [(i, *row) for i, row in enumerate(X.tolist())]
    query = export_sql(model, "t", columns=columns, keep=["id"])
    with database() as open_one:
        open_one.execute(f"CREATE TABLE t (id, {', '.join(columns)})")
        open_one.executemany(f"INSERT INTO t VALUES ({marks})", rows)
        found = open_one.execute(query + "\nORDER BY 1").fetchall()
    open_one.close()
    n = expected(model, X[:1]).shape[1]
    return np.array([row[-n:] for row in found], dtype=float)


def run_onnx(converted, X):
    """Outputs for an array, or for a frame whose columns are inputs."""
    session = onnxruntime.InferenceSession(
        converted.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [given.name for given in session.get_inputs()]
    columns = {n: X[[n]].to_numpy() for n in names} if hasattr(X, "columns") else None
    return session.run(None, columns or {names[0]: X})


def in_onnx(model, X):
    """By onnxruntime."""
    return run_onnx(to_onnx(model, X[:1]), X)[-1]


def in_torch(model, X):
    """By the plain module, whose scores are made what the estimator says of them."""
    outputs = model.to_torch()(torch.from_numpy(np.ascontiguousarray(X))).detach()
    if hasattr(model, "predict_proba"):
        return model.encoding_.probabilities(outputs.numpy())
    return outputs.numpy()
