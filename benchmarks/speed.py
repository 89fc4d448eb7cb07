"""How fast: every row pairs two programs in one run, and prints their ratio.

Both get the same data, on one thread, in turns; times are medians of CPU seconds. The
ratio is the other's time over ours. Fits at the defaults, and searches, end by
themselves on both sides. Rows called "epochs" are of ``solver="first_order"`` or
``"adam"``: both do the same number of epochs on the same batches. Test scores stand
beside the times. ``--data FOLDER`` adds classification/letter.parquet and
regression/concrete.parquet of that folder (last column ``target``). ``--json`` takes
each row in as it ends, and keeps what it has of others; ``--page`` writes all rows
into a page.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_diabetes, load_digits, make_friedman1
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator
from skorch import NeuralNetRegressor
from tabular_models import last_commit
from tabular_page import rewrite
from torch import nn

import sklearn_sparcs
from sklearn_sparcs import (
    SparcsClassifier,
    SparcsClassifierCV,
    SparcsRegressor,
    SparcsRegressorCV,
)
from sklearn_sparcs._first_order.adam_solver import AdamSolver
from sklearn_sparcs._first_order.paper_solver import PaperSolver
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.curvature import SquaredErrorCurvature
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._losses.observations import Observations
from sklearn_sparcs._losses.penalty import SparseGroupPenalty
from sklearn_sparcs._networks.growing import GrowingNetwork
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._networks.spectrum import weight_block
from sklearn_sparcs._recruitment.solver import GrowthSolver
from sklearn_sparcs._second_order.gauss_newton import GaussNewtonMatrix
from sklearn_sparcs._second_order.objective import Objective
from sklearn_sparcs.datasets import make_teacher_student
from sklearn_sparcs.nn import SpectralNetwork

#: No early end: both do the epochs they are given.
TO_THE_END = {"tol": 0.0, "n_iter_no_change": 10**6, "random_state": 0}
#: The same, of ours by epochs too.
BY_EPOCHS = {"solver": "first_order", **TO_THE_END}


@dataclass
class Result:
    """One row of the table. Seconds are medians, scores on test data."""

    row: str
    ours: float
    theirs: float
    ratio: float
    target: float
    epochs: int | None = None
    our_score: float | None = None
    their_score: float | None = None
    architecture: str = ""
    note: str = ""
    commit: str = ""

    @property
    def reached(self) -> bool:
        """Whether the ratio is what was asked."""
        return self.ratio >= self.target

    @property
    def scores(self) -> list[str]:
        """Ours and theirs, in words; empty where there is none."""
        found = self.our_score, self.their_score
        return ["" if score is None else f"{score:.3f}" for score in found]

    @property
    def of_a_table(self) -> str:
        """The row of a table in Markdown."""
        missed = "" if self.reached else " (missed)"
        times = f"{self.ours:.3g} | {self.theirs:.3g} | {self.ratio:.2g}{missed}"
        scores = ", ".join(filter(None, self.scores))
        found = self.architecture or self.note
        cells = f"{times} | {self.target:g} | {scores} | {found} | {self.commit}"
        return f"| {self.row} | {cells} |"

    def __str__(self) -> str:
        scores, reached = self.scores, "yes" if self.reached else "NO"
        return (
            f"{self.row:44}{self.ours:9.3f}{self.theirs:9.3f}{self.ratio:8.1f}"
            f"{self.target:8g} {reached:4}{scores[0]:>7}{scores[1]:>7}  "
            f"{self.architecture} {self.note}"
        )


def seconds(run: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    started = time.process_time()
    run()
    return time.process_time() - started


def in_turns(ours: Callable, theirs: Callable, repeats: int) -> tuple[float, float]:
    """Median seconds of both, in turns, after one run of each that is not counted."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(repeats)]
    first, second = (median(times) for times in zip(*pairs, strict=True))
    return first, second


