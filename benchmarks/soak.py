"""Load held by one process: fits one after another, predictions in threads, a search.

Fits of every kind on small tables, each another; a pickle of each comes back. Then one
sample a prediction, as a server has them: in turns one after another and from eight
threads at once, which must say the same. Then a grid search in two processes, whose
scores must be those of one. Memory, Python's allocated blocks, open handles and threads
are looked at on the way (Linux). What is held after a warm-up must be held at the end,
or the script ends with status 1.
"""

import argparse
import gc
import json
import os
import pickle
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from joblib.externals.loky import get_reusable_executor
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score

from sklearn_sparcs import (
    CompactRegressor,
    SparcsClassifier,
    SparcsRegressor,
    SparcsRegressorCV,
)

MODELS = {
    "growth": SparcsRegressor((4,), alpha=0.01),
    "growth, alpha found": SparcsRegressor((4,)),
    "by epochs": SparcsRegressor((4,), solver="first_order", max_iter=5),
    "the paper's": SparcsRegressor((4,), solver="adam", max_iter=5),
    "a stream": SparcsRegressor((4,)),
    "classes": SparcsClassifier((4,), alpha=0.01),
    "compact": CompactRegressor((3,), max_iter=20),
    "cross-validated": SparcsRegressorCV((2,), n_alphas=3, cv=2, activation="relu"),
}
N_THREADS = 8
#: Looks at what the process holds.
N_LOOKS = 20
#: Of the search.
N_FOLDS, N_JOBS = 5, 2
#: By how much it may be more at the end than after the warm-up.
ALLOWED = {"mebibytes": 8.0, "blocks": 500, "handles": 0, "threads": 0}


@dataclass(frozen=True)
class Held:
    """What the process holds, after so many calls."""

    calls: int
    mebibytes: float
    blocks: int
    handles: int
    threads: int

    @classmethod
    def now(cls, calls: int) -> "Held":
        """Look, once garbage is collected."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            calls,
            pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            sys.getallocatedblocks(),
            len(os.listdir("/proc/self/fd")),
            len(os.listdir("/proc/self/task")),
        )


def soaked(run: Callable[[int], object], n_calls: int) -> list[Held]:
    """Run for the call numbers up to ``n_calls``, with looks in between."""
    held, done = [], 0
    for upto in np.linspace(0, n_calls, N_LOOKS + 1, dtype=int)[1:]:
        for k in range(done, upto):
            run(k)
        done = int(upto)
        held.append(Held.now(done))
    return held


def more(held: list[Held]) -> dict[str, float]:
    """What is held in the last fifth of looks above the second, medians of each."""
    return {name: grown([getattr(look, name) for look in held]) for name in ALLOWED}


def grown(values: Sequence[float]) -> float:
    """By how much the last fifth is above the second, medians of each."""
    fifth = len(values) // 5
    return median(values[-fifth:]) - median(values[fifth : 2 * fifth])


def is_flat(held: list[Held]) -> bool:
    """Whether no more is held than is allowed."""
    return all(n <= ALLOWED[name] for name, n in more(held).items())


# -- fits ------------------------------------------------------------------------------


def table(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sixty samples of three features, with a kink."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 3))
    return X, np.abs(X[:, 0]) + X[:, 1] + 0.1 * rng.normal(size=60)


def fitted(name: str, seed: int) -> object:
    """A model of a kind on a table of its own."""
    X, y = table(seed)
    model = clone(MODELS[name]).set_params(random_state=seed)
    if name == "a stream":
        return model.partial_fit(X[:30], y[:30]).partial_fit(X[30:], y[30:])
    return model.fit(X, y > np.median(y) if name == "classes" else y)


def fits() -> Callable[[int], None]:
    """Fit, pickle, and predict the same: what the k-th call does."""
    names: Iterator[str] = cycle(MODELS)

    def run(k: int) -> None:
        model, (X, _) = fitted(next(names), k), table(k)
        again = pickle.loads(pickle.dumps(model))
        if not np.array_equal(again.predict(X), model.predict(X)):
            raise AssertionError(f"fit {k}: its pickle predicts something else")

    return run


# -- predictions -----------------------------------------------------------------------


class Predictions:
    """Predictions of a sample each: a batch of calls in turn, then a batch in threads.

    Attributes
    ----------
    ratios : list of float
        Seconds of the clock in threads, over those one after another, a pair each.
    """

    def __init__(self, calls: int) -> None:
        self.model = fitted("growth", 0)
        self.rows, self.calls = table(1)[0], calls
        self.expected = self.model.predict(self.rows)
        self.ratios: list[float] = []

    def __call__(self, k: int) -> None:
        """Both batches, each of half the calls."""
        alone = timed(lambda: self._predicted(self.calls // 2))
        with ThreadPoolExecutor(N_THREADS) as pool:
            each = [self.calls // 2 // N_THREADS] * N_THREADS
            together = timed(lambda: list(pool.map(self._predicted, each)))
        self.ratios.append(together / alone)

    def _predicted(self, n: int) -> None:
        for k in range(n):
            row = k % len(self.rows)
            found = self.model.predict(self.rows[row : row + 1])
            if abs(found[0] - self.expected[row]) > 1e-12 * abs(self.expected[row]):
                raise AssertionError(f"sample {row}: {found} in one of the threads")


def timed(run: Callable[[], object]) -> float:
    """Seconds of the clock."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


