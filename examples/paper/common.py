"""What the paper's experiments share: a command line, tables, and what they leave."""

import argparse
import io
import json
import os
import platform
import subprocess
import time
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch
from PIL import Image
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

# for processes that are started; `command_line` sees to this one
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")

RESULTS = Path(__file__).parent / "results"
PACKAGE = Path(__file__).parents[2] / "sklearn_sparcs"
PACKAGES = ("sklearn-sparcs", "numpy", "scipy", "scikit-learn", "torch", "skorch")


def command_line(description, data=None, keep=None, **numbers):
    """Parse ``--quick``, ``--jobs``, ``--out``, and what an experiment has besides.

    That is ``--data`` and ``--keep`` if ``data`` and ``keep`` explain them, and an
    option for each of ``numbers``, which say what it is without it.

    From here on every process computes on one thread; ``--jobs`` says how many.
    """
    threadpool_limits(1)
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a minute instead of the experiment"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument(
        "--out", type=Path, default=RESULTS, help="folder (default: results)"
    )
    if data is not None:
        parser.add_argument("--data", type=Path, required=True, help=data)
    if keep is not None:
        parser.add_argument("--keep", type=Path, help=keep)
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, help=f"default: {default}")
    return parser.parse_args()


def timed(model, X, y):
    """The model, fitted, and the CPU seconds that it took.

    That a recipe of so many epochs stops after so many is no reason to warn.
    """
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    return model, time.process_time() - started


def commit():
    """The last commit that changed the package, empty outside a checkout."""
    log = ["git", "log", "-1", "--format=%h", "--", PACKAGE.name]
    try:
        said = subprocess.run(log, cwd=PACKAGE.parent, capture_output=True, text=True)
    except FileNotFoundError:  # there is no git
        return ""
    return said.stdout.strip()


class Report:
    """Figures, pictures, and whether what was asked for was reached.

    Everything is printed as it comes; `write` leaves it as ``NAME.json``, and a quick
    run as ``NAME-quick.json``.

    Parameters
    ----------
    name : str
        Of the experiment.
    arguments : Namespace
        What `command_line` returned.
    """

    def __init__(self, name, arguments):
        self.name = f"{name}-quick" if arguments.quick else name
        self.arguments = arguments
        self.asked = []
        self._started = time.perf_counter()

    def table(self, columns, rows):
        """Print rows (dicts) under their columns, those given, numbers to the right."""
        cells = [[_text(row[column]) for column in columns] for row in rows]
        widths = [max(map(len, c)) for c in zip(columns, *cells, strict=True)]
        print()
        for line in [columns, *cells]:
            print("  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)))
        print(flush=True)

    def ask(self, what, found, reached):
        """Say what was asked for, what was found, and whether that is it."""
        self.asked.append({"asked": what, "found": found, "reached": bool(reached)})
        verdict = "reached" if reached else "MISSED"
        print(f"{verdict:8} {what}: {_text(found)}", flush=True)

    def picture(self, figure, name):
        """Save a matplotlib figure, in 128 colours, which take a third of the room."""
        drawn = io.BytesIO()
        figure.savefig(drawn, dpi=150)
        few = Image.open(drawn).convert("RGB").quantize(128)
        self._save(f"-{name}.png", lambda path: few.save(path, optimize=True))

    def write(self, **figures):
        """Save the figures, what was asked, date, commit, versions and seconds."""
        record = {
            "experiment": self.name,
            "asked": self.asked,
            "figures": figures,
            "seconds": round(time.perf_counter() - self._started, 1),
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "commit": commit(),
            "jobs": self.arguments.jobs,
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "versions": {
                "python": platform.python_version(),
                **{package: version(package) for package in PACKAGES},
            },
        }
        text = json.dumps(record, indent=1, ensure_ascii=False)
        self._save(".json", lambda path: path.write_text(f"{text}\n"))

    def _save(self, ending, save):
        self.arguments.out.mkdir(parents=True, exist_ok=True)
        path = self.arguments.out / f"{self.name}{ending}"
        save(path)
        print(f"wrote {path}", flush=True)


def _text(value):
    """A cell: five digits, more of them close to one, where R² ends."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.7f}" if 0.999 < value < 1 else f"{value:.5g}"
