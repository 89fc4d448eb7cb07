"""Load held by one process: fits one after another, then predictions, also in threads.

Fits of every kind on small tables, each another; a pickle of each comes back. Then one
sample a prediction, as a server has them: in turns one after another and from eight
threads at once, which must say the same. Memory, Python's allocated blocks, open
handles and threads are looked at on the way (Linux). What is held after a warm-up must
be held at the end, or the script ends with status 1.
"""

import argparse
import gc
import json
import os
import pickle
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.base import clone

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
    fifth = len(held) // 5

    def grown(name: str) -> float:
        values = [getattr(look, name) for look in held]
        return median(values[-fifth:]) - median(values[fifth : 2 * fifth])

    return {name: grown(name) for name in ALLOWED}


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


def main() -> int:
    """Soak, report, and say by the status whether all was flat."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fits", type=int, default=10_000)
    parser.add_argument("--predictions", type=int, default=1_000_000)
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
    if arguments.json:
        looks = {"fits": of_fits, "predictions": of_predictions}
        held = {name: [asdict(look) for look in found] for name, found in looks.items()}
        arguments.json.write_text(json.dumps({**held, "threads": ratio}, indent=1))
    return 0 if is_flat(of_fits) and is_flat(of_predictions) else 1


if __name__ == "__main__":
    sys.exit(main())