# -- a search --------------------------------------------------------------------------


@dataclass(frozen=True)
class Searched:
    """What a search in processes left here, and what its workers held on the way."""

    fits: int
    seconds: float  # of the clock, with those that are done again alone
    before: Held
    after: Held
    workers: list[float]  # mebibytes, after each fit

    def more(self) -> dict[str, float]:
        """What is held here afterwards, and by the workers in the end."""
        here = {n: getattr(self.after, n) - getattr(self.before, n) for n in ALLOWED}
        return {**here, "workers": grown(self.workers)}

    def is_flat(self) -> bool:
        """Whether no more is held than is allowed."""
        allowed = {**ALLOWED, "workers": ALLOWED["mebibytes"]}
        return all(n <= allowed[name] for name, n in self.more().items())


def search(n_fits: int) -> GridSearchCV:
    """A search for alpha, which also scores what its workers hold."""
    model = clone(MODELS["growth"]).set_params(random_state=0)
    grid = {"alpha": np.geomspace(1e-2, 1, n_fits // N_FOLDS)}
    scoring = {"score": "r2", "mebibytes": resident}
    options: dict[str, Any] = {"error_score": "raise", "refit": "score"}
    return GridSearchCV(
        model, grid, scoring=scoring, cv=N_FOLDS, n_jobs=N_JOBS, **options
    )


def resident(model: object, X: np.ndarray, y: np.ndarray) -> float:
    """Mebibytes that the process holds: a scorer, of whatever model."""
    return Held.now(0).mebibytes


def searched(n_fits: int) -> Searched:
    """Search, with a look before and after."""
    held_by_workers(10 * N_FOLDS)  # what is loaded once is there now
    before, started = at_rest(0), time.perf_counter()
    workers = held_by_workers(n_fits)
    seconds = time.perf_counter() - started
    after = at_rest(n_fits)
    return Searched(len(workers), seconds, before, after, workers.tolist())


def held_by_workers(n_fits: int) -> np.ndarray:
    """Search, and see that every twentieth score is that of one process."""
    X, y = table(0)
    whole = search(n_fits).fit(X, y)
    results = whole.cv_results_
    for k in range(0, len(results["params"]), 20):
        model = clone(whole.estimator).set_params(**results["params"][k])
        alone = cross_val_score(model, X, y, cv=N_FOLDS).mean()
        if alone != results["mean_test_score"][k]:
            raise AssertionError(f"{model} scores otherwise in another process")
    each = [results[f"split{i}_test_mebibytes"] for i in range(N_FOLDS)]
    return np.ravel(each, order="F")


def at_rest(calls: int) -> Held:
    """Look, once the workers have gone."""
    get_reusable_executor().shutdown(wait=True)
    return Held.now(calls)


# -- the report ------------------------------------------------------------------------


def report(what: str, held: list[Held], per_call: int = 1) -> None:
    """Print what was held on the way, and what more at the end."""
    print(f"\n{what:>12}  MiB held     blocks  handles  threads")
    for look in held[:: max(len(held) // 5, 1)] + held[-1:]:
        print(
            f"{look.calls * per_call:12,}{look.mebibytes:10.1f}{look.blocks:11,}"
            f"{look.handles:9}{look.threads:9}"
        )
    grown = more(held)
    print(
        f"{'more':>12}{grown['mebibytes']:10.1f}{grown['blocks']:11,.0f}"
        f"{grown['handles']:9.0f}{grown['threads']:9.0f}  "
        f"{'flat' if is_flat(held) else 'NOT FLAT'}"
    )


def report_search(found: Searched) -> None:
    """Print what a search took, and what more was held after it."""
    more = ", ".join(f"{n:.1f} {name}" for name, n in found.more().items())
    print(
        f"\n{found.fits:,} fits of a search in {N_JOBS} processes took "
        f"{found.seconds:.0f} s; more is held: {more}. "
        f"{'flat' if found.is_flat() else 'NOT FLAT'}"
    )


def main() -> int:
    """Soak, report, and say by the status whether all was flat."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fits", type=int, default=10_000)
    parser.add_argument("--predictions", type=int, default=1_000_000)
    parser.add_argument("--search", type=int, default=1_000, help="fits of a search")
    parser.add_argument("--json", type=Path, help="write what was held here")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of few epochs, which is meant
    of_fits = soaked(fits(), arguments.fits)
    report("fits", of_fits)
    calls = arguments.predictions // (2 * N_LOOKS)
    predictions = Predictions(calls)
    of_predictions = soaked(predictions, 2 * N_LOOKS)
    report("predictions", of_predictions, calls)
    ratio = median(predictions.ratios)
    print(f"\nEight threads took {ratio:.2f} of the time of one after another.")
    of_search = searched(arguments.search)
    report_search(of_search)
    if arguments.json:
        held = {
            "fits": [asdict(look) for look in of_fits],
            "predictions": [
                asdict(look) | {"calls": look.calls * calls} for look in of_predictions
            ],
            "threads": ratio,
            "search": asdict(of_search),
        }
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(held, indent=1) + "\n")
    flat = is_flat(of_fits), is_flat(of_predictions), of_search.is_flat()
    return 0 if all(flat) else 1


if __name__ == "__main__":
    sys.exit(main())
