"""How the cost of an iteration grows, and where another way to iterate takes over.

One thing is changed at a time, beginning at 4,000 rows, 20 features and 16 neurons in
one hidden layer. Curves: an iteration of second-order training, and an epoch of
``solver="first_order"`` in batches of 200, in CPU seconds on one thread. Lines: from
where on a matrix is formed of some rows, of blocks a neuron instead of all weights, and
where ``solver="growth"`` goes by epochs. Writes a JSON file and a picture.
"""

import argparse
import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import torch
from speed import live_solver, seconds

from sklearn_sparcs._estimators.solvers import chosen_solver
from sklearn_sparcs._losses.bridge import BridgePenalty
from sklearn_sparcs._losses.curvature import SquaredErrorCurvature
from sklearn_sparcs._networks.live import LiveNetwork
from sklearn_sparcs._second_order.levenberg_marquardt import optimize
from sklearn_sparcs._second_order.metric import is_dense, n_rows
from sklearn_sparcs._second_order.objective import Objective, Observations

AXES = {
    "rows": [1000, 4000, 16_000, 64_000, 256_000],
    "features": [8, 32, 128, 512],
    "width": [100, 1000, 10_000, 100_000],
    "depth": [1, 2, 4, 8],
    "outputs": [1, 8, 32, 128],
    "live": [8, 32, 128, 512],
}
TITLES = {"live": "live neurons a layer", "depth": "hidden layers"}
SWITCHES = {"some rows": "C1", "blocks": "C2", "epochs": "C3"}
REPEATS = 3


@dataclass(frozen=True)
class Size:
    """Of data and network; ``live`` neurons of ``width`` in each layer."""

    rows: int = 4000
    features: int = 20
    width: int = 100
    depth: int = 1
    outputs: int = 1
    live: int = 16

    @property
    def hidden_weights(self) -> int:
        """All that hidden neurons hear by."""
        heard = range(self.features + 1, self.signals, self.live)
        return sum(self.live * n for n in heard)

    @property
    def signals(self) -> int:
        """All that an output hears."""
        return self.features + 1 + self.depth * self.live

    @property
    def way(self) -> str:
        """What an iteration is made of at the defaults."""
        given = {"n_samples": self.rows, "n_inputs": self.features + 1}
        given |= {"in_place": True, "in_epochs": False}
        if not chosen_solver("growth", **given) == "first_order":
            return "epochs"
        if not is_dense(self.network()):
            return "blocks"
        p = self.hidden_weights + self.signals
        return "some rows" if n_rows(self.rows, p, p) < self.rows else "all rows"

    def network(self) -> LiveNetwork:
        """One at random."""
        draw = {"generator": torch.Generator().manual_seed(0), "dtype": torch.float64}
        n_heard, weights = self.features + 1, []
        for n in [*[self.live] * self.depth, self.outputs]:
            weights.append(torch.randn(n, n_heard, **draw) / n_heard**0.5)
            n_heard += n
        neurons = (torch.arange(self.live),) * self.depth
        return LiveNetwork(tuple(weights), "relu", True, neurons)


def iteration(size: Size) -> Callable[[], object]:
    """One of second-order training, whose targets a network like it can learn."""
    draw = {"generator": torch.Generator().manual_seed(1), "dtype": torch.float64}
    network = size.network()
    inputs = torch.randn(size.rows, size.features + 1, **draw)
    y = network(inputs) + torch.randn(size.rows, size.outputs, **draw)
    start = network.with_flat(
        network.flat() + 0.1 * torch.randn(len(network.flat()), **draw)
    )
    penalty = BridgePenalty(1e-6, linear=1e-6, prior=1e-6)
    objective = Objective(Observations(inputs, y), SquaredErrorCurvature(), penalty)
    return lambda: optimize(objective, start, 1, 0.0)


def epoch(size: Size) -> Callable[[], object]:
    """One of first-order training, in batches of 200."""
    width = (max(size.width, size.live),) * size.depth
    live = [size.live] * size.depth
    solver, x, y = live_solver(size.features, width, live, size.outputs, size.rows)
    batches = list(zip(x.split(200), y.split(200), strict=True))
    return lambda: [solver.step(*batch, None) for batch in batches]


def typical(run: Callable[[], object]) -> float:
    """Median seconds, after one run that is not counted."""
    run()
    return median(seconds(run) for _ in range(REPEATS))


def along(axis: str) -> dict:
    """Seconds at each value, and the exponents over the last two."""
    values = AXES[axis]
    sizes = [replace(Size(), **{axis: value}) for value in values]
    found = {"values": values, "ways": [size.way for size in sizes]}
    for name, kind in (("iteration", iteration), ("epoch", epoch)):
        times = [typical(kind(size)) for size in sizes]
        power = math.log(times[-1] / times[-2]) / math.log(values[-1] / values[-2])
        found[name] = {"seconds": times, "power": power}
        print(f"{name:10} {axis:9} power {power:5.2f}  {times}", flush=True)
    found["switches"] = switches(axis)
    return found


def switches(axis: str) -> dict[str, int]:
    """The first value, to two digits, at which each way of iterating takes over."""
    values = np.unique(
        np.geomspace(AXES[axis][0], 40 * AXES[axis][-1], 400).astype(int)
    )
    met: dict[str, int] = {}
    for value in values.tolist() if axis not in ("width", "depth") else []:
        met.setdefault(replace(Size(), **{axis: value}).way, value)
    met.pop("all rows", None)
    return {way: int(float(f"{value:.2g}")) for way, value in met.items()}


def draw(found: dict, picture: str) -> None:
    """Small plots, one an axis, on the same scale of seconds."""
    figure, axes = plt.subplots(
        2, 3, figsize=(10, 6), sharey=True, layout="constrained"
    )
    for ax, (axis, row) in zip(axes.flat, found.items(), strict=True):
        for name, marker in (("iteration", "o-"), ("epoch", "s--")):
            label = f"{name}: power {row[name]['power']:.2f}"
            ax.loglog(row["values"], row[name]["seconds"], marker, ms=4, label=label)
        for way, value in row["switches"].items():
            ax.axvline(value, color=SWITCHES[way], lw=1, ls=":")
            ax.annotate(
                f"{way} from {value:,}",
                (value, 0.02),
                rotation=90,
                fontsize=7,
                xycoords=("data", "axes fraction"),
                ha="right",
                color=SWITCHES[way],
            )
        ax.set_title(TITLES.get(axis, axis), fontsize=10)
        ax.legend(fontsize=8, loc="upper left")
        ax.grid(alpha=0.3)
        names = [f"{value:,}" for value in row["values"]]
        ax.set_xticks(row["values"], names, fontsize=8)
        ax.minorticks_off()
    for ax in axes[:, 0]:
        ax.set_ylabel("CPU seconds")
    figure.savefig(picture, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", help="write the results there")
    parser.add_argument("--picture", help="draw them there")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = {axis: along(axis) for axis in AXES}
    if arguments.json:
        text = json.dumps({"base": asdict(Size()), "axes": found}, indent=1)
        Path(arguments.json).write_text(text + "\n")
    if arguments.picture:
        draw(found, arguments.picture)


if __name__ == "__main__":
    main()