def compared(row, target, ours, theirs, data, repeats, note="") -> Result:
    """Fit two estimators; ``theirs`` is made for the epochs that ours did."""
    X, X_test, y, y_test = data
    ours.fit(X, y)
    other = theirs(ours.n_iter_)
    a, b = in_turns(lambda: ours.fit(X, y), lambda: other.fit(X, y), repeats)
    return Result(
        row,
        a,
        b,
        b / a,
        target,
        ours.n_iter_,
        ours.score(X_test, y_test),
        other.score(X_test, y_test),
        str(ours.active_architecture_),
        note,
    )


def split(X, y, n_train=None, **options):
    """Three quarters for training (or so many rows), numbers standardised."""
    X, X_test, y, y_test = train_test_split(
        X, y, train_size=n_train or 0.75, random_state=0, **options
    )
    scaler = StandardScaler().fit(X)
    return scaler.transform(X), scaler.transform(X_test), y, y_test


# -- against scikit-learn's MLP ------------------------------------------------------


def mlp(sizes, batch_size="auto", estimator=MLPRegressor):
    """scikit-learn's network for so many epochs."""
    return lambda epochs: estimator(
        hidden_layer_sizes=sizes,
        batch_size=batch_size,
        max_iter=epochs,
        **TO_THE_END,
    )


def small_regression(repeats):
    X, y = make_friedman1(5000, 10, noise=0.5, random_state=0)
    data = split(X, (y - y.mean()) / y.std(), n_train=4000)
    ours = SparcsRegressor((100,), max_iter=100, batch_size=200, **BY_EPOCHS)
    return compared("MLP, epochs, 4,000 x 10", 3, ours, mlp((100,), 200), data, repeats)


def eight_layers(repeats, n=20_000, epochs=2):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n + 2000, 50))
    y = np.maximum(X @ rng.normal(size=(50, 10)), 0) @ rng.normal(size=(10, 10))
    data = split(X, y / y.std(), n_train=n)
    options = {"alpha": 1e-3, "batch_size": 256, "max_iter": epochs}
    ours = SparcsRegressor((200,) * 8, **options, **BY_EPOCHS)
    name = f"MLP, epochs, {n:,} x 50, 8 x 200"
    return compared(name, 5, ours, mlp((200,) * 8, 256), data, repeats)


# -- at the defaults of both ---------------------------------------------------------


def to_their_own_end(row, target, models, data, repeats) -> Result:
    """Fit both as a user would, iterations as they come."""
    X, X_test, y, y_test = data
    a, b = in_turns(*(lambda m=m: m.fit(X, y) for m in models), repeats)
    result = Result(row, a, b, b / a, target)
    result.our_score, result.their_score = (m.score(X_test, y_test) for m in models)
    result.architecture = architecture(models[0])
    return result


def architecture(model) -> str:
    """What was found, by an estimator or by a search over pipelines."""
    if isinstance(model, GridSearchCV):
        model = model.best_estimator_[-1]
    return str(getattr(model, "active_architecture_", ""))


def small_defaults(repeats):
    X, y = make_friedman1(5000, 10, noise=0.5, random_state=0)
    data = split(X, (y - y.mean()) / y.std(), n_train=4000)
    models = SparcsRegressor(random_state=0), MLPRegressor(random_state=0)
    return to_their_own_end("MLP, 4,000 x 10", 5, models, data, repeats)


def two_layers(repeats, n=50_000):
    X, y = make_teacher_student(n + 5000, random_state=0)
    data = split(X, y / y.std(), n_train=n)
    options = {"hidden_layer_sizes": (200, 200), "random_state": 0}
    models = SparcsRegressor(**options), MLPRegressor(**options)
    name = f"MLP, {n:,} x 20, 2 x 200"
    return to_their_own_end(name, 8, models, data, min(repeats, 3))


def classifiers():
    return SparcsClassifier(random_state=0), MLPClassifier(random_state=0)


def digits(repeats):
    X, y = load_digits(return_X_y=True)
    data = split(X, y, stratify=y)
    return to_their_own_end("MLP, digits", 3, classifiers(), data, repeats)


def letter(repeats, folder):
    table = pd.read_parquet(Path(folder) / "classification" / "letter.parquet")
    y = table.pop("target").to_numpy()
    data = split(table.to_numpy(float), y, stratify=y)
    return to_their_own_end("MLP, letter", 3, classifiers(), data, min(repeats, 3))


