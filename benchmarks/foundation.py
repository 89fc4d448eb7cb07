"""The figures that the first release stands on, each measured here and now.

Teacher-student problems need nothing. With ``--data FOLDER``, also
FOLDER/regression/concrete.parquet and airfoil.parquet (last column ``target``).
Everything runs on one thread.
"""

import argparse
import json
import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from skorch import NeuralNet

from sklearn_sparcs import SparcsRegressor
from sklearn_sparcs._networks.direct import DirectNetwork
from sklearn_sparcs.datasets import make_teacher_student

TEACHER = {"solver": "first_order", "alpha": 1e-3, "batch_size": 1000}
SEEDS = (0, 1, 2)


def measured(name, model, data, **target):
    """Fit, print and return one row."""
    X, X_test, y, y_test = data
    started = time.perf_counter()
    model.fit(X, y)
    found = model.active_architecture_
    row = {
        "problem": name,
        "seed": model.random_state,
        "r2": round(model.score(X_test, y_test), 6),
        "live": found.n_hidden,
        "hidden_layers": found.hidden_layers,
        "architecture": str(found),
        "epochs": model.n_iter_,
        "seconds": round(time.perf_counter() - started, 1),
        **target,
    }
    print(
        f"{name:22}{row['seed']:5}{row['r2']:11.6f}{row['live']:6}{row['epochs']:8}"
        f"{row['seconds']:9.1f}  {row['architecture']}",
        flush=True,
    )
    return row


def teacher(depth, seed):
    """20,000 samples to fit and 5,000 fresh ones."""
    X, y = make_teacher_student(25_000, n_hidden_layers=depth, random_state=seed)
    return X[:20_000], X[20_000:], y[:20_000], y[20_000:]


def table(folder, name):
    """A 75/25 split of one table."""
    frame = pd.read_parquet(Path(folder) / "regression" / f"{name}.parquet")
    X = pd.get_dummies(frame.drop(columns="target")).to_numpy(float)
    return train_test_split(X, frame["target"].to_numpy(), random_state=0)


def false_alarms(n_sets=150):
    """Largest share, over six kinds, of pure-noise data sets where a neuron wakes."""
    shares = []
    for n, features, targets in (
        (50, 3, 1),
        (200, 5, 1),
        (500, 10, 1),
        (1000, 30, 1),
        (200, 5, 5),
        (500, 10, 20),
    ):
        grown = 0
        for seed in range(n_sets):
            rng = np.random.default_rng(seed)
            X, y = rng.normal(size=(n, features)), rng.normal(size=(n, targets))
            options = {"solver": "first_order", "max_iter": 1, "random_state": 0}
            model = SparcsRegressor(alpha=1e-6, **options).fit(X, y)
            grown += model.history_[0]["n_live"] > 0
        shares.append(grown / n_sets)
    return max(shares)


def skorch_overhead(n_epochs=2000):
    """Milliseconds an epoch that skorch costs without callbacks, data set aside."""
    from sklearn_sparcs._data.batches import TrainingData
    from sklearn_sparcs._first_order.adam_solver import AdamSolver
    from sklearn_sparcs._first_order.skorch_net import SparcsNet
    from sklearn_sparcs._losses.losses import SquaredError
    from sklearn_sparcs._losses.penalty import SparseGroupPenalty

    class Idle(SparcsNet):
        def _train(self, data):
            """No batches, and below none of what an epoch of ours does besides."""

        def on_epoch_end(self, net, **kwargs):
            NeuralNet.on_epoch_end(self, net, **kwargs)

    network = DirectNetwork(1, (), 1)
    solver = AdamSolver(network, SquaredError(), SparseGroupPenalty(0.0), 0.01)
    data = TrainingData(torch.zeros(2, 1), torch.zeros(2, 1), None)
    options = {"generator": torch.Generator(), "tol": 0.0, "n_iter_no_change": 10}
    net = Idle(network, solver=solver, max_epochs=n_epochs, verbose=0, **options)
    started = time.perf_counter()
    net.fit((data, None))
    return 1000 * (time.perf_counter() - started) / len(net.history)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder of tables")
    parser.add_argument("--json", help="write the rows there")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{'':22}{'seed':>5}{'R²':>11}{'live':>6}{'epochs':>8}{'seconds':>9}")
    rows = []
    for seed in SEEDS:
        model = SparcsRegressor((200, 200), random_state=seed, **TEACHER)
        rows.append(measured("one-layer teacher", model, teacher(1, seed)))
    model = SparcsRegressor((100, 100), random_state=0, **TEACHER).set_params(
        alpha=3e-4
    )
    rows.append(measured("two-layer teacher", model, teacher(2, 0)))
    if arguments.data:
        for name in ("concrete", "airfoil"):
            for seed in SEEDS:
                model = SparcsRegressor(solver="first_order", random_state=seed)
                rows.append(measured(name, model, table(arguments.data, name)))
    print(f"on pure noise, at most {false_alarms():.1%} of data sets grow")
    overhead = skorch_overhead()
    print(f"skorch costs {overhead:.3f} ms an epoch without callbacks")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(rows, indent=1, default=np.asarray))


if __name__ == "__main__":
    main()
