"""What a fit of samples in partitions asks of a cluster: rounds and bytes, counted.

A round is a question to all partitions, and the way back of their answers. Rows of 20
features lie on one worker, then on two, processes of one thread each; the same rows are
fitted on one machine, and the predictions compared. Beside that stands what first-order
training in parallel would send: the gradient of all weights, once a batch.
From what was counted follows, on paper, what more machines would do (`on_paper`).

Bytes are those of one question and of the answer joined, as pickles. Seconds are of the
clock and of the CPU: of the process that asks, which is dask's scheduler too, and of
the busiest worker.
"""

import argparse
import json
import math
import os
import pickle
import time
import types
import warnings
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import dask.array as da
import numpy as np
from dask.base import persist
from dask.delayed import delayed
from distributed import Client, LocalCluster, wait

from sklearn_sparcs import SparcsRegressor as OneMachine
from sklearn_sparcs.dask import SparcsRegressor

#: Columns of X, partitions of every table, and rows that first-order steps see.
FEATURES, PARTITIONS, BATCH = 20, 8, 200
#: Weights of a network of 100 hidden neurons, which first-order training would send.
WEIGHTS = 100 * (FEATURES + 1) + 100 + 1
#: On paper: seconds that a message takes from machine to machine, bytes that pass a
#: second (10 Gbit/s), and seconds that dask takes to hand out a task.
MESSAGE, BANDWIDTH, TASK = 5e-4, 1.25e9, 5e-4
#: Answers that dask's workers join at a time, and machines that are reckoned with.
WIDTH, MACHINES = 4, (1, 2, 10, 100)
#: What is asked, by the function that answers.
KINDS = {
    "_sums": "matrix",
    "_loss_and_along": "loss, gradient, outputs' matrix",
    "_total_loss": "loss",
    "_arrays": "rows by number",
    "_rows": "rows by number",
}
ELSE = "scaling, linear start, first survey"
#: What an iteration on all rows asks for, from one matrix to the next: that of all rows
#: or, where they are many, of some by number, which are not brought.
ITERATION = ("matrix", "loss, gradient, outputs' matrix", "loss")


class Round(NamedTuple):
    """A round, and its bytes."""

    kind: str
    asked: int
    answered: int


class Counted:
    """Pieces of which questions and answers are counted on their way: `Parts`."""

    def __init__(self, parts, rounds, kind="", asked=0):
        self.parts, self.rounds, self.kind, self.asked = parts, rounds, kind, asked

    def mapped(self, of, *args):
        """What ``of`` makes of every piece, once it is asked for."""
        asked = self.asked + len(pickle.dumps((of, args)))
        kind = KINDS.get(innermost((of, *args)), ELSE)
        return Counted(self.parts.mapped(of, *args), self.rounds, kind, asked)

    def folded(self, join):
        """All pieces joined, and the round counted."""
        answer = self.parts.folded(join)
        self.rounds.append(Round(self.kind, self.asked, len(pickle.dumps(answer))))
        return answer

    def kept(self):
        """The pieces where they are: nothing comes back."""
        self.rounds.append(Round(self.kind, self.asked, 0))
        return Counted(self.parts.kept(), self.rounds)


def innermost(asked):
    """The name of the function that answers: others hand the question on to it."""
    kinds = types.FunctionType, types.MethodType
    return [each.__name__ for each in asked if isinstance(each, kinds)][-1]


class CountedRegressor(SparcsRegressor):
    """The regressor, whose rounds are counted in ``rounds_``."""

    def _fit_shared(self, samples, encoding, like):
        self.rounds_ = []
        counted = replace(samples, parts=Counted(samples.parts, self.rounds_))
        return super()._fit_shared(counted, encoding, like)