def whole_fit(repeats):
    data = train_test_split(*load_diabetes(return_X_y=True), random_state=0)
    models = SparcsRegressor(random_state=0), MLPRegressor(random_state=0)
    return to_their_own_end("MLP, diabetes", 2, models, data, repeats)


def concrete(folder):
    """Raw numbers, a quarter left out."""
    table = pd.read_parquet(Path(folder) / "regression" / "concrete.parquet")
    y = table.pop("target").to_numpy()
    return train_test_split(table.to_numpy(float), y, random_state=0)


def searched(model, **grid):
    """A search by five folds over a model's parameters, its features standardised."""
    name = type(model).__name__.lower()
    grid = {f"{name}__{key}": values for key, values in grid.items()}
    return GridSearchCV(make_pipeline(StandardScaler(), model), grid, cv=5)


def grid_search(repeats, folder):
    alphas = np.geomspace(1e-3, 1, 10)
    models = SparcsRegressor(random_state=0), MLPRegressor(random_state=0)
    searches = [searched(model, alpha=alphas) for model in models]
    row = "MLP, GridSearchCV of 50 fits, concrete"
    return to_their_own_end(row, 4, searches, concrete(folder), min(repeats, 3))


def cross_validation(repeats, folder):
    """The CV estimator beside a search over eight settings of the MLP."""
    grid = {
        "hidden_layer_sizes": [(50,), (100,), (50, 50), (100, 100)],
        "alpha": [1e-4, 1e-2],
    }
    theirs = searched(MLPRegressor(random_state=0, max_iter=1000), **grid)
    models = SparcsRegressorCV(random_state=0), theirs
    row = "CV against GridSearchCV of MLP, concrete"
    return to_their_own_end(row, 3, models, concrete(folder), min(repeats, 3))


def teacher_student(repeats):
    """The paper's; beside ours stand the five seconds that are allowed."""
    X, y = make_teacher_student(20_480 + 4000, random_state=0)
    X, X_test, y, y_test = train_test_split(X, y, test_size=4000, random_state=0)
    model = SparcsRegressor(random_state=0)
    taken = median(seconds(lambda: model.fit(X, y)) for _ in range(repeats))
    row, found = "seconds allowed, teacher-student", architecture(model)
    score = model.score(X_test, y_test)
    note = f"R2 {score:.7f}"
    return Result(row, taken, 5.0, 5.0 / taken, 1, None, score, None, found, note)


def prediction(repeats):
    X, y = make_friedman1(1_004_000, 20, noise=0.5, random_state=0)
    y = (y - y.mean()) / y.std()
    model = SparcsRegressor(random_state=0).fit(X[:4000], y[:4000])
    ours = model.pruned_estimator_
    theirs = MLPRegressor(random_state=0).fit(X[:4000], y[:4000])
    X, y = X[4000:], y[4000:]
    a, b = in_turns(lambda: ours.predict(X), lambda: theirs.predict(X), repeats)
    return Result(
        "MLP, predict 1,000,000 x 20",
        a,
        b,
        b / a,
        5,
        our_score=ours.score(X, y),
        their_score=theirs.score(X, y),
        architecture=str(ours.active_architecture_),
    )


def a_million_rows(repeats):
    """Time and memory, each run in a process of its own."""
    runs = {"ours": [], "theirs": []}
    for _ in range(min(repeats, 1)):
        for name, measured in runs.items():
            command = [sys.executable, __file__, "--million", name]
            answer = subprocess.run(command, check=True, capture_output=True, text=True)
            measured.append(json.loads(answer.stdout.splitlines()[-1]))
    a, b = (median(r["seconds"] for r in runs[name]) for name in runs)
    peaks = [median(r["peak"] for r in runs[name]) for name in runs]
    ours, theirs = (runs[name][-1] for name in runs)
    row = "MLP, 1,000,000 x 20 float32"
    scores = {"our_score": ours["score"], "their_score": theirs["score"]}
    details = {**scores, "architecture": ours["architecture"]}
    return [
        Result(row, a, b, b / a, 3, **details),
        Result(
            f"{row}: peak MiB while fitting",
            *peaks,
            peaks[1] / peaks[0],
            1,
            note="MiB above what held data and libraries",
        ),
    ]


