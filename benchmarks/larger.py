"""Larger than memory: rows from a generator, fitted piece by piece, and the peak.

No row is there before it is asked for, and none is kept: `partial_fit` holds a piece at
a time. The peak is what the process holds at most while it fits, above what it held
before, libraries and their buffers (Linux).
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from sklearn_sparcs import SparcsRegressor

FEATURES = 20


def piece(n, number):
    """Rows of Friedman's first problem, with noise: others for each number."""
    rng = np.random.default_rng(number)
    X = rng.uniform(size=(n, FEATURES))
    y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * np.square(X[:, 2] - 0.5)
    return X, y + 10 * X[:, 3] + 5 * X[:, 4] + rng.normal(size=n)


def mebibytes(key):
    """What this process holds, now (VmRSS) or at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024


def streamed(n_pieces, n):
    """What a fit of so many pieces of n rows is, and what it took."""
    SparcsRegressor(random_state=0).partial_fit(*piece(n, 0))  # libraries' own buffers
    model = SparcsRegressor(random_state=0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before, start = mebibytes("VmRSS"), time.process_time()
    for number in range(n_pieces):
        model.partial_fit(*piece(n, number))
    return {
        "rows": n_pieces * n,
        "gigabytes": n_pieces * n * (FEATURES + 1) * 8 / 1e9,
        "piece, MiB": n * (FEATURES + 1) * 8 / 2**20,
        "before, MiB": before,
        "peak above, MiB": mebibytes("VmHWM") - before,
        "cpu": time.process_time() - start,
        "found": str(model.active_architecture_),
        "score": float(model.score(*piece(n, n_pieces))),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=600)
    parser.add_argument("--rows", type=int, default=200_000, help="of a piece")
    parser.add_argument("--json", help="write the results there")
    arguments = parser.parse_args()
    found = streamed(arguments.pieces, arguments.rows)
    for name, value in found.items():
        shown = f"{value:,.3f}" if isinstance(value, float) else value
        print(f"{name:18}{shown}")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