def friedman(n, seed):
    """A partition of Friedman's first problem, with noise."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(n, FEATURES))
    y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * np.square(X[:, 2] - 0.5)
    return X, y + 10 * X[:, 3] + 5 * X[:, 4] + rng.normal(size=n)


def table(n):
    """X and y, made where they will lie."""
    each = n // PARTITIONS
    made = [delayed(friedman, nout=2)(each, seed) for seed in range(PARTITIONS)]
    shapes = (each, FEATURES), (each,)
    return [
        da.concatenate([da.from_delayed(pair[k], shapes[k], float) for pair in made])
        for k in (0, 1)
    ]


def timed(fit):
    """What a fit gives, with seconds of the clock and of this process."""
    clock, cpu = time.perf_counter(), time.process_time()
    found = fit()
    return found, time.perf_counter() - clock, time.process_time() - cpu


def one_machine(n):
    """The fit on one machine, and its seconds."""
    parts = [friedman(n // PARTITIONS, seed) for seed in range(PARTITIONS)]
    X, y = (np.concatenate(each) for each in zip(*parts, strict=True))
    model = OneMachine(random_state=0)
    model, clock, cpu = timed(partial(model.fit, X, y))
    return model, {"clock": clock, "cpu": cpu}


def cluster(n, n_workers):
    """The fit on so many workers, and its seconds."""
    options = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with (
        LocalCluster(n_workers=n_workers, processes=True, **options) as there,
        Client(there) as client,
    ):
        X, y = persist(*table(n))
        wait([X, y])
        client.rebalance()
        client.run(import_module, "sklearn_sparcs.dask")  # takes a worker seconds
        before = client.run(time.process_time)
        assert len(before) == n_workers
        fit = partial(CountedRegressor(random_state=0).fit, X, y)
        model, clock, cpu = timed(fit)
        after = client.run(time.process_time)
    spent = [after[worker] - before[worker] for worker in before]
    return model, {"clock": clock, "cpu": cpu, "busiest": max(spent), "all": sum(spent)}


def by_kind(rounds):
    """Rounds, and bytes of a mean one, a kind of question each."""
    found = {}
    for kind in sorted({each.kind for each in rounds}):
        some = [each for each in rounds if each.kind == kind]
        asked, answered = (sum(e[k] for e in some) / len(some) for k in (1, 2))
        found[kind] = {"rounds": len(some), "asked": asked, "answered": answered}
    return found


def an_iteration(rounds):
    """Rounds and bytes of a mean iteration on all rows, from matrix to matrix."""
    starts = [k for k, each in enumerate(rounds) if each.kind == ITERATION[0]]
    stretches = [rounds[a:b] for a, b in pairwise(starts)]
    whole = [s for s in stretches if {each.kind for each in s} <= set(ITERATION)]
    sums = [
        [len(s), sum(e.asked for e in s), sum(e.answered for e in s)] for s in whole
    ]
    mean = np.mean(sums, axis=0) if sums else np.full(3, np.nan)
    return {"iterations": len(starts)} | dict(
        zip(("rounds", "asked", "answered"), mean.tolist(), strict=True)
    )


def on_paper(found, machines, rows):
    """Seconds of a fit of so many rows, a partition a machine, and of Adam's messages.

    Rounds and bytes are as counted: they hardly depend on the rows. A question is sent
    to every machine; answers come by a tree, on each of whose levels one machine takes
    those of others. Adam's gradients are added by a tree of width two, there and back.
    """
    counts = [(e["rounds"], e["asked"], e["answered"]) for e in found["kinds"].values()]
    rounds = sum(n for n, _, _ in counts)
    asked, answered = (sum(e[0] * e[k] for e in counts) for k in (1, 2))
    levels, two = (math.ceil(math.log(machines, w)) for w in (WIDTH, 2))
    one = found["workers: 1"]
    seconds = {
        "asks": one["cpu"],
        "answers": one["all"] * rows / found["rows"] / machines,
        "waits": rounds * (2 * (levels + 1) * MESSAGE + machines * TASK),
        "sends": (asked * machines + answered * (1 + (WIDTH - 1) * levels)) / BANDWIDTH,
    }
    step = 2 * two * (MESSAGE + 8 * WEIGHTS / BANDWIDTH)
    return {"machines": machines, "rows": rows, "rounds": rounds} | {
        **seconds,
        "all": sum(seconds.values()),
        "Adam's epoch": rows / BATCH * step,
        "of large batches": rows / BATCH / machines * step,
    }


def measured(n):
    """All figures of so many rows."""
    own, seconds = one_machine(n)
    found = {"rows": n, "one machine": seconds, "found": str(own.active_architecture_)}
    sample, _ = friedman(1000, PARTITIONS)
    for n_workers in (1, 2):
        model, seconds = cluster(n, n_workers)
        apart = np.abs(model.predict(sample) - own.predict(sample)).max()
        found[f"workers: {n_workers}"] = seconds | {"apart": float(apart)}
    found["kinds"] = by_kind(model.rounds_)
    found["iteration"] = an_iteration(model.rounds_)
    found["first order, an epoch"] = {"rounds": n // BATCH, "answered": 8 * WEIGHTS}
    sizes = [(m, rows) for m in MACHINES for rows in dict.fromkeys((n, n * m))]
    found["on paper"] = [on_paper(found, *size) for size in sizes]
    return found


def shown(found):
    """The figures in words."""
    print(f"\n{found['rows']:,} rows, found {found['found']}")
    print(f"{'':38}{'clock':>8}{'asks':>8}{'busiest':>9} s")
    for name in ("one machine", "workers: 1", "workers: 2"):
        row = found[name]
        busiest = f"{row['busiest']:9.1f}" if "busiest" in row else ""
        apart = f"  apart by {row['apart']:.0e}" if "apart" in row else ""
        print(f"{name:38}{row['clock']:8.1f}{row['cpu']:8.1f}{busiest}{apart}")
    print(f"{'':38}{'rounds':>8}{'asked':>8}{'answered':>9} kB a round")
    for kind, row in found["kinds"].items():
        print(f"{kind:38}{row['rounds']:8}{kilo(row['asked'])}{kilo(row['answered'])}")
    row = found["iteration"]
    name = f"an iteration on all rows, of {row['iterations']}"
    each = kilo(row["asked"] / row["rounds"]), kilo(row["answered"] / row["rounds"])
    print(f"{name:38}{row['rounds']:8.1f}{''.join(each)}")
    row = found["first order, an epoch"]
    print(f"{'first order, an epoch':38}{row['rounds']:8}{'':9}{kilo(row['answered'])}")


def shown_on_paper(found):
    """What more machines would do."""
    names = [name for name in found["on paper"][0] if name not in ("rows", "rounds")]
    print(f"\non paper, seconds\n{'rows':>14}" + "".join(f"{n:>18}" for n in names))
    for row in found["on paper"]:
        seconds = "".join(f"{row[name]:18.1f}" for name in names[1:])
        print(f"{row['rows']:14,}{row['machines']:18}{seconds}")


def kilo(n_bytes):
    return f"{n_bytes / 1000:9.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--json", help="write the results there")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of ports that are taken
    results = []
    for n in arguments.rows:
        results.append(measured(n))
        shown(results[-1])
        shown_on_paper(results[-1])
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