def one_fit_of_a_million(name):
    """Seconds, and MiB at the peak above those held before (Linux)."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1_020_000, 20), dtype=np.float32)
    y = np.abs(X[:, 0]) + np.maximum(X[:, 1], 0) * X[:, 2] + X[:, 3]
    X, X_test, y, y_test = X[:1_000_000], X[1_000_000:], y[:1_000_000], y[1_000_000:]
    estimator = SparcsRegressor if name == "ours" else MLPRegressor
    estimator(max_iter=1).fit(X[:2000], y[:2000])  # libraries' own buffers
    model = estimator(random_state=0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = memory("VmRSS")
    taken = seconds(lambda: model.fit(X, y))
    found = {
        "seconds": taken,
        "peak": memory("VmHWM") - before,
        "score": float(model.score(X_test, y_test)),
        "architecture": str(getattr(model, "active_architecture_", "")),
    }
    print(json.dumps(found))


def memory(key: str) -> float:
    """MiB of this process, resident now (VmRSS) or at most (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"{key} is not in /proc/self/status")


# -- against other ways to train the same --------------------------------------------


class DenseNetwork(nn.Module):
    """The spectral network with every block W_ij formed by [4.3], as the authors do."""

    def __init__(self, sizes, dtype):
        super().__init__()
        self.spectral = SpectralNetwork(
            sizes[0],
            sizes[1:-1],
            sizes[-1],
            generator=torch.Generator().manual_seed(0),
            dtype=dtype,
        )

    def forward(self, x):
        phi = list(self.spectral.phi)
        lam = [phi[0].new_zeros(phi[0].shape[1]), *self.spectral.lam]
        signals = [nn.functional.pad(x, (0, 1), value=1.0)]
        for i in range(2, len(phi) + 2):
            z = sum(
                a @ weight_block(phi, lam, i, j).T for j, a in enumerate(signals, 1)
            )
            signals.append(torch.relu(z))
        return z


def train_densely(X, y, hidden, batch_size, epochs, alpha):
    """Adam through autograd, the ℓ₁ penalty by its subgradient."""
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    network = DenseNetwork((X.shape[1], *hidden, y.shape[1]), X.dtype)
    optimizer = torch.optim.Adam(network.parameters(), 0.01, fused=True)
    for _ in range(epochs):
        order = torch.randperm(len(X))
        for rows in order.split(batch_size):
            dense_step(network, optimizer, X[rows], y[rows], alpha)


def dense_step(network, optimizer, x, y, alpha):
    """One step of Adam on a batch, as the authors take it."""
    optimizer.zero_grad()
    loss = (network(x) - y).square().mean()
    hidden_lam = network.spectral.penalized_eigenvalues()
    (loss + alpha * sum(lam.abs().sum() for lam in hidden_lam)).backward()
    optimizer.step()


def dense_blocks(repeats, n_layers, width, target, n=5120, epochs=2):
    n_features, n_outputs, batch_size = (
        (20, 20, 1024) if n_layers == 2 else (50, 10, 256)
    )
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(n, n_features))
    y = np.maximum(X @ rng.normal(size=(n_features, 10)), 0)
    y = y @ rng.normal(size=(10, n_outputs))
    y, hidden = y / y.std(), (width,) * n_layers
    options = {"alpha": 1e-3, "batch_size": batch_size, "max_iter": epochs}
    ours = SparcsRegressor(hidden, **options, **BY_EPOCHS).fit(X, y)

    def dense():
        train_densely(X, y, hidden, batch_size, ours.n_iter_, 1e-3)

    a, b = in_turns(lambda: ours.fit(X, y), dense, repeats)
    return Result(
        f"dense [4.3], {n:,} rows, {n_layers} x {width}",
        a,
        b,
        b / a,
        target,
        ours.n_iter_,
        architecture=str(ours.active_architecture_),
    )


