"""A second hidden layer: a round from the linear model, or opened in the same run.

Where depth is allowed a fit restarts (`_growth.depth_search`). Here it goes on instead
from the network with one hidden layer: its live neurons become the first of two layers,
one opens above them, and the path is led on from some times the alpha that it came to,
where many of those neurons do not pay any more. Either is compared with the network of
one layer, at an alpha that is given and at the one that the criterion chooses: by how
much the objective is less, as a share, or the criterion, in nats; R² on held-out rows;
live neurons; CPU seconds. Then how often going on is better than the restart, and the
time that it takes.
"""

import argparse
import os
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from sklearn.metrics import r2_score
from tables import from_folder

from sklearn_sparcs._growth.alpha_search import (
    FACTOR,
    AlphaSearch,
    at_alpha,
    descending,
)
from sklearn_sparcs._growth.growth_options import GrowthOptions
from sklearn_sparcs._growth.information_criterion import criterion
from sklearn_sparcs._growth.linear_start import linear_ridge
from sklearn_sparcs._growth.path import PathFit
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.losses import SquaredError
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._problems.problem import Problem, Units
from sklearn_sparcs._problems.task import Task
from sklearn_sparcs.datasets import make_teacher_student

#: Alphas at which a run goes on, in the one that it has come to.
STARTS = (1, 4, 16)
#: Alphas of a path without a new least criterion that end it; its last in the largest.
PATIENCE, END = 4, 1e-3
#: Seeds of the teachers with two layers; and of those that have noise.
SEEDS, NOISY = range(8), (6, 7)
TABLES = ("airfoil", "concrete", "power_plant", "puma32h", "cpu_act", "abalone")


@dataclass(frozen=True)
class Grown:
    """What a search has found: its value, alpha and network, and CPU seconds."""

    value: float
    alpha: float
    network: LiveNetwork
    seconds: float = 0.0


@dataclass(frozen=True)
class Search:
    """Networks of at most two layers, at an alpha, or at the criterion's (None)."""

    problem: Problem
    size: int
    alpha: float | None

    def from_linear(self, layers):
        """From the linear model, those layers open, as a plain fit does it."""
        return timed(lambda: self._led(self._way(layers)))

    def going_on(self, shallow, start):
        """From a network with one layer, and the alpha that it has come to."""
        way = self._way((0, 1))  # round one has surveyed the linear model already
        largest = min(start * shallow.alpha, way.first.alpha_max)
        return timed(lambda: self._led(way, largest, lifted(shallow.network)))

    def _way(self, layers):
        penalty = BridgePenalty(0.0, linear=linear_ridge(self.problem))
        sizes = self.size, self.size
        growth = GrowthOptions(sizes, layers, penalty, self.problem.loss, sampled=True)
        fit = PathFit.begun(self.problem, "relu", growth, seed=0)
        draws = torch.Generator().manual_seed(0)
        return AlphaSearch(
            fit.objective, fit.first, growth, growth.loss, None, draws, id
        )

    def _led(self, way, largest=None, network=None):
        if self.alpha is None:
            return chosen(way, largest or way.first.alpha_max, network)
        if network is not None and largest > self.alpha:
            *_, (point, _) = way.follow(descending(largest, self.alpha), network)
            network = point.network
        led = at_alpha(way, self.alpha, 20, 3e-4, network)
        return Grown(led.value, self.alpha, led.point.network)


def timed(search):
    """What it found, with the seconds that it took."""
    started = time.process_time()
    return replace(search(), seconds=time.process_time() - started)


def lifted(network):
    """The same function, its neurons in the first of two layers, none in the last."""
    none, hidden, output = network.weights
    empty = none.new_zeros(0, hidden.shape[1] + len(hidden))
    layers = hidden, empty, output
    return replace(network, weights=layers, neurons=network.neurons[::-1])