def authors_way(repeats, n=20_480, epochs=5, alpha=1e-3):
    """The paper's recipe, every neuron of it, beside its dense blocks by autograd.

    Ours is a whole fit: the scaling, the linear start, and after every epoch the loss
    of all the rows, by which the best iterate is kept. Theirs is steps and nothing
    else; the second row is steps on both sides.
    """
    X, y = make_teacher_student(n, random_state=0)
    X, y = X.astype(np.float32), (y / y.std()).astype(np.float32)
    hidden, batch_size = (200, 200), 1024
    options = {"alpha": alpha, "batch_size": batch_size, "max_iter": epochs}
    ours = SparcsRegressor(hidden, solver="adam", prune_tol=0, **options, **TO_THE_END)

    def dense():
        train_densely(X, y, hidden, batch_size, epochs, alpha)

    a, b = in_turns(lambda: ours.fit(X, y), dense, repeats)
    row = f"epochs, adam, dense [4.3], {n:,} rows, 2 x 200"
    fits = Result(row, a, b, b / a, 2, ours.n_iter_)
    x, t = (torch.from_numpy(part[:batch_size].copy()) for part in (X, y))
    return [fits, authors_steps(repeats, x, t, hidden, alpha)]


def authors_steps(repeats, x, y, hidden, alpha, n_steps=50):
    """Steps on one batch alone, those of the paper's solver and the authors'."""
    draw = torch.Generator().manual_seed(0)
    network = SpectralNetwork(x.shape[1], hidden, y.shape[1], generator=draw)
    solver = PaperSolver(network, SquaredError(), SparseGroupPenalty(alpha), 0.01)
    dense = DenseNetwork((x.shape[1], *hidden, y.shape[1]), x.dtype)
    optimizer = torch.optim.Adam(dense.parameters(), 0.01, fused=True)

    def ours():
        for _ in range(n_steps):
            solver.step(x, y, None)

    def theirs():
        for _ in range(n_steps):
            dense_step(dense, optimizer, x, y, alpha)

    a, b = in_turns(ours, theirs, repeats)
    name = f"{n_steps} steps, adam, dense [4.3], {len(x):,} rows, 2 x 200"
    return Result(name, a, b, b / a, 2)


def normal_matrix(repeats, n=20_000, n_features=20, n_live=20):
    """Gauss-Newton's matrix beside the bare product J'J of its Jacobian."""
    draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
    inputs = torch.randn(n, n_features + 1, **draw)
    weights = torch.randn(n_live, n_features + 1, **draw) / n_features**0.5
    last = torch.randn(1, n_features + 1 + n_live, **draw)
    neurons = (torch.arange(n_live),)
    network = LiveNetwork((weights, last), "relu", True, neurons)
    data = Observations(inputs, torch.randn(n, 1, **draw))
    objective = Objective(data, SquaredErrorCurvature(), BridgePenalty(1e-3))
    at = objective.evaluate(network, keep=True)
    J = torch.randn(n, network.n_hidden_weights + network.n_signals, **draw)
    a, b = in_turns(
        lambda: GaussNewtonMatrix.of(objective, at), lambda: J.T @ J, repeats
    )
    return Result(f"bare product J'J, {n:,} x {J.shape[1]}", a, b, b / a, 0.6)


def skorch_loop(repeats):
    X, y = make_friedman1(5000, 10, noise=0.5, random_state=0)
    data = split(X, (y - y.mean()) / y.std(), n_train=4000)
    data = [part.astype(np.float32) for part in data]
    ours = SparcsRegressor((100,), max_iter=20, batch_size=200, **BY_EPOCHS)

    class Net(NeuralNetRegressor):
        def fit(self, X, y, **options):
            return super().fit(X, y[:, None], **options)

        def score(self, X, y):
            return super().score(X, y[:, None])

    def theirs(epochs):
        return Net(
            SpectralNetwork(10, (100,), 1, generator=torch.Generator().manual_seed(0)),
            max_epochs=epochs,
            batch_size=200,
            lr=0.01,
            optimizer=torch.optim.Adam,
            train_split=None,
            iterator_train__shuffle=True,
            verbose=0,
        )

    return compared("skorch's own loop, 4,000 x 10", 10, ours, theirs, data, repeats)


def papers_recipe(repeats, width=300, epochs=20):
    """The paper's solver beside its own base, which leaves the gradient to autograd."""
    X, y = make_friedman1(5000, 10, noise=0.5, random_state=0)
    X, X_test, y, y_test = split(X, (y - y.mean()) / y.std(), n_train=4000)
    x, x_test, y = (torch.from_numpy(a) for a in (X, X_test, y[:, None]))
    batches = list(zip(x.split(200), y.split(200), strict=True))

    def new(kind):
        draw = {"generator": torch.Generator().manual_seed(0), "dtype": x.dtype}
        network = SpectralNetwork(10, (width,), 1, **draw)
        return kind(network, SquaredError(), SparseGroupPenalty(0.002), 0.005)

    def train(solver):
        for _ in range(epochs):
            for batch in batches:
                solver.step(*batch, None)

    solvers = [new(kind) for kind in (PaperSolver, AdamSolver)]
    ours, theirs = in_turns(*(lambda s=s: train(s) for s in solvers), repeats)
    with torch.no_grad():
        scores = [r2_score(y_test, solver.network(x_test)) for solver in solvers]
    return Result(
        f"paper's recipe through autograd, ({width},)",
        ours,
        theirs,
        theirs / ours,
        3,
        epochs,
        *scores,
    )


def wide(repeats):
    X, y = make_friedman1(5000, 10, noise=0.5, random_state=0)
    X, X_test, y, y_test = split(X, (y - y.mean()) / y.std(), n_train=4000)
    models = [
        SparcsRegressor((width,), max_iter=30, batch_size=200, **BY_EPOCHS)
        for width in (10_000, 100)
    ]
    a, b = in_turns(*(lambda m=m: m.fit(X, y) for m in models), repeats)
    live = [m.active_architecture_.n_hidden for m in models]
    return Result(
        "width 100 against width 10,000",
        a,
        b,
        b / a,
        0.25,
        models[0].n_iter_,
        *(m.score(X_test, y_test) for m in models),
        note=f"live neurons {live}",
    )


# -- the floor -----------------------------------------------------------------------


def floor_share(repeats):
    """A step of the 2 x 200 problem beside its bare matrix products."""
    X, y = make_teacher_student(20_000, random_state=0)
    options = {"alpha": 1e-3, "batch_size": 1024, "max_iter": 20, **BY_EPOCHS}
    model = SparcsRegressor((200, 200), **options).fit(X, y)
    found = model.active_architecture_
    live = [0, 0]
    for layer, neurons in zip(found.hidden_layers, found.neurons, strict=True):
        live[layer - 1] = len(neurons)
    solver, x, y = live_solver(20, (200, 200), live, 20, rows=1024)
    products = list(bare_products(21, live, 20, 1024))
    steps, floors = [], []
    for _ in range(repeats):
        steps.append(seconds(lambda: [solver.step(x, y, None) for _ in range(200)]))
        floors.append(
            seconds(
                lambda: [f(a, b, out=c) for _ in range(200) for f, a, b, c in products]
            )
        )
    step, floor = median(steps) / 200, median(floors) / 200
    row = "bare products of a step, 2 x 200"
    return Result(row, step, floor, floor / step, 0.5, note=f"live neurons {live}")


def bare_products(n_inputs, live, n_outputs, n_rows):
    """What no step can do without: z = W h, ∂W = δ hᵀ, ∂h = Wᵀ δ, layer by layer."""
    n_heard = n_inputs
    for n in [k for k in live if k] + [n_outputs]:
        W, h = np.ones((n, n_heard)), np.ones((n_heard, n_rows))
        z, n_before = np.ones((n, n_rows)), n_heard - n_inputs
        yield np.dot, W, h, z
        yield np.dot, z, h.T, np.ones((n, n_heard))
        if n_before:
            to_hidden = np.ascontiguousarray(W[:, n_inputs:].T)
            yield np.dot, to_hidden, z, np.ones((n_before, n_rows))
        n_heard += n