def chosen(way, largest, network):
    """The least criterion on a path."""
    best, since = Grown(np.inf, largest, network), 0
    alphas = descending(largest, END * way.first.alpha_max)
    for point, row in way.follow(alphas, network):
        given = way.under(point), way.loss, point.network, FACTOR
        value = criterion(*given, row["train_loss"])
        since += 1
        if value < best.value:
            best, since = Grown(value, point.penalty.alpha, point.network), 0
        if since == PATIENCE:
            break
    return best


def tasks(folder):
    """Name, samples to fit and to test on, width, and the alpha that is given."""
    for seed in SEEDS:
        d, n = (6, 4, 8)[seed % 3], 1500
        X, y = make_teacher_student(
            n + 2000, n_features=d, n_hidden_layers=2, random_state=seed
        )
        noise = 0.05 if seed in NOISY else 0.0
        y = y + noise * np.random.default_rng(0).normal(size=y.shape)
        yield f"teacher {seed}", (X[:n], X[n:], y[:n], y[n:]), 30, 1e-4
    for table in from_folder(folder) if folder else ():
        if table.name in TABLES:
            yield table.name, table.split(0), 100, 1e-3


def compared(X, y, size, alpha):
    """The problem, and what each way has found in it, by name."""
    targets = y.reshape(len(y), -1)
    task = Task(X, targets, None, SquaredError(), targets.shape[1])
    problem = Problem.of(task, Units(torch.device("cpu"), hidden_clip=5.0))
    search = Search(problem, size, alpha)
    one = search.from_linear((1,))
    found = {"one layer": one, "restart": search.from_linear((0, 1))}
    for start in STARTS:
        found[f"on from {start} alpha"] = search.going_on(one, start)
    return problem, found


def gain(grown, one, n, alpha):
    """By how much it is better than one layer: nats, or a share of the objective."""
    if alpha is None:
        return n * (one.value - grown.value)
    return 1 - grown.value / one.value


def rows(name, split, size, alpha):
    """A row a way, printed."""
    X, X_test, y, y_test = split
    problem, found = compared(X, y, size, alpha)
    one, table = found["one layer"], []
    for way, grown in found.items():
        row = {
            "gain": gain(grown, one, len(X), alpha),
            "R²": r2_score(y_test, problem.form_of(grown.network)(X_test)),
            "seconds": grown.seconds,
        }
        table.append({"way": way, **row})
        told = f"{row['gain']:9.1f} nats" if alpha is None else f"{row['gain']:14.1%}"
        print(
            f"{name:12} {way:17} {told} {row['R²']:9.5f} {grown.network.n_live!s:9}"
            f" {grown.seconds:5.1f} s",
            flush=True,
        )
    return table


def summary(found, what):
    """How going on fares against the restart, over all tasks."""
    for start in STARTS:
        way = f"on from {start} alpha"
        pairs = [({r["way"]: r for r in table}) for table in found]
        better = {
            key: sum(pair[way][key] > pair["restart"][key] for pair in pairs)
            for key in ("gain", "R²")
        }
        off = [pair[way]["R²"] - pair["restart"]["R²"] for pair in pairs]
        pace = [pair[way]["seconds"] / pair["restart"]["seconds"] for pair in pairs]
        print(
            f"{what}, {way}: better than the restart in {better['gain']} of "
            f"{len(pairs)}, by R² in {better['R²']}, which is {min(off):+.4f} to "
            f"{max(off):+.4f} off; {np.median(pace):.2f} of its time",
            flush=True,
        )


def main():
    """All tasks, at either alpha."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of tables, besides teachers")
    folder = parser.parse_args().data
    found = {"criterion": [], "given alpha": []}
    for name, split, size, given in tasks(folder):
        for what, alpha in zip(found, (None, given), strict=True):
            found[what].append(rows(name, split, size, alpha))
    for what, tables in found.items():
        for kind, part in (
            ("teachers", tables[: len(SEEDS)]),
            ("tables", tables[len(SEEDS) :]),
        ):
            if part:
                summary(part, f"{kind}, {what}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    main()