def live_solver(n_features, hidden, live, n_outputs, rows):
    """A solver of a random network with so many live neurons, and a batch for it."""
    generator = torch.Generator().manual_seed(0)
    network = GrowingNetwork(n_features, hidden, n_outputs, dtype=torch.float64)
    tensors, n_heard = [], n_features + 1
    for n in [*live, n_outputs]:
        tensors.append(torch.randn(n, n_heard, generator=generator) / n_heard)
        n_heard += n
    tensors += [torch.ones(n) for n in live]
    tensors = [t.double() for t in tensors]
    network.restructure(tensors, [torch.arange(n) for n in live])
    penalty = SparseGroupPenalty(1e-6)
    solver = GrowthSolver(network, SquaredError(), penalty, 1e-6, [], generator)
    draw = {"generator": generator, "dtype": torch.float64}
    x = torch.randn(rows, n_features, **draw)
    return solver, x, torch.randn(rows, n_outputs, **draw)


# -- checks --------------------------------------------------------------------------


def checks(_repeats):
    """scikit-learn's checks of both CV estimators; beside ours stand two minutes."""

    def checked():
        for model in (SparcsRegressorCV(), SparcsClassifierCV()):
            check_estimator(model, on_fail=None)

    taken = seconds(checked)
    return Result("seconds allowed, check_estimator, CV", taken, 120.0, 120 / taken, 1)


def rows_of(folder: str | None) -> dict[str, Callable]:
    """What there is to measure, by name; some of it needs a folder of tables."""
    rows = {
        "small_defaults": small_defaults,
        "two_layers": two_layers,
        "digits": digits,
        "diabetes": whole_fit,
        "a_million_rows": a_million_rows,
        "prediction": prediction,
        "teacher_student": teacher_student,
        "normal_matrix": normal_matrix,
        "checks": checks,
        "small_regression": small_regression,
        "eight_layers": eight_layers,
        "dense_2x200": lambda r: dense_blocks(r, 2, 200, 10, n=20_480, epochs=5),
        "dense_2x2000": lambda r: dense_blocks(r, 2, 2000, 60),
        "dense_8x200": lambda r: dense_blocks(r, 8, 200, 40),
        "skorch": skorch_loop,
        "papers_recipe": papers_recipe,
        "authors_way": authors_way,
        "wide": wide,
        "floor": floor_share,
    }
    of_tables = letter, grid_search, cross_validation
    if folder:
        rows |= {of.__name__: partial(of, folder=folder) for of in of_tables}
    return rows


def measured(folder: str | None, only: str | None, repeats: int) -> Iterator[Result]:
    """Every row that was asked for, as it ends."""
    commit = last_commit(Path(sklearn_sparcs.__file__).parent)
    for name, row in rows_of(folder).items():
        if not only or only in name:
            answer = row(repeats)
            for result in answer if isinstance(answer, list) else [answer]:
                yield replace(result, commit=commit or "")


def table(results: Iterable[Result]) -> str:
    """All rows in Markdown."""
    names = (
        "against",
        "ours, s",
        "theirs, s",
        "ratio",
        "asked",
        "test score: ours, theirs",
    )
    head = f"| {' | '.join([*names, 'found', 'commit'])} |"
    line = "|" + " --- |" * (len(names) + 2)
    return "\n".join([head, line, *(result.of_a_table for result in results)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder of tables")
    parser.add_argument("--json", type=Path, help="the results, kept there")
    parser.add_argument("--page", type=Path, help="write all that the file has there")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", help="rows whose function's name contains this")
    parser.add_argument("--million", choices=["ours", "theirs"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    if arguments.million:
        return one_fit_of_a_million(arguments.million)
    file, known = arguments.json, {}
    if file and file.exists():
        known = {row["row"]: Result(**row) for row in json.loads(file.read_text())}
    for result in measured(arguments.data, arguments.only, arguments.repeats):
        print(result, flush=True)
        known[result.row] = result
        if file:
            rows = [asdict(each) for each in known.values()]
            file.write_text(json.dumps(rows, indent=1, default=float) + "\n")
    if arguments.page:
        rewrite(arguments.page, {"speed": table(known.values())})


if __name__ == "__main__":
    main()
